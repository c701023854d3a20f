"""Trade credit: two published scorecards with limits, probed at their edges."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from probing import Verdict, graded, judged, problems_of

STANDARDS = ("credit-four-questions", "credit-ten-categories")


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_checker_finds_nothing(standard: str) -> None:
    assert problems_of(standard) == []


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
            *judged("other", payment_points=1),
            *(
                row
                for name, own in told.items()
                for row in judged(name, own["role"], payment_points=own["judged"])
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
    return judged(customer, **values)


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
