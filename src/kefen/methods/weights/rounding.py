"""From weights of a method to the points of a standard, which are decimals."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kefen.domain.decimals import apportioned, from_units, units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

# Far finer than what four decimals of any total can show, far coarser than the noise of a double.
_STEP = 10**12


def in_points(weights: Sequence[float], total: Decimal) -> tuple[Decimal, ...]:
    """Return weights as points of four decimals that add up to `total`, by largest remainder.

    Args:
        weights: None negative, one above zero; they need not sum to 1.
        total: What the points add up to, with at most four decimals.

    Raises:
        ValueError: A weight is negative or none is above zero, or `total` has more decimals.
    """
    whole = Fraction(sum(map(Fraction, weights)))
    if whole <= 0:
        raise ValueError("one weight must be above zero")
    parts = [round(Fraction(weight) / whole * _STEP) for weight in weights]
    return tuple(from_units(share) for share in apportioned(units(total), parts))
