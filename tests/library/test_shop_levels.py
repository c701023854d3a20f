"""Members of shops: the published rules, probed at their edges."""

from __future__ import annotations

from decimal import Decimal

import pytest
from probing import graded, order_line, problems_of

STANDARDS = (
    "shop-growth-immediate",
    "shop-net-paid-400-days",
    "shop-level-year",
    "shop-growth-run",
)


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_checker_finds_nothing(standard: str) -> None:
    assert problems_of(standard) == []


def test_growth_begins_at_one_hundred() -> None:
    cases = {
        "399": "V0",
        "400": "V1",
        "1899": "V1",
        "1900": "V2",
        "4900": "V3",
        "9899.99": "V3",
        "9900": "V4",
    }
    found = graded(
        "shop-growth-immediate",
        "2026-06-30",
        [*cases, "new"],
        orders=[order_line(paid, "2010-01-01", paid) for paid in cases],
    )
    assert {paid: found[paid]["level"].grade for paid in cases} == cases
    assert found["new"]["level"].score == 100


def test_a_refund_takes_back_what_its_order_gave_at_once() -> None:
    lines = [
        order_line("a", "2026-01-01", 450, order_id="1", line="1"),
        order_line("a", "2026-03-05", "-50.5", order_id="1", line="2"),
    ]
    before = graded("shop-growth-immediate", "2026-03-04", ["a"], orders=lines)["a"]["level"]
    after = graded("shop-growth-immediate", "2026-03-05", ["a"], orders=lines)["a"]["level"]
    assert (before.score, before.grade) == (550, "V1")
    assert (after.score, after.grade) == (Decimal("499.5"), "V0")


def test_net_payments_give_discounts() -> None:
    cases = {1999: ("L0", "0"), 2000: ("L1", "0.1"), 5000: ("L2", "0.2"), 10000: ("L3", "0.3")}
    orders = []
    for paid in cases:
        own = str(paid)
        orders += [
            order_line(own, "2026-06-01", paid + 120, order_id=own, line="1"),
            order_line(own, "2026-06-01", -20, order_id=own, line="2", category="coupon"),
            order_line(own, "2026-06-01", 999, order_id=own, line="3", category="freight"),
            order_line(own, "2026-06-09", -100, order_id=own, line="4", category="goods"),
        ]
    found = graded("shop-net-paid-400-days", "2026-06-30", list(map(str, cases)), orders=orders)
    for paid, (grade, discount) in cases.items():
        verdict = found[str(paid)]["level"]
        assert (verdict.score, verdict.grade) == (paid, grade)
        assert verdict.terms == {"discount": Decimal(discount)}


def test_the_period_of_payments_is_400_days() -> None:
    orders = [order_line("in", "2025-05-27", 2000), order_line("out", "2025-05-26", 2000)]
    found = graded("shop-net-paid-400-days", "2026-06-30", ["in", "out"], orders=orders)
    assert found["in"]["level"].grade == "L1"
    assert found["out"]["level"].grade == "L0"


def test_a_refund_of_an_older_order_is_marked_and_costs_growth() -> None:
    found = graded(
        "shop-level-year",
        "2026-06-30",
        ["late", "own"],
        orders=[
            order_line("late", "2025-05-01", 500, order_id="1", line="1"),
            order_line("late", "2025-12-01", 600, order_id="2"),
            order_line("late", "2025-12-05", -100, order_id="1", line="2"),
            order_line("own", "2025-12-01", 700, order_id="3", line="1"),
            order_line("own", "2025-12-05", -100, order_id="3", line="2"),
        ],
    )
    assert (found["late"]["level"].score, found["late"]["level"].grade) == (500, "ordinary")
    assert found["late"]["level"].tags == {"late_refund"}
    assert (found["own"]["level"].score, found["own"]["level"].grade) == (600, "silver")
    assert found["own"]["level"].tags == frozenset()


def test_growth_of_the_best_run() -> None:
    cases = {
        9999: "none",
        10000: "open",
        49999: "open",
        50000: "VIP1",
        100000: "VIP2",
        799999: "VIP2",
        800000: "VIP3",
    }
    orders = []
    for growth in cases:
        orders += [
            order_line(str(growth), "2020-01-01", growth - 1),
            order_line(str(growth), "2020-12-30", 1),  # the 365th day of the run, in a leap year
            order_line(str(growth), "2020-12-31", -5000),
        ]
    found = graded("shop-growth-run", "2026-06-30", [*map(str, cases), "new"], orders=orders)
    assert {growth: found[str(growth)]["level"].grade for growth in cases} == cases
    assert found["new"]["level"].grade == "none"


def test_a_run_is_no_longer_than_365_days() -> None:
    found = graded(
        "shop-growth-run",
        "2021-06-30",
        ["a"],
        orders=[order_line("a", "2020-01-01", 9999), order_line("a", "2020-12-31", 1)],
    )
    assert found["a"]["level"].score == 9999
