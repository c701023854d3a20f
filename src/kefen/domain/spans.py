"""How long something lasts from a day on, and on which days of the calendar something is due."""

from __future__ import annotations

import calendar as _calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from kefen.domain.calendar import months_before
from kefen.domain.periods import MONTH_NAMES

Counted: TypeAlias = Literal["days", "months"]
EVER: Final = date(9999, 12, 31)
"""The end of what has no end."""
ORDINALS = ("first", "second", "third", "fourth", "fifth")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CADENCES: dict[str, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""How many months lie between two days on which something is due."""
_IN_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_MONTHS = "|".join(MONTH_NAMES)
_SPAN = re.compile(r"(?P<count>\d{1,4}) (?P<unit>day|month|quarter|half-year|year)s?")
_UNTIL = re.compile(
    rf"until (?:(?P<day>\d{{1,2}}) (?P<month>{_MONTHS})|end of (?P<end>{_MONTHS}))"
    rf"(?: of the (?P<year>{'|'.join(ORDINALS)}) year)?"
)
_ON = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?: (?P<month>{_MONTHS}))?"
    rf"|last (?:(?P<weekday>{'|'.join(WEEKDAYS)})|(?P<last>day))(?: of (?P<of>{_MONTHS}))?)"
)
_LONGEST_MONTHS = 1200
_LONGEST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Span:
    """How long something lasts from a day on: some days or months, until a day of the year, ever.

    Attributes:
        count: How many units; None for the other two.
        unit: What `count` counts.
        month: The month of the day until which it lasts, 1-12; None for the other two.
        day: Its day; None: the month's last.
        year: Which calendar year that day is in, the starting one being 1; None: the next such day
            after the start.
    """

    count: int | None = None
    unit: Counted = "months"
    month: int | None = None
    day: int | None = None
    year: int | None = None

    def end(self, start: date) -> date:
        """Return the day on which it ends; it lasts through the day before."""
        if self.count is not None:
            if self.unit == "days":
                return start + timedelta(days=self.count)
            return months_before(start, -self.count)
        if self.month is None:
            return EVER
        if self.year is not None:
            return _day_of(start.year + self.year - 1, self.month, self.day)
        this_year = _day_of(start.year, self.month, self.day)
        return this_year if this_year > start else _day_of(start.year + 1, self.month, self.day)

    def __str__(self) -> str:
        if self.count is not None:
            return f"{self.count} {self.unit if self.count != 1 else self.unit[:-1]}"
        if self.month is None:
            return "ever"
        name = MONTH_NAMES[self.month - 1]
        words = f"until end of {name}" if self.day is None else f"until {self.day} {name}"
        return words if self.year is None else f"{words} of the {ORDINALS[self.year - 1]} year"


def parse_span(words: str) -> Span:
    """Return the span that words name.

    Examples are `6 months`, `400 days`, `until 31 January`, `until end of February of the third
    year`, `ever`.

    Raises:
        ValueError: The words name no span, none at all, or one beyond a hundred years.
    """
    words = " ".join(words.split())
    if words == "ever":
        return Span()
    match = _SPAN.fullmatch(words)
    if match is not None:
        count, unit = int(match["count"]), match["unit"]
        months = count * _IN_MONTHS.get(unit, 0)
        if not count or months > _LONGEST_MONTHS or (unit == "day" and count > _LONGEST_DAYS):
            raise ValueError(words)
        return Span(count, "days") if unit == "day" else Span(months)
    match = _UNTIL.fullmatch(words)
    if match is None:
        raise ValueError(words)
    month = MONTH_NAMES.index(match["month"] or match["end"]) + 1
    day = int(match["day"]) if match["day"] else None
    if day is not None and not 1 <= day <= _calendar.monthrange(2024, month)[1]:
        raise ValueError(words)
    year = ORDINALS.index(match["year"]) + 1 if match["year"] else None
    return Span(month=month, day=day, year=year)


@dataclass(frozen=True, slots=True)
class Cadence:
    """The days of the calendar on which something is due.

    Attributes:
        months: How many months lie between two of them: 1, 3, 6 or 12.
        month: A month in which one lies, 1-12.
        day: The day of the month, or its last day where the month is shorter; None: the last day.
        weekday: Monday (0) to Sunday: the last such day of the month instead; or None.
    """

    months: int
    month: int = 12
    day: int | None = None
    weekday: int | None = None

    def next_after(self, day: date) -> date:
        """Return the first of the days after a day."""
        index = day.year * 12 + day.month - 1
        index += (self.month - 1 - index) % self.months - self.months
        while True:
            year, month = divmod(index, 12)
            found = self._in_month(year, month + 1)
            if found > day:
                return found
            index += self.months

    @property
    def ends_a_month(self) -> bool:
        """Return whether each of the days is the last of its month, whatever the year."""
        if self.weekday is not None:
            return False
        # A day of 29 February is the 28th in other years.
        return self.day is None or (
            self.months == 12
            and self.month != 2
            and _day_of(2001, self.month, None).day == self.day
        )

    def falls_within(self, after: date, until: date) -> bool:
        """Return whether one of the days is after `after` and not after `until`."""
        return self.next_after(after) <= until

    def _in_month(self, year: int, month: int) -> date:
        last = _day_of(year, month, None)
        if self.weekday is not None:
            return last - timedelta(days=(last.weekday() - self.weekday) % 7)
        return last if self.day is None else _day_of(year, month, self.day)

    def __str__(self) -> str:
        every = next(name for name, months in CADENCES.items() if months == self.months)
        name = MONTH_NAMES[self.month - 1]
        if self.weekday is not None or self.day is None:
            last = "day" if self.weekday is None else WEEKDAYS[self.weekday]
            on = f"the last {last}" + ("" if self.months == 1 else f" of {name}")
        else:
            on = str(self.day) if self.months == 1 else f"{self.day} {name}"
        return f"every {every} on {on}"


def parse_cadence(every: str, on: str | None) -> Cadence:
    """Return the cadence that words name.

    Args:
        every: `month`, `quarter`, `half-year` or `year`.
        on: `20`, `last Friday` or `last day` for months; `1 April` or `last day of June` for
            longer ones, which then lie as far apart from that day; None: the period's last day.

    Raises:
        ValueError: The words name no day, or one that does not go with `every`.
    """
    months = CADENCES[every]
    if on is None:
        return Cadence(months, month=months)
    match = _ON.fullmatch(" ".join(on.split()))
    if match is None:
        raise ValueError(on)
    named = match["month"] or match["of"]
    if (named is None) != (months == 1):
        raise ValueError(on)
    month = MONTH_NAMES.index(named) + 1 if named else months
    day = int(match["day"]) if match["day"] else None
    if day is not None and not 1 <= day <= _calendar.monthrange(2024, month)[1]:
        raise ValueError(on)
    weekday = WEEKDAYS.index(match["weekday"]) if match["weekday"] else None
    return Cadence(months, month, day, weekday)


def _day_of(year: int, month: int, day: int | None) -> date:
    """Return a day of a month, or the month's last where it is shorter or no day is given."""
    last = _calendar.monthrange(year, month)[1]
    return date(year, month, last if day is None else min(day, last))
