"""What groups of rows mean to both evaluators: the periods of a window, and what nothing gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from kefen.domain.decimals import quotient
from kefen.domain.periods import period_number
from kefen.expressions.evaluator import evaluate
from kefen.standards.model.metrics import CalendarGroups

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from kefen.expressions.tree import Value
    from kefen.standards.model import FactMetric
    from kefen.standards.model.metrics import Level, Take

LEVELS = frozenset({"daily_average", "highest_balance"})
"""What is computed of rows before the window too, because a level holds from them on."""
_EMPTY_IS_ZERO = frozenset({"sum", "count", "distinct", "daily_average", "highest_balance"})


@dataclass(frozen=True, slots=True)
class EveryPeriod:
    """The periods of a window, those without rows among them.

    Attributes:
        first: The number of the period in which the window begins.
        last: The number of the one in which it ends.
    """

    first: int
    last: int

    @property
    def count(self) -> int:
        """Return how many periods there are."""
        return self.last - self.first + 1


def every_period(definition: FactMetric, level: Level, as_of: date) -> EveryPeriod | None:
    """Return the periods that a level of groups is of, when all of the window count."""
    groups = level.by
    if not isinstance(groups, CalendarGroups) or not groups.every:
        return None
    window = definition.over
    start, end = window.span(as_of)
    if start is None:
        raise ValueError("every period of a window that does not begin")
    return EveryPeriod(
        period_number(start + timedelta(days=1), groups.period, window.year_start),
        period_number(end, groups.period, window.year_start),
    )


def empty_group(definition: FactMetric, depth: int, as_of: date) -> int | None:
    """Return the value of a group without rows, with so many levels of groups around it.

    A sum, a count and a level are zero where there is nothing; other values are unknown.
    """
    value: int | None = 0 if definition.aggregate in _EMPTY_IS_ZERO else None
    for level in reversed(definition.levels[depth:]):
        periods = every_period(definition, level, as_of)
        if level.take.condition is None:
            if level.take.kind == "sum" and periods is not None and value is not None:
                value *= periods.count
        else:
            met = periods is not None and meets(level.take, value)
            value = periods.count if periods is not None and met else 0
    return value


def nothing(definition: FactMetric, as_of: date) -> int | Decimal | None:
    """Return a metric's value for a customer with no row that counts."""
    value = empty_group(definition, 0, as_of)
    if definition.per is None or not value:
        return value
    return quotient(value, definition.over.months or 1)


def meets(take: Take, value: Value) -> bool:
    """Return whether a group's value is one of those that are counted."""
    return take.condition is not None and evaluate(take.condition, {"value": value}) is True
