"""How often something is done, and within what time an answer is promised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from kefen.domain.calendar import months_before
from kefen.domain.text import Text
from kefen.domain.working_days import add_working_days

_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_NOMINAL: Final = {"month": 30, "quarter": 91, "half-year": 182, "year": 365}
_EVERY = re.compile(rf"every (?:(?P<count>\d{{1,3}}) )?(?P<unit>{'|'.join((*_DAYS, *_MONTHS))})s?")
_WITHIN = re.compile(r"(?P<count>\d{1,3}) (?P<unit>minute|hour|working day|day)s?")
_ONCE: Final = {
    "day": Text("every day", "每天"),
    "week": Text("every week", "每周"),
    "month": Text("every month", "每月"),
    "quarter": Text("every quarter", "每季度"),
    "half-year": Text("every half-year", "每半年"),
    "year": Text("every year", "每年"),
}
_EACH: Final = {
    "day": Text("every {n} days", "每 {n} 天"),
    "week": Text("every {n} weeks", "每 {n} 周"),
    "month": Text("every {n} months", "每 {n} 个月"),
    "quarter": Text("every {n} quarters", "每 {n} 个季度"),
    "half-year": Text("every {n} half-years", "每 {n} 个半年"),
    "year": Text("every {n} years", "每 {n} 年"),
}
_PROMISED: Final = {
    "minute": Text("{n} {n:minute|minutes}", "{n} 分钟"),
    "hour": Text("{n} {n:hour|hours}", "{n} 小时"),
    "day": Text("{n} {n:day|days}", "{n} 天"),
    "working day": Text("{n} working {n:day|days}", "{n} 个工作日"),
}


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often something is done: `every month`, `every 2 weeks`.

    Attributes:
        count: How many units lie between two times, at least 1.
        unit: day, week, month, quarter, half-year or year.
    """

    count: int
    unit: str

    def after(self, day: date) -> date:
        """Return the day on which it is due again; from a month's end on, months end too."""
        if self.unit in _DAYS:
            return day + timedelta(days=self.count * _DAYS[self.unit])
        return months_before(day, -self.count * _MONTHS[self.unit])

    @property
    def nominal_days(self) -> int:
        """Return how long it is in days, a month being 30 of them: for comparing and spreading."""
        return self.count * {**_DAYS, **_NOMINAL}[self.unit]

    @property
    def in_words(self) -> Text:
        """Return it in words."""
        return _ONCE[self.unit] if self.count == 1 else _EACH[self.unit].filled(n=self.count)


def parse_cadence(words: str) -> Cadence:
    """Return how often words say that something is done.

    Raises:
        ValueError: They say nothing of the kind.
    """
    match = _EVERY.fullmatch(" ".join(words.split()))
    count = int(match["count"] or 1) if match is not None else 0
    if match is None or not count:
        raise ValueError(words)
    return Cadence(count, match["unit"])


@dataclass(frozen=True, slots=True)
class Promise:
    """Within what time an answer is promised: `4 hours`, `1 working day`.

    Attributes:
        count: How many units, at least 1.
        unit: minute, hour, day or `working day`.
    """

    count: int
    unit: str

    @property
    def in_words(self) -> Text:
        """Return it in words."""
        return _PROMISED[self.unit].filled(n=self.count)

    def until(self, asked_at: datetime) -> datetime:
        """Return when the answer is due: minutes and hours by the clock, days at their end.

        A day is counted from the day after the one on which it was asked.
        """
        if self.unit in ("minute", "hour"):
            return asked_at + timedelta(**{f"{self.unit}s": self.count})
        day = asked_at.date() + timedelta(days=self.count)
        if self.unit == "working day":
            day = add_working_days(asked_at.date(), self.count).day
        return datetime.combine(day, time(23, 59), asked_at.tzinfo)


def parse_promise(words: str) -> Promise:
    """Return the time that words promise an answer within.

    Raises:
        ValueError: They say nothing of the kind.
    """
    match = _WITHIN.fullmatch(" ".join(words.split()))
    if match is None or not int(match["count"]):
        raise ValueError(words)
    return Promise(int(match["count"]), match["unit"])
