"""Units: what may be added, compared and chosen between, and what is refused at its place."""

from __future__ import annotations

import inspect

import pytest

from kefen.domain.contract import TABLES
from kefen.expressions import CATALOGUE, parse
from kefen.expressions.units import (
    BARE,
    DAYS,
    HOURS,
    MONEY,
    MONTHS,
    PLAIN,
    YEARS,
    ExpressionUnitError,
    Unit,
    unit_named,
    unit_of,
    unit_word,
    units_of_columns,
)

NAMES = {
    "revenue": MONEY,
    "debt": MONEY,
    "orders": PLAIN,
    "growth": PLAIN,
    "idle": DAYS,
    "tenure": MONTHS,
    "age": YEARS,
    "wait": HOURS,
    "day": PLAIN,
    "opened": PLAIN,
    "trade": PLAIN,
    "note": PLAIN,
}


@pytest.mark.parametrize(
    ("source", "unit"),
    [
        ("5", BARE),
        ("unknown", BARE),
        ("5 days", DAYS),
        ("5 次", PLAIN),
        ("20 %", PLAIN),
        ("somebody_elses", BARE),
        ("revenue + 1000", MONEY),
        ("1000 + revenue", MONEY),
        ("revenue - debt", MONEY),
        ("-revenue", MONEY),
        ("absolute(-revenue)", MONEY),
        ("round(revenue, 2)", MONEY),
        ("round_up(idle, 0)", DAYS),
        ("revenue / debt", PLAIN),
        ("revenue / orders", MONEY),
        ("revenue * growth", MONEY),
        ("revenue * 20 %", MONEY),
        ("revenue / idle", Unit(money=1, days=-1)),
        ("revenue / idle * idle", MONEY),
        ("idle / 30 days", PLAIN),
        ("tenure / 12", Unit(months=1, converted=True)),
        ("revenue > 100", PLAIN),
        ("revenue > 100 and idle < 30", PLAIN),
        ("if(idle > 30 days, revenue, 0)", MONEY),
        ("first_known(revenue, unknown, 0)", MONEY),
        ("smallest(revenue, debt, 5 wan)", MONEY),
        ("choose(trade, 'a', revenue, 0)", MONEY),
        ("choose(tenure, 3 months, 30 days, 10 days)", DAYS),
        ("interpolated(idle, 0 days, 100, 90 days, 20)", BARE),
        ("interpolated(growth, 0, 10 days, 1, 60 days)", DAYS),
        ("halved(revenue, idle / 30 days)", MONEY),
        ("halved(revenue, idle / 30)", MONEY),
        ("number(note) + revenue", MONEY),
        ("days_between(day, opened)", DAYS),
        ("hours_between(day, opened)", HOURS),
        ("hours_between(opened, day) <= wait", PLAIN),
        ("hours_between(opened, day) / 24 + idle", DAYS),
        ("days_between(start_of_year(day), date(note))", DAYS),
        ("months_between(day, opened)", MONTHS),
        ("years_between(day, opened) + age", YEARS),
        ("days_after(day, idle + 5)", PLAIN),
        ("months_before(day, 3 months)", PLAIN),
        ("year_of(day)", PLAIN),
        ("contains(note, 'x')", PLAIN),
        ("orders in (1, 2, 3)", PLAIN),
        # a converted number: points of money and points of visits add up
        ("revenue / 1000 + orders * 5", BARE),
        ("revenue / 1 wan * 135 + orders", PLAIN),
        ("revenue + 5 * orders", MONEY),
        ("idle / 30 > tenure", PLAIN),
        ("idle / 30 > 3 months", PLAIN),
        ("age * 12 + tenure", MONTHS),
    ],
)
def test_the_unit_of_an_expression(source: str, unit: Unit) -> None:
    assert unit_of(parse(source), NAMES) == unit


