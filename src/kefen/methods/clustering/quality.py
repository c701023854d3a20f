"""How good a grouping is: how well the groups stand apart, and whether they come again.

Silhouette: Rousseeuw 1987. Davies-Bouldin: 1979. Stability: Hennig 2007, the mean Jaccard
similarity of a group with the most similar group of bootstrap samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from kefen.methods.clustering.indicators import UNIT
from kefen.methods.clustering.partitions import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Verdict: TypeAlias = Literal["highly_stable", "stable", "pattern", "unstable"]

BOOTSTRAPS = 50
_SEED = 20_070_715


@dataclass(frozen=True, slots=True)
class Quality:
    """How well groups stand apart.

    Attributes:
        inertia: The sum of squared distances to the own centre.
        silhouette: -1 to 1, larger is better; None where it is not defined.
        davies_bouldin: 0 and up, smaller is better; None where it is not defined.
    """

    inertia: float
    silhouette: float | None
    davies_bouldin: float | None


def quality(points: NDArray[np.int64], labels: NDArray[np.intp]) -> Quality:
    """Return how well groups stand apart; rows labelled -1 are left out.

    Args:
        points: (n, d) coordinates in ten-thousandths. The silhouette compares every pair.
        labels: (n,) the group of each row.
    """
    from sklearn.metrics import davies_bouldin_score, silhouette_score

    order = np.lexsort((labels, *points.T[::-1]))
    order = order[labels[order] >= 0]
    plain, groups = points[order] / UNIT, labels[order]
    inertia = 0.0
    for label in np.unique(groups):
        members = plain[groups == label]
        inertia += float(((members - members.mean(axis=0)) ** 2).sum())
    if not 1 < len(np.unique(groups)) < len(groups):
        return Quality(inertia, None, None)
    return Quality(
        inertia,
        float(silhouette_score(plain, groups)),
        float(davies_bouldin_score(plain, groups)),
    )


def stability(
    points: NDArray[np.int64],
    labels: NDArray[np.intp],
    find: Callable[[NDArray[np.int64]], NDArray[np.intp]],
    *,
    times: int = BOOTSTRAPS,
) -> tuple[float, ...]:
    """Return for each group how similar the most similar group of bootstrap samples is.

    Args:
        points: (n, d) coordinates, sorted.
        labels: (n,) the groups found in them, numbered from 0; -1 for none.
        find: Finds groups in a sample of the rows, as they were found in all.
        times: How many samples are drawn (n of n, with replacement).

    Returns:
        The mean Jaccard similarity of each group, 0 to 1.
    """
    generator = np.random.default_rng(_SEED)
    n, k = len(points), int(labels.max()) + 1
    sums = np.zeros(k)
    counted = np.zeros(k)
    for _ in range(times):
        drawn = np.sort(generator.integers(n, size=n))
        again = find(points[drawn])
        kept = np.flatnonzero(np.diff(drawn, prepend=-1))
        before, after = labels[drawn[kept]], again[kept]
        most = max(int(after.max(initial=-1)) + 1, 1)
        both = np.zeros((k, most))
        inside = (before >= 0) & (after >= 0)
        np.add.at(both, (before[inside], after[inside]), 1)
        sizes = np.bincount(before[before >= 0], minlength=k)
        others = np.bincount(after[after >= 0], minlength=most)
        either = sizes[:, None] + others[None, :] - both
        present = sizes > 0
        similar = np.divide(both, either, out=np.zeros_like(both), where=either > 0)
        sums[present] += similar.max(axis=1)[present]
        counted[present] += 1
    return tuple(float(s / c) if c else 0.0 for s, c in zip(sums, counted, strict=True))


def verdict(similarity: float) -> Verdict:
    """Return what a mean Jaccard similarity says, by Hennig's thresholds.

    From .85 highly stable, from .75 stable; from .6 a pattern, whose members are in doubt;
    below, the group is not to be relied on.
    """
    if similarity >= 0.85:
        return "highly_stable"
    if similarity >= 0.75:
        return "stable"
    return "pattern" if similarity >= 0.6 else "unstable"


def labelled(points: NDArray[np.int64], prototypes: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the group of each row: that of its nearest prototype."""
    return nearest(points, prototypes)[0]
