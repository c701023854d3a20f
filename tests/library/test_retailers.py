"""Retailers of tobacco: 30 bands in six ways (P03), stars and integrity (P04)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from probing import Verdict, graded

_BANDS = (
    "retailer-bands-by-best",
    "retailer-bands-grid",
    "retailer-bands-volume",
    "retailer-bands-with-manager",
    "retailer-bands-new-licence",
    "retailer-bands-by-capacity",
)


@pytest.mark.parametrize("standard", _BANDS)
def test_there_are_30_bands(standard: str) -> None:
    found = banded(standard, [order("a", 1, 1)], customers=["a"])
    told = found["a"].explained.thresholds
    assert [t.grade for t in told] == [str(n) for n in range(30, 0, -1)]


def order(
    customer: str,
    cartons: Any,
    amount: Any,
    on: str = "2026-10-10",
    product: str = "p",
    category: str | None = None,
) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "ordered_at": on,
        "quantity": cartons,
        "amount": amount,
        "product_id": product,
        "category": category,
    }


def mark(
    customer: str, item: str, value: Any, on: str = "2026-10-20", role: str | None = None
) -> dict[str, Any]:
    row = {"customer_id": customer, "item": item, "value": value, "assessed_on": on}
    return row | {"role": role}


def banded(
    standard: str,
    orders: list[dict[str, Any]],
    assessments: list[dict[str, Any]] | None = None,
    customers: list[Any] | None = None,
    as_of: str = "2026-10-31",
) -> dict[str, Verdict]:
    known = customers or list(dict.fromkeys(row["customer_id"] for row in orders))
    known = [
        {"customer_id": c, "created_on": None, "floor_area": None, "outlet_type": None}
        if isinstance(c, str)
        else c
        for c in known
    ]
    marks = assessments or [mark(known[0]["customer_id"], "another item", 1)]
    found = graded(standard, as_of, known, orders=orders, assessments=marks)
    return {customer: schemes["band"] for customer, schemes in found.items()}


# --- (a) in proportion to the best ------------------------------------------------------------


def test_each_part_is_the_proportion_to_the_best() -> None:
    found = banded(
        "retailer-bands-by-best",
        [
            order("best", 100, 10_000),
            order("half", 50, 5_000),
            order("cartons", 100, 2_500),
            order("varied", 20, 1_000),
            order("varied", 0, 0, product="q"),
            order("varied", 0, 0, product="r"),
            order("varied", 0, 0, product="s"),
        ],
        [mark("best", "cooperation", 10), mark("half", "cooperation", 5)],
    )
    assert {c: v.score for c, v in found.items()} == {
        "best": Decimal("96.25"),  # one brand of four: 5 / 4 of its 5 points
        "half": Decimal("48.75"),
        "cartons": Decimal("50"),
        "varied": Decimal("17.5"),
    }
    assert {c: v.grade for c, v in found.items()} == {
        "best": "29",
        "half": "15",
        "cartons": "16",
        "varied": "6",
    }


def test_one_giant_presses_everybody_else_down() -> None:
    orders = [order("giant", 100_000, 10_000_000)]
    orders += [order(f"c{n}", n, 100 * n, product="x") for n in range(1, 6)]
    found = banded("retailer-bands-by-best", orders)
    assert found["giant"].grade == "29", "no cooperation is known of anybody"
    assert {found[f"c{n}"].grade for n in range(1, 6)} == {"2"}, "5 points for brands, 0 beside"


def test_a_best_of_zero_gives_nothing_to_anybody() -> None:
    found = banded(
        "retailer-bands-by-best",
        [order("a", 10, 0), order("b", 5, 0)],
        [mark("a", "cooperation", 0), mark("b", "cooperation", 0)],
    )
    assert found["a"].points["amount"] == found["b"].points["amount"] == 0
    assert found["a"].points["cooperation"] == 0
    assert found["a"].score == 40


def test_who_ordered_nothing_is_in_no_band() -> None:
    found = banded("retailer-bands-by-best", [order("a", 1, 1), order("b", 1, 1, "2026-07-31")])
    assert (found["b"].grade, found["b"].reason) == (None, "no_order")


# --- (b) grid ---------------------------------------------------------------------------------


def placed(orders: list[dict[str, Any]], *customers: Any) -> dict[str, str | None]:
    found = banded(
        "retailer-bands-grid", orders, customers=list(customers) or None, as_of="2026-09-30"
    )
    return {c: v.grade for c, v in found.items()}


def test_30_cells_are_30_bands() -> None:
    weekly = (0, 5, 10, 20, 30, 40, 50, 60, 80, 100)
    orders = [
        order(f"{section}-{place}", 13 * cartons, 13 * cartons * price, "2026-08-15")
        for section, cartons in enumerate(weekly, 1)
        for place, price in enumerate((99, 100, 200), 1)
        if cartons
    ]
    found = placed(orders)
    assert found == {
        f"{section}-{place}": str((section - 1) * 3 + place)
        for section in range(2, 11)
        for place in (1, 2, 3)
    }


def test_just_below_an_edge_is_the_section_below() -> None:
    orders = [
        order("below 5", "64.9", "12970", "2026-08-15"),
        order("at 5", 65, 6_499, "2026-08-15"),
        order("nothing now", 65, 6_500, "2026-06-30"),
    ]
    assert placed(orders) == {"below 5": "2", "at 5": "4", "nothing now": "1"}


def test_new_outlets_are_placed_by_area_and_type() -> None:
    def outlet(name: str, opened: str, area: Any, kind: str | None) -> dict[str, Any]:
        return {
            "customer_id": name,
            "created_on": opened,
            "floor_area": area,
            "outlet_type": kind,
        }

    customers = [
        outlet("leisure, large", "2026-08-01", 500, "leisure"),
        outlet("leisure, small", "2026-08-01", 10, "leisure"),
        outlet("store of 50", "2026-08-01", 50, "convenience"),
        outlet("store of 50.5", "2026-08-01", "50.5", "convenience"),
        outlet("other of 80", "2026-08-01", 80, "restaurant"),
        outlet("area unknown", "2026-08-01", None, None),
        outlet("opened a day too early", "2026-06-30", 80, "convenience"),
        outlet("opened on the next day", "2026-07-01", 80, "convenience"),
    ]
    assert placed([order("leisure, large", 1_300, 300_000, "2026-08-15")], *customers) == {
        "leisure, large": "6",
        "leisure, small": "6",
        "store of 50": "10",
        "store of 50.5": "15",
        "other of 80": "12",
        "area unknown": "8",
        "opened a day too early": "1",
        "opened on the next day": "15",
    }


# --- (c) positions, equal bands ---------------------------------------------------------------


def test_bands_of_equal_size_from_30_down() -> None:
    orders = [order(f"{n:02}", n, 100 * n) for n in range(1, 61)]
    found = banded("retailer-bands-volume", orders, as_of="2026-10-31")
    assert {c: v.grade for c, v in found.items()} == {
        f"{n:02}": str((n + 1) // 2) for n in range(1, 61)
    }


def test_equal_retailers_share_the_higher_band() -> None:
    orders = [order(f"{n:02}", 10 if n > 20 else n, 1_000 if n > 20 else n) for n in range(1, 31)]
    found = banded("retailer-bands-volume", orders)
    assert {found[f"{n:02}"].grade for n in range(21, 31)} == {"30"}
    assert found["20"].grade == "20", "the ten above it have used up ten bands"


def test_low_tar_earns_its_ten_points() -> None:
    orders = [
        order("low", 10, 100, category="low-tar"),
        order("half", 5, 50, category="low-tar"),
        order("half", 5, 50),
        order("none", 10, 100),
    ]
    found = banded("retailer-bands-volume", orders)
    low, half, none = (found[c].points["low_tar_share"] for c in ("low", "half", "none"))
    assert low is not None
    assert half is not None
    assert none is not None
    assert low > half > none
    # Of three, 30 bands of equal size hold nobody or one: rounded half up, the fifth and so on.
    assert [found[c].grade for c in ("low", "half", "none")] == ["26", "16", "5"]


# --- with the manager -------------------------------------------------------------------------


def test_four_fifths_by_the_system_one_fifth_by_the_manager() -> None:
    found = banded(
        "retailer-bands-with-manager",
        [order("a", 10, 1_000), order("b", 5, 250), order("c", 10, 1_000)],
        [
            mark("a", "account manager", 50, role="account manager"),
            mark("b", "account manager", 100, role="account manager"),
            mark("a", "account manager", 100, "2026-10-30", role="director"),
        ],
    )
    assert {c: v.score for c, v in found.items()} == {
        "a": Decimal(90),
        "b": Decimal(45),  # 10 + 15 + 20
        "c": Decimal(100),  # unmarked: the system's score counts alone
    }
    assert {c: v.grade for c, v in found.items()} == {"a": "28", "b": "14", "c": "30"}


# --- (d) newcomers ----------------------------------------------------------------------------


def test_newcomers_are_placed_by_the_meeting_at_24_at_most() -> None:
    def licence(name: str, opened: str | None) -> dict[str, Any]:
        return {"customer_id": name, "created_on": opened}

    new, old = "2026-09-01", "2020-01-01"
    found = banded(
        "retailer-bands-new-licence",
        [order("best", 1, 29_000), order("half", 1, 14_500), order("new, ordering", 1, 29_000)],
        [
            mark("new, 25", "band", 25, role="joint meeting"),
            mark("new, 24", "band", 24, role="joint meeting"),
            mark("new, 10", "band", 10, role="joint meeting"),
            mark("new, other role", "band", 20, role="manager"),
            mark("new, 31", "band", 31, role="joint meeting"),
            mark("best", "band", 2, role="joint meeting"),
            mark("new, ordering", "band", 7, role="joint meeting"),
        ],
        [
            licence("best", old),
            licence("half", None),
            licence("idle", old),
            *(licence(f"new, {what}", new) for what in ("25", "24", "10", "31", "other role")),
            licence("new, ordering", new),
        ],
    )
    assert {c: (v.grade, v.reason) for c, v in found.items()} == {
        "best": ("30", None),
        "half": ("15", None),
        "idle": ("1", None),
        "new, 25": ("24", None),
        "new, 24": ("24", None),
        "new, 10": ("10", None),
        "new, 31": (None, "not_placed"),
        "new, other role": (None, "not_placed"),
        "new, ordering": ("7", None),
    }
    assert found["new, 25"].decided == "25"


# --- (e) set sizes ----------------------------------------------------------------------------


def test_sizes_are_set_and_equal_retailers_are_never_parted() -> None:
    orders = [order(f"{n:03}", 1, 1_000 - n) for n in range(1, 201)]
    found = banded("retailer-bands-by-capacity", orders)
    bands = [found[f"{n:03}"].grade for n in range(1, 201)]
    assert bands[:8] == ["30", "29", "28", "28", "27", "27", "26", "26"]
    assert [int(b or 0) for b in bands] == sorted((int(b or 0) for b in bands), reverse=True)
    assert set(bands) == {str(n) for n in range(1, 31)}

    tied = [order(f"{n:03}", 1, 500 if n < 10 else 10) for n in range(1, 201)]
    found = banded("retailer-bands-by-capacity", tied)
    assert {found[f"{n:03}"].grade for n in range(1, 10)} == {"30"}
    assert {found[f"{n:03}"].grade for n in range(10, 201)} == {"25"}, "26 ends at the ninth"
    assert found["001"].explained.terms[0].words.en == "by the band alone"


def test_nobody_is_scored_by_hand() -> None:
    found = banded(
        "retailer-bands-by-capacity", [order("a", 1, 1)], [mark("a", "band", 1, role="manager")]
    )
    assert found["a"].explained.lines == ()
    assert found["a"].explained.rules == ()


# --- P04 --------------------------------------------------------------------------------------


def starred(
    orders: list[dict[str, Any]],
    marks: list[dict[str, Any]],
    markets: dict[str, str | None] | None = None,
) -> dict[str, dict[str, Verdict]]:
    ids = list(dict.fromkeys([row["customer_id"] for row in [*orders, *marks]]))
    customers = [{"customer_id": c, "market": (markets or {}).get(c, "town")} for c in ids]
    return graded("retailer-stars", "2026-10-31", customers, orders=orders, assessments=marks)


def test_every_edge_of_capacity() -> None:
    cases = {"15": "15", "14.99": "14.5", "12": "14.5", "11.99": "14", "10": "14", "8": "13.5"}
    cases |= {"5": "13", "4": "11", "3": "9", "2": "7", "1": "5", "0.99": "3"}
    shares = {"30": "10", "26": "10", "25.99": "9.5", "22": "9.5", "20": "9", "18": "8.5"}
    shares |= {"16": "8", "14": "7.5", "12": "7", "10": "6.5", "8": "6", "6": "5.5", "4": "5"}
    shares |= {"2": "4.5", "1.99": "4", "0": "4"}
    prices = {"150": "15", "149.99": "14", "140": "14", "100": "10", "70": "7", "60": "6"}
    prices |= {"59": "5", "49": "4"}
    orders = [order(f"cases {n}", Decimal(n) * 600, 100) for n in cases]
    orders += [order(f"price {n}", 100, Decimal(n) * 100) for n in prices]
    for n in shares:
        own = Decimal(n) * 100
        orders.append(order(f"share {n}", own, 100, category="class 1"))
        orders.append(order(f"share {n}", Decimal(10_000) - own, 100, category="class 2"))
    found = starred(orders, [mark("cases 1", "modernity", 1)])
    for kind, item, expected in (
        ("cases", "monthly_cases", cases),
        ("share", "class_1_share", shares),
        ("price", "carton_price", prices),
    ):
        told = {n: found[f"{kind} {n}"]["stars"].points[item] for n in expected}
        assert told == {n: Decimal(points) for n, points in expected.items()}, kind


def test_diverted_cartons_cost_points_and_stop_supply() -> None:
    cases: dict[tuple[str, ...], tuple[int, int]] = {
        (): (0, 0),
        ("9.99",): (5, 0),
        ("10",): (10, 1),
        ("19.9",): (10, 1),
        ("20",): (10, 2),
        ("29.9",): (10, 2),
        ("30",): (15, 3),
        ("49.9",): (15, 3),
        ("50",): (15, 4),
        ("59.9",): (15, 4),
        ("60",): (20, 6),
        ("5", "25"): (15, 2),
        ("60", "61"): (20, 6),
    }
    marks = [mark(" ".join(c), "diverted cartons", n) for c in cases for n in c]
    marks += [mark(" ".join(c), "diverted cartons", 100, "2025-10-31") for c in cases]  # too old
    found = starred([order(" ".join(c), 600, 60_000) for c in cases], marks)
    for own, (lost, months) in cases.items():
        integrity = found[" ".join(own)]["integrity"]
        assert integrity.score == 20 - lost, own
        assert integrity.terms == {"supply_stop": Decimal(months)}, own
        assert integrity.tags == ({"supply_stopped"} if months else frozenset())
        assert integrity.grade == ("sound" if not lost else "warned" if lost <= 10 else "broken")
        stars = found[" ".join(own)]["stars"]
        assert stars.points["integrity"] == 20 - lost, "the score of the other scheme"


def test_stars_are_ranked_apart_for_town_and_village() -> None:
    orders = [order(f"t{n}", 600 * n, 60_000 * n) for n in range(1, 11)]
    orders += [order(f"v{n}", 60 * n, 600 * n) for n in range(1, 11)]
    orders += [order("nowhere", 600, 60_000)]
    marks = [mark(f"{m}{n}", "modernity", n) for m in "tv" for n in range(1, 11)]
    marks += [mark("t1", "reserved class", "yes")]
    markets: dict[str, str | None] = {f"v{n}": "village" for n in range(1, 11)}
    found = {c: v["stars"] for c, v in starred(orders, marks, markets | {"nowhere": None}).items()}
    # Of ten in a market 10 % is one, 30 % three, 60 % six; 85 % is 8.5, which rounds up to nine.
    expected = ["one", "two", "two", "two", "three", "three", "three", "four", "four", "five"]
    assert [found[f"t{n}"].decided for n in range(1, 11)] == expected
    assert [found[f"v{n}"].grade for n in range(1, 11)] == expected
    assert (found["nowhere"].grade, found["nowhere"].reason) == (None, "value_unknown")
    assert found["t1"].grade == "super", "the company named it; no rank leads there"
    assert {found[f"t{n}"].grade for n in range(2, 11)} == {*expected[1:]}


def test_a_whole_hundred_is_within_reach() -> None:
    marks = [mark("a", "modernity", 20), mark("a", "cooperation", 15)]
    marks += [mark("a", "order rhythm", 5)]
    found = starred([order("a", 15 * 600, 15 * 600 * 150, category="class 1")], marks)
    assert found["a"]["stars"].score == 100
