"""Weights by experts: the mean of what each of a panel gives, and how far they agree.

Source of the agreement: M. G. Kendall, B. Babington Smith, "The problem of m rankings", Annals of
Mathematical Statistics 10 (1939), with the correction for ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PanelWeights:
    """What a panel of experts gives.

    Attributes:
        weights: One for each criterion, summing to 1.
        experts: How many experts.
        agreement: Kendall's W: 0 (none) to 1 (all rank alike); None for one expert, one
            criterion, or experts who rank nothing above anything.
    """

    weights: tuple[float, ...]
    experts: int
    agreement: float | None


def panel_weights(
    points: NDArray[np.float64], experts: Sequence[str], names: Sequence[str]
) -> PanelWeights:
    """Return the mean of the experts' weights, each expert's points as parts of their own sum.

    Args:
        points: m experts x n criteria, finite.
        experts: The experts, for messages.
        names: The criteria, for messages.

    Raises:
        DataError: There is no expert, points are negative, or an expert gives none.
    """
    if not len(points):
        raise DataError(
            Text("no expert gives weights", "没有专家给出权重"),
            mend=Text("Write one row for each expert.", "每位专家写一行。"),
        )
    for row, expert in zip(points, experts, strict=True):
        if (row < 0).any():
            name = names[int(np.argmax(row < 0))]
            raise DataError(
                Text("{e} gives “{n}” less than zero", "{e}给“{n}”的分值小于零").filled(
                    e=expert, n=name
                ),
                mend=Text("Points are zero or more.", "分值应不小于零。"),
            )
        if not row.any():
            raise DataError(
                Text("{e} gives no points at all", "{e}没有给任何分值").filled(e=expert),
                mend=Text("Leave the row out, or fill it in.", "请删去该行，或填写分值。"),
            )
    shares = points / points.sum(axis=1, keepdims=True)
    return PanelWeights(
        weights=tuple(float(weight) for weight in shares.mean(axis=0)),
        experts=len(points),
        agreement=_agreement(points),
    )


def _agreement(points: NDArray[np.float64]) -> float | None:
    raters, items = points.shape
    if raters < 2 or items < 2:
        return None
    ranks = np.array([_mean_ranks(row) for row in points])
    sums = ranks.sum(axis=0)
    between = float(((sums - sums.mean()) ** 2).sum())
    ties = sum(_tie_term(row) for row in points)
    most = raters**2 * (items**3 - items) - raters * ties
    return 12 * between / most if most > 0 else None


def _mean_ranks(row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks from 1 upwards; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(row, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: NDArray[np.float64] = (ends - (counts - 1) / 2)[inverse]
    return ranks


def _tie_term(row: NDArray[np.float64]) -> int:
    counts = np.unique(row, return_counts=True)[1]
    return int((counts**3 - counts).sum())
