"""Working days: the official calendar, shifted days, and what lies beyond the announcements."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.working_days import (
    add_working_days,
    covered_years,
    is_working_day,
    working_days_between,
)

DAYS = st.dates(min_value=date(2003, 1, 1), max_value=date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 28), True),
        (date(2026, 2, 16), False),  # a Monday of the festival
        (date(2026, 2, 24), True),
        (date(2024, 10, 7), False),
        (date(2024, 10, 12), True),  # a Saturday worked for the National Day
        (date(2024, 10, 13), False),
        (date(2020, 1, 31), False),  # the festival of 2020 was lengthened
    ],
)
def test_holidays_and_shifted_working_days_are_the_announced_ones(day: date, worked: bool) -> None:
    assert is_working_day(day) is worked


def test_ten_working_days_across_the_spring_festival() -> None:
    deadline = add_working_days(date(2026, 2, 10), 10)
    assert (deadline.day, deadline.provisional) == (date(2026, 3, 2), False)


def test_the_day_of_the_event_is_not_counted() -> None:
    assert add_working_days(date(2026, 11, 23), 1).day == date(2026, 11, 24)
    assert add_working_days(date(2026, 11, 20), 1).day == date(2026, 11, 23)
    assert working_days_between(date(2026, 11, 23), date(2026, 11, 23)).days == 0


def test_a_deadline_in_a_year_not_announced_is_provisional() -> None:
    last = covered_years()[-1]
    into_next = add_working_days(date(last, 12, 25), 10)
    assert into_next.day.year == last + 1
    assert into_next.provisional
    assert not add_working_days(date(last, 12, 1), 5).provisional
    assert working_days_between(date(last, 12, 25), date(last + 1, 1, 8)).provisional
    assert add_working_days(date(covered_years()[0] - 1, 12, 1), 2).provisional


def test_beyond_the_announcements_monday_to_friday_are_worked() -> None:
    beyond = covered_years()[-1] + 2
    week = [date(beyond, 6, 1) + timedelta(days=n) for n in range(7)]
    assert [is_working_day(day) for day in week] == [day.weekday() < 5 for day in week]


def test_no_days_is_no_deadline() -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        add_working_days(date(2026, 1, 1), 0)


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_a_deadline_is_worked_and_counts_back_to_itself(start: date, days: int) -> None:
    deadline = add_working_days(start, days)
    counted = working_days_between(start, deadline.day)
    assert is_working_day(deadline.day)
    assert (counted.days, counted.provisional) == (days, deadline.provisional)
    assert working_days_between(deadline.day, start).days == -days
