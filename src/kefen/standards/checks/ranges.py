"""Sets of values: spans of numbers or days, or listed texts, and whether unknown belongs to them.

Numbers here have four decimals at most, whole numbers none, and days are days: every kind of
value has a next one. So a set is a list of closed spans of steps, and gaps are found exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING, TypeAlias

from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.expressions.tree import Value

Span: TypeAlias = "tuple[int | None, int | None]"
"""A closed span of steps; None is without end."""


class Scale(Enum):
    """The kind of a set's values, and how fine they are."""

    WHOLE = "whole"
    NUMBER = "number"
    DAY = "day"
    TRUTH = "truth"
    TEXT = "text"
    OTHER = "other"  # moments: no constant can be compared with them


_SCALES = {
    ValueType.INTEGER: Scale.WHOLE,
    ValueType.DECIMAL: Scale.NUMBER,
    ValueType.DATE: Scale.DAY,
    ValueType.BOOLEAN: Scale.TRUTH,
    ValueType.TEXT: Scale.TEXT,
}
_STEPS = {Scale.WHOLE: 1, Scale.NUMBER: 10_000, Scale.DAY: 1, Scale.TRUTH: 1}


def scale_of(value_type: ValueType) -> Scale:
    """Return how fine values of a type are."""
    return _SCALES.get(value_type, Scale.OTHER)


