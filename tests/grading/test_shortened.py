"""Facts that several aggregations read are cut short without changing what is counted."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from small_company import measured
from tables_by_hand import dataset_by_hand

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.standards.reader import read_standard

STANDARD = """\
standard: counting
version: 1
name: {en: Counting, zh: 计数}
metrics:
  revenue: {sum: orders.amount, over: all time}
  late: {sum: orders.amount, over: last 6 months}
  orders: {count: purchases, over: all time}
  billed: {sum: receivables.amount, over: all time}
  billed_lately: {sum: receivables.amount, over: last 6 months}
  days_billed: {distinct: receivables.issued_on, over: all time}
schemes:
  size:
    score: revenue + billed
    grade_by: score
    grades: {A: ">= 100", B: else}
"""


def _order(customer: str, amount: int, day: str) -> dict[str, Any]:
    return {
        "order_id": f"{customer}/{day}",
        "line": "1",
        "customer_id": customer,
        "ordered_at": datetime.fromisoformat(day),
        "amount": Decimal(amount),
    }


def _invoice(customer: str, amount: int, day: str) -> dict[str, Any]:
    return {
        "invoice_id": f"{customer}/{day}",
        "customer_id": customer,
        "issued_on": date.fromisoformat(day),
        "amount": Decimal(amount),
    }


def test_ids_that_look_like_row_numbers_keep_their_own_rows() -> None:
    # In short, order lines have a customer's row number; no other fact does.
    ids = ["2", "1", "0", "00", "3"]
    company = {
        "customers": [{"customer_id": name, "created_on": date(2020, 1, 1)} for name in ids],
        "orders": [
            _order(name, 10**place, day)
            for place, name in enumerate(ids)
            for day in ("2025-02-01", "2026-02-01")
        ],
        "receivables": [
            _invoice(name, 3 * 10**place, day)
            for place, name in enumerate(ids)
            for day in ("2025-03-01", "2026-03-01")
        ],
    }
    standard = read_standard(STANDARD, "counting.yaml")
    with DuckDBEngine() as engine:
        run = grade(dataset_by_hand(engine, company), standard, date(2026, 4, 30))
        assert measured(run) == {
            name: {
                "revenue": 2 * 10**place,
                "late": 10**place,
                "orders": 2,
                "billed": 6 * 10**place,
                "billed_lately": 3 * 10**place,
                "days_billed": 2,
            }
            for place, name in enumerate(ids)
        }
