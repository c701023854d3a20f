"""Whether neighbouring classes stand in the right order, and whether they differ at all.

Means are compared by Welch's test (1947), shares by Fisher's exact test; all pairs of one question
are judged together (Holm 1979).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING

from kefen.methods.contrasts import SURE_FROM, class_contrast, holm
from kefen.methods.intervals import Z_95, Estimate, variance, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class ClassSums:
    """What the customers of one class have.

    Attributes:
        name: The class.
        customers: How many they are.
        total: The sum of a value.
        squares: The sum of its squares.
        hits: How many of them something happened to.
    """

    name: str
    customers: int
    total: float
    squares: float
    hits: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two classes that stand beside each other.

    Attributes:
        better: The better class.
        worse: The next one that has customers.
        difference: The better one's figure less the other's, with its interval.
        chance: The probability of a difference as large by chance, corrected for all pairs.
    """

    better: str
    worse: str
    difference: Estimate
    chance: float

    @property
    def reversed(self) -> bool:
        """Return whether the worse class has more."""
        return self.difference.value < 0

    @property
    def sure(self) -> bool:
        """Return whether the difference is hardly chance."""
        return self.chance <= SURE_FROM


def neighbours_in_means(classes: Sequence[ClassSums]) -> tuple[Neighbours, ...]:
    """Return how the mean value of each class differs from the next one's.

    Args:
        classes: Best first; those with fewer than two customers are passed over.
    """
    pairs = list(pairwise([one for one in classes if one.customers > 1]))
    found = [_welch(better, worse) for better, worse in pairs]
    return _corrected(pairs, found)


def neighbours_in_shares(classes: Sequence[ClassSums]) -> tuple[Neighbours, ...]:
    """Return how the share of hits of each class differs from the next one's.

    Args:
        classes: Best first; those without customers are passed over.
    """
    pairs = list(pairwise([one for one in classes if one.customers]))
    found = []
    for better, worse in pairs:
        contrast = class_contrast(better.hits, better.customers, worse.hits, worse.customers)
        found.append((_newcombe(better, worse), contrast.chance))
    return _corrected(pairs, found)


def _corrected(
    pairs: Sequence[tuple[ClassSums, ClassSums]], found: Sequence[tuple[Estimate, float]]
) -> tuple[Neighbours, ...]:
    chances = holm([chance for _, chance in found])
    return tuple(
        Neighbours(better.name, worse.name, difference, chance)
        for (better, worse), (difference, _), chance in zip(pairs, found, chances, strict=True)
    )


def _welch(better: ClassSums, worse: ClassSums) -> tuple[Estimate, float]:
    from scipy.special import stdtr, stdtrit

    both = better.customers + worse.customers
    parts = [
        variance(one.customers, one.total, one.squares) / one.customers for one in (better, worse)
    ]
    difference = better.total / better.customers - worse.total / worse.customers
    error = sqrt(sum(parts))
    if error == 0:
        return Estimate(difference, difference, difference, both), float(difference == 0)
    freedom = sum(parts) ** 2 / sum(
        part**2 / (one.customers - 1) for part, one in zip(parts, (better, worse), strict=True)
    )
    half = float(stdtrit(freedom, 0.975)) * error
    chance = 2 * float(stdtr(freedom, -abs(difference) / error))
    return Estimate(difference, difference - half, difference + half, both), chance


def _newcombe(better: ClassSums, worse: ClassSums) -> Estimate:
    """Return a difference of shares with Newcombe's hybrid interval (1998)."""
    first, second = better.hits / better.customers, worse.hits / worse.customers
    low, high = wilson_interval(better.hits, better.customers, Z_95)
    other_low, other_high = wilson_interval(worse.hits, worse.customers, Z_95)
    difference = first - second
    return Estimate(
        difference,
        difference - sqrt((first - low) ** 2 + (other_high - second) ** 2),
        difference + sqrt((high - first) ** 2 + (second - other_low) ** 2),
        better.customers + worse.customers,
    )
