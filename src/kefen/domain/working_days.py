"""Working days under China's official holiday calendar, shifted working days included.

The State Council's office announces each year's holidays, and the weekend days that are worked
instead, near the end of the year before. The `chinesecalendar` library carries the announcements.
Years that it does not cover are reckoned as Monday to Friday, and what rests on one of their days
is marked provisional: never taken for the announced calendar in silence.

Counting follows the Civil Code, article 201: the day on which something happens is not counted;
the first day is the one after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The day on which a number of working days is complete.

    Attributes:
        day: The day.
        provisional: Whether a day on the way lies in a year whose holidays are not covered.
    """

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class WorkingDayCount:
    """How many working days lie between two days.

    Attributes:
        days: The number, negative when the end is before the start.
        provisional: Whether a day counted lies in a year whose holidays are not covered.
    """

    days: int
    provisional: bool


@cache
def covered_years() -> range:
    """Return the years whose official holidays are known."""
    from chinese_calendar.constants import holidays

    return range(min(holidays).year, max(holidays).year + 1)


@lru_cache(maxsize=1 << 15)
def is_working_day(day: date) -> bool:
    """Return whether `day` is worked; in a year not covered, whether it is Monday to Friday."""
    from chinese_calendar import is_workday

    if day.year in covered_years():
        return bool(is_workday(day))
    return day.weekday() < _SATURDAY


def add_working_days(start: date, days: int) -> Deadline:
    """Return the day that completes `days` working days after `start`.

    Args:
        start: The day of the event, itself not counted; it need not be a working day.
        days: At least 1.

    Returns:
        The deadline, always a working day.

    Raises:
        ValueError: `days` is below 1.
    """
    if days < 1:
        raise ValueError(f"a deadline is at least one working day away, not {days}")
    day, left = start, days
    while left:
        day += _ONE_DAY
        left -= is_working_day(day)
    return Deadline(day, _provisional(start + _ONE_DAY, day))


def working_days_between(start: date, end: date) -> WorkingDayCount:
    """Return the working days after `start` up to and including `end`.

    `working_days_between(start, add_working_days(start, n).day)` is `n`. With `end` before
    `start` it is the negated count from `end` to `start`.
    """
    if end < start:
        back = working_days_between(end, start)
        return WorkingDayCount(-back.days, back.provisional)
    after = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    counted = sum(is_working_day(day) for day in after)
    return WorkingDayCount(counted, bool(after) and _provisional(after[0], end))


def _provisional(first: date, last: date) -> bool:
    years = covered_years()
    return not (first.year in years and last.year in years)
