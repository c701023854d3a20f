"""Purchase histories: how often, when last, for how long; equal ones counted once."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.text import Text
from kefen.methods.errors import NotEstimableError

if TYPE_CHECKING:
    import numpy.typing as npt

    from kefen.methods.clv.maximum import Floats


@dataclass(frozen=True, slots=True)
class Histories:
    """Different histories, and how many customers have each.

    Attributes:
        repeats: Purchases after the first one, whole numbers.
        last: From the first purchase to the last one; 0 without repeats.
        age: From the first purchase to the end of observation.
        counts: How many customers.
        scale: What the times were divided by.
        levels: The different numbers of repeats, of which there are far fewer than histories.
        level: Which of them each history has.
        held: How many customers have each of them.
    """

    repeats: Floats
    last: Floats
    age: Floats
    counts: Floats
    scale: float
    levels: Floats = field(init=False)
    level: npt.NDArray[np.intp] = field(init=False)
    held: Floats = field(init=False)

    def __post_init__(self) -> None:
        levels, level = np.unique(self.repeats, return_inverse=True)
        object.__setattr__(self, "levels", levels)
        object.__setattr__(self, "level", level)
        object.__setattr__(self, "held", np.bincount(level, weights=self.counts))

    def thinned(self, one_in: int) -> Histories:
        """Return one in so many of the histories, evenly along their order."""
        kept = slice(one_in // 2, None, one_in)
        return Histories(
            self.repeats[kept], self.last[kept], self.age[kept], self.counts[kept], self.scale
        )

    @property
    def customers(self) -> float:
        """Return how many customers there are."""
        return float(self.counts.sum())


def usable(histories: Floats) -> npt.NDArray[np.bool_]:
    """Return which rows of (repeats, last, age) can be: 0 <= last <= age, whole repeats.

    A customer without repeats has its last purchase at 0, one with repeats after 0.
    """
    if len(histories) == 1:  # one customer: the same in plain numbers
        repeats, last, age = histories[0].tolist()
        whole = isfinite(repeats) and isfinite(age) and repeats >= 0 and repeats.is_integer()
        return np.array([whole and 0 <= last <= age and (repeats > 0) == (last > 0)])
    repeats, last, age = histories[:, 0], histories[:, 1], histories[:, 2]
    with np.errstate(invalid="ignore"):
        possible = (repeats >= 0) & (repeats == np.floor(repeats)) & (last >= 0) & (last <= age)
        possible &= np.isfinite(repeats) & np.isfinite(age)
        return np.asarray(possible & ((repeats > 0) == (last > 0)))


def collapsed(histories: Floats, counts: Floats | None) -> Histories:
    """Return histories without repetition, times in units in which the longest age is 10.

    Args:
        histories: Rows of (repeats, last, age).
        counts: How many customers each row stands for; None: one.

    Raises:
        ValueError: A row cannot be.
        NotEstimableError: There is no repeat purchase, or nobody has been a customer for any time.
    """
    rows = checked(histories)
    weights = np.ones(len(rows)) if counts is None else np.asarray(counts, dtype=np.float64)
    if len(weights) != len(rows) or np.any(weights < 0) or not np.all(np.isfinite(weights)):
        raise ValueError("counts are numbers from 0, one a row")
    different, place = different_rows(rows)
    total = np.zeros(len(different))
    np.add.at(total, place, weights)
    kept = total > 0
    different, total = different[kept], total[kept]
    if not len(different) or float(different[:, 0].sum()) == 0:
        raise NotEstimableError(
            Text("no customer has bought more than once", "没有客户购买超过一次")
        )
    scale = float(different[:, 2].max()) / 10
    return Histories(
        repeats=different[:, 0],
        last=different[:, 1] / scale,
        age=different[:, 2] / scale,
        counts=total,
        scale=scale,
    )


def different_rows(rows: Floats) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return the different rows of an array in ascending order, and where each row is in them.

    It is what `numpy.unique` gives of rows; that compares them as records, which takes far longer
    than putting them in order by their columns.

    Args:
        rows: Rows of numbers, none of which is NaN.
    """
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    begins = np.ones(len(rows), dtype=np.bool_)
    begins[1:] = np.any(ordered[1:] != ordered[:-1], axis=1)
    place = np.empty(len(rows), dtype=np.intp)
    place[order] = np.cumsum(begins) - 1
    return np.ascontiguousarray(ordered[begins]), place


def checked(histories: Floats) -> Floats:
    """Return rows of (repeats, last, age).

    Raises:
        ValueError: They are not three columns, or a row cannot be; names the first such row.
    """
    rows = np.asarray(histories, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ValueError("histories are rows of (repeats, last, age)")
    possible = usable(rows)
    if not np.all(possible):
        first = int(np.argmin(possible))
        raise ValueError(
            f"row {first} cannot be: repeats {rows[first, 0]:g}, last {rows[first, 1]:g}, "
            f"age {rows[first, 2]:g} (whole repeats, 0 <= last <= age, last above 0 with repeats)"
        )
    return rows
