"""Trade credit: three published ways to a limit, probed at their edges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from probing import Verdict, graded, judged, problems_of

STANDARDS = ("credit-ratios-uk", "credit-limit-heuristic", "credit-limit-smaller-of-two")


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_checker_finds_nothing(standard: str) -> None:
    assert problems_of(standard) == []


def _statement(**values: Any) -> dict[str, Any]:
    return {
        "customer_id": "a",
        "period_end": "2025-12-31",
        "revenue": 5000,
        "profit": 250,
        "assets": 2000,
        "liabilities": 1000,
        "current_assets": 1200,
        "current_liabilities": 1000,
        "inventory": 400,
        **values,
    }


def _ratios(
    *statements: dict[str, Any], industry: str | None = None, cover: Any = 2, days: Any = 60
) -> Verdict:
    return graded(
        "credit-ratios-uk",
        "2026-06-30",
        [
            {
                "customer_id": "a",
                "industry": industry,
                "interest_cover": cover,
                "debtor_days": days,
            },
            {"customer_id": "b", "industry": "x"},
        ],
        financials=list(statements) or [{**_statement(), "customer_id": "b"}],
    )["a"]["credit"]


def test_all_seven_on_their_lines_make_20() -> None:
    verdict = _ratios(_statement())
    assert verdict.score == 20
    assert verdict.grade == "higher"
    assert verdict.terms == {"limit": Decimal(100)}  # 10 % of 1,000; 2 % of 5,000 is as much


@pytest.mark.parametrize(
    ("values", "indicator"),
    [
        ({"current_assets": 1199}, "current_ratio"),
        ({"inventory": 401}, "liquid_ratio"),
        ({"profit": 249}, "profit_rate"),
        ({"liabilities": 1001}, "gearing"),
        ({"inventory": None}, "stock_turn"),
        ({"inventory": None}, "liquid_ratio"),
        ({"liabilities": 2001}, "gearing"),
        ({"liabilities": 2000}, "gearing"),
    ],
)
def test_all_or_nothing(values: dict[str, Any], indicator: str) -> None:
    assert _ratios(_statement(**values)).points[indicator] == 0


def test_gearing_needs_interest_cover() -> None:
    for cover in ("1.9999", 0, None):
        verdict = _ratios(_statement(), cover=cover)
        assert verdict.points["gearing"] == 0
        assert verdict.score == 14
        assert verdict.grade == "ordinary"
    assert _ratios(_statement(), days=61).score == 19
    assert _ratios(_statement(), days=None).score == 19


def test_the_turnover_limit_needs_15_points_and_both_ratios() -> None:
    rich = _statement(revenue=50000, profit=2500)
    assert _ratios(rich).terms == {"limit": Decimal(1000)}
    no_current = _ratios({**rich, "current_assets": 1199, "inventory": 399})
    assert (no_current.score, no_current.grade) == (16, "ordinary")
    assert no_current.terms == {"limit": Decimal(100)}
    fifteen = _ratios({**rich, "profit": 0}, days=61)
    assert (fifteen.score, fifteen.grade) == (17, "higher")
    least = _ratios({**rich, "profit": 0, "liabilities": 1001}, days=60)
    assert (least.score, least.grade) == (15, "higher")
    under = _ratios({**rich, "profit": 0, "liabilities": 1001}, days=61)
    assert (under.score, under.grade) == (14, "ordinary")


def test_the_lines_and_the_part_follow_the_industry() -> None:
    maker = _ratios(_statement(), industry="manufacturing", cover=3)
    assert maker.points["current_ratio"] == 0
    assert maker.terms == {"limit": Decimal(150)}
    shop = _ratios(_statement(current_assets=1000, inventory=500), industry="retail")
    assert shop.points["current_ratio"] == 4
    assert shop.points["liquid_ratio"] == 5
    assert shop.points["gearing"] == 3
    assert _ratios(_statement(), industry="manufacturing", cover=2).points["gearing"] == 0


def test_the_newest_statement_of_24_months_counts() -> None:
    old = _statement(period_end="2024-12-31", assets=9000)
    assert _ratios(old, _statement()).terms == {"limit": Decimal(100)}
    assert _ratios(_statement(period_end="2024-06-30")).reason == "no_statement"
    assert _ratios().reason == "no_statement"


def test_no_equity_gives_a_limit_of_zero() -> None:
    verdict = _ratios(_statement(liabilities=2500))
    assert verdict.terms == {"limit": Decimal(0)}


def _percents(accounts: dict[str, dict[str, Any]]) -> dict[str, Verdict]:
    """Return what is said of accounts by what differs from a usual one."""
    usual = {"share": "0.4", "habit": "on time", "founded": "2020-06-30"}
    usual |= _statement(current_assets=1500, liabilities=800)
    told = {name: {**usual, **own} for name, own in accounts.items()}
    found = graded(
        "credit-limit-heuristic",
        "2026-06-30",
        [
            {"customer_id": name, "our_share": own["share"], "founded_on": own["founded"]}
            for name, own in told.items()
        ],
        financials=[
            {**{key: own[key] for key in _statement()}, "customer_id": name}
            for name, own in told.items()
        ],
        assessments=[
            row for name, own in told.items() for row in judged(name, payment_habit=own["habit"])
        ],
    )
    return {name: own["credit"] for name, own in found.items()}


def test_percents_at_every_edge() -> None:
    expected = {
        ("share", "0.2499", "our_share"): 0,
        ("share", "0.25", "our_share"): 5,
        ("share", "0.5", "our_share"): 5,
        ("share", "0.5001", "our_share"): 10,
        ("habit", "takes discount", "payment_habit"): 10,
        ("habit", "late", "payment_habit"): -5,
        ("founded", "2023-07-01", "years"): 0,
        ("founded", "2023-06-30", "years"): 5,
        ("founded", "2016-06-30", "years"): 5,
        ("founded", "2015-06-30", "years"): 10,
        ("profit", "249.5", "margin"): 0,
        ("profit", 250, "margin"): 5,
        ("profit", 700, "margin"): 5,
        ("profit", 701, "margin"): 10,
        ("current_assets", 1499, "current_ratio"): 0,
        ("current_assets", 2200, "current_ratio"): 5,
        ("current_assets", 2201, "current_ratio"): 10,
        ("liabilities", 599, "debt_ratio"): 10,
        ("liabilities", 600, "debt_ratio"): 0,
        ("liabilities", 1000, "debt_ratio"): 0,
        ("liabilities", 1001, "debt_ratio"): -5,
    }
    found = _percents({str(case): {case[0]: case[1]} for case in expected})
    assert {case: found[str(case)].points[case[2]] for case in expected} == expected


def test_the_sum_of_percents_is_a_part_of_net_worth_and_never_below_zero() -> None:
    nothing = {"share": 0, "founded": "2026-01-01", "profit": 0, "current_assets": 0}
    best = {"share": 1, "habit": "takes discount", "founded": "2000-01-01", "profit": 900}
    found = _percents(
        {
            "usual": {},
            "best": {**best, "current_assets": 3000, "liabilities": 100},
            "worst": {**nothing, "habit": "late", "liabilities": 1900},
            "zero": {**nothing, "liabilities": 1900},
            "no net worth": {"liabilities": 2500},
        }
    )
    assert {name: (v.score, v.grade, v.terms["limit"]) for name, v in found.items()} == {
        "usual": (25, "account", 300),
        "best": (60, "account", 1140),
        "worst": (-10, "cash", 0),
        "zero": (0, "cash", 0),
        "no net worth": (20, "account", 0),
    }


def test_one_question_unknown_gives_no_limit() -> None:
    found = _percents(
        {"usual": {}, "share": {"share": None}, "habit": {"habit": None}, "sales": {"revenue": 0}}
    )
    reasons = {name: verdict.reason for name, verdict in found.items()}
    assert reasons.pop("usual") is None
    assert set(reasons.values()) == {"value_unknown"}


def _smaller(net_worth: int | None, own: int = 0, others: int = 0) -> Verdict:
    statements = [_statement(customer_id="b")]
    if net_worth is not None:
        statements.append(_statement(assets=1000 + net_worth, liabilities=1000))
    return graded(
        "credit-limit-smaller-of-two",
        "2026-06-30",
        ["a", "b", "c"],
        financials=statements,
        orders=[
            {"customer_id": "a", "ordered_at": "2026-01-01", "amount": own},
            {"customer_id": "c", "ordered_at": "2026-01-01", "amount": others},
            {"customer_id": "c", "ordered_at": "2025-06-30", "amount": 999999},
        ],
    )["a"]["credit"]


@pytest.mark.parametrize(
    ("net_worth", "own", "others", "limit"),
    [(1000, 500, 5000, 100), (100000, 500, 5000, 550), (5500, 500, 5000, 550), (1000, 0, 500, 50)],
)
def test_the_smaller_of_the_two(net_worth: int, own: int, others: int, limit: int) -> None:
    verdict = _smaller(net_worth, own, others)
    assert verdict.grade == "account"
    assert verdict.terms == {"limit": Decimal(limit)}


def test_no_net_worth_and_no_statement() -> None:
    assert _smaller(0, 100, 100).grade == "cash"
    assert _smaller(-5, 100, 100).terms == {"limit": Decimal(0)}
    assert _smaller(None, 100, 100).reason == "no_statement"
