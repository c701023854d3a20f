"""Credit grades: caps, vetoes, limits and missing groups; and lateness never raises a grade."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from probing import graded, probe, problems_of

from kefen.compiler.rowwise import grades_of_customer
from kefen.compiler.rowwise_metrics import metrics_of_customers
from kefen.standards.calibration import SchemeCalibration
from kefen.standards.model import Standard
from kefen.standards.reader import bundled_standard

AS_OF = date(2026, 6, 30)
STANDARDS = ("customer-credit", "default")


def _day(back: int) -> date:
    return AS_OF - timedelta(days=back)


def _invoice(customer: str, due_back: int, late: int | None, amount: int = 1_000) -> dict[str, Any]:
    """Return an invoice due so many days ago, settled so many days late; open when None."""
    settled = None if late is None or late > due_back else _day(due_back - late)
    return {
        "customer_id": customer,
        "issued_on": _day(due_back + 30),
        "due_on": _day(due_back),
        "amount": amount,
        "settled_on": settled,
        "disputed": False,
    }


def _prompt(customer: str, years: int = 3) -> list[dict[str, Any]]:
    return [_invoice(customer, 30 * month, 0) for month in range(1, 12 * years)]


def test_the_checker_finds_nothing() -> None:
    assert problems_of("customer-credit") == []


def test_without_invoices_it_is_said_and_without_the_table_the_scheme_is_not_run() -> None:
    found = probe("customer-credit", AS_OF, ["a", "new"], receivables=_prompt("a"))
    assert found.verdicts["new"]["credit"].reason == "no_receivables"
    assert found.verdicts["new"]["credit"].grade is None
    without = probe("customer-credit", AS_OF, ["a"], orders=[])
    assert [item["scheme"] for item in without.record["schemes_not_run"]] == ["credit"]
    lacking = without.record["schemes_not_run"][0]["lacking"]
    assert any(name.startswith("receivables") for name in lacking)


def test_missing_groups_hand_their_weight_on_and_cap_the_grade() -> None:
    verdict = graded("customer-credit", AS_OF, ["a"], receivables=_prompt("a", 6))["a"]["credit"]
    assert verdict.score == verdict.points["special"] == 100
    assert verdict.decided == "AAA"
    assert verdict.grade == "AA", "no statements: at most AA"
    told = [item.en for item in verdict.explained.missing]
    assert any("Current ratio" in line and "not imported" in line for line in told), told


@pytest.mark.parametrize(
    ("days", "most"), [(30, "AA"), (31, "BBB"), (90, "BBB"), (91, "CCC"), (180, "CCC"), (181, "D")]
)
def test_an_invoice_overdue_now_caps_the_grade_at_its_edges(days: int, most: str) -> None:
    rows = [*_prompt("a", 6), _invoice("a", days, None, amount=1)]
    verdict = graded("customer-credit", AS_OF, ["a"], receivables=rows)["a"]["credit"]
    assert verdict.grade == most
    assert "overdue" in verdict.tags


def test_the_published_limit_by_net_worth_and_turnover() -> None:
    """35 % of 80,000 is 28,000, and 5 % of 700,000 is 35,000: the smaller is the limit."""
    statement = {
        "customer_id": "a",
        "period_end": "2025-12-31",
        "assets": 200_000,
        "liabilities": 120_000,
        "revenue": 700_000,
        "profit": 70_000,
        "current_assets": 150_000,
        "current_liabilities": 70_000,
    }
    rows = [_invoice("a", 30 * month, 0, amount=100_000) for month in range(1, 70)]
    verdict = graded("customer-credit", AS_OF, ["a"], receivables=rows, financials=[statement])
    assert verdict["a"]["credit"].grade in {"AAA", "AA", "A"}
    assert verdict["a"]["credit"].terms["limit"] == 28_000


def test_no_limit_is_negative_and_bad_grades_have_none() -> None:
    broke = {
        "customer_id": "a",
        "period_end": "2025-12-31",
        "assets": 10,
        "liabilities": 9_000,
        "revenue": 1,
    }
    found = graded(
        "customer-credit", AS_OF, ["a"], receivables=_prompt("a", 6), financials=[broke]
    )["a"]["credit"]
    assert found.grade == "B", "debts above the assets cap at B"
    assert found.terms["limit"] == 0


def test_a_dishonest_debtor_is_d_whatever_the_record() -> None:
    listed = {
        "customer_id": "a",
        "item": "dishonest debtor list",
        "value": "yes",
        "assessed_on": "2026-06-01",
    }
    found = graded(
        "customer-credit", AS_OF, ["a"], receivables=_prompt("a", 6), assessments=[listed]
    )
    assert found["a"]["credit"].grade == "D"


def test_over_the_limit_is_capped_and_tagged() -> None:
    rows = [*_prompt("a", 6), _invoice("a", -10, None, amount=5_000)]
    customer = {"customer_id": "a", "credit_limit": 4_999}
    found = graded("customer-credit", AS_OF, [customer], receivables=rows)["a"]["credit"]
    assert found.grade == "A"
    assert {"over_limit", "ever_over_limit"} <= found.tags


def test_credit_notes_alone_are_no_overdue_amount() -> None:
    rows = [_invoice("a", 400, None, amount=-500)]
    for standard in STANDARDS:
        found = graded(standard, AS_OF, ["a"], receivables=rows, orders=[])["a"]["credit"]
        assert found.grade is not None or found.reason in ("value_unknown", "no_receivables")
    found = graded("customer-credit", AS_OF, ["a"], receivables=rows)["a"]["credit"]
    assert found.reason == "no_receivables", "a credit note is no record of payment"


def test_a_debt_above_the_limit_between_the_ends_of_quarters_is_seen() -> None:
    # Billed 40 days after a quarter's end, paid 10 days later.
    peak = _invoice("a", 220, None, amount=9_000) | {"settled_on": _day(222)}
    customer = {"customer_id": "a", "credit_limit": 5_000}
    told = graded("customer-credit", AS_OF, [customer], receivables=[*_prompt("a", 6), peak])
    found = told["a"]["credit"]
    assert "ever_over_limit" in found.tags
    assert "over_limit" not in found.tags
    assert found.points["times_over_limit"] > 0
    assert found.points["highest_use"] == 0


# --- lateness -----------------------------------------------------------------------------------


@cache
def _read(standard: str) -> Standard:
    return bundled_standard(standard)


def _grade(standard: Standard, rows: list[dict[str, Any]]) -> tuple[int | None, Decimal | None]:
    """Return (place of the grade, the best being 0; score), row by row."""
    available = {
        name
        for name, metric in standard.metrics.items()
        if set(metric.tables) <= {"receivables", "customers"}
    }
    metrics = metrics_of_customers(
        standard,
        {"receivables": [_exact(row) for row in rows]},
        [{"customer_id": "a", "credit_limit": Decimal(3_000)}],
        AS_OF,
        available=available,
    )["a"]
    calibrations = {"credit": SchemeCalibration(1)}
    found = grades_of_customer(standard, calibrations, metrics, AS_OF, running=["credit"])["credit"]
    order = [grade.id for grade in standard.schemes["credit"].grades]
    return (None if found.grade is None else order.index(found.grade)), found.score


def _exact(row: dict[str, Any]) -> dict[str, Any]:
    return {"invoice_id": "i", **row, "amount": Decimal(row["amount"])}


_INVOICES = st.lists(
    st.tuples(
        st.integers(-60, 800),  # due so many days ago
        st.one_of(st.none(), st.integers(-20, 300)),  # settled so many days late
        st.sampled_from((1, 250, 1_000, 1_000, 9_999, -100)),
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize("name", STANDARDS)
@given(invoices=_INVOICES, which=st.integers(0, 11), more=st.one_of(st.none(), st.integers(1, 200)))
def test_more_lateness_never_raises_a_credit_grade(
    name: str,
    invoices: list[tuple[int, int | None, int]],
    which: int,
    more: int | None,
) -> None:
    """One invoice above zero is settled later, or not at all: no better grade, no more points."""
    which %= len(invoices)
    due, late, amount = invoices[which]
    if late is None or amount < 0:
        return
    later = None if more is None else max(late, 0) + more
    standard = _read(name)
    before = _grade(standard, [_invoice("a", d, n, a) for d, n, a in invoices])
    changed = [*invoices[:which], (due, later, amount), *invoices[which + 1 :]]
    after = _grade(standard, [_invoice("a", d, n, a) for d, n, a in changed])
    if before[0] is None:
        return
    assert after[0] is not None
    assert after[0] >= before[0], "a later payment gave a better grade"
    if before[1] is not None and after[1] is not None:
        assert after[1] <= before[1]
