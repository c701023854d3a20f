"""Trade credit: five published scorecards and limits, probed at their edges."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from probing import Verdict, graded, problems_of

STANDARDS = (
    "credit-four-questions",
    "credit-ten-categories",
    "credit-ratios-uk",
    "credit-limit-heuristic",
    "credit-limit-smaller-of-two",
)


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_checker_finds_nothing(standard: str) -> None:
    assert problems_of(standard) == []


def _judged(customer: str, role: str = "credit manager", **values: Any) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": customer,
            "item": item.replace("_", " "),
            "value": str(value),
            "assessed_on": "2026-05-01",
            "role": role,
        }
        for item, value in values.items()
        if value is not None
    ]


# --- credit-four-questions --------------------------------------------------------------------


def _days_before(days: int) -> str:
    return (date(2026, 6, 30) - timedelta(days=days)).isoformat()


def _invoice(customer: str, days_late: int) -> dict[str, Any]:
    """Return an invoice paid early, or open and by now so many days late."""
    return {
        "customer_id": customer,
        "issued_on": "2025-12-01",
        "due_on": _days_before(max(days_late, 0)),
        "settled_on": _days_before(-days_late) if days_late < 0 else None,
        "amount": 100,
    }


def _accounts(accounts: dict[str, dict[str, Any]]) -> dict[str, Verdict]:
    """Return what is said of accounts by what differs: founded, late, judged, and so on."""
    usual = {"founded": "2000-01-01", "late": (), "judged": None, "guarantee": None}
    told = {
        name: {**usual, "documents": 4, "role": "credit manager", **own}
        for name, own in accounts.items()
    }
    found = graded(
        "credit-four-questions",
        "2026-06-30",
        [
            {
                "customer_id": name,
                "founded_on": own["founded"],
                "documents": own["documents"],
                "personal_guarantee": own["guarantee"],
            }
            for name, own in told.items()
        ],
        receivables=[
            _invoice("other", 1),
            *(_invoice(name, days) for name, own in told.items() for days in own["late"]),
        ],
        assessments=[
            *_judged("other", payment_points=1),
            *(
                row
                for name, own in told.items()
                for row in _judged(name, own["role"], payment_points=own["judged"])
            ),
        ],
    )
    return {name: found[name]["credit"] for name in told}


def test_five_years_exactly_earn_five() -> None:
    points = {"2021-07-01": 2, "2021-06-30": 5, "2020-01-01": 5}
    found = _accounts({day: {"founded": day, "judged": 5} for day in points})
    assert {day: v.points["years"] for day, v in found.items()} == points


def test_payment_by_the_mean_days_late() -> None:
    points = {
        (0,): 5,
        (-3,): 5,
        (1,): 4,
        (30,): 4,
        (31,): 2,
        (60,): 2,
        (61,): 0,
        # Half a day late on average rounds to one day, a third of a day to none.
        (0, 1): 4,
        (0, 0, 1): 5,
        # An invoice paid early does not make up for one paid late.
        (-30, 60): 4,
    }
    found = _accounts({str(late): {"late": late} for late in points})
    assert {late: found[str(late)].points["payment"] for late in points} == points


def test_a_judgement_goes_below_the_record_only() -> None:
    points = {
        ((1,), 5): 4,
        ((1,), 3): 3,
        ((), 5): 5,
        ((), 0): 0,
        ((61,), 5): 0,
        ((1,), 6): 4,
        ((1,), "2.5"): 4,
    }
    found = _accounts({str(c): {"late": c[0], "judged": c[1]} for c in points})
    assert {case: found[str(case)].points["payment"] for case in points} == points


def test_what_is_missing_leaves_no_grade() -> None:
    found = _accounts(
        {
            "no record, no judgement": {},
            "judged by sales": {"judged": 5, "role": "sales"},
            "three documents": {"judged": 5, "documents": 3},
            "documents unknown": {"judged": 5, "documents": None},
        }
    )
    assert {name: verdict.reason for name, verdict in found.items()} == {
        "no record, no judgement": "value_unknown",
        "judged by sales": "value_unknown",
        "three documents": "documents_missing",
        "documents unknown": "documents_missing",
    }


def test_classes_and_limits() -> None:
    expected = {  # founded, judged, guarantee
        ("2000-01-01", 5, "yes"): (15, "A", "15000"),
        ("2000-01-01", 3, "yes"): (13, "A", "11666.6667"),
        ("2025-01-01", 5, "yes"): (12, "A", "10000"),
        ("2025-01-01", 4, "yes"): (11, "B", "10000"),
        ("2000-01-01", 3, None): (8, "B", "5000"),
        ("2000-01-01", 2, None): (7, "C", "4000"),
        ("2025-01-01", 2, None): (4, "C", "1000"),
        ("2025-01-01", 1, None): (3, "D", "0"),
        ("2025-01-01", 0, "no"): (2, "D", "0"),
    }
    found = _accounts(
        {str(c): {"founded": c[0], "judged": c[1], "guarantee": c[2]} for c in expected}
    )
    for case, (score, grade, limit) in expected.items():
        verdict = found[str(case)]
        assert (verdict.score, verdict.grade) == (score, grade)
        assert verdict.terms == {"limit": Decimal(limit)}


# --- credit-ten-categories --------------------------------------------------------------------

_CATEGORIES = (
    "payment history",
    "trade references",
    "bank reference",
    "financial statements",
    "agency report",
    "years in business",
    "ownership",
    "lawsuits and liens",
    "industry outlook",
    "order potential",
)


def _in_ten(customer: str, total: int) -> list[dict[str, Any]]:
    """Return judgements of so many points in all; a category without points is not judged."""
    values = {}
    for name in _CATEGORIES:
        values[name] = min(10, total) or None
        total -= values[name] or 0
    return _judged(customer, **values)


def test_ten_categories_at_every_edge() -> None:
    expected = {
        0: "none",
        1: "prepay",
        10: "prepay",
        11: "very_small",
        20: "very_small",
        21: "small",
        40: "small",
        41: "medium",
        59: "medium",
        60: "medium_electronic",
        80: "medium_electronic",
        81: "large",
        100: "large",
    }
    found = graded(
        "credit-ten-categories",
        "2026-06-30",
        [str(total) for total in expected],
        assessments=[row for total in expected for row in _in_ten(str(total), total)],
    )
    assert {
        total: (found[str(total)]["credit"].score, found[str(total)]["credit"].grade)
        for total in expected
    } == {total: (total, grade) for total, grade in expected.items()}


def test_the_block_list_stops() -> None:
    found = graded(
        "credit-ten-categories",
        "2026-06-30",
        [{"customer_id": c, "blocked": c} for c in ("yes", "no")],
        assessments=_in_ten("yes", 100) + _in_ten("no", 100),
    )
    assert (found["yes"]["credit"].decided, found["yes"]["credit"].grade) == ("large", "none")
    assert found["no"]["credit"].grade == "large"


# --- credit-ratios-uk -------------------------------------------------------------------------


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


# --- credit-limit-heuristic -------------------------------------------------------------------


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
            row for name, own in told.items() for row in _judged(name, payment_habit=own["habit"])
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


# --- credit-limit-smaller-of-two --------------------------------------------------------------


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
