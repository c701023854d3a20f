"""What a change did: difference in differences, errors clustered by customer.

Sources: D. Card and A. Krueger (1994) for the comparison; Liang and Zeger, "Longitudinal data
analysis using generalized linear models", Biometrika 73 (1986), for errors that allow for a
customer's months being alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.text import Text
from kefen.methods.errors import NotEstimableError
from kefen.methods.intervals import Estimate

if TYPE_CHECKING:
    import numpy.typing as npt

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class DifferenceInDifferences:
    """What a change did to those it was made for, beyond what happened to the others.

    Attributes:
        effect: The change of the ones less the change of the others.
        error: Its standard error.
        chance: The probability of as much by chance alone.
        changed: How many customers the change was made for.
        others: How many it was not made for.
        means: The means before and after of the ones, then of the others; of these, where
            customers are compared within groups, as if they were spread over the groups like the
            ones.
    """

    effect: Estimate
    error: float
    chance: float
    changed: int
    others: int
    means: tuple[float, float, float, float]


def difference_in_differences(
    values: npt.ArrayLike,
    changed: npt.ArrayLike,
    after: npt.ArrayLike,
    customers: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
) -> DifferenceInDifferences:
    """Return the effect of a change.

    With groups it is the mean over those the change was made for of what it did in their group:
    what befalls a whole group, as the best of one period fall back in the next, is no effect.

    Args:
        values: One value for each customer and time.
        changed: Whether the customer is one of those the change was made for.
        after: Whether the time is after it.
        customers: Whose value it is: errors are clustered by it. None: every row is on its own
            and all spread alike, the errors of ordinary least squares.
        groups: Within what each is compared, such as its grade. None: all with all.

    Raises:
        NotEstimableError: One of the four cells has, in a group, fewer than two rows.
    """
    y = np.asarray(values, dtype=np.float64)
    treated, later = np.asarray(changed, dtype=bool), np.asarray(after, dtype=bool)
    _, group = np.unique(np.zeros(len(y)) if groups is None else groups, return_inverse=True)
    cells = [(treated == one) & (later == time) for one in (True, False) for time in (False, True)]
    sizes = [np.bincount(group[cell], minlength=int(group.max()) + 1) for cell in cells]
    if min(int(size.min()) for size in sizes) < _FEWEST:
        raise NotEstimableError(
            Text(
                "it takes at least two customers with and two without the change, before and after",
                "变动客户与对照客户在变动前后都至少要有两位",
            )
        )
    # A group counts by those of it that the change was made for, before and after.
    means, within, shares = [], [], []
    for place, (cell, size) in enumerate(zip(cells, sizes, strict=True)):
        middle = np.bincount(group[cell], weights=y[cell], minlength=len(size)) / size
        share = sizes[place % 2] / sizes[place % 2].sum()
        means.append(float((share * middle).sum()))
        within.append(middle)
        shares.append(share / size)
    effect = (means[1] - means[0]) - (means[3] - means[2])
    # The influence of each row on the effect: its distance from the mean of its cell and group
    # times its share of the mean, with the cell's sign.
    residuals, influence = np.zeros(len(y)), np.zeros(len(y))
    for cell, middle, share, sign in zip(cells, within, shares, (-1, 1, 1, -1), strict=True):
        residuals[cell] = y[cell] - middle[group[cell]]
        influence[cell] = sign * residuals[cell] * share[group[cell]]
    parameters = 4 * len(sizes[0])
    rows = len(y)
    if customers is None:
        spread = float((residuals**2).sum()) / (rows - parameters)
        weights = sum(
            float((share**2 * size).sum()) for share, size in zip(shares, sizes, strict=True)
        )
        error = sqrt(spread * weights)
        freedom = rows - parameters
        counts = int(treated.sum()), int((~treated).sum())
        n = rows
    else:
        _, cluster = np.unique(np.asarray(customers), return_inverse=True)
        n = int(cluster.max()) + 1
        own = np.bincount(cluster, weights=influence)
        correction = n / (n - 1) * (rows - 1) / (rows - parameters)
        error = sqrt(correction * float((own**2).sum()))
        freedom = n - 1
        is_treated = np.bincount(cluster, weights=treated) > 0
        counts = int(is_treated.sum()), int((~is_treated).sum())
    from scipy.special import stdtr, stdtrit

    half = float(stdtrit(freedom, 0.975)) * error
    chance = 2 * float(stdtr(freedom, -abs(effect) / error)) if error else float(effect == 0)
    return DifferenceInDifferences(
        Estimate(effect, effect - half, effect + half, n),
        error,
        chance,
        counts[0],
        counts[1],
        (means[0], means[1], means[2], means[3]),
    )
