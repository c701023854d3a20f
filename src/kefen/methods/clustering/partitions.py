"""Finding groups: k-means, Ward and HDBSCAN, the same groups whatever the order of the rows.

scikit-learn searches; what is kept is settled afterwards in whole numbers. Rows are sorted by
their values and the search is seeded and runs on one thread, because sums of doubles depend on
their order.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from kefen.domain.text import Text
from kefen.methods.clustering.indicators import UNIT
from kefen.methods.errors import NotEstimableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Method: TypeAlias = Literal["k_means", "ward", "hdbscan"]
METHODS: tuple[Method, ...] = ("k_means", "ward", "hdbscan")

FIT_ROWS = 50_000
"""More customers than this are sampled, by a hash of their ids, before k-means looks for groups."""

TREE_ROWS = 5_000
"""The same for Ward and HDBSCAN, which compare every pair."""

STARTS = 10
_SEED = 20_110_501
_ROUNDS = 300
_REPRESENTATIVES = 24


def sampled(ids: Sequence[str], most: int) -> NDArray[np.intp]:
    """Return the places of at most `most` customers, chosen by a hash of their ids.

    The choice is the same in any row order, and a customer stays chosen from month to month.
    """
    if len(ids) <= most:
        return np.arange(len(ids))
    hashed = [hashlib.blake2b(name.encode(), digest_size=8).digest() for name in ids]
    return np.array(sorted(range(len(ids)), key=lambda row: (hashed[row], ids[row]))[:most])


def sorted_rows(points: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows in ascending order of their values."""
    return points[np.lexsort(points.T[::-1])]


