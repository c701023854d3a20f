"""Calendar arithmetic: months that keep month ends, and windows of time."""

from __future__ import annotations

import calendar as _calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["months", "days"]


def is_month_end(day: date) -> bool:
    """Return whether `day` is the last of its month."""
    return day.day == _calendar.monthrange(day.year, day.month)[1]


def month_end(day: date) -> date:
    """Return the last day of the month of `day`."""
    return day.replace(day=_calendar.monthrange(day.year, day.month)[1])


def months_before(day: date, months: int) -> date:
    """Return the day `months` months before `day` (after it, when negative).

    From a month's end the result is a month's end; otherwise a day that the month lacks becomes
    its last.
    """
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = _calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, last if is_month_end(day) else min(day.day, last))


def months_between(start: date, end: date) -> int:
    """Return the whole months from `start` to `end`: the largest n with start + n months <= end.

    A start on the 31st completes its month on the last day of a shorter one. Negative when `end`
    is before `start`: the negated whole months from `end` to `start`.
    """
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    last = _calendar.monthrange(end.year, end.month)[1]
    return months if end.day >= min(start.day, last) else months - 1


@dataclass(frozen=True, slots=True)
class Window:
    """A span of days that ends at, or some time before, the as-of date.

    Attributes:
        length: How many units long; None for all time.
        unit: What `length` counts.
        ending: How many `ending_unit` before the as-of date it ends.
        ending_unit: What `ending` counts.
    """

    length: int | None = None
    unit: Unit = "months"
    ending: int = 0
    ending_unit: Unit = "months"

    def span(self, as_of: date) -> tuple[date | None, date]:
        """Return (start, end]: days after `start` (None: no start) up to and including `end`."""
        end = _before(as_of, self.ending, self.ending_unit)
        if self.length is None:
            return None, end
        if self.unit == self.ending_unit == "months":
            return months_before(as_of, self.ending + self.length), end
        return _before(end, self.length, self.unit), end

    @property
    def months(self) -> int | None:
        """Return the length in months, or None when it is not counted in months."""
        return self.length if self.unit == "months" else None

    def __str__(self) -> str:
        words = "all time" if self.length is None else f"last {self.length} {self.unit}"
        return words if not self.ending else f"{words} ending {self.ending} {self.ending_unit} ago"


ALL_TIME = Window()

_WINDOW = re.compile(
    r"(?:all time|last (?P<length>\d{1,4}) (?P<unit>month|day|quarter|year)s?)"
    r"(?: ending (?P<ending>\d{1,4}) (?P<ending_unit>month|day|quarter|year)s? ago)?"
)
_LONGEST_YEARS = 200
_IN_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def parse_window(words: str) -> Window:
    """Return the window that `words` name, such as `last 12 months ending 12 months ago`.

    Raises:
        ValueError: The words name no window, or one that reaches back more than 200 years.
    """
    match = _WINDOW.fullmatch(" ".join(words.split()))
    if match is None:
        raise ValueError(words)
    length, unit = _counted(match["length"], match["unit"])
    ending, ending_unit = _counted(match["ending"], match["ending_unit"])
    if length == 0 or _years(length, unit) + _years(ending, ending_unit) > _LONGEST_YEARS:
        raise ValueError(words)
    return Window(length, unit, ending or 0, ending_unit)


def _years(count: int | None, unit: Unit) -> int:
    return (count or 0) // (12 if unit == "months" else 365)


def _counted(number: str | None, unit: str | None) -> tuple[int | None, Unit]:
    if number is None:
        return None, "months"
    if unit == "day":
        return int(number), "days"
    return int(number) * _IN_MONTHS[unit or "month"], "months"


def _before(day: date, count: int, unit: Unit) -> date:
    return months_before(day, count) if unit == "months" else day - timedelta(days=count)
