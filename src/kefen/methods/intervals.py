"""Intervals of 95 %: of a share, of a mean, and of what has no formula.

Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
Journal of the American Statistical Association 22 (1927); B. Efron and R. Tibshirani, An
Introduction to the Bootstrap (1993).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Z_95 = 1.959963984540054
"""The standard normal quantile of a two-sided interval of 95 %."""
_GROUPS = 200
_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval of 95 %.

    Attributes:
        value: The figure.
        low: The lower end of its interval.
        high: The upper end.
        customers: How many customers it rests on.
    """

    value: float
    low: float
    high: float
    customers: int


def wilson_interval(happened: int, cases: int, z: float = Z_95) -> tuple[float, float]:
    """Return the interval of a share, which stays within 0 and 1 and works for few cases.

    Args:
        happened: For how many it happened.
        cases: How many cases, at least 1.
        z: The normal quantile.

    Raises:
        ValueError: There are no cases.
    """
    if cases <= 0:
        raise ValueError("a share is of at least one customer")
    rate, spread = happened / cases, z * z / cases
    middle = rate + spread / 2
    half = z * sqrt(rate * (1 - rate) / cases + spread / (4 * cases))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def share(happened: int, cases: int) -> Estimate:
    """Return a share with Wilson's interval.

    Raises:
        ValueError: There are no cases.
    """
    low, high = wilson_interval(happened, cases)
    return Estimate(happened / cases, low, high, cases)


def mean(count: int, total: float, squares: float) -> Estimate | None:
    """Return a mean with Student's interval, from sums.

    Args:
        count: How many values.
        total: Their sum.
        squares: The sum of their squares.

    Returns:
        None for fewer than two values, which have no interval.
    """
    if count < 2:
        return None
    from scipy.special import stdtrit

    middle = total / count
    error = sqrt(variance(count, total, squares) / count)
    half = float(stdtrit(count - 1, 0.975)) * error
    return Estimate(middle, middle - half, middle + half, count)


def variance(count: int, total: float, squares: float) -> float:
    """Return the variance of a sample (divided by count - 1), from sums of at least two values."""
    return max(0.0, (squares - total * total / count) / (count - 1))


class Resampling:
    """Customers drawn anew with replacement, always in the same way for the same number of them.

    They are divided at random into at most 200 groups, and groups are drawn: for groups drawn at
    random this estimates the same as drawing customers, while figures that are sums need one pass
    over the customers, however many they are. Up to 200 customers each is a group.

    Args:
        customers: How many there are, at least 1.
        seed: What the draws begin with.
    """

    def __init__(self, customers: int, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        groups = min(_GROUPS, customers)
        self.customers = customers
        self.groups = groups
        self.group_of: npt.NDArray[np.int64] = random.permutation(customers) % groups
        drawn = random.integers(groups, size=(_DRAWS, groups)) + groups * np.arange(_DRAWS)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=_DRAWS * groups)
        self._drawn: Floats = counts.reshape(_DRAWS, groups).astype(np.float64)

    def sums(self, place: npt.NDArray[np.int64], places: int, values: Floats | None) -> Floats:
        """Return the sums by place in every draw: an array of draws x places.

        Args:
            place: The place of each customer, 0 to places - 1.
            places: How many places there are.
            values: What is summed; None counts customers.
        """
        cells = self.group_of * places + place
        table = np.bincount(cells, weights=values, minlength=self.groups * places)
        # Not by matrix product, whose threads and order of summing differ between machines.
        found: Floats = np.einsum("dg,gp->dp", self._drawn, table.reshape(self.groups, places))
        return found

    def estimate(self, value: float, draws: Floats) -> Estimate:
        """Return a figure with the middle 95 % of what it was in the draws.

        Args:
            value: The figure of all customers.
            draws: The figure of each draw; draws without one are NaN.
        """
        known = draws[np.isfinite(draws)]
        if not len(known):
            return Estimate(value, value, value, self.customers)
        low, high = np.quantile(known, (0.025, 0.975))
        # With few customers the middle of the draws may lie beside the figure.
        return Estimate(value, min(float(low), value), max(float(high), value), self.customers)