def nearest(
    points: NDArray[np.int64], prototypes: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the place of each row's nearest prototype, and all squared distances.

    Args:
        points: (n, d) coordinates in ten-thousandths.
        prototypes: (m, d) coordinates in ten-thousandths.

    Returns:
        (n,) places, ties to the first prototype; (n, m) squared distances, exact.
    """
    squared = np.zeros((len(points), len(prototypes)), dtype=np.int64)
    for column in range(points.shape[1]):
        away = points[:, column, None] - prototypes[None, :, column]
        squared += away * away
    return np.argmin(squared, axis=1), squared


def centres(points: NDArray[np.int64], labels: NDArray[np.intp], k: int) -> NDArray[np.int64]:
    """Return the mean of each group, rounded half up to four decimals, exactly."""
    found = np.zeros((k, points.shape[1]), dtype=np.int64)
    for label in range(k):
        members = points[labels == label]
        n = len(members)
        if n:
            found[label] = [(2 * int(total) + n) // (2 * n) for total in members.sum(axis=0)]
    return found


def k_means(
    points: NDArray[np.int64], k: int, *, starts: int = STARTS, seed: int = _SEED
) -> NDArray[np.int64]:
    """Return k centres: Lloyd's algorithm from seeded starts (k-means++), settled exactly.

    The last rounds run in whole numbers, so that every centre is the rounded mean of the rows
    that are nearest to it.

    Args:
        points: (n, d) coordinates in ten-thousandths, in any order.
        k: How many groups.
        starts: How many starts; the one with the least sum of squares is kept.
        seed: What the starts are drawn by.

    Returns:
        (k, d) centres in ten-thousandths, in ascending order.

    Raises:
        NotEstimableError: There are fewer different rows than groups.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    ordered = sorted_rows(points)
    _require_different(ordered, k)
    with threadpool_limits(1):
        search = KMeans(k, n_init=starts, random_state=seed, max_iter=_ROUNDS)
        search.fit(ordered / UNIT)
    return settled(ordered, np.rint(search.cluster_centers_ * UNIT).astype(np.int64))


def settled(points: NDArray[np.int64], start: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return centres that are the rounded means of the rows nearest to them, ascending."""
    k, found = len(start), sorted_rows(start)
    for _ in range(_ROUNDS):
        labels, _ = nearest(points, found)
        moved = centres(points, labels, k)
        empty = np.bincount(labels, minlength=k) == 0
        moved[empty] = found[empty]
        if np.array_equal(moved, found):
            break
        found = moved
    return sorted_rows(found)


def ward(points: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return the centres of k groups of Ward's hierarchy (Ward 1963), ascending.

    Args:
        points: (n, d) coordinates in ten-thousandths; at most a few thousand rows.
        k: How many groups.

    Raises:
        NotEstimableError: There are fewer different rows than groups.
    """
    return ward_levels(points, (k,))[k]


def ward_levels(points: NDArray[np.int64], ks: Sequence[int]) -> dict[int, NDArray[np.int64]]:
    """Return the centres at several levels of one Ward hierarchy."""
    labels = ward_labels(points, ks)
    ordered = sorted_rows(points)
    return {k: sorted_rows(centres(ordered, found, k)) for k, found in labels.items()}


def ward_labels(points: NDArray[np.int64], ks: Sequence[int]) -> dict[int, NDArray[np.intp]]:
    """Return Ward's own groups of the sorted rows at several levels, numbered from 0."""
    from scipy.cluster.hierarchy import fcluster
    from scipy.cluster.hierarchy import ward as hierarchy

    ordered = sorted_rows(points)
    _require_different(ordered, max(ks))
    tree = hierarchy(ordered / UNIT)
    return {k: fcluster(tree, k, "maxclust").astype(np.intp) - 1 for k in ks}


def hdbscan(points: NDArray[np.int64], smallest: int) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return groups of dense places (HDBSCAN, Campello et al. 2013) of the sorted rows.

    Args:
        points: (n, d) coordinates in ten-thousandths; at most a few thousand rows.
        smallest: How many customers make a group.

    Returns:
        (n,) labels of the sorted rows, -1 for those of no group; the sorted rows.

    Raises:
        NotEstimableError: No place is dense enough.
    """
    from sklearn.cluster import HDBSCAN

    ordered = sorted_rows(points)
    if len(ordered) <= smallest:
        raise NotEstimableError(_too_few(smallest, len(ordered)))
    search = HDBSCAN(min_cluster_size=max(2, smallest), copy=True, n_jobs=1)
    labels = search.fit_predict(ordered / UNIT).astype(np.intp)
    # Rows that are equal belong together, whatever the order of equal distances decided.
    _, same = np.unique(ordered, axis=0, return_inverse=True)
    first = np.full(same.max() + 1, -1, dtype=np.intp)
    np.maximum.at(first, same, labels)
    labels = first[same]
    if labels.max(initial=-1) < 1:
        raise NotEstimableError(
            Text(
                "no two groups stand apart: the customers are spread evenly",
                "没有彼此分开的群体：客户分布均匀",
            )
        )
    return labels, ordered


def representatives(members: NDArray[np.int64], most: int = _REPRESENTATIVES) -> NDArray[np.int64]:
    """Return members that stand for a group of any shape: each the furthest from those before.

    The first is the member nearest to the group's mean; ties go to the smaller values.
    """
    ordered = sorted_rows(np.unique(members, axis=0))
    middle = centres(ordered, np.zeros(len(ordered), dtype=np.intp), 1)
    chosen = [int(np.argmin(nearest(ordered, middle)[1][:, 0]))]
    away = nearest(ordered, ordered[chosen])[1][:, 0]
    while len(chosen) < min(most, len(ordered)):
        chosen.append(int(np.argmax(away)))
        away = np.minimum(away, nearest(ordered, ordered[chosen[-1:]])[1][:, 0])
    return ordered[chosen]


def _require_different(ordered: NDArray[np.int64], k: int) -> None:
    different = 1 + int(np.any(np.diff(ordered, axis=0), axis=1).sum()) if len(ordered) else 0
    if different < k:
        raise NotEstimableError(
            _too_few(k, different)
            if different > 1
            else Text("all customers are equal in every indicator", "所有客户的各项指标都相同")
        )


def _too_few(wanted: int, found: int) -> Text:
    return Text(
        "{found} different customers cannot make {wanted} groups",
        "{found} 个互不相同的客户不足以分成 {wanted} 类",
    ).filled(found=found, wanted=wanted)
