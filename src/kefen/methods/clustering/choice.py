"""How many groups: each number judged by quality and by whether its groups come again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.text import Text
from kefen.methods.clustering.partitions import (
    k_means,
    nearest,
    sorted_rows,
    ward_labels,
    ward_levels,
)
from kefen.methods.clustering.quality import labelled, quality, stability, verdict
from kefen.methods.errors import NotEstimableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from kefen.methods.clustering.partitions import Method
    from kefen.methods.clustering.quality import Quality, Verdict

STABLE_FROM = 0.75
QUALITY_ROWS = 2_000
"""Silhouettes compare every pair: with more customers they are of so many, chosen by hash."""

STABILITY_ROWS = 1_000
_BOOTSTRAP_STARTS = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """One number of groups, judged.

    Attributes:
        k: How many groups.
        inertia: The sum of squared distances to the own centre, of the rows judged.
        silhouette: -1 to 1, larger is better; None where not defined.
        davies_bouldin: 0 and up, smaller is better; None where not defined.
        stabilities: The bootstrap similarity of each group, in the order of its centres.
        sizes: How many of the rows fitted each group has.
    """

    k: int
    inertia: float
    silhouette: float | None
    davies_bouldin: float | None
    stabilities: tuple[float, ...]
    sizes: tuple[int, ...]

    @property
    def least_stable(self) -> float:
        """Return the similarity of the group that comes again least surely."""
        return min(self.stabilities, default=0.0)

    @property
    def verdict(self) -> Verdict:
        """Return what the least stable group's similarity says."""
        return verdict(self.least_stable)

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored: figures rounded to four decimals, as strings."""
        return {
            "k": self.k,
            "inertia": _stored(self.inertia),
            "silhouette": _stored(self.silhouette),
            "davies_bouldin": _stored(self.davies_bouldin),
            "stabilities": [_stored(value) for value in self.stabilities],
            "sizes": list(self.sizes),
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Candidate:
        """Return what `as_dict` stored."""
        return cls(
            int(stored["k"]),
            float(stored["inertia"]),
            _read(stored["silhouette"]),
            _read(stored["davies_bouldin"]),
            tuple(float(value) for value in stored["stabilities"]),
            tuple(int(value) for value in stored["sizes"]),
        )


def candidates(
    points: NDArray[np.int64],
    ks: Sequence[int],
    method: Method,
    *,
    judged: NDArray[np.intp] | None = None,
    resampled: NDArray[np.intp] | None = None,
    bootstraps: int,
) -> tuple[tuple[Candidate, NDArray[np.int64]], ...]:
    """Return each number of groups with its judgement and its centres.

    Args:
        points: (n, d) coordinates in ten-thousandths, the rows to fit.
        ks: The numbers of groups to try; those that exceed the different rows are left out.
        method: `k_means` or `ward`.
        judged: The places of the rows that quality is computed on; None: all.
        resampled: The places of the rows that bootstrap samples are drawn from; None: all.
        bootstraps: How many bootstrap samples.

    Raises:
        NotEstimableError: Fewer than two groups can be made.
    """
    different = len(np.unique(points, axis=0))
    possible = [k for k in ks if k <= different]
    if different < 2 or not possible:
        raise NotEstimableError(
            Text(
                "all customers are equal in every indicator",
                "所有客户的各项指标都相同",
            )
            if different < 2
            else Text(
                "{found} different customers cannot make {wanted} groups",
                "{found} 个互不相同的客户不足以分成 {wanted} 类",
            ).filled(found=different, wanted=min(ks))
        )
    levels = (
        ward_levels(points, possible)
        if method == "ward"
        else {k: k_means(points, k) for k in possible}
    )
    shown = points if judged is None else points[judged]
    base = sorted_rows(points if resampled is None else points[resampled])
    found = []
    for k in possible:
        centres = levels[k]
        sizes = np.bincount(nearest(points, centres)[0], minlength=k)
        well: Quality = quality(shown, labelled(shown, centres))
        found.append(
            (
                Candidate(
                    k,
                    well.inertia,
                    well.silhouette,
                    well.davies_bouldin,
                    stability(
                        base,
                        labelled(base, centres),
                        lambda drawn, k=k: _again(drawn, k, method),  # type: ignore[misc]
                        times=bootstraps,
                    ),
                    tuple(int(size) for size in sizes),
                ),
                centres,
            )
        )
    return tuple(found)


def chosen(tried: Sequence[Candidate], smallest: int) -> Candidate:
    """Return the number of groups to use.

    Among those whose every group is stable (.75) and has at least `smallest` customers, the one
    with the largest silhouette; when there is none, the most stable of those with large enough
    groups; when there is none either, the most stable of all. Ties go to fewer groups.
    """
    large = [one for one in tried if min(one.sizes, default=0) >= smallest]
    good = [one for one in large if one.least_stable >= STABLE_FROM]
    if good:
        return max(good, key=lambda one: (_rank(one.silhouette), -one.k))
    return max(large or tried, key=lambda one: (round(one.least_stable, 4), -one.k))


def _again(drawn: NDArray[np.int64], k: int, method: Method) -> NDArray[np.intp]:
    possible = min(k, len(np.unique(drawn, axis=0)))
    if method == "ward":
        return ward_labels(drawn, (possible,))[possible]
    return labelled(drawn, k_means(drawn, possible, starts=_BOOTSTRAP_STARTS))


def _rank(silhouette: float | None) -> float:
    return -1.0 if silhouette is None else round(silhouette, 4)


def _stored(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


def _read(value: str | None) -> float | None:
    return None if value is None else float(value)
