"""Cumulative shares, whichever side the customer that crosses a line is on, against counting."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from small_company import graded as verdicts_of
from tables_by_hand import dataset_by_hand

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.standards.reader import read_standard

DOCUMENT = """\
standard: shares
version: 1
name: {{en: Shares, zh: 份额}}
reasons: {{none: {{en: nothing, zh: 无}}}}
metrics:
  revenue: {{name: {{en: Revenue, zh: 额}}, sum: orders.amount, over: all time, unit: money}}
schemes:
  shares:
    name: {{en: Shares, zh: 份额}}
    among: revenue > 0
    otherwise: none
    grade_by: share of revenue
    crossing: {crossing}
    grades: {{A: first 20 %, B: first 50 %, C: else}}
"""
STANDARDS = {
    crossing: read_standard(DOCUMENT.format(crossing=crossing), "shares.yaml")
    for crossing in ("inside", "outside")
}


def expected(revenues: dict[str, int], crossing: str) -> dict[str, str]:
    total = sum(revenues.values())
    grades = {}
    for customer, own in revenues.items():
        larger = sum(value for value in revenues.values() if value > own)
        equal = sum(value for value in revenues.values() if value == own)
        within = [
            100 * larger < part * total
            if crossing == "inside"
            else 100 * (larger + equal) <= part * total
            for part in (20, 50)
        ]
        grades[customer] = "A" if within[0] else "B" if within[1] else "C"
    return grades


@given(
    st.lists(st.integers(1, 12) | st.integers(1, 10**6), min_size=1, max_size=25),
    st.sampled_from(["inside", "outside"]),
)
def test_shares_are_those_of_counting_by_hand(values: list[int], crossing: str) -> None:
    revenues = {f"c{number}": value for number, value in enumerate(values)}
    company = {
        "customers": [{"customer_id": customer} for customer in revenues],
        "orders": [
            {
                "order_id": customer,
                "customer_id": customer,
                "ordered_at": date(2026, 1, 1),
                "amount": Decimal(value),
            }
            for customer, value in revenues.items()
        ],
    }
    with DuckDBEngine() as engine:
        run = grade(dataset_by_hand(engine, company), STANDARDS[crossing], date(2026, 5, 1))
        found = {customer: said[0] for (customer, _), said in verdicts_of(run).items()}
    assert found == expected(revenues, crossing)
