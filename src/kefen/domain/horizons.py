"""Spans of time ahead, as models look: so many days, weeks, months or years, in mean days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias, get_args

HorizonUnit: TypeAlias = Literal["day", "week", "month", "year"]
DAYS_IN: dict[HorizonUnit, Fraction] = {
    "day": Fraction(1),
    "week": Fraction(7),
    "month": Fraction(1461, 48),
    "year": Fraction(1461, 4),
}
"""The length of each unit in days: a year has 365.25, a month a twelfth of that.

A mean length, so that a model applied at the end of February looks as far as at the end of March.
"""
_HORIZON = re.compile(rf"next (\d{{1,4}}) ({'|'.join(get_args(HorizonUnit))})s?")
_LONGEST_DAYS = 50 * DAYS_IN["year"]


@dataclass(frozen=True, slots=True)
class Horizon:
    """A span of time after the as-of date."""

    count: int
    unit: HorizonUnit

    @property
    def days(self) -> Fraction:
        """Return its length in days."""
        return self.count * DAYS_IN[self.unit]

    def __str__(self) -> str:
        return f"next {self.count} {self.unit}{'' if self.count == 1 else 's'}"


def parse_horizon(words: str) -> Horizon:
    """Return the horizon that `words` name: `next 12 months`, `next 90 days`.

    Raises:
        ValueError: The words name none, or one of no length or of more than 50 years.
    """
    match = _HORIZON.fullmatch(" ".join(words.split()))
    if match is None:
        raise ValueError(words)
    unit: HorizonUnit = next(one for one in DAYS_IN if one == match[2])
    horizon = Horizon(int(match[1]), unit)
    if not 0 < horizon.days <= _LONGEST_DAYS:
        raise ValueError(words)
    return horizon
