"""Ranking by distance from the best and from the worst: TOPSIS.

Source: C. L. Hwang, K. Yoon, "Multiple Attribute Decision Making", 1981; the example checked is
that of G.-H. Tzeng, J.-J. Huang, "Multiple Attribute Decision Making", 2011.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

# Closeness is rounded to this before it is ranked: equal customers rank alike.
_PLACES = 12


@dataclass(frozen=True, slots=True)
class Ranking:
    """The order of customers.

    Attributes:
        closeness: For each customer, 0 (the worst in everything) to 1 (the best in everything).
        ranks: For each customer, 1 for the best; customers as close as each other share a rank.
    """

    closeness: tuple[float, ...]
    ranks: tuple[int, ...]


def topsis(
    values: NDArray[np.float64],
    weights: Sequence[float],
    names: Sequence[str],
    costs: Collection[str] = (),
) -> Ranking:
    """Return how close each customer is to the best of all, and its rank.

    Columns are divided by their Euclidean length and weighted; with S+ and S- the distances from
    the best and the worst value of every column, closeness is S- / (S+ + S-).

    Args:
        values: m customers x n criteria, finite.
        weights: One for each criterion, none negative, one above zero.
        names: The criteria.
        costs: The names of those of which less is better.

    Raises:
        DataError: There is no customer, or all are equal in everything, so that none ranks above
            another.
        ValueError: A weight is negative or none is above zero.
    """
    weighing = np.asarray(weights, dtype=np.float64)
    if (weighing < 0).any() or not weighing.any():
        raise ValueError("weights must not be negative, and one must be above zero")
    if not len(values):
        raise DataError(
            Text("there is no customer with all values", "没有取值齐全的客户"),
            mend=Text("Fill the gaps, or leave a criterion out.", "请补全数据，或去掉某个指标。"),
        )
    largest = np.abs(values).max(axis=0)
    bounded = values / np.where(largest > 0, largest, 1.0)
    length = np.sqrt((bounded**2).sum(axis=0))
    scaled = bounded / np.where(length > 0, length, 1.0) * (weighing / weighing.sum())
    signs = np.array([-1.0 if name in costs else 1.0 for name in names])
    better = scaled * signs
    to_best = np.sqrt(((better - better.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((better - better.min(axis=0)) ** 2).sum(axis=1))
    both = to_best + to_worst
    if not both.any():
        raise DataError(
            Text(
                "customers are equal in every criterion: none ranks above another",
                "客户在各指标上完全相同，无法排序",
            ),
            mend=Text(
                "Use criteria that differ, and more than one customer.",
                "请使用有差异的指标，并提供多于一个客户。",
            ),
        )
    closeness = np.round(to_worst / both, _PLACES)
    ordered = np.sort(closeness)
    ranks = len(closeness) - np.searchsorted(ordered, closeness, side="right") + 1
    return Ranking(tuple(float(c) for c in closeness), tuple(int(rank) for rank in ranks))
