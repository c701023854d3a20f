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
    return [{"at": day, "contact": buyer, "result": result} for buyer in buyers]


def _seller(
    sold: int,
    events: list[dict[str, Any]],
    *,
    opened: str = "2020-01-01",
    amount: Any = 20,
    tracked: int | None = None,
) -> dict[str, Any]:
    """Return a seller of so many transactions in May, all tracked unless said otherwise."""
    tracked_on_time = ["x"] * (sold if tracked is None else tracked)
    return {
        "opened": opened,
        "orders": [{"ordered_at": "2026-05-01", "amount": amount, "channel": "US"}] * sold,
        "interactions": [*_events("tracked on time", tracked_on_time), *events],
    }


def _levels(sellers: dict[str, dict[str, Any]]) -> dict[str, str | None]:
    """Return the level, or the reason for none, of each seller."""
    found = graded(
        "marketplace-seller-level",
        "2026-05-20",
        [{"customer_id": name, "created_on": own["opened"]} for name, own in sellers.items()],
        **{
            table: [
                {"customer_id": name, **row} for name, own in sellers.items() for row in own[table]
            ]
            for table in ("orders", "interactions")
        },
    )
    return {name: own["level"].grade or own["level"].reason for name, own in found.items()}


def test_a_defect_rate_matters_only_from_its_number_of_buyers() -> None:
    def defects(sold: int, buyers: str) -> dict[str, Any]:
        return _seller(sold, _events("seller cancelled", list(buyers)))

    assert _levels(
        {
            "3 %, 3 buyers": defects(100, "abc"),
            "4 %, 4 buyers": defects(100, "abcd"),
            "5 %, 4 buyers": defects(100, "abcdd"),
            "5 %, 5 buyers": defects(100, "abcde"),
            "2 %, 5 buyers": defects(250, "abcde"),
            "over 2 %, 5 buyers": defects(249, "abcde"),
        }
    ) == {
        "3 %, 3 buyers": "top_rated",
        "4 %, 4 buyers": "above_standard",
        "5 %, 4 buyers": "above_standard",
        "5 %, 5 buyers": "below_standard",
        "2 %, 5 buyers": "above_standard",
        "over 2 %, 5 buyers": "below_standard",
    }


def test_unresolved_cases_and_late_shipment_count_from_their_number() -> None:
    def happened(sold: int, result: str, count: int) -> dict[str, Any]:
        return _seller(sold, _events(result, ["same"] * count))

    assert _levels(
        {
            "2 cases": happened(100, "unresolved case", 2),
            "3 cases": happened(100, "unresolved case", 3),
            "3 cases, 0.3 %": happened(1000, "unresolved case", 3),
            "5 late": happened(100, "late", 5),
            "6 late": happened(100, "late", 6),
            "6 late, 3 %": happened(200, "late", 6),
            "6 late, over 3 %": happened(199, "late", 6),
        }
    ) == {
        "2 cases": "top_rated",
        "3 cases": "below_standard",
        "3 cases, 0.3 %": "top_rated",
        "5 late": "top_rated",
        "6 late": "above_standard",
        "6 late, 3 %": "top_rated",
        "6 late, over 3 %": "above_standard",
    }


def test_the_top_is_for_established_sellers_with_tracking() -> None:
    assert _levels(
        {
            "95 % tracked": _seller(100, [], tracked=95),
            "94 % tracked": _seller(100, [], tracked=94),
            "90 days, 1,000 USD": _seller(100, [], opened="2026-02-19", amount=10),
            "89 days": _seller(100, [], opened="2026-02-20", amount=10),
            "99 sold": _seller(99, []),
            "999 USD": _seller(100, [], amount="9.99"),
        }
    ) == {
        "95 % tracked": "top_rated",
        "94 % tracked": "above_standard",
        "90 days, 1,000 USD": "top_rated",
        "89 days": "above_standard",
        "99 sold": "above_standard",
        "999 USD": "above_standard",
    }


def test_large_sellers_are_judged_by_3_months_small_ones_by_12() -> None:
    def defects(sold: int, day: str) -> dict[str, Any]:
        return _seller(sold, _events("seller cancelled", [f"b{n}" for n in range(30)], day))

    assert _levels(
        {
            "400 sold": defects(400, "2025-12-01"),
            "399 sold": defects(399, "2025-12-01"),
            "400 sold, the day before": defects(400, "2026-02-20"),
            "400 sold, the first day": defects(400, "2026-02-21"),
        }
    ) == {
        "400 sold": "top_rated",
        "399 sold": "below_standard",
        "400 sold, the day before": "top_rated",
        "400 sold, the first day": "below_standard",
    }


def test_sellers_without_a_transaction_have_no_level() -> None:
    gone = _seller(1, [])
    gone["orders"] = [{**gone["orders"][0], "ordered_at": "2025-05-20"}]
    assert _levels({"gone": gone}) == {"gone": "no_transaction"}


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


def test_shares_of_the_total_leave_out_the_customer_that_crosses() -> None:
    # With the larger ones, each holds 15, 29, 42, 54, ... of 100.
    found = _contributions(a=15, b=14, c=13, d=12, e=11, f=10, g=9, h=8, i=8)
    held = {"a": "A", "b": "B", "c": "B"}
    assert _grades(found, "by_share") == held | dict.fromkeys("defghi", "C")