@pytest.mark.parametrize(
    ("source", "at", "english", "chinese"),
    [
        ("revenue + idle", 10, "days cannot be added to money", "天数不能与金额相加"),
        ("idle + revenue", 7, "money cannot be added to days", "金额不能与天数相加"),
        ("revenue - orders", 10, "a plain number cannot be subtracted from money", "减去"),
        ("revenue > 30 days", 10, "days cannot be compared with money", "天数不能与金额比较"),
        ("revenue > 20 %", 10, "a plain number cannot be compared with money", "比较"),
        ("1 + revenue + idle", 14, "days cannot be added to money", "相加"),
        ("idle > tenure", 7, "months cannot be compared with days", "月数不能与天数比较"),
        ("tenure < 2 years", 9, "years cannot be compared with months", "比较"),
        ("wait > 1 day", 7, "days cannot be compared with hours", "比较"),
        ("revenue * 2 + idle", 14, "days cannot be added to money", "相加"),
        ("revenue + (idle - 3)", 11, "days cannot be added to money", "相加"),
        ("revenue / idle + revenue", 17, "money cannot be added to money / days", "金额 / 天数"),
        ("if(orders > 1, revenue, idle)", 24, "“if” cannot have days beside money", "并用"),
        ("first_known(revenue, idle)", 21, "“first_known” cannot have days beside", "并用"),
        ("largest(1, revenue, orders, idle)", 20, "“largest” cannot have a plain", "并用"),
        ("choose(trade, 'a', revenue, 'b', idle, 0)", 33, "“choose” cannot have days", "并用"),
        ("choose(idle, 3 months, 1, 0)", 13, "“choose” cannot have months beside days", "并用"),
        ("choose(trade, 'a', idle, revenue)", 25, "“choose” cannot have money", "并用"),
        ("interpolated(idle, 0, 1, 5 months, 2)", 25, "“interpolated” cannot have", "并用"),
        ("interpolated(idle, 0, 1 day, 5, 2 hours)", 32, "“interpolated” cannot have", "并用"),
        ("orders in (1, 3 days)", 14, "days cannot be compared with a plain number", "比较"),
        ("halved(revenue, idle)", 16, "“halved” needs a plain number of times", "次数"),
        ("days_after(day, tenure)", 16, "“days_after” needs days, not months", "月数"),
        ("months_before(day, 3 days)", 19, "“months_before” needs months, not days", "天数"),
        ("absolute(revenue + idle)", 19, "days cannot be added to money", "相加"),
    ],
)
def test_units_that_do_not_fit_are_refused_at_the_operand(
    source: str, at: int, english: str, chinese: str
) -> None:
    with pytest.raises(ExpressionUnitError) as caught:
        unit_of(parse(source), NAMES)
    error = caught.value
    assert error.at == at
    assert error.what.en.startswith(english)
    assert chinese in error.what.zh
    assert error.mend.en
    assert error.mend.zh


@pytest.mark.parametrize("operator", sorted(CATALOGUE))
def test_every_operator_has_a_unit_rule(operator: str) -> None:
    assert len(inspect.signature(CATALOGUE[operator].units).parameters) == 2


def test_the_mend_of_mixed_spans_names_the_operators_that_count_them() -> None:
    with pytest.raises(ExpressionUnitError) as caught:
        unit_of(parse("idle + tenure"), NAMES)
    assert "months_between" in caught.value.mend.en


@pytest.mark.parametrize("word", ["money", "days", "months", "years", "hours", "per_month"])
def test_a_unit_word_names_its_unit_and_back(word: str) -> None:
    assert unit_word(unit_named(word)) == word


@pytest.mark.parametrize("word", ["count", "share", "points", "date", "text", "yes_no"])
def test_words_without_a_dimension_are_plain(word: str) -> None:
    assert unit_named(word) == PLAIN


def test_a_unit_without_a_word_has_none() -> None:
    assert unit_word(PLAIN) is None
    assert unit_word(BARE) is None
    assert unit_word(Unit(money=2)) is None


def test_amounts_of_the_contract_are_money() -> None:
    units = units_of_columns(TABLES["orders"])
    assert units["amount"] == MONEY
    assert units["quantity"] == BARE
    assert units["ordered_at"] == PLAIN
    assert set(units) == {column.name for column in TABLES["orders"].columns}
