"""Payments settle the invoices that they name, and an account's highest balance is any day's."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_facts import measured, standard_of

from kefen.engines.duckdb import DuckDBEngine

D = Decimal
AS_OF = date(2026, 10, 31)
METRICS = """\
open: {sum: "receivables.amount - first_known(receivables.settled_amount, 0)",
  where: receivables.settled_on is unknown, over: all time}
settled_last: {latest: receivables.settled_on, over: all time}
days_late:
  sum: "largest(0, days_between(receivables.due_on, first_known(receivables.settled_on, as_of)))"
  where: receivables.due_on is known
  over: all time
highest: {highest_balance: account_movements.amount, over: last 12 months}
ever: {highest_balance: account_movements.amount, over: all time}
before: {highest_balance: account_movements.amount, over: last 6 months ending 3 months ago}
invoiced: {highest_balance: account_movements.amount, where: "account_movements.kind = 'invoice'"}
balance: {sum: account_movements.amount, over: all time}
family: {highest_balance: account_movements.amount, across: parent_id}
bought: {highest_balance: receivables.amount, dated: due_on}
"""


def invoice(number: str, on: date, amount: str, **further: Any) -> dict[str, Any]:
    return {
        "invoice_id": number,
        "customer_id": "a",
        "issued_on": on,
        "amount": D(amount),
        "settled_on": None,
        "settled_amount": None,
        **further,
    }


def payment(on: date, amount: str, of: str | None, **further: Any) -> dict[str, Any]:
    number = f"{on} {amount} {of} {sorted(further.items())}"
    row = {"payment_id": number, "customer_id": "a", "paid_on": on, "amount": D(amount)}
    return row | {"invoice_id": of} | further


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def found(
    engine: DuckDBEngine,
    invoices: list[dict[str, Any]],
    payments: list[dict[str, Any]] | None,
    as_of: date = AS_OF,
) -> dict[str, Any]:
    facts: dict[str, Any] = {"customers": [{"customer_id": "a"}], "receivables": invoices}
    if payments is not None:
        facts["payments"] = payments
    own: dict[str, Any] = measured(engine, facts, standard_of(METRICS), as_of)["a"]
    return own


def test_payments_that_cover_an_invoice_settle_it_on_the_day_of_the_last(
    engine: DuckDBEngine,
) -> None:
    paid = [payment(day(2, 10), "40", "1"), payment(day(3, 5), "60", "1")]
    own = found(engine, [invoice("1", day(1, 1), "100", due_on=day(2, 28))], paid)
    assert (own["open"], own["settled_last"], own["days_late"]) == (0, day(3, 5), 5)


def test_a_part_that_is_paid_leaves_the_rest_open(engine: DuckDBEngine) -> None:
    own = found(engine, [invoice("1", day(1, 1), "100")], [payment(day(2, 10), "40", "1")])
    assert (own["open"], own["settled_last"]) == (60, None)


def test_what_is_stated_as_settled_and_what_was_paid_count_once(engine: DuckDBEngine) -> None:
    row = invoice("1", day(1, 1), "100", settled_amount=D("30"))
    assert found(engine, [row], [payment(day(2, 10), "40", "1")])["open"] == 60
    assert found(engine, [row], [payment(day(2, 10), "20", "1")])["open"] == 70


def test_a_stated_day_of_settlement_stands_against_payments(engine: DuckDBEngine) -> None:
    row = invoice("1", day(1, 1), "100", settled_on=day(5, 1))
    own = found(engine, [row], [payment(day(2, 10), "100", "1")])
    assert (own["open"], own["settled_last"]) == (0, day(5, 1))


def test_payments_after_the_as_of_date_settle_nothing(engine: DuckDBEngine) -> None:
    row = invoice("1", day(1, 1), "100", settled_on=day(5, 1))
    paid = [payment(day(2, 10), "30", "1"), payment(day(5, 1), "70", "1")]
    assert found(engine, [row], paid, day(4, 30))["open"] == 70
    late = [paid[0], payment(day(4, 1), "70", "1", recorded_on=day(5, 2))]
    assert found(engine, [invoice("1", day(1, 1), "100")], late, day(4, 30))["open"] == 70


def test_a_payment_taken_back_opens_the_invoice_again(engine: DuckDBEngine) -> None:
    paid = [payment(day(2, 1), "100", "1"), payment(day(3, 1), "-100", "1")]
    assert found(engine, [invoice("1", day(1, 1), "100")], paid)["open"] == 100
    again = [*paid, payment(day(4, 1), "100", "1")]
    assert found(engine, [invoice("1", day(1, 1), "100")], again)["settled_last"] == day(4, 1)


def test_a_credit_note_is_settled_by_paying_it_out(engine: DuckDBEngine) -> None:
    rows = [invoice("1", day(1, 1), "-100")]
    assert found(engine, rows, [payment(day(2, 1), "-40", "1")])["open"] == -60
    assert found(engine, rows, [payment(day(2, 1), "-100", "1")])["open"] == 0


def test_paid_in_advance_is_settled_when_it_is_invoiced(engine: DuckDBEngine) -> None:
    own = found(engine, [invoice("1", day(3, 1), "100")], [payment(day(2, 1), "100", "1")])
    assert own["settled_last"] == day(3, 1)


def test_the_highest_balance_is_found_between_the_ends_of_quarters(engine: DuckDBEngine) -> None:
    rows = [invoice("1", day(2, 3), "500"), invoice("2", day(2, 10), "300")]
    rows.append(invoice("3", day(6, 1), "400"))
    paid = [payment(day(2, 20), "800", None), payment(day(6, 2), "100", None)]
    own = found(engine, rows, paid)
    assert (own["highest"], own["balance"], own["before"]) == (800, 300, 800)


def test_an_invoice_paid_on_its_day_is_no_debt(engine: DuckDBEngine) -> None:
    rows = [invoice("1", day(2, 3), "500", settled_on=day(2, 3))]
    assert found(engine, rows, None)["highest"] == 0
    assert (
        found(engine, [invoice("1", day(2, 3), "500")], [payment(day(2, 3), "500", "1")])["highest"]
        == 0
    )


def test_without_payments_invoices_add_up(engine: DuckDBEngine) -> None:
    rows = [invoice("1", day(2, 3), "500"), invoice("2", day(3, 3), "200")]
    own = found(engine, rows, None)
    assert (own["highest"], own["balance"]) == (700, 700)


def test_what_was_owed_before_the_window_is_owed_on_its_first_day(engine: DuckDBEngine) -> None:
    rows = [invoice("1", date(2024, 1, 1), "900")]
    assert found(engine, rows, [payment(day(1, 1), "900", "1")])["highest"] == 900
    assert found(engine, rows, [payment(date(2025, 10, 31), "900", "1")])["highest"] == 0
    assert found(engine, rows, [payment(date(2025, 11, 1), "900", "1")])["highest"] == 0
    assert found(engine, rows, [payment(date(2025, 11, 2), "900", "1")])["highest"] == 900


def test_a_customer_in_credit_never_owed_anything(engine: DuckDBEngine) -> None:
    assert found(engine, [], [payment(day(2, 1), "50", None)])["highest"] == 0


AMOUNTS = tuple(map(D, ("100", "40", "60", "0", "-40", "0.0001")))


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    days = st.one_of(
        st.integers(-500, 5).map(lambda n: AS_OF + timedelta(n)),
        st.sampled_from((date(2025, 10, 31), date(2025, 11, 1), AS_OF, day(3, 1))),
    )
    maybe = st.one_of(st.none(), days)
    ids = draw(st.lists(st.sampled_from("abc"), unique=True, min_size=1))
    customers = [
        {"customer_id": one, "parent_id": draw(st.sampled_from((None, *ids)))} for one in ids
    ]
    owners = draw(st.lists(st.sampled_from(ids), max_size=4))
    invoices = [
        {
            "invoice_id": str(number),
            "customer_id": one,
            "issued_on": draw(days),
            "due_on": draw(maybe),
            "amount": draw(st.sampled_from(AMOUNTS)),
            "settled_on": draw(maybe),
            "settled_amount": draw(st.sampled_from((None, D(40), D(0)))),
        }
        for number, one in enumerate(owners)
    ]
    payments = [
        {
            "payment_id": str(number),
            "customer_id": one,
            "paid_on": draw(days),
            "amount": draw(st.sampled_from(AMOUNTS)),
            "invoice_id": draw(st.sampled_from((None, "0", "1", "2", "elsewhere"))),
            "recorded_on": draw(maybe),
        }
        for number, one in enumerate(draw(st.lists(st.sampled_from(ids), max_size=6)))
    ]
    return {"customers": customers, "receivables": invoices, "payments": payments}


@settings(max_examples=settings.default.max_examples // 3)
@given(facts=accounts(), as_of=st.sampled_from((AS_OF, date(2026, 2, 28))))
def test_both_evaluators_settle_alike(
    shared_engine: DuckDBEngine, facts: dict[str, list[dict[str, Any]]], as_of: date
) -> None:
    for own in measured(shared_engine, facts, standard_of(METRICS), as_of).values():
        if own["highest"] is not None and facts["receivables"]:
            assert own["ever"] >= own["highest"] >= 0


@pytest.mark.parametrize("payments", [True, False])
def test_an_account_sums_to_what_is_open(engine: DuckDBEngine, *, payments: bool) -> None:
    rows = [
        invoice("1", day(1, 1), "100", settled_on=day(2, 1)),
        invoice("2", day(1, 5), "200", settled_amount=D(50)),
        invoice("3", day(1, 9), "70", settled_on=day(2, 1), settled_amount=D(60)),
    ]
    paid = [payment(day(1, 20), "30", "1"), payment(day(1, 21), "80", "2")] if payments else None
    own = found(engine, rows, paid)
    assert own["open"] == own["balance"] == (120 if payments else 150)
