"""Calendar arithmetic: months that keep month ends, and windows of time."""

from __future__ import annotations

import calendar as _calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, TypeAlias

from kefen.domain.periods import (
    CALENDAR_YEAR,
    LATEST_FIRST_DAY,
    MONTH_NAMES,
    MONTHS_IN,
    Period,
    YearStart,
    first_day,
    period_number,
)

Unit: TypeAlias = Literal["months", "days"]


def is_month_end(day: date) -> bool:
    """Return whether `day` is the last of its month."""
    return day.day == _calendar.monthrange(day.year, day.month)[1]


def month_end(day: date) -> date:
    """Return the last day of the month of `day`."""
    return day.replace(day=_calendar.monthrange(day.year, day.month)[1])


@lru_cache(maxsize=4096)
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
class CalendarSpan:
    """Periods of the calendar, seen from a day.

    Attributes:
        period: What they are: months, quarters, half-years or years.
        running: Whether the period that the day is in counts, up to that day; otherwise only
            complete periods do, the last of them complete on its last day.
        count: How many complete periods, the running one not counted.
        year_start: The day on which years begin; the other periods count from it.
    """

    period: Period
    running: bool
    count: int
    year_start: YearStart = CALENDAR_YEAR

    def span(self, day: date) -> tuple[date, date]:
        """Return (start, end]: days after `start` up to and including `end`."""
        if self.running:
            current = period_number(day, self.period, self.year_start)
            end = day
        else:
            current = period_number(day + timedelta(days=1), self.period, self.year_start)
            end = first_day(current, self.period, self.year_start) - timedelta(days=1)
        start = first_day(current - self.count, self.period, self.year_start)
        return start - timedelta(days=1), end

    def __str__(self) -> str:
        plural = "s" if self.count > 1 else ""
        if not self.running:
            words = f"last {self.count} whole {self.period}{plural}"
        else:
            words = f"this {self.period}" + (f" and the {self.count} before" if self.count else "")
        return words if self.year_start == CALENDAR_YEAR else f"{words} from {self.year_start}"


@dataclass(frozen=True, slots=True)
class Window:
    """A span of days that ends at, or some time before, the as-of date.

    Attributes:
        length: How many units long; None for all time and for periods of the calendar.
        unit: What `length` counts.
        ending: How many `ending_unit` before the as-of date it ends.
        ending_unit: What `ending` counts.
        calendar: The periods of the calendar it is made of; None for other windows.
    """

    length: int | None = None
    unit: Unit = "months"
    ending: int = 0
    ending_unit: Unit = "months"
    calendar: CalendarSpan | None = None

    def span(self, as_of: date) -> tuple[date | None, date]:
        """Return (start, end]: days after `start` (None: no start) up to and including `end`."""
        if self.calendar is not None:
            return self.calendar.span(self._seen_from(as_of, self.calendar))
        end = _before(as_of, self.ending, self.ending_unit)
        if self.length is None:
            return None, end
        if self.unit == self.ending_unit == "months":
            return months_before(as_of, self.ending + self.length), end
        return _before(end, self.length, self.unit), end

    def _seen_from(self, as_of: date, calendar: CalendarSpan) -> date:
        """Return the day from which periods of the calendar are seen.

        Whole periods are moved back from the end of the last complete one: moved back from a day,
        a day late in a long month would meet a short month's end, and count that month twice.
        """
        if calendar.running or self.ending_unit == "days":
            return _before(as_of, self.ending, self.ending_unit)
        return months_before(calendar.span(as_of)[1], self.ending)

    @property
    def has_start(self) -> bool:
        """Return whether the window begins somewhere: all do but all time."""
        return self.length is not None or self.calendar is not None

    @property
    def months(self) -> int | None:
        """Return the length in months, or None when it is not a number of whole months."""
        if self.calendar is not None:
            whole = self.calendar.count * MONTHS_IN[self.calendar.period]
            return None if self.calendar.running else whole
        return self.length if self.unit == "months" else None

    @property
    def year_start(self) -> YearStart:
        """Return the day on which years begin in this window."""
        return self.calendar.year_start if self.calendar is not None else CALENDAR_YEAR

    def month_spans(self, as_of: date) -> tuple[tuple[date, date], ...]:
        """Return the (start, end] of each month of the window, the last one first.

        There is none when the window is not a number of whole months.
        """
        _, end = self.span(as_of)
        spans: list[tuple[date, date]] = []
        upper = end
        for count in range(1, (self.months or 0) + 1):
            if self.calendar is None and self.ending_unit == "months":
                lower = months_before(as_of, self.ending + count)
            else:
                lower = months_before(end, count)
            spans.append((lower, upper))
            upper = lower
        return tuple(spans)

    def __str__(self) -> str:
        if self.calendar is not None:
            words = str(self.calendar)
        elif self.length is None:
            words = "all time"
        else:
            words = f"last {self.length} {self.unit}"
        return words if not self.ending else f"{words} ending {self.ending} {self.ending_unit} ago"


ALL_TIME = Window()

_UNITS = "month|day|quarter|half-year|year"
_CALENDAR_PERIODS = "month|quarter|half-year|year"
_WINDOW = re.compile(
    rf"(?:all time"
    rf"|last (?P<length>\d{{1,4}}) (?P<unit>{_UNITS})s?"
    rf"|last (?P<whole>\d{{1,4}}) whole (?P<wholes>{_CALENDAR_PERIODS})s?"
    rf"|this (?P<this>{_CALENDAR_PERIODS})(?: and the (?P<before>\d{{1,4}}) before)?)"
    rf"(?: from (?P<day>\d{{1,2}}) (?P<month>{'|'.join(MONTH_NAMES)}))?"
    rf"(?: ending (?P<ending>\d{{1,4}}) (?P<ending_unit>{_UNITS})s? ago)?"
)
_LONGEST_YEARS = 200
_IN_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def parse_window(words: str) -> Window:
    """Return the window that `words` name.

    Examples are `last 12 months ending 12 months ago`, `last 4 whole quarters`,
    `this year from 1 April`, `this month and the 2 before`, `all time`.

    Raises:
        ValueError: The words name no window, or one that reaches back more than 200 years.
    """
    match = _WINDOW.fullmatch(" ".join(words.split()))
    if match is None:
        raise ValueError(words)
    ending, ending_unit = _counted(match["ending"], match["ending_unit"])
    calendar = _calendar_span(match)
    if calendar is not None:
        length: int | None = calendar.count * MONTHS_IN[calendar.period]
        unit: Unit = "months"
        if length == 0 and not calendar.running:
            raise ValueError(words)
    else:
        length, unit = _counted(match["length"], match["unit"])
        if length == 0 or match["month"] is not None:
            raise ValueError(words)
    if _years(length, unit) + _years(ending, ending_unit) > _LONGEST_YEARS:
        raise ValueError(words)
    if calendar is not None:
        return Window(None, "months", ending or 0, ending_unit, calendar)
    return Window(length, unit, ending or 0, ending_unit)


def _calendar_span(match: re.Match[str]) -> CalendarSpan | None:
    period = next((p for p in MONTHS_IN if p == (match["wholes"] or match["this"])), None)
    if period is None:
        return None
    start = CALENDAR_YEAR
    if match["month"] is not None:
        day = int(match["day"])
        if not 1 <= day <= LATEST_FIRST_DAY:
            raise ValueError(match[0])
        start = YearStart(MONTH_NAMES.index(match["month"]) + 1, day)
    running = match["this"] is not None
    return CalendarSpan(period, running, int(match["whole"] or match["before"] or 0), start)


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
