"""Doctors and business accounts: the published ratings, probed at their edges."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from probing import Verdict, graded, judged, problems_of

STANDARDS = ("doctor-potential", "account-potential", "account-index", "key-account-matrix")
_judged = partial(judged, role="account manager")


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_checker_finds_nothing(standard: str) -> None:
    assert problems_of(standard) == []


# --- doctor-potential -------------------------------------------------------------------------


Doctor = tuple[str | None, Any, Any, str | None]
"""Title, hospital tier, hospital income, prescribing."""


def _doctors(doctors: list[Doctor]) -> dict[Doctor, dict[str, Verdict]]:
    names = {doctor: f"d{number}" for number, doctor in enumerate(doctors)}
    found = graded(
        "doctor-potential",
        "2026-06-30",
        [
            {
                "customer_id": names[doctor],
                "title": doctor[0],
                "hospital_tier": doctor[1],
                "hospital_income": doctor[2],
            }
            for doctor in doctors
        ],
        assessments=[
            *(row for doctor in doctors for row in _judged(names[doctor], prescribing=doctor[3])),
            *_judged("other", prescribing="second"),
        ],
    )
    return {doctor: found[name] for doctor, name in names.items()}


def test_potential_by_hospital_and_title() -> None:
    rows = {
        (3, 200_000_001): (9, 8, 5),
        (3, 200_000_000): (7, 5, 3),
        (2, 300_000_000): (7, 5, 3),
        (2, 80_000_001): (7, 5, 3),
        (2, 80_000_000): (3, 2, 1),
        (3, 80_000_000): (3, 2, 1),
        (1, 900_000_000): (3, 2, 1),
        (None, None): (3, 2, 1),
    }
    titles = ("senior", "attending", "resident")
    found = _doctors([(title, *row, "competitor") for row in rows for title in titles])
    assert {
        row: tuple(
            found[title, *row, "competitor"]["doctor_class"].points["potential"] for title in titles
        )
        for row in rows
    } == rows


def test_the_sum_gives_the_class_and_its_visits() -> None:
    expected: dict[Doctor, tuple[int, str, int, int]] = {
        ("senior", 3, 500_000_000, "preferred"): (12, "A", 4, 8),
        ("resident", 3, 500_000_000, "preferred"): (8, "A", 4, 8),
        ("resident", 3, 500_000_000, "second"): (7, "B", 2, 4),
        ("senior", 1, 500_000_000, "competitor"): (4, "B", 2, 4),
        ("attending", 1, 500_000_000, "competitor"): (3, "C", 1, 2),
        ("resident", 1, 500_000_000, "competitor"): (2, "C", 1, 2),
    }
    found = {doctor: own["doctor_class"] for doctor, own in _doctors(list(expected)).items()}
    assert {
        doctor: (v.score, v.grade, v.terms["visits_from"], v.terms["visits_to"])
        for doctor, v in found.items()
    } == expected


def test_boxes_by_potential_and_prescribing() -> None:
    expected: dict[Doctor, str] = {
        ("senior", 3, 500_000_000, "preferred"): "red",
        ("senior", 2, 500_000_000, "preferred"): "red",
        ("attending", 3, 500_000_000, "second"): "yellow",
        ("attending", 3, 500_000_000, "competitor"): "yellow",
        ("attending", 2, 500_000_000, "preferred"): "blue",
        ("resident", 1, 500_000_000, "preferred"): "blue",
    }
    found = {doctor: own["box"] for doctor, own in _doctors(list(expected)).items()}
    assert {doctor: v.grade for doctor, v in found.items()} == expected
    visits = {v.grade: (v.terms["visits_from"], v.terms["visits_to"]) for v in found.values()}
    assert visits == {"red": (8, 8), "yellow": (2, 4), "blue": (0, 0)}


def test_unknown_title_or_prescribing_gives_no_grade() -> None:
    doctors: list[Doctor] = [
        ("senior", 3, 500_000_000, None),
        ("senior", 3, 500_000_000, "perhaps"),
        (None, 3, 500_000_000, "preferred"),
        ("nurse", 3, 500_000_000, "second"),
    ]
    for own in _doctors(doctors).values():
        assert {verdict.reason for verdict in own.values()} == {"value_unknown"}


# --- account-potential ------------------------------------------------------------------------


def test_segments_at_their_edges() -> None:
    expected = {  # demand a year, past-due portfolio, reference, expansion
        (1_200_000, 100_000_000, "leader", "planned"): (100, "strategic"),
        (1_200_000, 100_000_000, "leader", "none"): (80, "strategic"),
        (1_200_000, 10_000_000, "leader", "none"): (75, "enterprise"),
        (1_200_000, 1_000_000, "known", "none"): (60, "enterprise"),
        (600_000, 0, "known", None): (40, "commercial"),
        (120_000, 10_000_000, None, None): (35, "commercial"),
        (119_999, 10_000_000, None, None): (25, "small"),
        (None, None, None, None): (0, "small"),
    }
    found = graded(
        "account-potential",
        "2026-06-30",
        [
            {
                "customer_id": str(case),
                "status": "customer" if case[0] is None else "prospect",
                "expected_demand": case[0],
                "past_due_portfolio": case[1],
            }
            for case in expected
        ],
        assessments=[
            row
            for case in expected
            for row in _judged(str(case), industry_reference=case[2], expansion=case[3])
        ],
    )
    for case, (score, grade) in expected.items():
        verdict = found[str(case)]["segment"]
        assert (verdict.score, verdict.grade) == (score, grade)
        assert verdict.tags == (frozenset() if case[0] is None else {"prospect"})


# --- account-index ----------------------------------------------------------------------------


def _indexed(
    *,
    peers: int = 4,
    strangers: int = 1,
    staff: Any = 1000,
    first: str | None = "2021-06-30",
    judged: tuple[Any, Any, Any] = (10, 10, 10),
    industry: str | None = "steel",
    status: str = "customer",
) -> dict[str, Verdict]:
    customers = [
        {"customer_id": "a", "industry": industry, "status": status, "employees": staff},
        *(
            {"customer_id": f"p{n}", "industry": "steel", "status": "customer"}
            for n in range(peers)
        ),
        *(
            {"customer_id": f"s{n}", "industry": "paper", "status": "customer"}
            for n in range(strangers)
        ),
        {"customer_id": "prospect", "industry": "steel", "status": "prospect"},
    ]
    orders = [{"customer_id": "p0", "ordered_at": "2026-01-01", "amount": 5}]
    if first is not None:
        orders.append({"customer_id": "a", "ordered_at": first, "amount": 5})
    decision, opportunity, history = judged
    return graded(
        "account-index",
        "2026-06-30",
        customers,
        orders=orders,
        assessments=_judged("a", decision_maker=decision, opportunity=opportunity, history=history)
        + _judged("p0", history=1),
    )["a"]


def test_the_upper_anchors_make_100() -> None:
    # 4 of the 5 other clients are of the industry: 80 %.
    verdict = _indexed()["index"]
    assert (verdict.score, verdict.grade) == (100, "A")


def test_the_lower_anchors() -> None:
    found = _indexed(
        peers=0, strangers=2, staff=10, first=None, judged=(0, 0, 0), status="prospect"
    )
    assert found["peers"].grade == "none"
    points = dict(found["index"].points)
    assert points.pop("") == 6
    assert set(points.values()) == {Decimal(1)}
    assert found["index"].grade == "D"


@pytest.mark.parametrize(
    ("peers", "strangers", "points"),
    [(2, 3, "8"), (1, 4, "4.5"), (5, 0, "15"), (0, 5, "1"), (0, 0, "1")],
)
def test_the_industry_is_read_between_its_anchors(peers: int, strangers: int, points: str) -> None:
    verdict = _indexed(peers=peers, strangers=strangers, first="2021-06-30")["index"]
    assert verdict.points["profile"] == Decimal(points)


@pytest.mark.parametrize(
    ("first", "points"),
    [("2020-01-01", "15"), ("2021-06-30", "15"), ("2023-12-30", "8"), (None, "1")],
)
def test_years_are_read_between_their_anchors(first: str | None, points: str) -> None:
    assert _indexed(first=first)["index"].points["age"] == Decimal(points)


@pytest.mark.parametrize(
    ("judged", "score", "grade"),
    [
        ((0, 10, 0), "67", "B"),
        ((0, 0, 0), "48", "C"),
        ((10, 0, 9), "79.1", "B"),
        ((10, 0, 10), "81", "A"),
    ],
)
def test_classes_by_the_index(judged: tuple[int, int, int], score: str, grade: str) -> None:
    verdict = _indexed(judged=judged)["index"]
    assert (verdict.score, verdict.grade) == (Decimal(score), grade)


def test_an_account_without_industry_or_judgement_has_no_index() -> None:
    assert _indexed(industry=None)["index"].reason == "value_unknown"
    assert _indexed(industry=None)["peers"].reason == "value_unknown"
    assert _indexed(judged=(None, 5, 5))["index"].reason == "value_unknown"
    assert _indexed(judged=(11, 5, 5))["index"].reason == "value_unknown"


# --- key-account-matrix -----------------------------------------------------------------------

_GROWTH = ("revenue_potential", "growth_plans", "share_to_win", "profitability")
_HARMONY = ("culture", "access", "strategy_fit", "loyalty", "openness")


def _plotted(accounts: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, Verdict]:
    """Return what is said of each account, by the role that judged it and its judgements."""
    found = graded(
        "key-account-matrix",
        "2026-06-30",
        list(accounts),
        assessments=[
            row
            for name, (role, values) in accounts.items()
            for row in _judged(name, role=role, **values)
        ],
    )
    return {name: own["matrix"] for name, own in found.items()}


def test_fields_by_the_two_averages() -> None:
    expected = {
        ("10", "10"): "key",
        ("5", "5"): "key",
        ("5", "4.9"): "conquer",
        ("4.9", "5"): "keep",
        ("4.9", "4.9"): "ordinary",
        ("0", "0"): "ordinary",
    }
    found = _plotted(
        {
            str(case): (
                "account manager",
                {**dict.fromkeys(_GROWTH, case[0]), **dict.fromkeys(_HARMONY, case[1])},
            )
            for case in expected
        }
    )
    for case, field in expected.items():
        verdict = found[str(case)]
        assert verdict.points["growth"] == Decimal(case[0]) * 10
        assert verdict.points["harmony"] == Decimal(case[1]) * 10
        assert verdict.grade == field


def test_weights_within_each_group() -> None:
    names = (*_GROWTH, *_HARMONY)
    found = _plotted(
        {name: ("account manager", {**dict.fromkeys(names, 0), name: 10}) for name in names}
    )
    weights = [found[name].points[name] for name in names]
    assert weights == [15, 35, 20, 30, 10, 20, 30, 20, 20]


def test_one_item_not_judged_or_judged_by_another_role_gives_no_field() -> None:
    whole = dict.fromkeys((*_GROWTH, *_HARMONY), 9)
    found = _plotted(
        {
            "whole": ("account manager", whole),
            "one missing": ("account manager", {**whole, "openness": None}),
            "another role": ("sales", whole),
        }
    )
    assert found["whole"].grade == "key"
    assert found["one missing"].reason == "value_unknown"
    assert found["another role"].reason == "value_unknown"
