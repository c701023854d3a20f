"""Exact shares and rates, and the numbers of concentration."""

from __future__ import annotations

from decimal import Decimal

from kefen.domain.decimals import quotient

GINI_PLACES = 5


def share(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    """Return `part / whole` half up at four decimals; None when unknown or divided by zero."""
    if part is None or whole is None:
        return None
    return quotient(part, whole)


def growth(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Return `(now - before) / before`; None when unknown or nothing positive came before."""
    if now is None or before is None or before <= 0:
        return None
    return quotient(now - before, before)


def gini(ranked: int, total: int, count: int) -> Decimal | None:
    """Return the Gini coefficient, half up at five decimals; None without a positive total.

    Args:
        ranked: Sum of rank times value, ranks ascending from 1, in whole units.
        total: Sum of the values, in the same units.
        count: How many values.
    """
    if count == 0 or total <= 0:
        return None
    # 2 ranked / (count total) - (count + 1) / count, over one denominator
    top = 2 * ranked - (count + 1) * total
    bottom = count * total
    scale = 10**GINI_PLACES
    sign = -1 if top < 0 else 1
    whole = (2 * abs(top) * scale + bottom) // (2 * bottom)
    return Decimal(sign * whole).scaleb(-GINI_PLACES)


def percent_words(value: Decimal | None) -> str:
    """Return a share as it is written in a sentence: 0.1234 is `12.34%`, unknown a dash."""
    return "–" if value is None else f"{value.scaleb(2).quantize(Decimal('0.01'))}%"
