"""Existing customers and prospects apart: who is graded where, and what each indicator does."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from probing import Verdict, graded

STANDARD = "existing-and-prospects"
AS_OF = "2026-06-30"


def _order(customer: str, day: str, amount: int, cost: int | None = None) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, "cost": cost}


def _invoice(customer: str, due: str, settled: str | None, amount: int = 100) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "issued_on": "2026-01-01",
        "due_on": due,
        "settled_on": settled,
        "amount": amount,
    }


def _contact(customer: str, day: str, kind: str, direction: str = "out") -> dict[str, Any]:
    return {"customer_id": customer, "at": day, "kind": kind, "direction": direction}


def _existing(assessments: list[dict[str, Any]] | None = None, **tables: Any) -> dict[str, Verdict]:
    """Grade existing customers whose prospects are all judged, so that no weight is handed on."""
    ids = sorted({row["customer_id"] for rows in tables.values() for row in rows})
    judged = [
        {"customer_id": one, "item": "prospects", "value": "10", "assessed_on": "2026-05-01"}
        for one in ids
    ]
    found = graded(STANDARD, AS_OF, ids, assessments=[*judged, *(assessments or [])], **tables)
    return {one: found[one]["existing_customer"] for one in ids}


def test_nobody_is_graded_under_both() -> None:
    customers = [
        {"customer_id": "bought", "status": "customer"},
        {"customer_id": "bought as prospect", "status": "prospect"},
        {"customer_id": "said to be one", "status": "customer"},
        {"customer_id": "prospect", "status": "prospect"},
        {"customer_id": "nothing known", "status": None},
    ]
    orders = [_order(one, "2026-03-01", 100, 60) for one in ("bought", "bought as prospect")]
    orders.append(_order("prospect", "2026-07-01", 100, 60))  # after the as-of date
    contacts = [_contact("prospect", "2020-01-01", "call")]
    found = graded(STANDARD, AS_OF, customers, orders=orders, interactions=contacts)
    for one in ("bought", "bought as prospect"):
        assert found[one]["existing_customer"].grade is not None
        assert found[one]["prospect"].reason == "no_prospect"
    for one in ("prospect", "nothing known"):
        assert found[one]["existing_customer"].reason == "never_bought"
        assert found[one]["prospect"].grade == "cold"
    neither = found["said to be one"]
    assert {scheme: verdict.reason for scheme, verdict in neither.items()} == {
        "existing_customer": "never_bought",
        "prospect": "no_prospect",
    }


def test_the_five_indicators_of_the_literature_make_up_a_hundred() -> None:
    orders = [_order("best", "2026-03-01", 1000, 500), _order("other", "2026-03-01", 10, 10)]
    found = _existing(orders=orders, receivables=[_invoice("best", "2026-03-01", "2026-02-28")])
    best = found["best"]
    assert set(best.points) - {""} == {
        *("credit_standing", "cumulative_sales", "sales_margin", "prospects", "contribution")
    }
    assert best.points["credit_standing"] == 20
    assert best.points["sales_margin"] == 15
    assert best.points["prospects"] == 15
    assert best.points["cumulative_sales"] == Decimal("18.8131")  # (99 + 50) / 198 of 25
    assert (best.score, best.grade) == (Decimal("87.6262"), "A")
    assert found["other"].points["credit_standing"] is None  # handed on, and said


@pytest.mark.parametrize(
    ("grade", "points"), [("AAA", "20"), ("A", "16"), ("CCC", "8"), ("D", "0")]
)
def test_a_credit_grade_goes_before_the_record_of_payment(grade: str, points: str) -> None:
    rated = {
        "customer_id": "x",
        "item": "credit grade",
        "value": grade,
        "assessed_on": "2026-05-01",
    }
    found = _existing(
        orders=[_order("x", "2026-03-01", 100, 60)],
        receivables=[_invoice("x", "2026-03-01", "2026-02-28")],
        assessments=[rated],
    )
    assert found["x"].points["credit_standing"] == Decimal(points)


def test_paying_late_costs_half_and_being_overdue_the_other_half() -> None:
    orders = [_order(one, "2026-03-01", 100, 60) for one in ("on time", "late", "open")]
    found = _existing(
        orders=orders,
        receivables=[
            _invoice("on time", "2026-03-01", "2026-03-01"),
            _invoice("late", "2026-03-01", "2026-03-02"),
            _invoice("open", "2026-03-01", None),
        ],
    )
    earned = {one: verdict.points["credit_standing"] for one, verdict in found.items()}
    assert earned == {"on time": 20, "late": 10, "open": 0}


@given(
    st.lists(
        st.tuples(st.integers(0, 27), st.one_of(st.none(), st.integers(0, 60))),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 3),
)
def test_paying_later_never_raises_the_standing(
    invoices: list[tuple[int, int | None]], which: int
) -> None:
    from datetime import date, timedelta

    def rows(late: list[int | None]) -> list[dict[str, Any]]:
        made = []
        for (day, _), days in zip(invoices, late, strict=True):
            due = date(2026, 4, 1) + timedelta(days=day)
            settled = None if days is None else (due + timedelta(days=days)).isoformat()
            made.append(_invoice("x", due.isoformat(), settled))
        return made

    before = [days for _, days in invoices]
    after = list(before)
    at = which % len(after)
    after[at] = None if after[at] is None or after[at] > 40 else after[at] + 20  # type: ignore[operator]
    earned = [
        _existing(orders=[_order("x", "2026-03-01", 100, 60)], receivables=rows(late))["x"].points[
            "credit_standing"
        ]
        for late in (before, after)
    ]
    assert earned[0] is not None
    assert earned[1] is not None
    assert earned[1] <= earned[0]


def _behaviour(*contacts: dict[str, Any]) -> Verdict:
    return graded(STANDARD, AS_OF, ["p"], orders=[], interactions=contacts)["p"]["prospect"]


@pytest.mark.parametrize(
    ("day", "points"),
    [
        ("2026-06-30", 8),
        ("2026-05-31", 8),  # 30 days
        ("2026-05-30", 4),  # 31 days
        ("2026-05-01", 4),  # 60 days
        ("2026-04-30", 2),  # 61 days
        ("2026-04-02", 2),  # 89 days
        ("2026-04-01", 0),  # the window is the 90 days after it
    ],
)
def test_behaviour_decays_by_thirds_of_ninety_days(day: str, points: int) -> None:
    assert _behaviour(_contact("p", day, "visit")).points["meetings"] == points


def test_what_a_prospect_begins_counts_double_and_every_kind_is_capped() -> None:
    assert _behaviour(_contact("p", "2026-06-30", "call", "in")).points["talks"] == 8
    many = [
        _contact("p", "2026-06-30", kind, "in")
        for kind in ("visit", "call", "email")
        for _ in range(20)
    ]
    found = _behaviour(*many)
    assert {name: found.points[name] for name in ("meetings", "talks", "letters")} == {
        "meetings": 24,
        "talks": 16,
        "letters": 8,
    }
    assert found.points["behaviour"] == 40


def test_a_fitting_prospect_that_asks_is_hot_and_a_silent_one_is_marked() -> None:
    fitting = {
        "customer_id": "p",
        "ownership_type": "上市公司",
        "total_assets": 200_000_000,
        "annual_revenue": 500_000_000,
        "annual_growth": "0.35",
        "expected_demand": 6_000_000,
    }
    found = graded(
        STANDARD,
        AS_OF,
        [fitting, {**fitting, "customer_id": "silent"}],
        orders=[],
        interactions=[_contact("p", "2026-06-29", "meeting", "in")],
    )
    asks, silent = found["p"]["prospect"], found["silent"]["prospect"]
    assert (asks.points["fit"], asks.points["behaviour"], asks.grade) == (60, 16, "hot")
    assert (silent.score, silent.grade, silent.tags) == (60, "warm", {"neglected"})
    assert not asks.tags


def test_without_interactions_prospects_are_graded_by_fit_alone() -> None:
    found = graded(STANDARD, AS_OF, [{"customer_id": "p", "expected_demand": 6_000_000}], orders=[])
    assert found["p"]["prospect"].points["demand"] == 40  # 20 of the 30 that type and demand share