@dataclass(frozen=True, slots=True)
class Values:
    """A set of values of one scale.

    Attributes:
        scale: Their kind.
        spans: Closed spans of steps, ascending, apart from each other; for texts empty.
        texts: The listed texts.
        others: For texts: whether the set is every text *but* those listed. Without steps or
            texts (`Scale.OTHER`): whether it has values at all.
        unknown: Whether unknown belongs to it.
    """

    scale: Scale
    spans: tuple[Span, ...] = ()
    texts: frozenset[str] = frozenset()
    others: bool = False
    unknown: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether nothing belongs to it."""
        return not self.unknown and self.has_no_value

    @property
    def has_no_value(self) -> bool:
        """Return whether no known value belongs to it."""
        return not self.spans and not self.texts and not self.others

    @property
    def is_listed(self) -> bool:
        """Return whether it is made of single values."""
        if self.scale is Scale.TEXT:
            return not self.others
        return all(low is not None and low == high for low, high in self.spans)

    @property
    def is_closed(self) -> bool:
        """Return whether it has two ends: it was said value by value, or from one to another."""
        if self.scale is Scale.TEXT:
            return not self.others
        return all(low is not None and high is not None for low, high in self.spans)

    def both(self, other: Values) -> Values:
        """Return what belongs to this set and the other."""
        unknown = self.unknown and other.unknown
        if self.scale in _STEPS:
            spans = tuple(_spans_in_both(self.spans, other.spans))
            return Values(self.scale, spans, unknown=unknown)
        texts, others = _texts_in_both(self, other)
        return Values(self.scale, (), texts, others, unknown)

    def either(self, other: Values) -> Values:
        """Return what belongs to this set or the other."""
        return self.rest().both(other.rest()).rest()

    def rest(self) -> Values:
        """Return what does not belong to it, unknown included."""
        if self.scale in (Scale.TEXT, Scale.OTHER):
            return Values(self.scale, (), self.texts, not self.others, not self.unknown)
        return Values(
            self.scale,
            tuple(_spans_in_both(_between(self.spans), everything(self.scale).spans)),
            unknown=not self.unknown,
        )

    def known(self) -> Values:
        """Return the set without unknown."""
        return Values(self.scale, self.spans, self.texts, self.others)

    def without(self, other: Values) -> Values:
        """Return what belongs to this set and not to the other."""
        return self.both(other.rest())

    def holds(self, value: Value) -> bool:
        """Return whether a value belongs to it."""
        if value is None:
            return self.unknown
        if self.scale is Scale.TEXT:
            return (value in self.texts) != self.others
        step = steps_of(value, self.scale)
        if step.denominator != 1:
            return False
        return any(
            (low is None or low <= step) and (high is None or step <= high)
            for low, high in self.spans
        )


def everything(scale: Scale) -> Values:
    """Return every value of a scale, and unknown."""
    if scale in (Scale.TEXT, Scale.OTHER):
        return Values(scale, others=True, unknown=True)
    return Values(scale, ((0, 1) if scale is Scale.TRUTH else (None, None),), unknown=True)


def nothing(scale: Scale) -> Values:
    """Return the empty set."""
    return Values(scale)


def listed(scale: Scale, values: Iterable[Value]) -> Values:
    """Return the set of these values; those that no value of the scale equals are left out."""
    members = tuple(values)
    unknown = None in members
    if scale is Scale.TEXT:
        return Values(
            scale, (), frozenset(v for v in members if isinstance(v, str)), unknown=unknown
        )
    steps = [steps_of(value, scale) for value in members if value is not None]
    whole = sorted({int(step) for step in steps if step.denominator == 1})
    return Values(scale, tuple(_joined((step, step) for step in whole)), unknown=unknown)


def above(scale: Scale, value: Value, *, included: bool) -> Values:
    """Return the values above `value`, or from it on."""
    step = steps_of(value, scale)
    low = ceil(step) if included else floor(step) + 1
    return Values(scale, ((low, None),)).both(everything(scale))


def below(scale: Scale, value: Value, *, included: bool) -> Values:
    """Return the values below `value`, or up to it."""
    step = steps_of(value, scale)
    high = floor(step) if included else ceil(step) - 1
    return Values(scale, ((None, high),)).both(everything(scale))


def between(scale: Scale, low: Decimal | int | None, high: Decimal | int | None) -> Values:
    """Return the numbers from `low` to `high`, both included; None is without end."""
    values = everything(scale).known()
    if low is not None:
        values = values.both(above(scale, low, included=True))
    if high is not None:
        values = values.both(below(scale, high, included=True))
    return values


def steps_of(value: Value, scale: Scale) -> Fraction:
    """Return where a value stands, in steps of the scale; not whole between two of its values.

    Raises:
        TypeError: The scale has no steps, or the value is of another kind.
    """
    if scale is Scale.DAY and isinstance(value, date) and not isinstance(value, datetime):
        return Fraction(value.toordinal())
    if scale is Scale.TRUTH and isinstance(value, bool):
        return Fraction(int(value))
    if scale in (Scale.WHOLE, Scale.NUMBER) and isinstance(value, int | Decimal):
        return Fraction(value) * _STEPS[scale]
    raise TypeError(f"{value!r} has no place among values of {scale}")


def value_at(step: int, scale: Scale) -> Value:
    """Return the value that stands at a step."""
    if scale is Scale.DAY:
        return date.fromordinal(min(max(step, 1), date.max.toordinal()))
    if scale is Scale.TRUTH:
        return bool(step)
    if scale is Scale.NUMBER:
        return Decimal(step).scaleb(-4)
    return step


def example_of(values: Values) -> Value:
    """Return a value of a set that says most about it: the plainest near the middle of a span.

    Of a span without end it is the end itself where that is plain, as 80 for 80 and more.
    Unknown (None) only when the set has no other value.
    """
    if values.scale is Scale.TEXT:
        return min(values.texts) if values.texts and not values.others else None
    if not values.spans:
        return None
    # What is surely looked for: the inside of the scale, then what is above it, then below.
    span = min(values.spans, key=lambda s: (s[0] is None or s[1] is None, s[0] is None))
    return value_at(_plainest(span, values.scale), values.scale)


def _plainest(span: Span, scale: Scale) -> int:
    low, high = span
    grain = _STEPS.get(scale, 1)
    if low is None and high is None:
        return 0
    if low is None or high is None:
        end = low if low is not None else high
        assert end is not None  # noqa: S101  not both are None
        # An end such as 50.0001 means above 50: the next whole number says it better.
        return (-(-end // grain) if high is None else end // grain) * grain
    while True:
        middle = Fraction(low + high, 2)
        nearest = floor(middle / grain + Fraction(1, 2)) * grain
        for candidate in (nearest, nearest - grain, nearest + grain):
            if low <= candidate <= high:
                return candidate
        grain = max(grain // 10, 1)


def _spans_in_both(left: Iterable[Span], right: Iterable[Span]) -> Iterable[Span]:
    found: list[Span] = []
    rights = tuple(right)
    for low, high in left:
        for other_low, other_high in rights:
            start = low if other_low is None else other_low if low is None else max(low, other_low)
            end = (
                high
                if other_high is None
                else other_high
                if high is None
                else min(high, other_high)
            )
            if start is None or end is None or start <= end:
                found.append((start, end))
    return found


def _between(spans: tuple[Span, ...]) -> list[Span]:
    """Return the spans that lie before, between and after ascending ones."""
    if not spans:
        return [(None, None)]
    found: list[Span] = []
    if spans[0][0] is not None:
        found.append((None, spans[0][0] - 1))
    for (_, end), (start, _) in pairwise(spans):
        assert end is not None and start is not None  # noqa: S101  only outer ends are open
        if end + 1 < start:
            found.append((end + 1, start - 1))
    if spans[-1][1] is not None:
        found.append((spans[-1][1] + 1, None))
    return found


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return ascending spans with neighbours made one."""
    found: list[Span] = []
    for low, high in spans:
        last = found[-1] if found else None
        if last is not None and last[1] is not None and low is not None and last[1] + 1 == low:
            found[-1] = (last[0], high)
        else:
            found.append((low, high))
    return found


def _texts_in_both(left: Values, right: Values) -> tuple[frozenset[str], bool]:
    if left.others and right.others:
        return left.texts | right.texts, True
    if left.others:
        return right.texts - left.texts, False
    if right.others:
        return left.texts - right.texts, False
    return left.texts & right.texts, False
