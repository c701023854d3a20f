"""A part of the best is rounded once, whatever its weight."""

from __future__ import annotations

from decimal import Decimal

from probing import graded

DOCUMENT = """\
standard: best
version: 1
name: {en: Best, zh: 最好}
metrics:
  revenue: {name: {en: Revenue, zh: 额}, sum: orders.amount, over: all time, unit: money}
schemes:
  part:
    name: {en: Part, zh: 比例}
    indicators: {revenue: {of_best: higher is better, weight: 29}}
    grade_by: score
    grades: {A: ">= 9.6667", B: else}
"""


def scores(*amounts: int) -> list[Decimal | None]:
    customers = [f"c{number}" for number in range(len(amounts))]
    orders = [
        {"customer_id": customer, "ordered_at": "2026-01-01", "amount": amount}
        for customer, amount in zip(customers, amounts, strict=True)
    ]
    found = graded(DOCUMENT, "2026-05-01", customers, orders=orders)
    return [found[customer]["part"].score for customer in customers]


def test_a_third_of_29_is_rounded_once() -> None:
    assert scores(300, 100) == [Decimal("29.0000"), Decimal("9.6667")]


def test_below_zero_earns_nothing_and_the_best_all() -> None:
    assert scores(70, -10, 0) == [Decimal("29.0000"), Decimal("0.0000"), Decimal("0.0000")]


def test_where_nobody_has_more_than_zero_nobody_earns() -> None:
    assert scores(0, -5) == [Decimal("0.0000"), Decimal("0.0000")]
