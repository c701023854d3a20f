"""Continuous data: coverage, gaps, short histories and tables that end early are told."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from quality_rows import CUSTOMER, found, order

from kefen.lake.dataset import Finding
from kefen.lake.quality import QualityReport

Assess = Callable[..., QualityReport]
Healthy = Callable[[], dict[str, list[dict[str, Any]]]]


@pytest.mark.parametrize(
    ("as_of", "covered", "code", "severity"),
    [
        (date(2024, 12, 31), 12, None, None),
        (date(2025, 3, 31), 9, "window_partly_covered", "note"),
        (date(2025, 7, 31), 5, "window_partly_covered", "warning"),
        (date(2025, 12, 31), 0, "no_orders_in_window", "error"),
    ],
)
def test_coverage_of_the_window_is_judged(
    assess: Assess,
    healthy: Healthy,
    as_of: date,
    covered: int,
    code: str | None,
    severity: str | None,
) -> None:
    report = assess(as_of=as_of, **healthy())
    assert report.months_covered == covered
    codes = {
        f.code: f.severity
        for f in report.findings
        if f.code in ("window_partly_covered", "no_orders_in_window")
    }
    assert codes == ({code: severity} if code else {})
    ended = found(report, "orders_end_early")
    assert (ended is None) == (as_of == date(2024, 12, 31))


def test_a_window_of_an_as_of_date_within_a_month_has_its_own_months(assess: Assess) -> None:
    orders = [
        order(order_id="1", ordered_at=datetime(2024, 11, 15)),  # just before the last month
        order(order_id="2", ordered_at=datetime(2024, 11, 16)),
        order(order_id="3", ordered_at=datetime(2023, 12, 15)),  # just before the window
    ]
    report = assess(as_of=date(2024, 12, 15), customers=[CUSTOMER], orders=orders)
    assert report.months_covered == 2
    assert found(report, "as_of_within_month") is not None


def test_a_small_population_is_said(assess: Assess, healthy: Healthy) -> None:
    tables = healthy()
    tables["orders"] = [o for o in tables["orders"] if o["customer_id"] < "0049"]
    finding = found(assess(**tables), "population_small")
    assert finding is not None
    assert finding.count == 49
    tables = healthy()
    tables["orders"] = [o for o in tables["orders"] if o["customer_id"] < "0050"]
    assert found(assess(**tables), "population_small") is None


@pytest.mark.parametrize(
    ("gap", "severity"), [(date(2023, 5, 1), "note"), (date(2024, 5, 1), "warning")]
)
def test_a_month_without_orders_is_a_gap(
    assess: Assess, healthy: Healthy, gap: date, severity: str
) -> None:
    tables = healthy()
    tables["orders"] = [o for o in tables["orders"] if o["ordered_at"].replace(day=1) != gap]
    report = assess(**tables)
    finding = found(report, "months_without_orders")
    assert finding is not None
    assert finding.details["months"] == [gap.isoformat()[:7]]
    assert finding.severity == severity
    assert [m.lines for m in report.months if m.month == gap] == [0]


def test_a_half_empty_last_month_is_suspected(assess: Assess, healthy: Healthy) -> None:
    def with_last_month(lines: int) -> QualityReport:
        tables = healthy()
        last = [o for o in tables["orders"] if o["ordered_at"] > date(2024, 12, 1)]
        kept = [o for o in tables["orders"] if o not in last]
        return assess(customers=tables["customers"], orders=kept + last[:lines])

    finding = found(with_last_month(29), "last_month_incomplete")
    assert finding is not None
    assert finding.count == 29
    assert found(with_last_month(30), "last_month_incomplete") is None


@pytest.mark.parametrize(("months", "severity"), [(24, None), (23, "note"), (11, "warning")])
def test_a_short_history_is_said(
    assess: Assess, healthy: Healthy, months: int, severity: str | None
) -> None:
    tables = healthy()
    first = date(2025, 1, 1) - timedelta(days=months * 365 // 12 + 4)
    tables["orders"] = [o for o in tables["orders"] if o["ordered_at"] > first]
    report = assess(**tables)
    assert len(report.months) == months
    finding = found(report, "history_short")
    assert (finding and finding.severity) == severity


def test_a_table_that_ends_early_is_said(assess: Assess) -> None:
    def ending(day: date) -> Finding | None:
        report = assess(
            customers=[CUSTOMER],
            orders=[order()],
            interactions=[{"customer_id": "a", "at": datetime(day.year, day.month, day.day)}],
        )
        return found(report, "table_ends_early")

    assert ending(date(2024, 10, 1)) is None
    note, warning = ending(date(2024, 9, 30)), ending(date(2023, 12, 31))
    assert note is not None
    assert (note.severity, note.count) == ("note", 3)
    assert warning is not None
    assert (warning.severity, warning.count) == ("warning", 12)
