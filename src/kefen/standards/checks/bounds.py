"""Between which numbers an expression stays, from what is known of the names in it."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, TypeAlias

from kefen.domain.decimals import product, quotient
from kefen.expressions.tree import Call, Literal, Name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kefen.expressions.tree import Expression

Bounds: TypeAlias = "tuple[Decimal | None, Decimal | None]"
"""The lowest and the highest number; None is without end, or not known."""

ANY: Bounds = (None, None)
_FAR = Decimal(10) ** 20
"""Beyond this, arithmetic of bounds would no longer be exact, and no end is claimed."""
_NOT_BELOW_ZERO: Bounds = (Decimal(0), None)
_NEVER_NEGATIVE = frozenset({"absolute"})
_ROUNDINGS = frozenset({"round", "round_down", "round_up"})


def bounds_of(tree: Expression, of_name: Callable[[str], Bounds]) -> Bounds:
    """Return between which numbers an expression stays, ends included.

    Args:
        tree: The expression.
        of_name: Between which numbers a name stays.
    """
    if isinstance(tree, Literal):
        value = tree.value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return ANY
        return Decimal(value), Decimal(value)
    if isinstance(tree, Name):
        return of_name(tree.name)
    parts = [bounds_of(argument, of_name) for argument in tree.arguments]
    low, high = _of_call(tree, parts)
    return (
        None if low is None or abs(low) > _FAR else low,
        None if high is None or abs(high) > _FAR else high,
    )


def _of_call(tree: Call, parts: Sequence[Bounds]) -> Bounds:
    operator = tree.operator
    if operator in _SIMPLE:
        return _SIMPLE[operator](parts)
    if operator in _ROUNDINGS:
        return _rounded(parts[0], tree.arguments[1] if len(parts) > 1 else None)
    if operator == "if":
        return hull(parts[1:])
    if operator == "choose":
        return hull([*parts[2::2], parts[-1]])
    if operator == "interpolated":
        return hull(parts[2::2])
    if operator in _NEVER_NEGATIVE:
        return _NOT_BELOW_ZERO
    return ANY


def added(parts: Sequence[Bounds]) -> Bounds:
    """Return the bounds of a sum."""
    lows = [low for low, _ in parts]
    highs = [high for _, high in parts]
    return (
        None if None in lows else sum((low for low in lows if low is not None), Decimal(0)),
        None if None in highs else sum((high for high in highs if high is not None), Decimal(0)),
    )


def hull(parts: Sequence[Bounds]) -> Bounds:
    """Return the bounds of a value that is one of several."""
    lows = [low for low, _ in parts]
    highs = [high for _, high in parts]
    return (
        None if None in lows else min((low for low in lows if low is not None), default=None),
        None if None in highs else max((high for high in highs if high is not None), default=None),
    )


def limited(bounds: Bounds, at_most: Decimal | None, at_least: Decimal | None) -> Bounds:
    """Return bounds after a cap and a floor."""
    low, high = bounds
    if at_most is not None:
        low = low if low is None else min(low, at_most)
        high = at_most if high is None else min(high, at_most)
    if at_least is not None:
        low = at_least if low is None else max(low, at_least)
        high = high if high is None else max(high, at_least)
    return low, high


def times(left: Bounds, right: Bounds) -> Bounds:
    """Return the bounds of a product."""
    if None in (*left, *right):
        both = left[0] is not None and right[0] is not None
        if both and min(left[0] or 0, right[0] or 0) >= 0:
            return product(left[0] or Decimal(0), right[0] or Decimal(0)), None
        return ANY
    corners = [product(a, b) for a in left for b in right if a is not None and b is not None]
    return min(corners), max(corners)


def _negated(bounds: Bounds) -> Bounds:
    low, high = bounds
    return (None if high is None else -high, None if low is None else -low)


def _smallest(parts: Sequence[Bounds]) -> Bounds:
    highs = [high for _, high in parts if high is not None]
    return hull(parts)[0], min(highs) if highs else None


def _largest(parts: Sequence[Bounds]) -> Bounds:
    lows = [low for low, _ in parts if low is not None]
    return max(lows) if lows else None, hull(parts)[1]


def _rounded(bounds: Bounds, places: Expression | None) -> Bounds:
    """Return bounds that hold however a number is rounded to whole numbers or finer."""
    if places is not None and not (
        isinstance(places, Literal) and isinstance(places.value, int) and places.value >= 0
    ):
        return ANY
    low, high = bounds
    return (
        None if low is None else low.to_integral_value(ROUND_FLOOR),
        None if high is None else high.to_integral_value(ROUND_CEILING),
    )


def _divided(dividend: Bounds, divisor: Bounds) -> Bounds:
    low, high = divisor
    if low is not None and low == high and low != 0:
        ends = [None if end is None else quotient(end, low) for end in dividend]
        return (ends[0], ends[1]) if low > 0 else (ends[1], ends[0])
    if low is not None and low >= 0 and dividend[0] is not None and dividend[0] >= 0:
        return _NOT_BELOW_ZERO
    return ANY


_SIMPLE: dict[str, Callable[[Sequence[Bounds]], Bounds]] = {
    "add": added,
    "subtract": lambda p: added([p[0], _negated(p[1])]),
    "multiply": lambda p: times(p[0], p[1]),
    "divide": lambda p: _divided(p[0], p[1]),
    "negate": lambda p: _negated(p[0]),
    "smallest": _smallest,
    "largest": _largest,
    "first_known": hull,
}
