"""Money added to days is an error at its column; what fits is not."""

from __future__ import annotations

import pytest

from kefen.standards.problems import Problem
from kefen.standards.reader import bundled_text, examine_standard

DOCUMENT = """\
standard: small
version: 1
name: {en: Small, zh: 小}
window: last 12 months
confidence: {small_population: 50, coverage: 50 %}
reasons:
  none: {en: none, zh: 无}
metrics:
  revenue: {sum: orders.amount, name: {en: Revenue, zh: 销售额}}
  orders: {count: purchases, name: {en: Orders, zh: 次数}}
  last_day: {latest: orders.ordered_at, name: {en: Last, zh: 末次}}
  idle:
    name: {en: Idle, zh: 未购天数}
    value: days_between(last_day, as_of)
  checked:
    name: {en: Checked, zh: 检查}
    value: CHECKED
schemes:
  sums:
    name: {en: Points, zh: 分}
    among: AMONG
    otherwise: none
    indicators:
      idle: {name: {en: I, zh: 闲}, value: idle, bands: ["<= 30: 10", "else: 0"]}
    grade_by: score
    grades:
      A: {when: ">= 5", name: {en: A, zh: 甲}}
      B: {when: else, name: {en: B, zh: 乙}}
"""


def errors(checked: str = "revenue", among: str = "orders > 0", extra: str = "") -> list[Problem]:
    text = DOCUMENT.replace("CHECKED", checked + extra).replace("AMONG", among)
    return [p for p in examine_standard(text, "small.yaml")[1] if p.severity == "error"]


@pytest.mark.parametrize(
    "checked",
    [
        "revenue / orders",
        "revenue + 1000",
        "revenue / 1 wan * 135 + orders * 5",
        "if(idle > 90 days, 0, revenue)",
        "customers.credit_limit - revenue",
        "number(customers.area) * revenue",
        "idle / 30 days",
    ],
)
def test_units_that_fit_are_no_problem(checked: str) -> None:
    assert errors(checked) == []


@pytest.mark.parametrize(
    ("checked", "at", "what"),
    [
        ("revenue + idle", 10, "days cannot be added to money"),
        ("orders + idle", 9, "days cannot be added to a plain number"),
        ("if(idle > 3 months, 1, 0)", 10, "months cannot be compared with days"),
        ("revenue > 30 天", 10, "days cannot be compared with money"),
        ("customers.credit_limit / idle + revenue", 32, "money cannot be added to money / days"),
    ],
)
def test_a_metric_of_two_units_is_refused_at_the_column(checked: str, at: int, what: str) -> None:
    (problem,) = errors(checked)
    assert problem.what.en == what
    assert problem.what.zh
    assert problem.mend.en
    line = DOCUMENT.split("\n").index("    value: CHECKED")
    assert (problem.place.line, problem.place.column) == (line + 1, len("    value: ") + at + 1)


def test_a_condition_of_two_units_is_refused() -> None:
    (problem,) = errors(among="idle < revenue")
    assert problem.what.en == "money cannot be compared with days"


def test_rows_are_filtered_by_what_fits() -> None:
    assert _errors_filtering("days_between(ordered_at, as_of) < 30 days") == []
    assert _errors_filtering("orders.amount > 100 and quantity > 0") == []
    (problem,) = _errors_filtering("days_between(ordered_at, as_of) < amount")
    assert problem.what.en == "money cannot be compared with days"


def _errors_filtering(where: str) -> list[Problem]:
    text = (
        DOCUMENT.replace("CHECKED", "revenue")
        .replace("AMONG", "orders > 0")
        .replace("{sum: orders.amount, name:", f"{{sum: orders.amount, where: '{where}', name:")
    )
    return [p for p in examine_standard(text, "small.yaml")[1] if p.severity == "error"]


def test_a_metric_has_the_unit_of_its_definition() -> None:
    text = DOCUMENT.replace("CHECKED", "revenue / orders").replace("AMONG", "orders > 0")
    standard, _problems = examine_standard(text, "small.yaml")
    assert standard is not None
    units = {name: metric.unit for name, metric in standard.metrics.items()}
    assert units == {
        "revenue": "money",
        "orders": "count",
        "last_day": "date",
        "idle": "days",
        "checked": "money",
    }


def test_a_stated_unit_of_another_dimension_is_refused() -> None:
    (problem,) = errors("revenue", extra="\n    unit: days")
    assert problem.what.en == "this gives money, not days"


def test_money_may_be_stated_as_points() -> None:
    assert errors("revenue", extra="\n    unit: points") == []
    assert errors("revenue / 6 months", extra="\n    unit: per_month") == []


def test_a_stated_unit_counts_for_what_names_the_metric() -> None:
    (problem,) = errors(
        "idle * 1",
        extra="\n    unit: months\n  late: {value: checked > 2 days, name: {en: L, zh: 迟}}",
    )
    assert problem.what.en == "days cannot be compared with months"


def test_the_default_standard_has_no_mixed_units() -> None:
    standard, problems = examine_standard(bundled_text("default"), "default.yaml")
    assert standard is not None
    assert [problem for problem in problems if problem.severity == "error"] == []
