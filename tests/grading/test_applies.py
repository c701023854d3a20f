"""An indicator that does not apply earns nothing, whatever its bands would say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import kefen

if TYPE_CHECKING:
    from pathlib import Path

CUSTOMERS = [
    {"customer_id": "C1", "industry": "OEM"},
    {"customer_id": "C2", "industry": "AM"},
    {"customer_id": "C3", "industry": None},
]
ORDERS = [
    {"order_id": str(n), "customer_id": f"C{n}", "ordered_at": "2026-10-01", "amount": amount}
    for n, amount in ((1, 60), (2, 60), (3, 60))
]
STANDARD = """
standard: trades
version: 1
name: {{en: Trades, zh: 行业}}
metrics:
  segment: {{value: customers.industry, name: {{en: Segment, zh: 细分}}}}
  revenue: {{name: {{en: Sales, zh: 收入}}, sum: orders.amount, over: last 12 months, unit: money}}
  orders: {{name: {{en: Orders, zh: 订单}}, count: purchases, over: last 12 months}}
schemes:
  card:
    name: {{en: Card, zh: 卡}}
    indicators:
      own: {{name: {{en: Own, zh: 自有}}, value: revenue, applies: segment = 'AM', {own}}}
      orders: {{{others}bands: [">= 2: 5", "else: 1"]}}
    grade_by: score
    grades: {{A: ">= {line}", B: else}}
"""
WEIGHTED = "weight: 50, out_of: 5, "


@pytest.mark.parametrize(
    "own",
    [
        f'{WEIGHTED}bands: [">= 50: 5", "else: 1"]',
        f'{WEIGHTED}bands: [">= 50: 5", "< 50: 1"]',
        f'{WEIGHTED}if_unknown: left out, bands: [">= 50: 5", "else: 1"]',
        f'{WEIGHTED}if_unknown: zero, bands: [">= 50: 5", "else: 1"]',
        f'{WEIGHTED}bands: [">= 50: 5", "unknown: 5", "else: 1"]',
        f'{WEIGHTED}points: "if(value >= 50, 5, 1)"',
    ],
)
def test_the_weight_of_what_does_not_apply_goes_to_the_others(own: str, tmp_path: Path) -> None:
    found = grades(STANDARD.format(own=own, others=WEIGHTED, line=60), tmp_path)
    # One order earns 1 of 5: of 50 points beside what applies, of 100 alone.
    assert found == {"C1": ("B", 20), "C2": ("A", 60), "C3": ("B", 20)}


def test_points_of_what_does_not_apply_are_nothing(tmp_path: Path) -> None:
    own = 'bands: [">= 50: 5", "else: 1"]'
    found = grades(STANDARD.format(own=own, others="", line=6), tmp_path)
    assert found == {"C1": ("B", 1), "C2": ("A", 6), "C3": ("B", 1)}


def grades(standard: str, folder: Path) -> dict[str, tuple[str, Any]]:
    """Return each customer's grade and score, which one customer at once has too."""
    path = folder / "trades.yaml"
    path.write_text(standard, encoding="utf-8")
    run = kefen.grade(customers=CUSTOMERS, orders=ORDERS, standard=path, as_of="2026-10-31")
    grader = run.grader()
    for customer, order in zip(CUSTOMERS, ORDERS, strict=True):
        alone = grader.grade(customer, orders=[order])["card"]
        explained = grader.explain(customer, "card", orders=[order])
        (scheme,) = explained.schemes
        assert scheme.grade == alone.grade
    rows = run.grades.to_pylist()
    return {row["customer_id"]: (row["grade"], row["score"]) for row in rows}
