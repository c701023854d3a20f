"""Members of hotels: the published rules, probed at their edges."""

from __future__ import annotations

from typing import Any

import pytest
from probing import graded, order_line, problems_of

STANDARDS = ("hotel-nights-and-no-shows", "hotel-growth-levels", "hotel-lifetime-points")


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_checker_finds_nothing(standard: str) -> None:
    assert problems_of(standard) == []


def _stays(guest: str, day: str, nights: int, amount: Any = 100, **more: Any) -> dict[str, Any]:
    return order_line(guest, day, amount, quantity=nights, category="room", **more)


def _no_shows(guest: str, day: str, count: int) -> list[dict[str, Any]]:
    return [order_line(guest, day, 0, quantity=1, category="no-show") for _ in range(count)]


def _members(level: str, *names: str) -> list[dict[str, Any]]:
    return [{"customer_id": name, "member_level": level} for name in names]


def test_gold_rises_by_nights_and_few_no_shows() -> None:
    cases = {  # nights, no-shows: today's edition, the one before
        (40, 3): ("platinum", "platinum"),
        (40, 4): ("gold", "gold"),
        (39, 0): ("gold", "platinum"),
        (20, 0): ("gold", "platinum"),
        (19, 0): ("gold", "gold"),
    }
    orders = []
    for nights, no_shows in cases:
        guest = f"{nights} {no_shows}"
        orders += [
            _stays(guest, "2026-01-01", nights),
            _stays(guest, "2025-12-31", 100),
            *_no_shows(guest, "2026-02-01", no_shows),
            *_no_shows(guest, "2025-12-31", 9),
        ]
    found = graded(
        "hotel-nights-and-no-shows",
        "2026-09-30",
        _members("gold", *(f"{n} {s}" for n, s in cases)),
        orders=orders,
    )
    for (nights, no_shows), expected in cases.items():
        own = found[f"{nights} {no_shows}"]
        assert (own["rising"].grade, own["rising_before"].grade) == expected
        assert own["keeping"].reason == "not_platinum"


def test_platinum_keeps_by_the_year_before() -> None:
    cases = {(30, 3): "platinum", (29, 0): "gold", (30, 4): "gold"}
    orders = []
    for nights, no_shows in cases:
        guest = f"{nights} {no_shows}"
        orders += [
            _stays(guest, "2025-12-31", nights),
            _stays(guest, "2026-01-01", 50),
            *_no_shows(guest, "2025-03-01", no_shows),
        ]
    found = graded(
        "hotel-nights-and-no-shows",
        "2026-01-01",
        _members("platinum", *(f"{n} {s}" for n, s in cases)),
        orders=orders,
    )
    for (nights, no_shows), expected in cases.items():
        own = found[f"{nights} {no_shows}"]
        assert own["keeping"].grade == expected
        assert own["rising"].reason == "not_gold"


def test_the_oldest_edition_joins_stays_nights_and_points() -> None:
    cases = {  # stays, nights each, amount each
        (10, 2, "1"): "platinum",
        (9, 3, "1"): "gold",
        (11, 1, "1"): "gold",
        (1, 1, "10000"): "gold",
        (1, 1, "10000.01"): "platinum",
    }
    found = graded(
        "hotel-nights-and-no-shows",
        "2026-09-30",
        _members("gold", *map(str, cases)),
        orders=[
            _stays(str(case), "2026-01-05", case[1], case[2])
            for case in cases
            for _ in range(case[0])
        ],
    )
    assert {case: found[str(case)]["rising_long_ago"].grade for case in cases} == cases


def test_growth_levels_by_nights_growth_or_payment() -> None:
    cases = {  # nights, amount, price of the level bought
        (2, 999, 58): "electronic",
        (2, 999, 59): "silver",
        (3, 1, 0): "silver",
        (1, 1000, 0): "silver",
        (1, 1, 168): "silver",
        (1, 1, 169): "gold",
        (5, 1, 0): "gold",
        (1, 1500, 0): "gold",
        (1, 1, 99999): "gold",
        (15, 1, 0): "platinum",
        (1, 10000, 0): "platinum",
        (40, 1, 0): "diamond",
        (1, 25000, 0): "diamond",
    }
    orders = []
    for case in cases:
        orders += [
            _stays(str(case), "2025-07-01", case[0], case[1]),
            _stays(str(case), "2025-06-30", 100, 100000),
            order_line(str(case), "2026-01-01", case[2], category="level"),
        ]
    found = graded("hotel-growth-levels", "2026-06-30", [str(c) for c in cases], orders=orders)
    assert {case: found[str(case)]["level"].grade for case in cases} == cases


def test_a_guest_without_a_stay_is_an_electronic_member() -> None:
    found = graded(
        "hotel-growth-levels", "2026-06-30", ["a", "b"], orders=[_stays("b", "2026-01-01", 3)]
    )
    assert found["a"]["level"].grade == "electronic"


def test_levels_for_life_by_points_or_more_nights_than() -> None:
    cases = {  # nights, points
        (2, 499): "guest",
        (3, 0): "silver",
        (0, 500): "silver",
        (8, 0): "silver",
        (9, 0): "gold",
        (0, 2000): "gold",
        (20, 0): "gold",
        (21, 0): "platinum",
        (0, 5000): "platinum",
    }
    orders = []
    for nights, points in cases:
        guest = f"{nights} {points}"
        orders += [
            _stays(guest, "2001-01-01", nights, 9999, channel="agency"),
            _stays(guest, "2001-01-01", 0, points, channel="web"),
            _stays(guest, "2001-01-01", 0, 9999),
        ]
    found = graded(
        "hotel-lifetime-points", "2026-06-30", [f"{n} {p}" for n, p in cases], orders=orders
    )
    assert {(n, p): found[f"{n} {p}"]["level"].grade for n, p in cases} == cases


def test_the_difference_can_be_paid_but_not_for_platinum() -> None:
    def paid(level: str) -> dict[str, Any]:
        return order_line(
            level, "2020-01-01", category="level", product_id=level, channel="app", quantity=0
        )

    levels = ("silver", "gold", "platinum")
    found = graded("hotel-lifetime-points", "2026-06-30", levels, orders=[paid(x) for x in levels])
    assert {c: v["level"].grade for c, v in found.items()} == {
        "silver": "silver",
        "gold": "gold",
        "platinum": "guest",
    }
