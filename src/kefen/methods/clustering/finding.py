"""Finding groups of customers that are alike: fitted, judged, and named by number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.text import Text
from kefen.methods.clustering.choice import (
    QUALITY_ROWS,
    STABILITY_ROWS,
    Candidate,
    candidates,
    chosen,
)
from kefen.methods.clustering.indicators import (
    MOST_COORDINATES,
    Category,
    FittedCategory,
    FittedIndicator,
    Indicator,
    learned,
    learned_classes,
)
from kefen.methods.clustering.model import Clusters, coordinates
from kefen.methods.clustering.partitions import (
    FIT_ROWS,
    TREE_ROWS,
    Method,
    centres,
    hdbscan,
    nearest,
    representatives,
    sampled,
)
from kefen.methods.clustering.quality import BOOTSTRAPS, quality, stability
from kefen.methods.errors import NotEstimableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kefen.methods.clustering.model import Columns

FEWEST_ROWS = 10
"""Below this there is nothing to generalise from."""


def find_clusters(
    columns: Columns,
    indicators: Sequence[Indicator | Category],
    *,
    ids: Sequence[str] | None = None,
    method: Method = "k_means",
    k: int | None = None,
    ks: Sequence[int] = (2, 3, 4, 5, 6, 7, 8),
    smallest: int = 10,
    bootstraps: int = BOOTSTRAPS,
    previous: Clusters | None = None,
) -> Clusters:
    """Find clusters, judge them, and name them by number.

    Args:
        columns: The values of every indicator, of n customers; None and NaN are unknown.
        indicators: The indicators with their transformations.
        ids: The customers' ids, by which a large population is sampled; None: by values.
        method: `k_means`, `ward` or `hdbscan` (which finds the number of clusters itself).
        k: How many clusters; None: chosen among `ks` by quality and stability.
        ks: The numbers that are judged.
        smallest: The fewest customers of a cluster when the number is chosen; for HDBSCAN, of
            any cluster.
        bootstraps: How many bootstrap samples stability is judged by.
        previous: Clusters of an earlier calibration, whose numbers are kept where they continue.

    Returns:
        The clusters. Without former ones they are numbered from 1 in descending order of the
        first indicator.

    Raises:
        NotEstimableError: There are too few customers, or they are all equal.
    """
    fitted = _fitted(columns, indicators)
    points, known = coordinates(fitted, columns)
    if points.shape[1] > MOST_COORDINATES:
        raise NotEstimableError(
            Text(
                "{n} coordinates are more than {most}: take categories with fewer classes",
                "{n} 个坐标超过上限 {most}：请改用类别较少的分类指标",
            ).filled(n=points.shape[1], most=MOST_COORDINATES)
        )
    rows = np.flatnonzero(known)
    wanted = max(FEWEST_ROWS, k or 0)
    if len(rows) < wanted:
        raise NotEstimableError(
            Text(
                "only {n} customers have every indicator known, and {wanted} are needed",
                "只有 {n} 个客户的各项指标齐全，至少需要 {wanted} 个",
            ).filled(n=len(rows), wanted=wanted)
        )
    names = [_by_values(points[row]) if ids is None else ids[row] for row in rows.tolist()]
    looked_at = sampled(names, FIT_ROWS if method == "k_means" else TREE_ROWS)
    seen = points[rows[looked_at]]
    judged = sampled([names[n] for n in looked_at.tolist()], QUALITY_ROWS)
    resampled = sampled([names[n] for n in looked_at.tolist()], STABILITY_ROWS)
    if method == "hdbscan":
        found = _dense(seen, fitted, smallest, bootstraps, judged, resampled, len(rows))
    else:
        tried = candidates(
            seen,
            (k,) if k is not None else ks,
            method,
            judged=judged,
            resampled=resampled,
            bootstraps=bootstraps,
        )
        best = chosen([one for one, _ in tried], smallest)
        middle = next(centre for one, centre in tried if one is best)
        found = _numbered(
            Clusters(
                method,
                fitted,
                middle,
                tuple(range(1, best.k + 1)),
                best.k,
                middle,
                tuple(range(best.k)),
                None,
                tuple(one for one, _ in tried),
                best,
                len(rows),
                len(seen),
            )
        )
    if previous is not None and [one.indicator for one in previous.fitted] == list(indicators):
        return found.continuing(previous)
    return found


def _fitted(
    columns: Columns, indicators: Sequence[Indicator | Category]
) -> tuple[FittedIndicator | FittedCategory, ...]:
    found: list[FittedIndicator | FittedCategory] = []
    for one in indicators:
        if isinstance(one, Category):
            found.append(learned_classes(one, columns[one.name]))
            continue
        try:
            found.append(learned(one, columns[one.name]))
        except ValueError:
            raise NotEstimableError(
                Text("no customer has a usable {name}", "没有客户具有可用的「{name}」").filled(
                    name=one.name
                )
            ) from None
    return tuple(found)


def _numbered(clusters: Clusters) -> Clusters:
    """Return clusters numbered in descending order of their first coordinate, then the others."""
    order = np.lexsort(-clusters.centres.T[::-1])
    names = [0] * clusters.k
    for number, place in enumerate(order.tolist(), 1):
        names[place] = number
    return replace(clusters, names=tuple(names))


def _dense(
    seen: NDArray[np.int64],
    fitted: tuple[FittedIndicator | FittedCategory, ...],
    smallest: int,
    bootstraps: int,
    judged: NDArray[np.intp],
    resampled: NDArray[np.intp],
    rows: int,
) -> Clusters:
    labels, ordered = hdbscan(seen, smallest)
    k = int(labels.max()) + 1
    stood_for = [representatives(ordered[labels == label]) for label in range(k)]
    prototypes = np.concatenate(stood_for)
    owners = tuple(label for label, some in enumerate(stood_for) for _ in range(len(some)))
    reach = tuple(
        int(nearest(ordered[labels == label], some)[1].min(axis=1).max())
        for label, some in enumerate(stood_for)
    )
    draft = Clusters(
        "hdbscan",
        fitted,
        centres(ordered, labels, k),
        tuple(range(1, k + 1)),
        k,
        prototypes,
        owners,
        reach,
        (),
        Candidate(k, 0.0, None, None, (), ()),
        rows,
        len(seen),
    )
    shown, base = seen[judged], seen[resampled]
    base = base[np.lexsort(base.T[::-1])]
    well = quality(shown, _places(draft, shown))
    share = max(2, smallest * len(base) // max(len(seen), 1))
    judgement = Candidate(
        k,
        well.inertia,
        well.silhouette,
        well.davies_bouldin,
        stability(base, _places(draft, base), lambda drawn: _again(drawn, share), times=bootstraps),
        tuple(int((labels == label).sum()) for label in range(k)),
    )
    return _numbered(replace(draft, tried=(judgement,), judged=judgement))


def _again(drawn: NDArray[np.int64], smallest: int) -> NDArray[np.intp]:
    try:
        return hdbscan(drawn, smallest)[0]
    except NotEstimableError:
        return np.full(len(drawn), -1, dtype=np.intp)


def _places(clusters: Clusters, points: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the place of each row's cluster; -1 outside every reach."""
    found = clusters.placed_points(points, np.ones(len(points), dtype=bool)).cluster
    return (found - 1).astype(np.intp)


def _by_values(row: NDArray[np.int64]) -> str:
    return ",".join(str(value) for value in row.tolist())
