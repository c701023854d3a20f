"""Sellers, ABC classes, RFM maps and leads: the published rules, probed at their edges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from probing import Verdict, graded, problems_of

STANDARDS = ("marketplace-seller-level", "contribution-abc", "rfm-map", "rfm-codes", "lead-score")


def _line(customer: str, day: str, amount: Any = 1, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": day, "amount": amount, **more}


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_checker_finds_nothing(standard: str) -> None:
    assert problems_of(standard) == []


# --- marketplace-seller-level -----------------------------------------------------------------


def _events(result: str, buyers: list[str], day: str = "2026-05-01") -> list[dict[str, Any]]:
    return [{"customer_id": "s", "at": day, "contact": b, "result": result} for b in buyers]


def _seller(
    sold: int,
    events: list[dict[str, Any]],
    *,
    day: str = "2026-05-01",
    opened: str = "2020-01-01",
    amount: Any = 20,
    tracked: int | None = None,
    more: list[dict[str, Any]] | None = None,
) -> Verdict:
    rows = _events("tracked on time", ["x"] * (sold if tracked is None else tracked), day)
    orders = [_line("s", day, amount, channel="US") for _ in range(sold)] + (more or [])
    return graded(
        "marketplace-seller-level",
        "2026-05-20",
        [{"customer_id": "s", "created_on": opened}],
        orders=orders,
        interactions=[*rows, *events],
    )["s"]["level"]


def test_a_rate_of_3_percent_matters_only_from_5_buyers() -> None:
    def level(*buyers: str) -> str | None:
        return _seller(100, _events("seller cancelled", list(buyers))).grade

    assert level("a", "b", "c", "d") == "above_standard"
    assert level("a", "b", "c", "d", "d") == "above_standard"
    assert level("a", "b", "c", "d", "e") == "below_standard"


def test_below_needs_a_rate_over_2_percent() -> None:
    five = _events("seller cancelled", list("abcde"))
    assert _seller(250, five).grade == "above_standard"
    assert _seller(249, five).grade == "below_standard"


def test_the_top_allows_half_a_percent_or_3_buyers() -> None:
    assert _seller(100, _events("seller cancelled", list("abc"))).grade == "top_rated"
    assert _seller(100, _events("seller cancelled", list("abcd"))).grade == "above_standard"


@pytest.mark.parametrize(
    ("result", "count", "expected"),
    [
        ("unresolved case", 2, "top_rated"),
        ("unresolved case", 3, "below_standard"),
        ("late", 5, "top_rated"),
        ("late", 6, "above_standard"),
    ],
)
def test_other_rates_count_from_their_number(result: str, count: int, expected: str) -> None:
    assert _seller(100, _events(result, ["same"] * count)).grade == expected


def test_late_shipment_of_exactly_3_percent_is_within() -> None:
    assert _seller(200, _events("late", ["b"] * 6)).grade == "top_rated"
    assert _seller(199, _events("late", ["b"] * 6)).grade == "above_standard"


def test_tracking_of_95_percent_is_asked_of_the_top() -> None:
    assert _seller(100, [], tracked=95).grade == "top_rated"
    assert _seller(100, [], tracked=94).grade == "above_standard"


@pytest.mark.parametrize(
    ("sold", "amount", "opened", "expected"),
    [
        (100, 10, "2026-02-19", "top_rated"),
        (100, 10, "2026-02-20", "above_standard"),
        (99, 20, "2020-01-01", "above_standard"),
        (100, "9.99", "2020-01-01", "above_standard"),
    ],
)
def test_the_top_is_for_established_sellers(
    sold: int, amount: Any, opened: str, expected: str
) -> None:
    assert _seller(sold, [], amount=amount, opened=opened).grade == expected


def test_large_sellers_are_judged_by_3_months_small_ones_by_12() -> None:
    old_defects = _events("seller cancelled", [f"b{n}" for n in range(30)], "2025-12-01")
    assert _seller(400, old_defects).grade == "top_rated"
    assert _seller(399, old_defects).grade == "below_standard"


def test_the_period_of_3_months_begins_after_its_day() -> None:
    def defects(day: str) -> list[dict[str, Any]]:
        return _events("seller cancelled", [f"b{n}" for n in range(30)], day)

    assert _seller(400, defects("2026-02-20")).grade == "top_rated"
    assert _seller(400, defects("2026-02-21")).grade == "below_standard"


def test_sellers_without_a_transaction_have_no_level() -> None:
    other = [{"customer_id": "other", "at": "2026-05-01", "contact": "b", "result": "late"}]
    sold = [_line("s", "2025-05-20", channel="US")]
    assert _seller(0, other, more=sold).reason == "no_transaction"


# --- contribution-abc -------------------------------------------------------------------------


def _contributions(**amounts: Any) -> dict[str, dict[str, Verdict]]:
    return graded(
        "contribution-abc",
        "2026-06-30",
        list(amounts),
        orders=[_line(c, "2026-05-01", Decimal(str(a)) + 7, cost=7) for c, a in amounts.items()],
    )


def _grades(found: dict[str, dict[str, Verdict]], scheme: str) -> dict[str, str | None]:
    return {c: own[scheme].grade for c, own in found.items()}


def test_absolute_classes_leave_20000_in_none() -> None:
    found = _contributions(a=80000, b="79999.99", c="20000.01", none=20000, d="19999.99", minus=-5)
    assert _grades(found, "by_value") == {
        "a": "A",
        "b": "B",
        "c": "B",
        "none": None,
        "d": "C",
        "minus": "C",
    }
    assert found["none"]["by_value"].reason == "between_the_classes"


def test_shares_of_the_total_and_the_customer_that_crosses() -> None:
    # Larger ones hold 0, 15, 29, 42, 55, 70, ... of 100.
    found = _contributions(a=15, b=14, c=13, d=12, e=11, f=10, g=9, h=8, i=8)
    assert _grades(found, "by_share") == {
        "a": "A",
        "b": "A",
        "c": "B",
        "d": "B",
        "e": "C",
        "f": "C",
        "g": "C",
        "h": "C",
        "i": "C",
    }


def test_the_largest_alone_over_20_percent_is_a() -> None:
    assert _grades(_contributions(a=50, b=33, c=17), "by_share") == {"a": "A", "b": "C", "c": "C"}


def test_exactly_20_percent_before_is_the_next_class() -> None:
    found = _contributions(a=20, b=16, c=15.9, d=15.8, e=15.7, f=16.6)
    assert _grades(found, "by_share") == {
        "a": "A",
        "f": "B",
        "b": "B",
        "c": "C",
        "d": "C",
        "e": "C",
    }


def test_no_contribution_has_no_share_number_or_part() -> None:
    found = _contributions(zero=0, minus=-100, plus=10)
    for scheme in ("by_share", "by_number", "by_part"):
        assert _grades(found, scheme) == {"zero": None, "minus": None, "plus": "A"}
        assert found["minus"][scheme].reason == "no_contribution"
    assert _grades(_contributions(zero=0), "by_share") == {"zero": None}


def test_by_number_equals_of_the_tenth_are_in() -> None:
    found = _contributions(**{f"c{n}": 100 - min(n, 9) for n in range(60)})
    assert set(_grades(found, "by_number").values()) == {"A"}
    found = _contributions(**{f"c{n}": 100 - n for n in range(60)})
    classes = list(_grades(found, "by_number").values())
    assert (classes.count("A"), classes.count("B"), classes.count("C")) == (10, 40, 10)


def test_by_part_a_part_of_a_customer_counts_as_one() -> None:
    found = _contributions(**{f"c{n}": 100 - n for n in range(8)})
    assert list(_grades(found, "by_part").values()) == ["A", "A", "B", "B", "C", "C", "C", "C"]


# --- rfm-map ----------------------------------------------------------------------------------


def _cell(r: int, fm: int) -> str:
    """Return the segment of a cell of the map, the smaller box first."""
    boxes = [
        ("champion", (4, 5), (4, 5)),
        ("new", (4, 5), (0, 1)),
        ("need_attention", (2, 3), (2, 3)),
        ("hibernating", (1, 2), (1, 2)),
        ("potential_loyalist", (3, 5), (1, 3)),
        ("lost", (0, 2), (0, 2)),
        ("loyalist", (2, 5), (3, 5)),
        ("at_risk", (0, 2), (2, 5)),
    ]
    return next(
        name for name, rows, cols in boxes if rows[0] <= r <= rows[1] and cols[0] <= fm <= cols[1]
    )


def _buyers() -> list[dict[str, Any]]:
    """Return orders of 25 customers, one for each pair of a fifth of R and a fifth of F and M."""
    rows = []
    for r in range(1, 6):
        for fm in range(1, 6):
            for _ in range(fm):
                day = f"2026-{2 * r - 1:02d}-15"
                rows.append(_line(f"r{r}fm{fm}", day, 100 * fm))
    return rows


def test_every_cell_of_the_map_by_the_smaller_box() -> None:
    customers = [f"r{r}fm{fm}" for r in range(1, 6) for fm in range(1, 6)]
    found = graded("rfm-map", "2026-11-30", customers, orders=_buyers())
    for r in range(1, 6):
        for fm in range(1, 6):
            verdict = found[f"r{r}fm{fm}"]["segment"]
            assert verdict.points["R"] == r
            assert verdict.score == fm
            assert verdict.grade == _cell(r, fm)
    assert {v["segment"].grade for v in found.values()} == {
        "champion",
        "new",
        "need_attention",
        "hibernating",
        "potential_loyalist",
        "loyalist",
        "at_risk",
    }


def test_who_bought_before_the_window_only_is_lost_and_who_never_did_has_no_segment() -> None:
    found = graded(
        "rfm-map",
        "2026-11-30",
        ["old", "never", "r5fm5"],
        orders=[*_buyers(), _line("old", "2020-01-01", 9999)],
    )
    assert found["old"]["segment"].grade == "lost"
    assert found["old"]["segment"].score == 0
    assert found["never"]["segment"].reason == "never_bought"


def test_f_and_m_are_joined_by_their_mean_rounded_half_up() -> None:
    found = graded(
        "rfm-map",
        "2026-11-30",
        ["a", "b"],
        orders=[
            _line("a", "2026-11-01", 10),
            _line("a", "2026-11-02", 10),
            _line("b", "2026-11-02", 90),
        ],
    )
    # Of two customers the cuts fall between them: F 5 and M 1 for one, F 1 and M 5 for the other.
    points = found["a"]["segment"].points
    total = (points["F"] or Decimal(0)) + (points["M"] or Decimal(0))
    assert found["a"]["segment"].score == (total / 2).quantize(Decimal(1), "ROUND_HALF_UP")


def test_equal_frequencies_get_equal_points() -> None:
    found = graded(
        "rfm-map",
        "2026-11-30",
        [f"c{n}" for n in range(20)],
        orders=[_line(f"c{n}", "2026-06-15", 10 + n) for n in range(20)],
    )
    assert {own["segment"].points["F"] for own in found.values()} == {Decimal(1)}


# --- rfm-codes --------------------------------------------------------------------------------


def test_codes_with_a_name_and_codes_without() -> None:
    found = graded(
        "rfm-codes",
        "2026-11-30",
        [*(f"r{r}fm{fm}" for r in range(1, 6) for fm in range(1, 6)), "never"],
        orders=_buyers(),
    )
    named = {c: v["segment"].grade for c, v in found.items() if v["segment"].grade}
    assert named == {
        "r5fm5": "champions",
        "r4fm4": "loyal",
        "r1fm5": "at_risk",
        "r1fm4": "at_risk",
        "r1fm1": "hibernating",
    }
    assert found["r3fm3"]["segment"].reason == "code_without_name"
    points = found["r3fm3"]["segment"].points
    assert (points["R"], points["F"], points["M"]) == (3, 3, 3)
    assert found["never"]["segment"].reason == "no_purchase"


# --- lead-score -------------------------------------------------------------------------------


def _lead(done: dict[str, int] | None = None, **columns: Any) -> Verdict:
    row = {
        "customer_id": "lead",
        "employees": 600,
        "industry": "software",
        "title": "Sales Director",
        "country": "DE",
        "email": "a@firm.example",
        "competitor": None,
        **columns,
    }
    actions = [
        {"customer_id": "lead", "at": "2026-06-01", "purpose": purpose}
        for purpose, count in (done or {}).items()
        for _ in range(count)
    ]
    other = {"customer_id": "other", "at": "2026-06-01", "purpose": "none"}
    return graded(
        "lead-score", "2026-06-30", [row, {"customer_id": "other"}], interactions=[*actions, other]
    )["lead"]["lead"]


@pytest.mark.parametrize(
    ("employees", "points"), [(49, 0), (50, 10), (499, 10), (500, 15), (501, 15), (None, 0)]
)
def test_staff_of_500_earn_the_higher_band(employees: int | None, points: int) -> None:
    assert _lead(employees=employees).points["employees"] == points


@pytest.mark.parametrize(
    ("title", "points"),
    [
        ("VP Sales", 15),
        ("Head of Lead Generation", 15),
        ("Team LEAD", 10),
        ("Account manager", 10),
        ("采购总监", 15),
        ("部门经理", 10),
        ("Engineer", 0),
        (None, 0),
    ],
)
def test_titles_from_the_top_down(title: str | None, points: int) -> None:
    assert _lead(title=title).points["seniority"] == points


def test_behaviour_is_capped_at_50() -> None:
    everything = {
        "pricing page": 3,
        "paper": 1,
        "webinar": 1,
        "demo": 1,
        "mail opened": 3,
        "site visit": 5,
    }
    verdict = _lead(everything)
    assert verdict.points["behaviour"] == 50
    assert verdict.points["fit"] == 40
    assert (verdict.score, verdict.grade) == (90, "hot")


def test_mails_and_visits_count_from_their_number() -> None:
    assert _lead({"mail opened": 2, "site visit": 4}).points["behaviour"] == 0
    assert _lead({"mail opened": 3, "site visit": 5}).points["behaviour"] == 15


def test_the_double_gate_asks_30_in_both_dimensions() -> None:
    done = {"demo": 1, "pricing page": 1, "webinar": 1}
    passed = _lead(done, employees=100)  # 35 + 50
    assert (passed.score, passed.grade) == (85, "hot")
    fits_little = _lead(done, employees=10, industry="retail")  # 15 + 50
    assert (fits_little.score, fits_little.decided, fits_little.grade) == (
        65,
        "qualified",
        "nurture",
    )
    does_little = _lead({"demo": 1})  # 40 + 25
    assert (does_little.score, does_little.decided, does_little.grade) == (
        65,
        "qualified",
        "nurture",
    )
    just = _lead({"demo": 1, "paper": 1}, industry="retail")  # 30 + 30
    assert (just.score, just.grade) == (60, "qualified")


@pytest.mark.parametrize(
    ("columns", "score", "grade"),
    [
        ({}, 90, "hot"),
        ({"email": "x@GMAIL.com"}, 80, "hot"),
        ({"country": "US"}, 70, "qualified"),
        ({"competitor": "yes"}, -10, "cold"),
    ],
)
def test_negatives_act_after_the_caps(columns: dict[str, Any], score: int, grade: str) -> None:
    done = {"demo": 1, "pricing page": 1, "webinar": 1, "paper": 1}
    verdict = _lead(done, **columns)
    assert (verdict.score, verdict.grade) == (score, grade)


def test_a_student_loses_50_points() -> None:
    verdict = _lead({"demo": 1}, title="Student")  # 25 + 25 - 50
    assert (verdict.score, verdict.grade) == (0, "cold")


@pytest.mark.parametrize(("done", "grade"), [({"paper": 1}, "nurture"), ({}, "cold")])
def test_below_30_is_cold(done: dict[str, int], grade: str) -> None:
    assert _lead(done, title="Engineer").grade == grade  # 25, and 5 more
