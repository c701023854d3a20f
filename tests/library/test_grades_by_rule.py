"""Grades that only a rule gives, and conditions on points that are unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from probing import graded

from kefen.standards.reader import examine_standard

DOCUMENT = """\
standard: by-rule
version: 1
name: {en: By rule, zh: 规则}
metrics:
  revenue: {name: {en: Revenue, zh: 销售额}, sum: orders.amount, over: all time, unit: money}
  first: {name: {en: First, zh: 首单}, earliest: orders.ordered_at, over: all time}
schemes:
  tax:
    name: {en: Tax, zh: 税}
    score: revenue
    grade_by: score
    grades: {A: ">= 90", M: by rule, C: ">= 40", D: else}
    rules:
      newcomer: {name: {en: New, zh: 新}, when: "first > months_before(as_of, 12)", grade: M}
      capped: {name: {en: Cap, zh: 顶}, when: revenue = 95, at_most: M}
"""
CONDITIONS = """\
standard: unknown-points
version: 1
name: {en: Unknown points, zh: 未知}
metrics:
  mark: {name: {en: Mark, zh: 分}, judged: mark, from: 0, to: 10, unit: points}
schemes:
  marked:
    name: {en: Marked, zh: 评}
    indicators: {mark: {points: value, at_most: 10}}
    grade_by: conditions
    grades: {A: points >= 5, B: else}
"""


def test_a_grade_by_rule_is_given_by_rules_and_keeps_its_place() -> None:
    orders = [
        {"customer_id": who, "ordered_at": day, "amount": amount}
        for who, day, amount in (
            ("old A", "2020-01-01", 100),
            ("old C", "2020-01-01", 50),
            ("capped", "2020-01-01", 95),
            ("new", "2026-01-01", 100),
        )
    ]
    found = graded(DOCUMENT, "2026-05-01", ["old A", "old C", "capped", "new"], orders=orders)
    grades = {customer: verdicts["tax"].grade for customer, verdicts in found.items()}
    assert grades == {"old A": "A", "old C": "C", "capped": "M", "new": "M"}


def test_a_grade_by_rule_that_no_rule_gives_is_refused() -> None:
    standard, problems = examine_standard(DOCUMENT[: DOCUMENT.index("    rules")], "x.yaml")
    assert standard is None
    assert [p.what.en for p in problems if p.severity == "error"] == [
        "“M” is never reached: no rule gives it"
    ]


@pytest.mark.parametrize(("value", "grade"), [("7", "A"), ("3", "B"), (None, None)])
def test_unknown_points_give_no_grade_and_not_the_last_one(
    value: str | None, grade: str | None
) -> None:
    marks = [{"customer_id": "other", "item": "mark", "value": "1", "assessed_on": "2026-01-01"}]
    if value is not None:
        marks.append(marks[0] | {"customer_id": "c", "value": value})
    verdict = graded(CONDITIONS, "2026-05-01", ["c", "other"], assessments=marks)["c"]["marked"]
    assert verdict.grade == grade
    assert verdict.reason == (None if grade else "value_unknown")
    assert verdict.points["mark"] == (None if value is None else Decimal(value))


def test_tags_and_terms_may_name_their_own_schemes_grade() -> None:
    document = DOCUMENT + (
        "    tags:\n"
        "      nearly: {name: {en: Near, zh: 近}, when: \"tax < 'A' and revenue >= 80\"}\n"
        "    terms:\n"
        "      days: {name: {en: Days, zh: 天}, unit: days, else: \"if(tax >= 'M', 30, 0)\"}\n"
    )
    orders = [
        {"customer_id": who, "ordered_at": "2020-01-01", "amount": amount}
        for who, amount in (("top", 100), ("near", 85), ("capped", 95), ("low", 10))
    ]
    found = graded(document, "2026-05-01", ["top", "near", "capped", "low"], orders=orders)
    assert {c: own["tax"].tags for c, own in found.items()} == {
        "top": frozenset(),
        "near": {"nearly"},
        "capped": {"nearly"},
        "low": frozenset(),
    }
    assert {c: own["tax"].terms["days"] for c, own in found.items()} == {
        "top": Decimal(30),
        "near": Decimal(0),
        "capped": Decimal(30),
        "low": Decimal(0),
    }
