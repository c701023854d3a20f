"""How far a distribution has shifted: the population stability index, and whether it is chance.

The index of two samples of n and m customers in B classes is, when nothing has shifted, about
(1/n + 1/m) times chi-squared with B - 1 degrees of freedom; the usual limits .1 and .25 ask the
same of fifty customers as of a million.

Source: B. Yurdakul and J. Naranjo, "Statistical properties of the population stability index",
Journal of Risk Model Validation 14 (2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

LITTLE, MUCH = 0.10, 0.25
Size: TypeAlias = Literal["none", "some", "much"]


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a distribution has shifted.

    Attributes:
        index: The population stability index.
        expected_by_chance: What it would be on average if nothing had shifted.
        limit: What chance alone exceeds in 5 % of cases.
        chance: The probability of an index as large by chance alone.
        before: How many customers there were.
        now: How many there are.
    """

    index: float
    expected_by_chance: float
    limit: float
    chance: float
    before: int
    now: int

    @property
    def size(self) -> Size:
        """Return how much it is: none when it may be chance, whatever the index."""
        if self.index <= self.limit or self.index < LITTLE:
            return "none"
        return "some" if self.index < MUCH else "much"


def stability_index(before: Sequence[float], now: Sequence[float]) -> float:
    """Return the sum of (now - before) x ln(now / before) over shares.

    Args:
        before: Shares or counts by class, all above zero.
        now: The same classes now.
    """
    all_before, all_now = sum(before), sum(now)
    return sum(
        (b / all_now - a / all_before) * log((b / all_now) / (a / all_before))
        for a, b in zip(before, now, strict=True)
    )


def drift(before: Sequence[int], now: Sequence[int]) -> Drift | None:
    """Return how far customers have shifted between classes.

    Args:
        before: Customers by class.
        now: The same classes now. A class that is empty on one side would have an infinite
            index: then half a customer is added to every class of both.

    Returns:
        None where fewer than two classes have customers, or one side has none.
    """
    kept = [(a, b) for a, b in zip(before, now, strict=True) if a or b]
    n, m = sum(a for a, _ in kept), sum(b for _, b in kept)
    if len(kept) < 2 or not n or not m:
        return None
    from scipy.special import chdtrc, chdtri

    added = 0.5 if any(not a or not b for a, b in kept) else 0.0
    index = stability_index([a + added for a, _ in kept], [b + added for _, b in kept])
    freedom, scale = len(kept) - 1, 1 / n + 1 / m
    return Drift(
        index,
        freedom * scale,
        float(chdtri(freedom, 0.05)) * scale,
        float(chdtrc(freedom, index / scale)),
        n,
        m,
    )
