"""Members of a mobile network and of an airline: the published rules, probed at their edges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from probing import graded, order_line, problems_of

STANDARDS = ("mobile-level", "airline-elite")


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_checker_finds_nothing(standard: str) -> None:
    assert problems_of(standard) == []


def _subscribers(*rows: tuple[str, str, Any], kind: str | None = None) -> list[dict[str, Any]]:
    return [
        {"customer_id": c, "created_on": opened, "plan_fee": fee, "card_kind": kind}
        for c, opened, fee in rows
    ]


def test_tenure_points_by_step() -> None:
    found = graded(
        "mobile-level",
        "2025-12-31",
        _subscribers(
            ("a", "2025-01-01", None),
            ("b", "2024-12-31", None),
            ("c", "2022-12-31", None),
            ("d", "2023-01-01", None),
            ("e", "2015-12-31", None),
            ("f", "2016-01-01", None),
        ),
        orders=[order_line(c, "2025-06-01", 500) for c in "abcdef"],
    )
    level = {c: v["year_level"] for c, v in found.items()}
    assert level["a"].reason == "not_rated"
    points = {c: level[c].points["years_on_net"] for c in "bcdef"}
    assert points == {"b": 100, "c": 200, "d": 100, "e": 300, "f": 200}
    assert level["e"].score == 800
    assert level["e"].grade == "silver"
    assert level["c"].grade == "entry"


def test_only_the_last_calendar_year_counts() -> None:
    found = graded(
        "mobile-level",
        "2026-01-31",
        _subscribers(("a", "2020-01-01", None)),
        orders=[
            order_line("a", "2024-12-31", 9000),
            order_line("a", "2025-01-01", 600),
            order_line("a", "2025-12-31", "100.5"),
            order_line("a", "2026-01-01", 9000),
        ],
    )
    assert found["a"]["year_level"].score == Decimal("900.5")


def test_the_higher_of_year_and_plan_wins() -> None:
    expected = {"399": "diamond", "398.99": "platinum", "98": "silver", None: "silver"}
    found = graded(
        "mobile-level",
        "2025-12-31",
        _subscribers(*((f"plan {fee}", "2020-01-01", fee) for fee in expected)),
        orders=[order_line(f"plan {fee}", "2025-03-01", 600) for fee in expected],
    )
    assert {v["year_level"].grade for v in found.values()} == {"silver"}
    assert {fee: found[f"plan {fee}"]["level"].grade for fee in expected} == expected


def test_cards_that_are_left_out_have_no_level() -> None:
    rows = _subscribers(("a", "2020-01-01", "999"), kind="secondary")
    rows += _subscribers(("b", "2020-01-01", "999"))
    found = graded("mobile-level", "2025-12-31", rows, orders=[order_line("a", "2025-03-01", 600)])
    assert found["a"]["level"].reason == "not_rated"
    assert found["b"]["level"].grade == "diamond"


def _flights(member: str, *flown: tuple[str, int]) -> list[dict[str, Any]]:
    return [order_line(member, day, 500, quantity=km, recorded_on=day) for day, km in flown]


def test_rising_by_kilometres() -> None:
    expected = {
        39999: "member",
        40000: "silver",
        79999: "silver",
        80000: "gold",
        159999: "gold",
        160000: "platinum",
        999999: "platinum",
    }
    found = graded(
        "airline-elite",
        "2026-06-30",
        [str(km) for km in expected],
        orders=[row for km in expected for row in _flights(str(km), ("2026-02-01", km))],
    )
    assert {km: found[str(km)]["rising"].grade for km in expected} == expected


def test_rising_by_segments() -> None:
    expected = {24: "member", 25: "silver", 39: "silver", 40: "gold", 89: "gold", 90: "platinum"}
    found = graded(
        "airline-elite",
        "2026-06-30",
        [str(n) for n in expected],
        orders=[row for n in expected for row in _flights(str(n), *[("2026-02-01", 100)] * n)],
    )
    assert {n: found[str(n)]["rising"].grade for n in expected} == expected


def test_the_best_twelve_consecutive_months_count_for_rising() -> None:
    found = graded(
        "airline-elite",
        "2026-06-30",
        ["a", "b"],
        orders=[
            # February 2020 to January 2021 are 12 months, to February 2021 they are 13.
            *_flights("a", ("2020-02-29", 20000), ("2021-01-31", 20000)),
            *_flights("b", ("2020-02-29", 20000), ("2021-02-01", 20000)),
        ],
    )
    assert found["a"]["rising"].grade == "silver"
    assert found["b"]["rising"].grade == "member"


def test_retention_counts_the_months_up_to_one_before_the_month_of_expiry() -> None:
    flown: dict[str, list[tuple[str, int]]] = {
        "first day": [("2025-07-01", 35000), ("2026-07-01", 1)],
        "last day": [("2026-06-30", 35000)],
        "day before": [("2025-06-30", 35000)],
        "day after": [("2026-07-01", 35000)],
        "one short": [("2026-06-30", 34999)],
        "gold": [("2026-06-30", 70000)],
        "platinum": [("2026-06-30", 145000)],
        "22 segments": [("2026-06-30", 100)] * 22,
        "23 segments": [("2026-06-30", 100)] * 23,
        "36 segments": [("2026-06-30", 100)] * 36,
        "80 segments": [("2026-06-30", 100)] * 80,
    }
    found = graded(
        "airline-elite",
        "2026-07-31",
        list(flown),
        orders=[row for member, flights in flown.items() for row in _flights(member, *flights)],
    )
    assert {member: own["retaining"].grade for member, own in found.items()} == {
        "first day": "silver",
        "last day": "silver",
        "day before": "member",
        "day after": "member",
        "one short": "member",
        "gold": "gold",
        "platinum": "platinum",
        "22 segments": "member",
        "23 segments": "silver",
        "36 segments": "gold",
        "80 segments": "platinum",
    }


def test_the_lower_line_retains_what_would_not_rise() -> None:
    found = graded(
        "airline-elite", "2026-07-31", ["a"], orders=_flights("a", ("2026-01-05", 36000))
    )
    assert found["a"]["rising"].grade == "member"
    assert found["a"]["retaining"].grade == "silver"


def test_a_flight_posted_late_does_not_count_yet() -> None:
    flight = order_line("a", "2026-06-20", 500, quantity=40000, recorded_on="2026-08-01")
    other = order_line("a", "2026-01-20", 500, quantity=1, recorded_on="2026-01-25")
    before = graded("airline-elite", "2026-07-31", ["a"], orders=[flight, other])
    after = graded("airline-elite", "2026-08-31", ["a"], orders=[flight, other])
    assert before["a"]["retaining"].grade == "member"
    assert before["a"]["rising"].grade == "member"
    assert after["a"]["rising"].grade == "silver"


def test_lifetime_platinum_is_a_floor() -> None:
    flown = [(f"20{year:02d}-03-01", 100000) for year in range(10, 20)]
    found = graded(
        "airline-elite",
        "2026-07-31",
        ["a", "b", "c"],
        orders=[*_flights("a", *flown), *_flights("b", *flown[1:], ("2010-03-01", 99999))],
    )
    assert found["a"]["rising"].decided == "gold"
    assert found["a"]["rising"].grade == "platinum"
    assert found["a"]["rising"].tags == {"lifetime"}
    assert found["a"]["retaining"].grade == "platinum"
    assert found["b"]["rising"].grade == "gold"
    assert found["b"]["retaining"].grade == "member"
    assert found["c"]["rising"].reason == "no_flight"
