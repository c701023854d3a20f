"""A company whose customers buy at random until they stop, and a standard that models them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tables_by_hand import Company

AS_OF = date(2026, 10, 31)
LIFETIME = """\
standard: lifetime
version: 1
name: {en: Lifetime, zh: 生命周期}
reasons:
  never_bought: {en: never bought, zh: 从未购买}
models:
  buying:
    name: {en: Buying, zh: 购买}
    method: bg_nbd
    inputs:
      repeats: buying_days - 1
      last: days_between(first_purchase_on, last_purchase_on)
      age: days_between(first_purchase_on, as_of)
    among: buying_days > 0
    smallest_population: 60
metrics:
  buying_days:
    {name: {en: Days, zh: 购买日}, distinct: purchases.purchased_on, over: all time}
  first_purchase_on:
    {name: {en: First, zh: 首购}, earliest: purchases.purchased_on, over: all time}
  last_purchase_on:
    {name: {en: Last, zh: 末购}, latest: purchases.purchased_on, over: all time}
  expected:
    {name: {en: Expected, zh: 预期}, from_model: buying, gives: expected_purchases,
     over: next 12 months}
  alive: {name: {en: Alive, zh: 存续}, from_model: buying, gives: probability_alive}
  ahead: {name: {en: Ahead, zh: 前景}, value: 'expected * 2 + first_known(alive, 0)'}
schemes:
  future:
    name: {en: Future, zh: 未来}
    question: {en: "Who will buy?", zh: 谁会再买？}
    among: buying_days > 0
    otherwise: never_bought
    indicators:
      expected: {weight: 60, position: higher is better}
      alive: {weight: 40, bands: [">= 0.8: 40", ">= 0.5: 20", "else: 0"]}
    grade_by: score
    grades: {A: ">= 60", B: else}
  present:
    name: {en: Present, zh: 现在}
    question: {en: "Who buys?", zh: 谁在买？}
    grade_by: conditions
    grades: {many: "buying_days > 3", few: else}
"""


def lifetime_company(seed: int, customers: int) -> Company:
    """Return customers and orders of a few years: rates gamma, a chance to stop after each."""
    dice = Random(seed)
    tables: dict[str, list[dict[str, Any]]] = {"customers": [], "orders": []}
    for number in range(customers):
        identifier = f"{number:05d}"
        tables["customers"].append({"customer_id": identifier, "created_on": date(2023, 1, 1)})
        day = AS_OF - timedelta(days=dice.randint(1, 900))
        rate, stops = dice.gammavariate(0.8, 0.02), dice.betavariate(1, 4)
        while day <= AS_OF:
            tables["orders"].append(
                {
                    "order_id": f"{identifier}-{len(tables['orders'])}",
                    "customer_id": identifier,
                    "ordered_at": day,
                    "amount": Decimal(dice.randint(100, 90_000)) / 100,
                }
            )
            if dice.random() < stops:
                break
            day += timedelta(days=1 + int(dice.expovariate(rate)))
    tables["customers"].append({"customer_id": "never", "created_on": date(2024, 1, 1)})
    return tables