def test_the_largest_alone_over_20_percent_leaves_a_empty() -> None:
    assert _grades(_contributions(a=50, b=33, c=17), "by_share") == {"a": "B", "b": "C", "c": "C"}


def test_exactly_20_percent_is_inside() -> None:
    found = _contributions(a=20, b=16, c=15.9, d=15.8, e=15.7, f=16.6)
    held = {"a": "A", "f": "B"}
    assert _grades(found, "by_share") == held | dict.fromkeys("bcde", "C")


def test_equal_contributions_are_cumulated_together() -> None:
    found = _contributions(a=10, b=10, c=10, d=10, e=10, f=50)
    assert _grades(found, "by_share") == {"f": "B"} | dict.fromkeys("abcde", "C")
    found = _contributions(a=10, b=10, c=9, d=9, e=9, f=9, g=9, h=9, i=9, j=9, k=8)
    assert _grades(found, "by_share")["a"] == "A"


def test_no_contribution_has_no_share_number_or_part() -> None:
    found = _contributions(zero=0, minus=-100, plus=10)
    for scheme, grade in (("by_share", "C"), ("by_number", "A"), ("by_part", "A")):
        assert _grades(found, scheme) == {"zero": None, "minus": None, "plus": grade}
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


def _leads(leads: dict[str, tuple[dict[str, int], dict[str, Any]]]) -> dict[str, Verdict]:
    """Return what is said of each lead: what it did, and its columns where they differ."""
    usual = {
        "employees": 600,
        "industry": "software",
        "title": "Sales Director",
        "country": "DE",
        "email": "a@firm.example",
        "competitor": None,
    }
    found = graded(
        "lead-score",
        "2026-06-30",
        [{"customer_id": name, **usual, **columns} for name, (_, columns) in leads.items()],
        interactions=[
            {"customer_id": name, "at": "2026-06-01", "purpose": purpose}
            for name, (done, _) in leads.items()
            for purpose, count in {"letter": 1, **done}.items()
            for _ in range(count)
        ],
    )
    return {name: own["lead"] for name, own in found.items()}


def test_staff_of_500_earn_the_higher_band() -> None:
    points = {49: 0, 50: 10, 499: 10, 500: 15, 501: 15, None: 0}
    found = _leads({str(n): ({}, {"employees": n}) for n in points})
    assert {n: found[str(n)].points["employees"] for n in points} == points


def test_titles_from_the_top_down() -> None:
    points = {
        "VP Sales": 15,
        "Head of Lead Generation": 15,
        "Team LEAD": 10,
        "Account manager": 10,
        "采购总监": 15,
        "部门经理": 10,
        "Engineer": 0,
        None: 0,
    }
    found = _leads({str(title): ({}, {"title": title}) for title in points})
    assert {title: found[str(title)].points["seniority"] for title in points} == points


def test_behaviour_is_capped_at_50_and_counts_once() -> None:
    everything = {
        "pricing page": 3,
        "paper": 1,
        "webinar": 1,
        "demo": 1,
        "mail opened": 3,
        "site visit": 5,
    }
    found = _leads(
        {
            "everything": (everything, {}),
            "few mails and visits": ({"mail opened": 2, "site visit": 4}, {}),
            "enough mails and visits": ({"mail opened": 3, "site visit": 5}, {}),
            "pages": ({"pricing page": 9}, {}),
        }
    )
    assert {name: own.points["behaviour"] for name, own in found.items()} == {
        "everything": 50,
        "few mails and visits": 0,
        "enough mails and visits": 15,
        "pages": 10,
    }
    assert found["everything"].points["fit"] == 40
    assert (found["everything"].score, found["everything"].grade) == (90, "hot")


def test_the_double_gate_asks_30_in_both_dimensions() -> None:
    done = {"demo": 1, "pricing page": 1, "webinar": 1}
    found = _leads(
        {
            "both": (done, {"employees": 100}),  # 35 + 50
            "fits little": (done, {"employees": 10, "industry": "retail"}),  # 15 + 50
            "does little": ({"demo": 1}, {}),  # 40 + 25
            "just": ({"demo": 1, "paper": 1}, {"industry": "retail"}),  # 30 + 30
        }
    )
    assert {name: (v.score, v.decided, v.grade) for name, v in found.items()} == {
        "both": (85, "hot", "hot"),
        "fits little": (65, "qualified", "nurture"),
        "does little": (65, "qualified", "nurture"),
        "just": (60, "qualified", "qualified"),
    }


def test_negatives_act_after_the_caps() -> None:
    done = {"demo": 1, "pricing page": 1, "webinar": 1, "paper": 1}
    found = _leads(
        {
            "nothing": (done, {}),
            "free mail": (done, {"email": "x@GMAIL.com"}),
            "abroad": (done, {"country": "US"}),
            "country unknown": (done, {"country": None}),
            "competitor": (done, {"competitor": "yes"}),
            "student": ({"demo": 1}, {"title": "Student"}),  # 25 + 25 - 50
            "nurtured": ({"paper": 1}, {"title": "Engineer"}),  # 25 + 5
            "cold": ({}, {"title": "Engineer"}),
        }
    )
    assert {name: (v.score, v.grade) for name, v in found.items()} == {
        "nothing": (90, "hot"),
        "free mail": (80, "hot"),
        "abroad": (70, "qualified"),
        "country unknown": (90, "hot"),
        "competitor": (-10, "cold"),
        "student": (0, "cold"),
        "nurtured": (30, "nurture"),
        "cold": (25, "cold"),
    }
