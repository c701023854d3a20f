"""Keeping the names of groups from one calibration to the next (Kuhn 1955, Munkres 1957)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


def matched_names(
    previous: NDArray[np.int64],
    names: Sequence[int],
    found: NDArray[np.int64],
    last_number: int,
) -> tuple[int, ...]:
    """Return the names of new groups: those of the former groups that they continue.

    Groups are paired so that the sum of squared distances between their centres is least. A group
    without a former one gets a number that none had before.

    Args:
        previous: (p, d) former centres, in the coordinates of the new ones.
        names: The numbers that the former groups were called by.
        found: (k, d) new centres.
        last_number: The largest number given so far.
    """
    from scipy.optimize import linear_sum_assignment

    cost = ((found[:, None, :] - previous[None, :, :]).astype(float) ** 2).sum(axis=2)
    rows, columns = linear_sum_assignment(cost)
    pairs = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    fresh = last_number
    called: list[int] = []
    for row in range(len(found)):
        if row in pairs:
            called.append(names[pairs[row]])
        else:
            fresh += 1
            called.append(fresh)
    return tuple(called)
