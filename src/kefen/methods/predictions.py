"""Whether predicted values come true: by fifths of customers, and by the slope.

Source: Mincer and Zarnowitz, "The evaluation of economic forecasts" (1969), for the regression of
what came on what was predicted: slope 1 and intercept 0 when the prediction holds; its error
allows for unequal spread (White 1980).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from kefen.methods.intervals import Estimate, mean
from kefen.methods.ranking import places

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

FIFTHS = 5


@dataclass(frozen=True, slots=True)
class Fifth:
    """About a fifth of customers by what was predicted of them; equals stay together.

    Attributes:
        customers: How many they are.
        predicted: The mean predicted.
        actual: What came on average, with its interval.
    """

    customers: int
    predicted: float
    actual: Estimate


@dataclass(frozen=True, slots=True)
class Calibrated:
    """How predictions came true.

    Attributes:
        fifths: By what was predicted, most first; fewer where many customers have the same.
        predicted: The total predicted.
        actual: The total that came.
        slope: By how much more came for each 1 more predicted; None where all had the same.
        intercept: What came where 0 was predicted, by the same line.
    """

    fifths: tuple[Fifth, ...]
    predicted: float
    actual: float
    slope: Estimate | None
    intercept: float | None

    @property
    def ratio(self) -> float | None:
        """Return what was predicted over what came; None when nothing came."""
        return self.predicted / self.actual if self.actual else None


def calibrated(predicted: Floats, actual: Floats) -> Calibrated | None:
    """Return how predictions came true.

    Args:
        predicted: What was predicted of each customer.
        actual: What came.

    Returns:
        None for fewer than three customers.
    """
    if len(predicted) < 3:
        return None
    parts = places(predicted).merged(FIFTHS)
    counts, sums = parts.sums(), parts.sums(predicted)
    came, squares = parts.sums(actual), parts.sums(actual**2)
    fifths = []
    for count, total, got, squared in zip(counts, sums, came, squares, strict=True):
        whole = int(count)
        found = mean(whole, float(got), float(squared)) or Estimate(
            float(got) / whole, float(got) / whole, float(got) / whole, whole
        )
        fifths.append(Fifth(whole, float(total) / whole, found))
    slope, intercept = _line(predicted, actual)
    return Calibrated(tuple(fifths), float(predicted.sum()), float(actual.sum()), slope, intercept)


def _line(predicted: Floats, actual: Floats) -> tuple[Estimate | None, float | None]:
    from scipy.special import stdtrit

    count = len(predicted)
    away = predicted - predicted.mean()
    square = float((away**2).sum())
    if square == 0:
        return None, None
    slope = float((away * actual).sum()) / square
    intercept = float(actual.mean() - slope * predicted.mean())
    residual = actual - intercept - slope * predicted
    error = sqrt(count / (count - 2) * float(((away * residual) ** 2).sum())) / square
    half = float(stdtrit(count - 2, 0.975)) * error
    return Estimate(slope, slope - half, slope + half, count), intercept
