"""Upkeep: how old the data and the grades are, what has drifted, and when to calibrate anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column, day_of, table
from kefen.domain.calendar import months_before, months_between
from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.grading.evaluation.figures import short
from kefen.grading.outputs import GRADES_FILE, METRICS_FILE, parquet_pattern
from kefen.grading.portraits.traits import decided_by
from kefen.grading.reviews import due_reviews, review_query, schemes_reviewed
from kefen.methods.drift import drift
from kefen.standards.facts import FACT_TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kefen.domain.spans import Cadence
    from kefen.engines.engine import Engine
    from kefen.grading.stored import StoredRun
    from kefen.lake.dataset import Dataset
    from kefen.methods.drift import Drift
    from kefen.standards.model import Metric, Scheme, Standard

_TENTHS = 10
_LONGEST_MONTHS = 12
_SOON_MONTHS = 3
_OLD_DAYS = 92


@dataclass(frozen=True, slots=True)
class Age:
    """How old the newest facts of a table are.

    Attributes:
        table: The contract table.
        last: The day of its newest fact.
        days: Days from then to the newest fact of all.
    """

    table: str
    last: date
    days: int


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a metric or the grades of a scheme have shifted since a run.

    Attributes:
        kind: `metric` or `grades`.
        id: The metric or the scheme.
        name: Its name.
        found: How far.
    """

    kind: str
    id: str
    name: Text
    found: Drift

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name.as_dict(),
            "psi": short(self.found.index),
            "limit": short(self.found.limit),
            "chance": short(self.found.chance),
            "before": self.found.before,
            "now": self.found.now,
            "size": self.found.size,
        }


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Whether data, grades and calibration are kept up.

    Attributes:
        known_until: The day of the newest fact.
        ages: Of each table of facts, the oldest first.
        latest: The as-of date of the latest run of the standard.
        cadence: On which days the standard has grades move; None: every month.
        due_since: How many of those days, or whole months, have passed since then.
        overdue: Ratings by people that are overdue, by scheme; empty without reviews.
        since: The as-of date of the run that is compared with; None where there is only one.
        shifts: What has shifted since, most first.
        calibrated_on: When the calibration was learned.
        calibrate_by: When to calibrate anew.
        why: Why then.
        unjudged: What cannot be told, and why.
        judgement: What it comes to, in a sentence.
    """

    known_until: date
    ages: tuple[Age, ...]
    latest: date
    cadence: Cadence | None
    due_since: int
    overdue: tuple[tuple[Scheme, int, int], ...]
    since: date | None
    shifts: tuple[Shift, ...]
    calibrated_on: date
    calibrate_by: date
    why: Text
    unjudged: tuple[Text, ...]
    judgement: Text

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "known_until": self.known_until.isoformat(),
            "tables": {
                one.table: {"last": one.last.isoformat(), "days": one.days} for one in self.ages
            },
            "latest_run": self.latest.isoformat(),
            "regraded_every": "month" if self.cadence is None else str(self.cadence),
            "regradings_due": self.due_since,
            "reviews_overdue": {scheme.id: late for scheme, late, _ in self.overdue},
            "compared_since": None if self.since is None else self.since.isoformat(),
            "shifts": [one.as_dict() for one in self.shifts],
            "calibrated_on": self.calibrated_on.isoformat(),
            "calibrate_by": self.calibrate_by.isoformat(),
            "why": self.why.as_dict(),
            "unjudged": [one.as_dict() for one in self.unjudged],
            "judgement": self.judgement.as_dict(),
        }


def judge_upkeep(
    stored: StoredRun,
    latest: StoredRun,
    dataset: Dataset,
    schemes: Sequence[Scheme],
    known_until: date,
) -> Upkeep:
    """Return whether data, grades and calibration are kept up.

    Args:
        stored: The run that is judged: what has drifted since is told.
        latest: The latest run of the same standard; the same where there is only one.
        dataset: The later data.
        schemes: The schemes that are judged.
        known_until: The day up to which what happened is known.
    """
    engine = dataset.engine
    ages = _ages(dataset, known_until)
    cadence = _cadence(latest.standard)
    behind = _due_since(cadence, latest.as_of, known_until)
    overdue = _overdue(engine, latest)
    unjudged = []
    shifts: tuple[Shift, ...] = ()
    since: date | None = None
    if latest.directory == stored.directory:
        unjudged.append(
            Text(
                "Drift: there is no later run of this standard to compare with.",
                "漂移：该标准没有更晚的评级可供比较。",
            )
        )
    else:
        since = stored.as_of
        shifts = _shifts(engine, stored, latest, schemes)
    if not overdue:
        unjudged.append(
            Text(
                "Overdue ratings: no scheme of this run has ratings by people.",
                "逾期评定：本次评级没有需人工评定的方案。",
            )
        )
    by, why = _calibrate_by(stored, latest, shifts)
    return Upkeep(
        known_until,
        ages,
        latest.as_of,
        cadence,
        behind,
        overdue,
        since,
        shifts,
        latest.calibration.as_of,
        by,
        why,
        tuple(unjudged),
        _judgement(ages, cadence, behind, by, why),
    )


def _cadence(standard: Standard) -> Cadence | None:
    """Return how often a standard wants grades: the shortest of its schemes; None for monthly.

    A scheme whose grades may move in every run wants one every month.
    """
    cadences = [
        scheme.movement.cadence if scheme.movement is not None else None
        for scheme in standard.schemes.values()
        if scheme.classes
    ]
    known = [one for one in cadences if one is not None]
    if not known or len(known) < len(cadences):
        return None
    return min(known, key=lambda one: one.months)


def _due_since(cadence: Cadence | None, graded: date, known_until: date) -> int:
    """Return how many days for grading have passed since the latest run."""
    if cadence is None:
        return max(0, months_between(graded, known_until + timedelta(days=1)))
    passed, day = 0, cadence.next_after(graded)
    while day <= known_until:
        passed, day = passed + 1, cadence.next_after(day)
    return passed


def _ages(dataset: Dataset, known_until: date) -> tuple[Age, ...]:
    found = []
    for name, read in dataset.tables.items():
        dated = TABLES[name].date
        if name not in FACT_TABLES or dated is None:
            continue
        query = exp.select(exp.Max(this=day_of(name, dated))).from_(table(read.relation))
        last = dataset.engine.rows(query.sql("duckdb"))[0][0]
        if last is not None:
            found.append(Age(name, last, max(0, (known_until - last).days)))
    return tuple(sorted(found, key=lambda one: (-one.days, one.table)))


def _overdue(engine: Engine, latest: StoredRun) -> tuple[tuple[Scheme, int, int], ...]:
    found = []
    for scheme in schemes_reviewed(latest.standard, latest.running):
        rows = engine.rows(
            review_query(
                scheme,
                _source(latest.directory / METRICS_FILE),
                _source(latest.directory / GRADES_FILE),
            )
        )
        due = due_reviews(scheme, rows, latest.as_of)
        found.append((scheme, sum(one.state == "overdue" for one in due), len(due)))
    return tuple(found)


def _shifts(
    engine: Engine, stored: StoredRun, latest: StoredRun, schemes: Sequence[Scheme]
) -> tuple[Shift, ...]:
    found = []
    for scheme in schemes:
        if scheme.id not in latest.running or not scheme.classes:
            continue
        counts = [_grade_counts(engine, run.directory, scheme.id) for run in (stored, latest)]
        codes = [grade.id for grade in scheme.classes]
        one = drift(*([own.get(code, 0) for code in codes] for own in counts))
        if one is not None:
            found.append(Shift("grades", scheme.id, scheme.name, one))
    used: dict[str, Metric] = {}
    for scheme in schemes:
        for name in sorted(decided_by(stored.standard, scheme)):
            metric = stored.standard.metrics[name]
            if metric.type in (ValueType.INTEGER, ValueType.DECIMAL):
                used[name] = metric
    for name, metric in used.items():
        known = latest.standard.metrics.get(name)
        if known is None or known.type is not metric.type:
            continue
        counted = _tenths(engine, stored.directory, latest.directory, name)
        one = drift(*counted) if counted is not None else None
        if one is not None:
            found.append(Shift("metric", name, metric.name, one))
    return tuple(sorted(found, key=lambda one: (-one.found.index, one.kind, one.id)))


def _grade_counts(engine: Engine, directory: Path, scheme: str) -> dict[str, int]:
    query = (
        exp.select(column("grade"), exp.Count(this=exp.Star()))
        .from_(_parquet(directory / GRADES_FILE))
        .where(
            exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme)),
            column("grade").is_(exp.null()).not_(),
        )
        .group_by(column("grade"))
    )
    return {str(grade): int(n) for grade, n in engine.rows(query.sql("duckdb"))}


def _tenths(
    engine: Engine, before: Path, now: Path, metric: str
) -> tuple[list[int], list[int]] | None:
    """Return how many customers have a metric in the tenths of the earlier run, then and now."""
    parts = exp.Array(expressions=[exp.Literal.number(f"0.{n}") for n in range(1, _TENTHS)])
    cuts = engine.rows(
        exp.select(exp.func("quantile_disc", column(metric), parts, dialect="duckdb"))
        .from_(_parquet(before / METRICS_FILE))
        .sql("duckdb")
    )[0][0]
    if cuts is None:
        return None
    edges = sorted(set(cuts))
    counts = []
    for path in (before, now):
        upto = [
            exp.Filter(
                this=exp.Count(this=exp.Star()),
                expression=exp.Where(
                    this=exp.LTE(this=column(metric), expression=exp.Literal.number(str(edge)))
                ),
            )
            for edge in edges
        ]
        row = engine.rows(
            exp.select(*upto, exp.Count(this=column(metric)))
            .from_(_parquet(path / METRICS_FILE))
            .sql("duckdb")
        )[0]
        counts.append([int(b) - int(a) for a, b in pairwise((0, *row))])
    return counts[0], counts[1]


def _calibrate_by(
    stored: StoredRun, latest: StoredRun, shifts: Sequence[Shift]
) -> tuple[date, Text]:
    learned = latest.calibration.as_of
    if learned > stored.as_of:
        return (
            months_before(learned, -_LONGEST_MONTHS),
            Text(
                "a year after the calibration in use, which is newer than the run judged",
                "现用标定晚于所检验的评级，满一年即可",
            ),
        )
    much = [one for one in shifts if one.found.size == "much"]
    if much:
        return latest.as_of, Text("{n} has shifted much since", "{n}已明显漂移").filled(
            n=_names(much)
        )
    some = [one for one in shifts if one.found.size == "some"]
    if some:
        return months_before(latest.as_of, -_SOON_MONTHS), Text(
            "{n} has shifted somewhat", "{n}有一定漂移"
        ).filled(n=_names(some))
    return months_before(learned, -_LONGEST_MONTHS), Text(
        "nothing has shifted beyond chance and size; once a year is enough",
        "未见超出偶然且幅度明显的漂移，每年一次即可",
    )


def _names(shifts: Sequence[Shift]) -> Text:
    shown = [one.name for one in shifts[:3]]
    more = len(shifts) - len(shown)
    joined = Text(", ".join(one.en for one in shown), "、".join(one.zh for one in shown))
    if not more:
        return joined
    return Text("{j} and {m} more", "{j}，另有 {m} 项").filled(j=joined, m=more)


def _judgement(
    ages: Sequence[Age],
    cadence: Cadence | None,
    behind: int,
    by: date,
    why: Text,
) -> Text:
    old = [one for one in ages if one.days > _OLD_DAYS]
    grades = (
        Text("the grades are up to date", "等级是最新的")
        if not behind
        else Text(
            "{n} {n:month has|months have} ended since the latest grades",
            "最近一次评级后又过去 {n} 个月",
        ).filled(n=behind)
        if cadence is None
        else Text(
            "{n} {n:day|days} for grading {n:has|have} passed since the latest grades",
            "最近一次评级后又过了 {n} 个评级日",
        ).filled(n=behind)
    )
    data = (
        Text("", "")
        if not old
        else Text(", {t} lags behind by {n} days", "，{t}滞后 {n} 天").filled(
            t=TABLES[old[0].table].label, n=old[0].days
        )
    )
    return Text(
        "Upkeep: {g}{d}; calibrate anew by {b}: {w}.",
        "维护：{g}{d}；建议在 {b} 前重新标定：{w}。",
    ).filled(g=grades, d=data, b=by.isoformat(), w=why)


def _parquet(path: Path) -> exp.Expr:
    pattern = exp.Literal.string(parquet_pattern(path))
    return exp.func("read_parquet", pattern, dialect="duckdb")


def _source(path: Path) -> str:
    return _parquet(path).sql("duckdb")
