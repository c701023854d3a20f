"""Groups of customers that are alike: found once, stored exactly, and applied to anybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isqrt
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kefen.methods.clustering.choice import (
    Candidate,
)
from kefen.methods.clustering.indicators import (
    Category,
    FittedCategory,
    FittedIndicator,
    Indicator,
)
from kefen.methods.clustering.matching import matched_names
from kefen.methods.clustering.partitions import (
    Method,
    nearest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Columns: TypeAlias = "Mapping[str, Sequence[Any] | NDArray[Any]]"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where customers belong; 0 and -1 where an indicator is unknown.

    Attributes:
        cluster: The number of the cluster; 0 where unknown, or outside every cluster's reach.
        own: The distance to it, in ten-thousandths; -1 where an indicator is unknown.
        next_cluster: The number of the next cluster; 0 where unknown.
        next_own: The distance to the next one.
        known: Whether every indicator is known.
    """

    cluster: NDArray[np.int64]
    own: NDArray[np.int64]
    next_cluster: NDArray[np.int64]
    next_own: NDArray[np.int64]
    known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Fitted clusters: all that is needed to place a customer, in whole numbers.

    Attributes:
        method: How they were found.
        fitted: The indicators with what they learned.
        centres: (k, d) their centres, in ten-thousandths.
        names: The number each cluster is called by.
        last_number: The largest number ever given, so that none is given twice.
        prototypes: (m, d) what customers are compared with: the centres, or representatives.
        owners: (m,) the place of each prototype's cluster.
        reach: For HDBSCAN, how far from its prototypes each cluster goes, squared; else None.
        tried: Each number of clusters that was judged.
        judged: The judgement of those that were chosen.
        rows: How many customers they were found from.
        used: How many of them the search looked at.
    """

    method: Method
    fitted: tuple[FittedIndicator | FittedCategory, ...]
    centres: NDArray[np.int64]
    names: tuple[int, ...]
    last_number: int
    prototypes: NDArray[np.int64]
    owners: tuple[int, ...]
    reach: tuple[int, ...] | None
    tried: tuple[Candidate, ...]
    judged: Candidate
    rows: int
    used: int

    @property
    def k(self) -> int:
        """Return how many clusters there are."""
        return len(self.names)

    @property
    def coordinate_names(self) -> tuple[str, ...]:
        """Return the names of the coordinates, in order."""
        return tuple(name for one in self.fitted for name in one.names)

    def coordinates(self, columns: Columns) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return (n, d) coordinates in ten-thousandths, and which rows are known whole."""
        return coordinates(self.fitted, columns)

    def placed(self, columns: Columns) -> Placed:
        """Return where customers belong, each row by itself.

        Args:
            columns: The values of every indicator, of n customers.
        """
        points, known = self.coordinates(columns)
        return self.placed_points(points, known)

    def placed_points(self, points: NDArray[np.int64], known: NDArray[np.bool_]) -> Placed:
        """Return where customers with these coordinates belong."""
        _, squared = nearest(points, self.prototypes)
        by_cluster = np.stack(
            [
                squared[:, [n for n, owner in enumerate(self.owners) if owner == place]].min(axis=1)
                for place in range(self.k)
            ],
            axis=1,
        )
        # Ties go to the lower number, so that the order of the stored clusters means nothing.
        order = np.argsort(np.array(self.names))
        ranked = np.argsort(by_cluster[:, order], axis=1, kind="stable")
        first = order[ranked[:, 0]]
        names = np.array(self.names, dtype=np.int64)
        rows = np.arange(len(points))
        nearest_one = by_cluster[rows, first]
        inside = known.copy()
        if self.reach is not None:
            inside &= nearest_one <= np.array(self.reach, dtype=np.int64)[first]
        own = _roots(nearest_one)
        if self.k > 1:
            second = order[ranked[:, 1]]
            other, away = names[second], _roots(by_cluster[rows, second])
        else:
            other, away = np.zeros_like(names[first]), np.full_like(own, -1)
        return Placed(
            np.where(inside, names[first], 0),
            np.where(known, own, -1),
            np.where(known, other, 0),
            np.where(known, away, -1),
            known,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored in a calibration."""
        return {
            "method": self.method,
            "fitted": [one.as_dict() for one in self.fitted],
            "centres": self.centres.tolist(),
            "names": list(self.names),
            "last_number": self.last_number,
            "prototypes": None if self.reach is None else self.prototypes.tolist(),
            "owners": None if self.reach is None else list(self.owners),
            "reach": None if self.reach is None else [str(value) for value in self.reach],
            "tried": [one.as_dict() for one in self.tried],
            "judged": self.judged.as_dict(),
            "rows": self.rows,
            "used": self.used,
        }

    @classmethod
    def from_dict(
        cls, indicators: Sequence[Indicator | Category], stored: Mapping[str, Any]
    ) -> Clusters:
        """Return the clusters that `as_dict` stored.

        Args:
            indicators: The indicators as declared, in the order they were fitted in.
            stored: What was stored.
        """
        found = np.array(stored["centres"], dtype=np.int64)
        kept = stored["reach"] is not None
        return cls(
            stored["method"],
            tuple(
                FittedIndicator.from_dict(one, content)
                if isinstance(one, Indicator)
                else FittedCategory.from_dict(one, content)
                for one, content in zip(indicators, stored["fitted"], strict=True)
            ),
            found,
            tuple(int(name) for name in stored["names"]),
            int(stored["last_number"]),
            np.array(stored["prototypes"], dtype=np.int64) if kept else found,
            tuple(int(n) for n in stored["owners"]) if kept else tuple(range(len(found))),
            tuple(int(value) for value in stored["reach"]) if kept else None,
            tuple(Candidate.from_dict(one) for one in stored["tried"]),
            Candidate.from_dict(stored["judged"]),
            int(stored["rows"]),
            int(stored["used"]),
        )

    def continuing(self, previous: Clusters) -> Clusters:
        """Return these clusters called by the numbers of the former ones that they continue.

        Former centres are brought into the new coordinates first; a class that has a coordinate
        in one calibration only counts as far as it is known to the new one.
        """
        before = np.stack(
            [
                np.array(
                    [
                        coordinate
                        for new, old, part in _parts(self.fitted, previous.fitted, centre)
                        for coordinate in _carried(new, old, part)
                    ],
                    dtype=np.int64,
                )
                for centre in previous.centres
            ]
        )
        names = matched_names(before, previous.names, self.centres, previous.last_number)
        return replace(self, names=names, last_number=max(previous.last_number, *names))


def _parts(
    new: Sequence[FittedIndicator | FittedCategory],
    old: Sequence[FittedIndicator | FittedCategory],
    centre: NDArray[np.int64],
) -> list[tuple[FittedIndicator | FittedCategory, FittedIndicator | FittedCategory, list[int]]]:
    found, start = [], 0
    for one, former in zip(new, old, strict=True):
        width = len(former.names)
        found.append((one, former, centre[start : start + width].tolist()))
        start += width
    return found


def _carried(
    new: FittedIndicator | FittedCategory, old: FittedIndicator | FittedCategory, part: list[int]
) -> list[int]:
    if isinstance(new, FittedIndicator) and isinstance(old, FittedIndicator):
        return [new.rescaled(old.unscaled(part[0]))]
    by_name = dict(zip(old.names, part, strict=True))
    return [by_name.get(name, 0) for name in new.names]


def coordinates(
    fitted: Sequence[FittedIndicator | FittedCategory], columns: Columns
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return (n, d) coordinates in ten-thousandths, and which rows are known whole."""
    found = [one.coordinates(columns[one.indicator.name]) for one in fitted]
    points = np.concatenate([part for part, _ in found], axis=1).astype(np.int64)
    known = np.logical_and.reduce([known for _, known in found])
    return points, known


def _roots(squared: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return square roots of exact squares of ten-thousandths, half up, in ten-thousandths."""
    return np.array([(isqrt(4 * value) + 1) // 2 for value in squared.tolist()], dtype=np.int64)
