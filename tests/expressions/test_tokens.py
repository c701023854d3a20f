"""Constants and names: numbers with scales and units, dates, texts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kefen.expressions import Literal, Name, parse


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("12", 12),
        ("12.5", Decimal("12.5")),
        ("-12.5", Decimal("-12.5")),
        ("20 %", Decimal("0.2")),
        ("0.01%", Decimal("0.0001")),
        ("60 wan", 600_000),
        ("1.5 wan", Decimal(15_000)),
        ("60万", 600_000),
        ("3 千", 3_000),
        ("2 million", 2_000_000),
        ("2亿", 200_000_000),
        ("'it''s'", "it's"),
        ("''", ""),
        ("2024-02-29", date(2024, 2, 29)),
        ("true", True),
        ("unknown", None),
    ],
)
def test_constants(source: str, value: Any) -> None:
    tree = parse(source)
    assert isinstance(tree, Literal)
    assert tree.value == value
    assert type(tree.value) is type(value)


@pytest.mark.parametrize(
    ("source", "value", "unit"),
    [
        ("30 days", 30, "days"),
        ("1 day", 1, "days"),
        ("30天", 30, "days"),
        ("7 日", 7, "days"),
        ("3 months", 3, "months"),
        ("1 month", 1, "months"),
        ("3 个月", 3, "months"),
        ("3月", 3, "months"),
        ("2 years", 2, "years"),
        ("2 年", 2, "years"),
        ("4 hours", 4, "hours"),
        ("4小时", 4, "hours"),
        ("5 times", 5, "times"),
        ("5 次", 5, "times"),
        ("-5 次", -5, "times"),
        ("1.5 years", Decimal("1.5"), "years"),
        ("2 wan times", 20_000, "times"),
        ("2 万次", 20_000, "times"),
        ("20 %", Decimal("0.2"), "share"),
        ("60 wan", 600_000, ""),
        ("60", 60, ""),
    ],
)
def test_a_number_remembers_its_unit_and_means_the_bare_number(
    source: str, value: Any, unit: str
) -> None:
    tree = parse(source)
    assert tree == Literal(value)
    assert isinstance(tree, Literal)
    assert type(tree.value) is type(value)
    assert tree.unit == unit


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("revenue", "revenue"),
        ("orders.amount", "orders.amount"),
        ('"a ""b"" c"', 'a "b" c'),
        ("销售额", "销售额"),
        ("customers.会员等级", "customers.会员等级"),
    ],
)
def test_names(source: str, name: str) -> None:
    assert parse(source) == Name(name)
