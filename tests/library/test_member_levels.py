"""Members of networks, airlines, hotels and shops: the published rules, probed at their edges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from probing import graded, problems_of

STANDARDS = (
    "mobile-level",
    "airline-elite",
    "hotel-nights-and-no-shows",
    "hotel-growth-levels",
    "hotel-lifetime-points",
    "shop-growth-immediate",
    "shop-net-paid-400-days",
    "shop-level-year",
    "shop-growth-run",
)


def _line(customer: str, day: str, amount: Any = 1, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, **more}


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_checker_finds_nothing(standard: str) -> None:
    assert problems_of(standard) == []


# --- mobile-level -----------------------------------------------------------------------------


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
        orders=[_line(c, "2025-06-01", 500) for c in "abcdef"],
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
            _line("a", "2024-12-31", 9000),
            _line("a", "2025-01-01", 600),
            _line("a", "2025-12-31", "100.5"),
            _line("a", "2026-01-01", 9000),
        ],
    )
    assert found["a"]["year_level"].score == Decimal("900.5")


def test_the_higher_of_year_and_plan_wins() -> None:
    expected = {"399": "diamond", "398.99": "platinum", "98": "silver", None: "silver"}
    found = graded(
        "mobile-level",
        "2025-12-31",
        _subscribers(*((f"plan {fee}", "2020-01-01", fee) for fee in expected)),
        orders=[_line(f"plan {fee}", "2025-03-01", 600) for fee in expected],
    )
    assert {v["year_level"].grade for v in found.values()} == {"silver"}
    assert {fee: found[f"plan {fee}"]["level"].grade for fee in expected} == expected


def test_cards_that_are_left_out_have_no_level() -> None:
    rows = _subscribers(("a", "2020-01-01", "999"), kind="secondary")
    rows += _subscribers(("b", "2020-01-01", "999"))
    found = graded("mobile-level", "2025-12-31", rows, orders=[_line("a", "2025-03-01", 600)])
    assert found["a"]["level"].reason == "not_rated"
    assert found["b"]["level"].grade == "diamond"


# --- airline-elite ----------------------------------------------------------------------------


def _flights(member: str, *flown: tuple[str, int]) -> list[dict[str, Any]]:
    return [_line(member, day, 500, quantity=km, recorded_on=day) for day, km in flown]


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
    flight = _line("a", "2026-06-20", 500, quantity=40000, recorded_on="2026-08-01")
    other = _line("a", "2026-01-20", 500, quantity=1, recorded_on="2026-01-25")
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


# --- hotels -----------------------------------------------------------------------------------


def _stays(guest: str, day: str, nights: int, amount: Any = 100, **more: Any) -> dict[str, Any]:
    return _line(guest, day, amount, quantity=nights, category="room", **more)


def _no_shows(guest: str, day: str, count: int) -> list[dict[str, Any]]:
    return [_line(guest, day, 0, quantity=1, category="no-show") for _ in range(count)]


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
            _line(str(case), "2026-01-01", case[2], category="level"),
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
        return _line(
            level, "2020-01-01", category="level", product_id=level, channel="app", quantity=0
        )

    levels = ("silver", "gold", "platinum")
    found = graded("hotel-lifetime-points", "2026-06-30", levels, orders=[paid(x) for x in levels])
    assert {c: v["level"].grade for c, v in found.items()} == {
        "silver": "silver",
        "gold": "gold",
        "platinum": "guest",
    }


# --- shops ------------------------------------------------------------------------------------


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
        orders=[_line(paid, "2010-01-01", paid) for paid in cases],
    )
    assert {paid: found[paid]["level"].grade for paid in cases} == cases
    assert found["new"]["level"].score == 100


def test_a_refund_takes_back_what_its_order_gave_at_once() -> None:
    lines = [
        _line("a", "2026-01-01", 450, order_id="1", line="1"),
        _line("a", "2026-03-05", "-50.5", order_id="1", line="2"),
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
            _line(own, "2026-06-01", paid + 120, order_id=own, line="1"),
            _line(own, "2026-06-01", -20, order_id=own, line="2", category="coupon"),
            _line(own, "2026-06-01", 999, order_id=own, line="3", category="freight"),
            _line(own, "2026-06-09", -100, order_id=own, line="4", category="goods"),
        ]
    found = graded("shop-net-paid-400-days", "2026-06-30", list(map(str, cases)), orders=orders)
    for paid, (grade, discount) in cases.items():
        verdict = found[str(paid)]["level"]
        assert (verdict.score, verdict.grade) == (paid, grade)
        assert verdict.terms == {"discount": Decimal(discount)}


def test_the_period_of_payments_is_400_days() -> None:
    orders = [_line("in", "2025-05-27", 2000), _line("out", "2025-05-26", 2000)]
    found = graded("shop-net-paid-400-days", "2026-06-30", ["in", "out"], orders=orders)
    assert found["in"]["level"].grade == "L1"
    assert found["out"]["level"].grade == "L0"


def test_a_refund_of_an_older_order_is_marked_and_costs_growth() -> None:
    found = graded(
        "shop-level-year",
        "2026-06-30",
        ["late", "own"],
        orders=[
            _line("late", "2025-05-01", 500, order_id="1", line="1"),
            _line("late", "2025-12-01", 600, order_id="2"),
            _line("late", "2025-12-05", -100, order_id="1", line="2"),
            _line("own", "2025-12-01", 700, order_id="3", line="1"),
            _line("own", "2025-12-05", -100, order_id="3", line="2"),
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
            _line(str(growth), "2020-01-01", growth - 1),
            _line(str(growth), "2020-12-30", 1),  # the 365th day of the run, in a leap year
            _line(str(growth), "2020-12-31", -5000),
        ]
    found = graded("shop-growth-run", "2026-06-30", [*map(str, cases), "new"], orders=orders)
    assert {growth: found[str(growth)]["level"].grade for growth in cases} == cases
    assert found["new"]["level"].grade == "none"


def test_a_run_is_no_longer_than_365_days() -> None:
    found = graded(
        "shop-growth-run",
        "2021-06-30",
        ["a"],
        orders=[_line("a", "2020-01-01", 9999), _line("a", "2020-12-31", 1)],
    )
    assert found["a"]["level"].score == 9999
