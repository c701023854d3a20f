"""The use case: judge a data cut on the four principles of sound data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.calendar import months_before
from kefen.domain.contract import TABLES
from kefen.domain.decimals import quotient
from kefen.lake.quality import amounts, comparable, continuous, matched, row_rules, whole
from kefen.lake.quality.activity import ORDER_CUSTOMERS, order_activity
from kefen.lake.quality.distribution import TABLES_WITH_AMOUNTS, amount_distribution
from kefen.lake.quality.kinds import label_of
from kefen.lake.quality.profile import profile_table
from kefen.lake.quality.queries import DataCut
from kefen.lake.quality.report import (
    ColumnCompleteness,
    QualityReport,
    TableQuality,
    ordered,
    verdicts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from kefen.lake.dataset import Dataset, Finding, ReadTable
    from kefen.lake.quality.activity import OrderActivity
    from kefen.lake.quality.distribution import AmountDistribution
    from kefen.lake.quality.profile import Profile


# The report says it again, with the share of rows and the effect per table.
_SAID_BETTER_HERE = frozenset({"rows_unattributed"})


def assess_quality(dataset: Dataset, as_of: date, window_months: int = 12) -> QualityReport:
    """Return the quality report of `dataset` as of a date.

    A few passes over each table in SQL; memory grows with customers and days, not with rows.
    What reading and grading already found is in the report; a finding on the same table and column
    with the same code is not repeated, and unattributed rows are told by the report alone.

    Args:
        dataset: The tables as read; `customers` must be among them.
        as_of: The last day that counts.
        window_months: The length of the window that coverage and history are judged by.

    Raises:
        ValueError: `window_months` is below 1.
        EngineError: The engine ran out of memory or disk.
    """
    if window_months < 1:
        raise ValueError(f"a window of {window_months} months is none")
    cut = DataCut(dataset, as_of, months_before(as_of, window_months), window_months)
    profiles = {
        name: profile_table(cut, read, _measures(read))
        for name in TABLES
        if (read := dataset.tables.get(name)) is not None
    }
    orders = dataset.tables.get("orders")
    activity = order_activity(cut, orders) if orders is not None else None
    distributions = {
        name: amount_distribution(cut, dataset.tables[name])
        for name in TABLES_WITH_AMOUNTS
        if name in dataset.tables
    }
    of_reading = (f for f in dataset.findings if f.code not in _SAID_BETTER_HERE)
    assessed = _assess(cut, profiles, distributions, activity)
    found = ordered(_not_repeated(tuple(of_reading), assessed))
    cut.drop(ORDER_CUSTOMERS)
    return QualityReport(
        as_of=as_of,
        window_months=window_months,
        months_covered=sum(activity.covered) if activity else 0,
        findings=found,
        tables=tuple(_table_quality(profile) for profile in profiles.values()),
        months=activity.months if activity else (),
        verdicts=verdicts(found),
    )


def _measures(read: ReadTable) -> dict[str, str]:
    """Return all that the rules count in the table's pass."""
    return row_rules.measures(read) | comparable.measures(read) | amounts.measures(read)


def _assess(
    cut: DataCut,
    profiles: dict[str, Profile],
    distributions: dict[str, AmountDistribution],
    activity: OrderActivity | None,
) -> Iterator[Finding]:
    used = activity if activity is not None and profiles["orders"].rows else None
    yield from whole.findings(cut, profiles)
    yield from matched.findings(cut)
    yield from row_rules.findings(profiles)
    yield from amounts.findings(cut, profiles, distributions, used)
    yield from comparable.findings(cut, profiles, distributions, used)
    yield from continuous.findings(cut, profiles, used)


def _not_repeated(read: tuple[Finding, ...], assessed: Iterator[Finding]) -> Iterator[Finding]:
    """Yield what was found before, then what was assessed: once for each place and code."""
    yield from read
    seen = {(finding.code, finding.table, finding.column) for finding in read}
    for finding in assessed:
        place = (finding.code, finding.table, finding.column)
        if place not in seen:
            seen.add(place)
            yield finding


def _table_quality(profile: Profile) -> TableQuality:
    read = profile.read
    names = (*read.table.column_names, *read.attributes)
    return TableQuality(
        table=read.table.name,
        label=read.table.label,
        rows_in=read.rows_in,
        rows_used=read.rows_used,
        rows_rejected=read.rows_rejected,
        rows_duplicate=read.rows_duplicate,
        rows_unattributed=read.rows_unattributed,
        first_on=profile.first_on,
        last_on=profile.last_on,
        columns=tuple(
            ColumnCompleteness(
                column=name,
                label=label_of(read.table.name, name),
                given=name in read.columns or name in read.attributes,
                filled=profile.filled(name),
                share=quotient(profile.filled(name), profile.rows),
            )
            for name in names
        ),
    )
