"""How well an order of customers, best first, tells what came: capture, Gini, areas, distances.

Customers of one place are equal: what they have together counts as spread evenly over them, so
that no figure depends on the order of rows. Figures are of the sums by place (the last axis), so
that one array can hold many draws.

Sources: Engelmann, Hayden and Tasche, "Testing rating accuracy", Risk 16 (2003), for the accuracy
ratio; Bonett and Wright, "Sample size requirements for estimating Pearson, Kendall and Spearman
correlations", Psychometrika 65 (2000), for the intervals of rank correlations.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, sqrt, tanh
from typing import TYPE_CHECKING

import numpy as np

from kefen.methods.intervals import Z_95, Estimate, Resampling

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_MOST_PLACES = 500


@dataclass(frozen=True, slots=True)
class Places:
    """Where each customer stands.

    Attributes:
        of: The place of each customer, 0 for the best.
        count: How many places there are.
    """

    of: npt.NDArray[np.int64]
    count: int

    def sums(self, values: Floats | None = None) -> Floats:
        """Return the sum of values by place; without values how many customers stand there."""
        found = np.bincount(self.of, weights=values, minlength=self.count)
        return np.asarray(found, dtype=np.float64)

    def merged(self, most: int = _MOST_PLACES) -> Places:
        """Return at most so many places, of about as many customers; equals stay together."""
        if self.count <= most:
            return self
        upto = np.cumsum(np.bincount(self.of, minlength=self.count))
        part = (upto * most - 1) // upto[-1]
        _, renumbered = np.unique(part, return_inverse=True)
        return Places(renumbered[self.of], int(renumbered[-1]) + 1)


def places(score: npt.NDArray[np.generic]) -> Places:
    """Return the places of customers by a score, the highest first, equal ones together."""
    values, rank = np.unique(score, return_inverse=True)
    return Places((len(values) - 1 - rank).astype(np.int64), len(values))


def area(hits: Floats, misses: Floats) -> Floats:
    """Return the chance that a hit stands before a miss, equals counting half (AUC).

    Args:
        hits: How many hits each place has, best first (last axis).
        misses: How many misses.
    """
    behind = misses.sum(axis=-1, keepdims=True) - np.cumsum(misses, axis=-1)
    wins = (hits * (behind + misses / 2)).sum(axis=-1)
    return _divided(wins, hits.sum(axis=-1) * misses.sum(axis=-1))


def distance(hits: Floats, misses: Floats) -> Floats:
    """Return the largest gap between the shares of hits and of misses so far: Kolmogorov-Smirnov.

    Args:
        hits: How many hits each place has, best first (last axis).
        misses: How many misses.
    """
    found = np.cumsum(hits, axis=-1) / _positive(hits.sum(axis=-1, keepdims=True))
    missed = np.cumsum(misses, axis=-1) / _positive(misses.sum(axis=-1, keepdims=True))
    return np.asarray(np.abs(found - missed).max(axis=-1))


def captured(customers: Floats, values: Floats, share: float) -> Floats:
    """Return which part of the values the best share of customers has.

    Args:
        customers: How many customers each place has, best first (last axis).
        values: What they have together.
        share: The share of customers, 0 to 1; at the edge a place counts in part.
    """
    upto = np.cumsum(customers, axis=-1)
    wanted = share * upto[..., -1:]
    inside = np.clip((wanted - (upto - customers)) / _positive(customers), 0, 1)
    return _divided((values * inside).sum(axis=-1), values.sum(axis=-1))


def gini(customers: Floats, values: Floats) -> Floats:
    """Return twice the area between the capture curve and that of a random order.

    Args:
        customers: How many customers each place has, best first (last axis).
        values: What they have together.
    """
    share = customers / _positive(customers.sum(axis=-1, keepdims=True))
    upto = np.cumsum(values, axis=-1)
    under = (share * (upto - values / 2)).sum(axis=-1)
    return 2 * _divided(under, values.sum(axis=-1)) - 1


def capture_curve(customers: Floats, values: Floats) -> list[tuple[float, float]]:
    """Return the points (share of customers, share of values) of an order, from (0, 0)."""
    across = np.cumsum(customers) / customers.sum()
    up = np.cumsum(values) / values.sum()
    return [(0.0, 0.0), *zip(across.tolist(), up.tolist(), strict=True)]


def top_share(score: Floats, later: Floats, share: float = 0.2) -> float:
    """Return which part of `later` the best share of customers by a score has."""
    found = places(score)
    return float(captured(found.sums(), found.sums(later), share))


def area_under_curve(score: Floats, positive: npt.NDArray[np.bool_]) -> float:
    """Return the area under the curve of receiver operating characteristic, ties counted half."""
    found = places(score)
    hits = found.sums(positive.astype(np.float64))
    return float(area(hits, found.sums() - hits))


def spearman(first: Floats, second: Floats) -> Estimate | None:
    """Return the rank correlation of two columns, equals sharing their ranks, with its interval.

    Returns:
        None for fewer than five customers, or where one column is all equal.
    """
    if len(first) < 5 or not (_differs(first) and _differs(second)):
        return None
    found = float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])
    return _correlation(found, sqrt((1 + found * found / 2) / (len(first) - 3)), len(first))


def kendall(first: Floats, second: Floats) -> Estimate | None:
    """Return Kendall's tau-b, which counts pairs and allows for equals, with its interval.

    Returns:
        None for fewer than five customers, or where one column is all equal.
    """
    if len(first) < 5 or not (_differs(first) and _differs(second)):
        return None
    from scipy.stats import kendalltau

    found = float(kendalltau(first, second).statistic)
    return _correlation(found, sqrt(0.437 / (len(first) - 4)), len(first))


class Judged:
    """An order of customers held against what came, with intervals.

    Args:
        order: Where each customer stands.
        drawn: How customers are drawn anew.
    """

    def __init__(self, order: Places, drawn: Resampling) -> None:
        self.order = order
        self.drawn = drawn
        # Only intervals rest on merged places.
        self._coarse = order.merged()

    def draws(self, values: Floats | None = None) -> Floats:
        """Return the sums by place in every draw."""
        return self.drawn.sums(self._coarse.of, self._coarse.count, values)

    def captured(self, values: Floats, share: float) -> tuple[Estimate, Floats]:
        """Return what the best share of customers has, and the same in every draw."""
        found = float(captured(self.order.sums(), self.order.sums(values), share))
        draws = captured(self.draws(), self.draws(values), share)
        return self.drawn.estimate(found, draws), draws

    def accuracy_ratio(self, values: Floats) -> Estimate:
        """Return the Gini coefficient of the order over that of the perfect one."""
        perfect = Judged(places(values), self.drawn)
        found = float(_divided(self._gini(values), perfect._gini(values)))
        draws = _divided(
            gini(self.draws(), self.draws(values)),
            gini(perfect.draws(), perfect.draws(values)),
        )
        return self.drawn.estimate(found, draws)

    def area(self, positive: npt.NDArray[np.bool_]) -> tuple[Estimate, Floats]:
        """Return the chance that a hit stands before a miss, and the same in every draw."""
        flags = positive.astype(np.float64)
        hits, draws = self.order.sums(flags), self.draws(flags)
        found = float(area(hits, self.order.sums() - hits))
        drawn = area(draws, self.draws() - draws)
        return self.drawn.estimate(found, drawn), drawn

    def distance(self, positive: npt.NDArray[np.bool_]) -> Estimate:
        """Return the Kolmogorov-Smirnov distance between hits and misses."""
        flags = positive.astype(np.float64)
        hits, draws = self.order.sums(flags), self.draws(flags)
        found = float(distance(hits, self.order.sums() - hits))
        return self.drawn.estimate(found, distance(draws, self.draws() - draws))

    def _gini(self, values: Floats) -> Floats:
        return gini(self.order.sums(), self.order.sums(values))


def _ranks(values: Floats) -> Floats:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    upto = np.cumsum(counts)
    return np.asarray(((upto - counts + 1 + upto) / 2)[place], dtype=np.float64)


def _correlation(found: float, error: float, customers: int) -> Estimate:
    if abs(found) >= 1:
        return Estimate(found, found, found, customers)
    middle = atanh(found)
    return Estimate(found, tanh(middle - Z_95 * error), tanh(middle + Z_95 * error), customers)


def _differs(values: Floats) -> bool:
    return bool((values != values[0]).any())


def _positive(values: Floats) -> Floats:
    """Return values with what is not positive as NaN's stand-in 1: it divides only zeros."""
    return np.where(values > 0, values, 1.0)


def _divided(above: Floats, below: Floats) -> Floats:
    """Return quotients; NaN where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, np.divide(above, below), np.nan))
