"""Months that keep month ends, windows, half-up decimals, shares that add up."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.calendar import Window, months_before, months_between, parse_window
from kefen.domain.decimals import (
    apportioned,
    fits_storage,
    from_units,
    parse_decimal,
    product,
    quotient,
    rounded,
    units,
)

DAYS = st.dates(date(1890, 1, 1), date(2110, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 10, 31), 12, date(2025, 10, 31)),
        (date(2026, 10, 31), 1, date(2026, 9, 30)),
        (date(2026, 9, 30), 1, date(2026, 8, 31)),  # a month's end stays one
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2025, 2, 28), 12, date(2024, 2, 29)),
        (date(2026, 3, 30), 1, date(2026, 2, 28)),
        (date(2026, 3, 15), 0, date(2026, 3, 15)),
        (date(2026, 1, 15), -13, date(2027, 2, 15)),
    ],
)
def test_months_before(day: date, months: int, expected: date) -> None:
    assert months_before(day, months) == expected


@given(DAYS, st.integers(0, 300))
def test_months_before_lands_in_the_right_month(day: date, months: int) -> None:
    found = months_before(day, months)
    assert (day.year - found.year) * 12 + day.month - found.month == months
    if day.day == calendar.monthrange(day.year, day.month)[1]:
        assert (found + timedelta(1)).day == 1


@given(DAYS, DAYS)
def test_months_between_is_the_largest_that_fits(start: date, end: date) -> None:
    if end < start:
        assert months_between(start, end) == -months_between(end, start)
        return
    n = months_between(start, end)

    def plus(months: int) -> date:
        index = start.year * 12 + start.month - 1 + months
        year, month = divmod(index, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(start.day, last))

    assert plus(n) <= end < plus(n + 1)


@given(DAYS, st.integers(1, 24), st.integers(0, 24))
def test_windows_side_by_side_leave_no_gap(as_of: date, length: int, ending: int) -> None:
    start, end = Window(length, "months", ending).span(as_of)
    before = Window(length, "months", ending + length).span(as_of)
    assert before[1] == start
    assert start is not None
    assert start < end <= as_of


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ("all time", Window()),
        ("last 12 months", Window(12)),
        ("last 1 month", Window(1)),
        ("last 2 quarters", Window(6)),
        ("last 1 year ending 1 year ago", Window(12, "months", 12)),
        ("last 90 days ending 3 months ago", Window(90, "days", 3)),
        ("all time ending 10 days ago", Window(None, "months", 10, "days")),
        ("last  12\nmonths", Window(12)),
    ],
)
def test_windows_in_words(words: str, window: Window) -> None:
    assert parse_window(words) == window
    assert parse_window(str(window)) == window


@pytest.mark.parametrize(
    "words",
    [
        *("", "12 months", "last months", "last 0 days", "last 12 weeks", "last 1.5 years"),
        *("Last 1 day", "last 9999 years", "last 5 days ending 9999 years ago", "last 99999 days"),
    ],
)
def test_other_words_are_no_window(words: str) -> None:
    with pytest.raises(ValueError, match=words or "^$"):
        parse_window(words)


# --- decimals -------------------------------------------------------------------------------

UNITS = st.integers(-(10**18) + 1, 10**18 - 1)


@given(UNITS)
def test_units_and_back(whole: int) -> None:
    assert units(from_units(whole)) == whole


def half_away(value: Fraction) -> int:
    size = int(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


@given(UNITS, UNITS)
def test_quotients_and_products_are_rounded_half_up_once(top: int, bottom: int) -> None:
    a, b = from_units(top), from_units(bottom)
    if bottom == 0:
        assert quotient(a, b) is None
    else:
        found = quotient(a, b)
        assert found is not None
        assert units(found) == half_away(Fraction(top * 10_000, bottom))
    assert units(product(a, b)) == half_away(Fraction(top * bottom, 10_000))


def test_more_than_four_decimals_are_no_units() -> None:
    with pytest.raises(ValueError, match="decimals"):
        units(Decimal("0.00001"))


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "-Infinity", "1,5", "1 2", "sNaN"])
def test_what_is_no_finite_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        parse_decimal(text)


def test_rounding_at_the_half_and_storage() -> None:
    assert rounded(Decimal("0.00005")) == Decimal("0.0001")
    assert rounded(Decimal("-0.00005")) == Decimal("-0.0001")
    assert fits_storage(Decimal("99999999999999.9999"))
    assert not fits_storage(Decimal(10) ** 14)
    assert not fits_storage(-(Decimal(10) ** 14))


WEIGHTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=9).filter(any)


@given(st.integers(0, 10**7), WEIGHTS)
def test_apportioned_shares_add_up_and_stay_within_one(total: int, weights: list[int]) -> None:
    shares = apportioned(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        exact = Fraction(total * weight, whole)
        assert abs(share - exact) < 1
        assert weight or share == 0


def test_equal_remainders_go_to_the_first() -> None:
    assert apportioned(100, [1, 1, 1]) == [34, 33, 33]
    assert apportioned(1_000_000, [40, 25, 15]) == [500_000, 312_500, 187_500]
    assert apportioned(2, [1, 1, 1]) == [1, 1, 0]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [3, -1]])
def test_weights_that_are_none_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        apportioned(5, weights)


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)), st.integers(1, 30))
def test_whole_periods_ending_earlier_follow_each_other(day: date, back: int) -> None:
    for period, months in (("month", 1), ("quarter", 3), ("half-year", 6), ("year", 12)):
        later = parse_window(f"last 1 whole {period} ending {(back - 1) * months} months ago")
        earlier = parse_window(f"last 1 whole {period} ending {back * months} months ago")
        assert earlier.span(day)[1] == later.span(day)[0]


def test_the_month_before_the_last_is_not_the_last_again() -> None:
    window = parse_window("last 1 whole month ending 1 month ago")
    for day in (date(2026, 3, 28), date(2026, 3, 30), date(2026, 3, 15)):
        assert window.span(day) == (date(2025, 12, 31), date(2026, 1, 31))
