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


def test_years_are_counted_by_the_sum_of_the_best_of_each_kind(engine: DuckDBEngine) -> None:
    nights = [(2024, "card", 8), (2024, "card", 9), (2024, "stay", 1), (2025, "card", 9)]
    rows = [
        order("a", date(year, 3, 1), str(count), category=kind, quantity=D(count), line=str(n))
        for n, (year, kind, count) in enumerate(nights)
    ]
    standard = standard_of(
        "years: {largest: orders.quantity, over: all time, each: [year, orders.category],"
        " take: [number of >= 10, sum]}\n"
        "before: {count: orders, over: last 1 whole year ending 1 day ago}"
    )
    for as_of in (date(2025, 1, 1), date(2025, 6, 1), date(2025, 12, 31)):
        found = measured(engine, company(rows), standard, as_of)["a"]
        assert found == {"years": 1, "before": 3}


def test_within_a_family_each_row_keeps_its_own_customer(engine: DuckDBEngine) -> None:
    customers = [{"customer_id": "G1"}, {"customer_id": "G2", "parent_id": "G1"}]
    limits = [("G1", "2500000"), ("G2", "2450000")]
    rows = [
        {"customer_id": one, "item": "limit", "value": value, "assessed_on": date(2020, 1, 1)}
        for one, value in limits
    ]
    standard = standard_of(
        "exposure: {last: number(assessments.value), across: parent_id, over: all time,"
        " each: assessments.customer_id, take: sum}\n"
        "companies: {distinct: assessments.customer_id, across: parent_id, over: all time}\n"
        "own: {largest: number(assessments.value), across: parent_id, over: all time,"
        " where: assessments.customer_id = 'G2'}"
    )
    found = measured(engine, {"customers": customers, "assessments": rows}, standard)
    expected = {"exposure": D(4_950_000), "companies": 2, "own": D(2_450_000)}
    assert found == {"G1": expected, "G2": expected}


def test_all_that_is_last_is_of_one_row(engine: DuckDBEngine) -> None:
    rows = [
        {"customer_id": "a", "period_end": date(2026, 6, 30), "revenue": D(900), "assets": D(50)},
        {"customer_id": "a", "period_end": date(2026, 9, 30), "revenue": None, "assets": D(70)},
    ]
    standard = standard_of(
        "revenue: {last: financials.revenue}\n"
        "assets: {last: financials.assets}\n"
        "rate: {last: financials.revenue / financials.assets}\n"
        "reported: {last: financials.assets, where: financials.revenue is known}\n"
        "first: {first: financials.revenue}"
    )
    found = measured(engine, {"customers": [{"customer_id": "a"}], "financials": rows}, standard)
    assert found["a"] == {
        "revenue": None,
        "assets": D(70),
        "rate": None,
        "reported": D(50),
        "first": D(900),
    }


def test_of_rows_of_one_moment_the_columns_decide_alike_for_all(engine: DuckDBEngine) -> None:
    day = date(2026, 10, 1)
    rows = [
        order("a", day, "10", order_id="3", line="1", category="tea"),
        order("a", day, "90", order_id="1", line="1", category="salt"),
        order("a", day, "50", order_id="3", line="2", category=None),
        order("b", day, "10", order_id="9", category="tea", recorded_on=None),
        order("b", day, "20", order_id="1", category="salt", recorded_on=day + timedelta(days=5)),
    ]
    standard = standard_of(
        "amount: {last: orders.amount}\nkind: {last: orders.category}\n"
        "first: {first: orders.amount}"
    )
    found = measured(engine, company(rows, {"customer_id": "a"}, {"customer_id": "b"}), standard)
    assert found == {
        "a": {"amount": D(50), "kind": None, "first": D(50)},
        # What was recorded last corrects what was recorded before.
        "b": {"amount": D(20), "kind": "salt", "first": D(20)},
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
