"""How far two people, or a person and a rule, class the same customers alike.

Sources: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
Measurement 20 (1960), and "Weighted kappa", Psychological Bulletin 70 (1968); the error of both
from Fleiss, Cohen and Everitt, Psychological Bulletin 72 (1969). Association of two classings:
Cramer's V, corrected for bias (Bergsma 2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from kefen.methods.intervals import Z_95, Estimate

if TYPE_CHECKING:
    import numpy.typing as npt

Weights: TypeAlias = Literal["equal", "linear", "quadratic"]


@dataclass(frozen=True, slots=True)
class Association:
    """How far one classing goes with another.

    Attributes:
        strength: Cramer's V without its bias: 0 not at all, 1 wholly.
        chance: The probability of as much by chance alone (chi-squared).
        customers: How many customers it rests on.
    """

    strength: float
    chance: float
    customers: int


def kappa(table: npt.ArrayLike, weights: Weights = "equal") -> Estimate | None:
    """Return the agreement beyond chance of two classings, with its interval.

    Args:
        table: Customers by the first classing (rows) and the second (columns), classes in order.
        weights: What a disagreement costs: `equal` for all, or growing with how far the classes
            are apart, in a line or as its square.

    Returns:
        1 for full agreement, 0 for what chance gives; None without customers, or where each side
        has a single class, so that chance alone agrees fully.
    """
    counts = np.asarray(table, dtype=np.float64)
    total = counts.sum()
    if total == 0:
        return None
    shares = counts / total
    size = len(shares)
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    if weights == "equal":
        agreed = (apart == 0).astype(np.float64)
    else:
        agreed = 1 - (apart / max(size - 1, 1)) ** (1 if weights == "linear" else 2)
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed = float((agreed * shares).sum())
    expected = float((agreed * np.outer(rows, columns)).sum())
    if expected >= 1:
        return None
    found = (observed - expected) / (1 - expected)
    of_rows, of_columns = agreed @ columns, rows @ agreed
    spread = agreed - np.add.outer(of_rows, of_columns) * (1 - found)
    error = sqrt(
        max(
            0.0,
            float((shares * spread**2).sum()) - (found - expected * (1 - found)) ** 2,
        )
        / total
    ) / (1 - expected)
    low, high = found - Z_95 * error, found + Z_95 * error
    return Estimate(found, max(-1.0, low), min(1.0, high), int(total))


def association(table: npt.ArrayLike) -> Association | None:
    """Return how far two classings go together.

    Args:
        table: Customers by the first classing (rows) and the second (columns).

    Returns:
        None where either has fewer than two classes with customers.
    """
    counts = np.asarray(table, dtype=np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    rows, columns = counts.shape
    if rows < 2 or columns < 2:
        return None
    from scipy.special import chdtrc

    total = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    statistic = float(((counts - expected) ** 2 / expected).sum())
    freedom = (rows - 1) * (columns - 1)
    unbiased = max(0.0, statistic / total - freedom / (total - 1))
    most = min(rows - (rows - 1) ** 2 / (total - 1), columns - (columns - 1) ** 2 / (total - 1))
    strength = sqrt(unbiased / (most - 1)) if most > 1 else 0.0
    return Association(min(1.0, strength), float(chdtrc(freedom, statistic)), int(total))
