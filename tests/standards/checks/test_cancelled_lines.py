"""Measures leave cancelled lines out; what asks for them is led to `cancellations`."""

from __future__ import annotations

import pytest

from kefen.standards.problems import Problem
from kefen.standards.reader import examine_standard

STANDARD = """\
standard: small
version: 1
name: {{en: Small, zh: 小}}
metrics:
  revenue: {{sum: orders.amount}}
  asked: {metric}
schemes:
  first:
    grade_by: conditions
    grades: {{A: revenue > 10 and asked > 1, B: else}}
"""


def found(metric: str) -> list[Problem]:
    """Return the errors and warnings but for missing names."""
    _, problems = examine_standard(STANDARD.format(metric=metric), "small.yaml")
    return [p for p in problems if p.severity != "note" and "no name" not in p.what.en]


@pytest.mark.parametrize(
    ("metric", "at"),
    [
        ("{count: orders, where: orders.status = 'cancelled'}", "orders.status"),
        ("{count: orders, where: \"orders.status != 'completed'\"}", '"'),
        ("{count: orders, where: orders.status in ('cancelled')}", "orders.status"),
        ("{count: orders, where: orders.cancelled_on is known}", "orders.cancelled_on"),
        ('{count: orders, where: "orders.cancelled_on > 2026-01-01"}', '"'),
        ("{count: orders, where: orders.amount > 0 and status = 'cancelled'}", "orders.amount"),
        ("{sum: \"if(orders.status = 'cancelled', orders.amount, 0)\"}", '"'),
        ("{sum: orders.amount, each: \"if(orders.status = 'cancelled', 1, 2)\", take: sum}", '"'),
    ],
)
def test_a_condition_that_only_cancelled_lines_meet_is_refused(metric: str, at: str) -> None:
    problems = found(metric)
    (problem,) = [p for p in problems if p.severity == "error"]
    assert "only cancelled lines meet" in problem.what.en
    assert "Use cancellations" in problem.mend.en
    assert "cancellations" in problem.mend.zh
    line = STANDARD.format(metric=metric).split("\n")[problem.place.line - 1]
    assert line[problem.place.column - 1 :].startswith(at)
    assert problems == [problem]


@pytest.mark.parametrize(
    "metric",
    [
        "{count: orders, where: orders.status = 'completed' or orders.status is unknown}",
        "{count: orders, where: orders.status = 'cancelled' or orders.amount > 100}",
        "{count: cancellations}",
        "{sum: cancellations.amount, dated: cancelled_on, over: last 6 months}",
        "{count: cancellations, where: cancellations.channel = 'web'}",
        "{count: cancellations, where: cancellations.cancelled_on is known}",
    ],
)
def test_what_a_line_that_stands_meets_is_allowed(metric: str) -> None:
    assert [p for p in found(metric) if p.severity == "error"] == []


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("{count: orders, where: \"orders.status != 'cancelled'\"}", "always holds"),
        ("{count: orders, where: orders.cancelled_on is unknown}", "always holds"),
        ("{count: cancellations, where: cancellations.status = 'cancelled'}", "always holds"),
        ("{count: cancellations, where: cancellations.status = 'completed'}", "can never hold"),
    ],
)
def test_what_every_line_meets_or_none_is_warned_of(metric: str, words: str) -> None:
    (problem,) = found(metric)
    assert problem.severity == "warning"
    assert words in problem.what.en


def test_purchases_have_no_status() -> None:
    (problem, *_) = found("{count: purchases, where: purchases.status = 'cancelled'}")
    assert problem.severity == "error"
