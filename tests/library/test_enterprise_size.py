"""The official size of enterprises: every line of the rule, at its edge and just below."""

from __future__ import annotations

from typing import Any

import pytest
from probing import graded

STANDARD = "enterprise-size"
PLENTY = {"employees": 10**6, "annual_revenue": 10**12, "total_assets": 10**12}
# Trade: a code of it, and the lower lines of large, medium and small; money in 10,000 yuan.
# (工信部联企业〔2011〕300号, article 4, sections 1 to 16)
LINES: dict[str, tuple[str, dict[str, tuple[int, int, int]]]] = {
    "farming": ("A0111", {"annual_revenue": (20000, 500, 50)}),
    "industry": ("C2614", {"employees": (1000, 300, 20), "annual_revenue": (40000, 2000, 300)}),
    "building": (
        "E47",
        {"annual_revenue": (80000, 6000, 300), "total_assets": (80000, 5000, 300)},
    ),
    "wholesale": ("F51", {"employees": (200, 20, 5), "annual_revenue": (40000, 5000, 1000)}),
    "retail": ("F5211", {"employees": (300, 50, 10), "annual_revenue": (20000, 500, 100)}),
    "transport": ("G54", {"employees": (1000, 300, 20), "annual_revenue": (30000, 3000, 200)}),
    "storage": ("G5930", {"employees": (200, 100, 20), "annual_revenue": (30000, 1000, 100)}),
    "post": ("G60", {"employees": (1000, 300, 20), "annual_revenue": (30000, 2000, 100)}),
    "hotels": ("H61", {"employees": (300, 100, 10), "annual_revenue": (10000, 2000, 100)}),
    "restaurants": ("H62", {"employees": (300, 100, 10), "annual_revenue": (10000, 2000, 100)}),
    "telecoms": ("I64", {"employees": (2000, 100, 10), "annual_revenue": (100000, 1000, 100)}),
    "software": ("I65", {"employees": (300, 100, 10), "annual_revenue": (10000, 1000, 50)}),
    "property": (
        "K7010",
        {"annual_revenue": (200000, 1000, 100), "total_assets": (10000, 5000, 2000)},
    ),
    "management": ("K7020", {"employees": (1000, 300, 100), "annual_revenue": (5000, 1000, 500)}),
    "business": ("L72", {"employees": (300, 100, 10), "total_assets": (120000, 8000, 100)}),
    "other": ("M73", {"employees": (300, 100, 10)}),
}
GRADES = ("large", "medium", "small", "micro")


def _at(trade: str, criterion: str, line: int) -> tuple[int, int]:
    """Return the value at a line, and the next below it."""
    if criterion == "employees":
        return line, line - 1
    return line * 10_000, line * 10_000 - 1


def _cases() -> list[tuple[str, dict[str, Any], str]]:
    cases = []
    for trade, (code, lines) in LINES.items():
        for criterion, three in lines.items():
            for position, line in enumerate(three):
                for value, grade in zip(
                    _at(trade, criterion, line), GRADES[position : position + 2], strict=True
                ):
                    row = {**PLENTY, "industry": code, criterion: value}
                    cases.append((f"{trade} {criterion} {value}", row, grade))
    return cases


def test_every_line_of_every_trade_at_its_edge() -> None:
    cases = _cases()
    assert len(cases) == 2 * 3 * (2 * 14 + 1 * 2)
    found = graded(
        STANDARD,
        "2026-06-30",
        [{"customer_id": name, **row} for name, row, _ in cases],
    )
    wrong = {
        name: found[name]["size"].grade
        for name, _, wanted in cases
        if found[name]["size"].grade != wanted
    }
    assert not wrong


def test_one_micro_criterion_is_enough_and_gaps_are_said() -> None:
    rows = {
        "staff only": {"industry": "C26", "employees": 2000, "annual_revenue": 1},
        "revenue unknown": {"industry": "C26", "employees": 2000, "annual_revenue": None},
        "assets do not count": {"industry": "C26", "employees": 20, "annual_revenue": 3_000_000},
        "by name": {"industry": "批发业", "employees": 20, "annual_revenue": 50_000_000},
    }
    found = graded(
        STANDARD,
        "2026-06-30",
        [{"customer_id": name, "total_assets": None, **row} for name, row in rows.items()],
    )
    said = {name: own["size"].grade or own["size"].reason for name, own in found.items()}
    assert said == {
        "staff only": "micro",
        "revenue unknown": "value_unknown",
        "assets do not count": "small",
        "by name": "medium",
    }


def test_trades_without_assets_are_classed_where_assets_were_not_imported() -> None:
    own = {"employees": 20, "annual_revenue": 50_000_000}
    rows = [{"customer_id": code, "industry": code, **own} for code in ("F51", "E47", "L72")]
    found = graded(STANDARD, "2026-06-30", rows)
    said = {name: verdicts["size"].grade for name, verdicts in found.items()}
    assert said == {"F51": "medium", "E47": None, "L72": None}
    assert found["E47"]["size"].reason == "value_unknown"


@pytest.mark.parametrize("code", ["G53", "J66", "P83", "Q84", "S91", "K704", "", "tea", "2614"])
def test_trades_that_the_rule_leaves_out_are_not_graded(code: str) -> None:
    found = graded(STANDARD, "2026-06-30", [{"customer_id": "x", "industry": code, **PLENTY}])
    assert found["x"]["size"].reason == "trade_not_covered"
