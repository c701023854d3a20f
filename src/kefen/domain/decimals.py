"""Exact decimals: half-up rounding, safe limits, and shares that add up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, Overflow
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PLACES = 4
ONE_UNIT = Decimal("0.0001")
# Wide enough for every exact product of two stored values; inexact results are rounded by name.
_WIDE = Context(prec=80, rounding=ROUND_HALF_UP, traps=[Overflow])
_STORED_LIMIT = Decimal(10) ** 14


def rounded(value: Decimal, places: int = PLACES) -> Decimal:
    """Return `value` rounded half up (away from zero at the half) to `places` decimals."""
    if places == PLACES and value.same_quantum(ONE_UNIT):
        return value  # written so already
    unit = ONE_UNIT if places == PLACES else Decimal(1).scaleb(-places)
    return value.quantize(unit, context=_WIDE)


def all_rounded(values: Iterable[Decimal]) -> list[Decimal]:
    """Return values as `rounded` gives each."""
    quantize = _WIDE.quantize
    return [quantize(value, ONE_UNIT) for value in values]


def all_stored(values: Iterable[Decimal]) -> bool:
    """Return whether all values are written with four decimals, so that rounding changes none."""
    return all(map(ONE_UNIT.same_quantum, values))


def units(value: Decimal | int) -> int:
    """Return `value` in ten-thousandths, exactly.

    Raises:
        ValueError: `value` has more than four decimals.
    """
    scaled = _WIDE.multiply(Decimal(value), Decimal(10_000))
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"{value} has more than {PLACES} decimals")
    return whole


def from_units(ten_thousandths: int) -> Decimal:
    """Return the decimal of a whole number of ten-thousandths, with four decimals."""
    return Decimal(ten_thousandths).scaleb(-PLACES, context=_WIDE)


def added(left: Decimal, right: Decimal) -> Decimal:
    """Return `left` plus `right`, exactly, whatever precision the caller's context has."""
    return _WIDE.add(left, right)


def subtracted(left: Decimal, right: Decimal) -> Decimal:
    """Return `left` minus `right`, exactly, whatever precision the caller's context has."""
    return _WIDE.subtract(left, right)


def all_added(left: Iterable[Decimal], right: Iterable[Decimal]) -> list[Decimal]:
    """Return sums as `added` gives each."""
    return list(map(_WIDE.add, left, right))


def all_subtracted(left: Iterable[Decimal], right: Iterable[Decimal]) -> list[Decimal]:
    """Return differences as `subtracted` gives each."""
    return list(map(_WIDE.subtract, left, right))


def exact_sum(values: Iterable[Decimal | int]) -> Decimal:
    """Return the sum of numbers, exactly, whatever precision the caller's context has."""
    return reduce(_WIDE.add, values, Decimal(0))


def negated(value: Decimal) -> Decimal:
    """Return `value` with its sign turned, exactly; zero stays zero."""
    return _WIDE.minus(value)


def product(left: Decimal, right: Decimal) -> Decimal:
    """Return `left` times `right`, rounded half up to four decimals."""
    return rounded(_WIDE.multiply(left, right))


def quotient(dividend: Decimal | int, divisor: Decimal | int) -> Decimal | None:
    """Return `dividend / divisor` rounded half up to four decimals; None when divided by zero."""
    if divisor == 0:
        return None
    top, bottom = units(dividend), units(divisor)
    sign = -1 if (top < 0) != (bottom < 0) else 1
    top, bottom = abs(top), abs(bottom)
    return from_units(sign * ((2 * top * 10_000 + bottom) // (2 * bottom)))


def fits_storage(value: Decimal | int) -> bool:
    """Return whether `value` has at most 14 digits before the point (decimal(18,4))."""
    return -_STORED_LIMIT < value < _STORED_LIMIT


def parse_decimal(text: str) -> Decimal:
    """Return the finite decimal written plainly in `text`.

    Raises:
        ValueError: The text is not a finite decimal number.
    """
    try:
        value = Decimal(text)
    except ArithmeticError:
        raise ValueError(f"{text!r} is not a number") from None
    if not value.is_finite():
        raise ValueError(f"{text!r} is not a finite number")
    return value


def apportioned(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole shares of `total` in proportion to `weights`, by largest remainder.

    Remainders that tie go to the earlier weight, so that the result never depends on anything
    but the arguments. The shares add up to `total`.

    Raises:
        ValueError: A weight is negative, or none is positive.
    """
    if any(weight < 0 for weight in weights) or sum(weights) <= 0:
        raise ValueError("weights must not be negative, and one must be positive")
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    left = total - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for index in by_remainder[:left]:
        shares[index] += 1
    return shares


__all__ = [
    "ONE_UNIT",
    "PLACES",
    "added",
    "all_added",
    "all_rounded",
    "all_stored",
    "all_subtracted",
    "apportioned",
    "exact_sum",
    "fits_storage",
    "from_units",
    "negated",
    "parse_decimal",
    "product",
    "quotient",
    "rounded",
    "subtracted",
    "units",
]
