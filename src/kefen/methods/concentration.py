"""How unevenly a total is spread: the Gini coefficient, and what the largest hold, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal


def gini(values: Iterable[Decimal | int]) -> Fraction | None:
    """Return the Gini coefficient: 2 sum(i x(i)) / (n sum x) - (n + 1) / n, x ascending.

    Args:
        values: One value a customer, none negative.

    Returns:
        The exact coefficient, 0 (all equal) to 1; None when the values do not sum above zero.

    Raises:
        ValueError: A value is negative.
    """
    ordered = _descending(values)[::-1]
    total, n = sum(ordered), len(ordered)
    if total == 0:
        return None
    ranked = sum(rank * value for rank, value in enumerate(ordered, 1))
    return 2 * ranked / (n * total) - Fraction(n + 1, n)


def top_share(values: Iterable[Decimal | int], percent: int) -> Fraction | None:
    """Return the share of the total that the largest `percent` % of values hold.

    The number of values is the nearest whole one (a half is rounded down), at least one.

    Args:
        values: One value a customer, none negative.
        percent: 1 to 100.

    Returns:
        The exact share; None when the values do not sum above zero.

    Raises:
        ValueError: A value is negative, or `percent` is out of range.
    """
    if not 1 <= percent <= 100:
        raise ValueError(f"percent must be 1 to 100, not {percent}")
    ordered = _descending(values)
    total = sum(ordered)
    if total == 0:
        return None
    count = max(1, (2 * percent * len(ordered) + 99) // 200)
    return sum(ordered[:count]) / total


def smallest_group_holding(values: Iterable[Decimal | int], share: Fraction) -> int | None:
    """Return how many of the largest values together hold at least `share` of the total.

    Args:
        values: One value a customer, none negative.
        share: Above 0, at most 1.

    Returns:
        The smallest such number; None when the values do not sum above zero.

    Raises:
        ValueError: A value is negative, or `share` is out of range.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, not {share}")
    ordered = _descending(values)
    total = sum(ordered)
    held = Fraction(0)
    for count, value in enumerate(ordered, 1):
        held += value
        if total and held >= share * total:
            return count
    return None


def _descending(values: Iterable[Decimal | int]) -> list[Fraction]:
    ordered = sorted((Fraction(value) for value in values), reverse=True)
    if ordered and ordered[-1] < 0:
        raise ValueError("a concentration is of values that are not negative")
    return ordered
