"""Periods of the calendar: days, weeks, months, quarters, half-years and years, numbered in order.

Months and what is made of them begin on the first day of a year of one's own (1 January, unless
another is said): a fiscal year from 1 April has its quarters from April, July, October, January.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

Period: TypeAlias = Literal["day", "week", "month", "quarter", "half-year", "year"]
PERIODS: tuple[Period, ...] = ("day", "week", "month", "quarter", "half-year", "year")
MONTHS_IN: dict[Period, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""How many months make a period; days and weeks are made of none."""
DAYS_IN: dict[Period, int] = {"day": 1, "week": 7}
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
LATEST_FIRST_DAY = 28
"""The latest day of a month on which every year can begin."""


@dataclass(frozen=True, slots=True)
class YearStart:
    """The day on which years begin.

    Attributes:
        month: 1 to 12.
        day: 1 to 28: a day that every month has.
    """

    month: int = 1
    day: int = 1

    def __str__(self) -> str:
        return f"{self.day} {MONTH_NAMES[self.month - 1]}"


CALENDAR_YEAR = YearStart()


def period_number(day: date, period: Period, start: YearStart = CALENDAR_YEAR) -> int:
    """Return the number of the period that `day` is in; the next period has the next number.

    Weeks begin on Monday.
    """
    if period in DAYS_IN:
        # Day 1 of the calendar, 1 January of the year 1, is a Monday.
        return (day.toordinal() - 1) // DAYS_IN[period]
    months = day.year * 12 + day.month - start.month - (1 if day.day < start.day else 0)
    return months // MONTHS_IN[period]


def first_day(number: int, period: Period, start: YearStart = CALENDAR_YEAR) -> date:
    """Return the day on which the period with this number begins."""
    if period in DAYS_IN:
        return date.fromordinal(number * DAYS_IN[period] + 1)
    year, month = divmod(number * MONTHS_IN[period] + start.month - 1, 12)
    return date(year, month + 1, start.day)


def last_day(number: int, period: Period, start: YearStart = CALENDAR_YEAR) -> date:
    """Return the last day of the period with this number."""
    return first_day(number + 1, period, start) - timedelta(days=1)
