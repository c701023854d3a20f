"""Measures whose values were worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from small_facts import measured, standard_of

from kefen.engines.duckdb import DuckDBEngine

D = Decimal


def order(customer: str, on: date, amount: str, **further: Any) -> dict[str, Any]:
    number = f"{customer}{on}{amount}"
    row = {"order_id": number, "customer_id": customer, "ordered_at": on, "amount": D(amount)}
    return row | further


def company(orders: list[dict[str, Any]], *customers: dict[str, Any]) -> dict[str, Any]:
    return {"customers": customers or [{"customer_id": "a"}], "orders": orders}


MONTHS = [(1, "100"), (2, "0"), (3, "50"), (5, "60"), (6, "70"), (7, "80"), (10, "500")]
ORDERS = [order("a", date(2026, month, 28), amount) for month, amount in MONTHS]


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("{sum: orders.amount, over: last 3 whole months}", D(500)),
        ("{sum: orders.amount, over: last 1 whole quarter}", D(80)),
        ("{sum: orders.amount, over: this year from 1 April}", D(710)),
        ("{sum: orders.amount, each: every month, take: mean, over: this year}", D(86)),
        ("{sum: orders.amount, each: month, take: mean, over: this year}", D("122.8571")),
        ("{sum: orders.amount, each: every month, take: longest run of >= 50, over: this year}", 3),
        ("{count: orders, each: every month, take: longest run of = 0, over: this year}", 2),
        ("{sum: orders.amount, each: every month, take: latest run of > 0, over: this year}", 1),
        ("{sum: orders.amount, each: 3 months, take: largest, over: all time}", D(500)),
        ("{count: orders, each: 3 months, take: largest, over: all time}", 3),
        ("{last: orders.amount, over: last 2 whole quarters}", D(80)),
    ],
)
def test_one_customer(engine: DuckDBEngine, metric: str, expected: Any) -> None:
    # The quarter to the end of September is the last whole one at the end of October.
    found = measured(engine, company(ORDERS), standard_of(f"m: {metric}"))
    assert found["a"]["m"] == expected


def test_a_balance_holds_until_the_next_row(engine: DuckDBEngine) -> None:
    as_of = date(2026, 6, 30)
    gold = as_of - timedelta(days=29)
    rows = [order("a", gold, "100000", category="gold")]
    rows += [order("a", as_of - timedelta(days=400), "50000", category="term")]
    standard = standard_of(
        "all: {daily_average: orders.amount, where: orders.category = 'gold',"
        " over: last 180 days}\n"
        "by: {daily_average: orders.amount, each: orders.category, take: sum, over: last 180 days}"
    )
    found = measured(engine, company(rows), standard, as_of)["a"]
    assert found == {"all": D("16666.6667"), "by": D("66666.6667")}


def test_what_was_recorded_later_is_not_known(engine: DuckDBEngine) -> None:
    rows = [
        order("a", date(2026, 10, 1), "10", recorded_on=date(2026, 11, 1)),
        order("a", date(2026, 10, 2), "20", recorded_on=date(2026, 10, 31)),
        order("a", date(2026, 10, 3), "40", recorded_on=None),
    ]
    found = measured(engine, company(rows), standard_of("m: {sum: orders.amount}"))
    assert found["a"]["m"] == 60


def test_families_reach_over_generations_and_circles(engine: DuckDBEngine) -> None:
    parents = {"top": None, "son": "top", "grandson": "son", "alone": None}
    parents |= {"x": "y", "y": "z", "z": "x", "below": "x", "left": "gone", "right": "gone"}
    customers = [{"customer_id": one, "parent_id": parent} for one, parent in parents.items()]
    rows = [order(one, date(2026, 10, 1), "1") for one in parents]
    standard = standard_of("m: {count: orders, across: parent_id}")
    found = measured(engine, company(rows, *customers), standard)
    assert {one: values["m"] for one, values in found.items()} == {
        **dict.fromkeys(("top", "son", "grandson"), 3),
        **dict.fromkeys(("x", "y", "z", "below"), 4),
        **dict.fromkeys(("left", "right"), 2),
        "alone": 1,
    }


def test_raters_and_what_cannot_be_used(engine: DuckDBEngine) -> None:
    def judged(value: str, day: int, who: str | None, role: str = "sales") -> dict[str, Any]:
        on = date(2026, 10, day)
        return {"customer_id": "a", "item": "care", "value": value, "assessed_on": on} | {
            "assessor": who,
            "role": role,
        }

    content = {
        "customers": [{"customer_id": "a"}],
        "assessments": [
            judged("2", 1, "Li"),
            judged("4", 2, "Li"),
            judged("5", 3, "Wang"),
            judged("9", 4, "Wang"),
            judged("x", 5, "Wang"),
            judged("1.5", 6, "Li"),
            judged("1", 7, "Xu", role="credit"),
        ],
    }
    standard = standard_of(
        "last: {judged: care, by: sales, from: 1, to: 5, whole: true}\n"
        "mean: {judged: care, by: sales, from: 1, to: 5, whole: true, raters: mean}\n"
        "any: {judged: care, from: 1, to: 5}\n"
    )
    found = measured(engine, content, standard)["a"]
    assert found == {"last": D(5), "mean": D("4.5"), "any": D(1)}


LINES = [
    order("a", date(2026, 5, 4), "100"),
    order("a", date(2026, 5, 4), "30", status="cancelled"),
    order("a", date(2026, 6, 1), "40", status="cancelled", cancelled_on=date(2026, 10, 31)),
    order("a", date(2026, 6, 2), "50", status="cancelled", cancelled_on=date(2026, 11, 1)),
    order("a", date(2026, 11, 1), "60", status="cancelled", cancelled_on=date(2026, 10, 1)),
]


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("{count: cancellations, over: all time}", 2),
        ("{sum: cancellations.amount, over: this year}", D(70)),
        ("{sum: cancellations.amount, over: last 5 months}", D(40)),
        # A line cancelled on no known day is in no window of days of cancelling.
        ("{sum: cancellations.amount, dated: cancelled_on, over: all time}", D(40)),
        ("{latest: cancellations.cancelled_on, over: all time}", date(2026, 10, 31)),
        ("{sum: orders.amount, over: all time}", D(150)),
        ("{sum: purchases.amount, over: all time}", D(150)),
        # What is cancelled after the as-of date was a line like any other.
        ("{latest: orders.cancelled_on, over: all time}", None),
        ("{count: orders, where: orders.status = 'completed', over: all time}", 1),
    ],
)
def test_cancelled_lines(engine: DuckDBEngine, metric: str, expected: Any) -> None:
    found = measured(engine, company(LINES), standard_of(f"m: {metric}"))
    assert found["a"]["m"] == expected


def test_cancellations_are_unknown_without_the_status_of_orders(engine: DuckDBEngine) -> None:
    standard = standard_of("all: {count: orders}\nm: {count: cancellations}")
    assert measured(engine, company(ORDERS), standard)["a"] == {"all": 7, "m": None}
