"""The methods that find clusters as grading uses them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from kefen.domain.decimals import from_units, units
from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.methods.clustering.choice import Candidate
from kefen.methods.clustering.finding import find_clusters
from kefen.methods.clustering.indicators import (
    UNIT,
    Category,
    FittedCategory,
    FittedIndicator,
    Indicator,
)
from kefen.methods.clustering.model import Clusters
from kefen.methods.clustering.partitions import FIT_ROWS
from kefen.standards.decision_words import joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from kefen.grading.modelled.method import Columns, FittedMethod, Floats, Parameters
    from kefen.methods.clustering.partitions import Method
    from kefen.methods.clustering.quality import Verdict
    from kefen.standards.model import Model, ModelMetric
    from kefen.standards.model_calibration import Parameter

VERDICTS: dict[Verdict, Text] = {
    "highly_stable": Text("highly stable", "高度稳定"),
    "stable": Text("stable", "稳定"),
    "pattern": Text("a pattern whose members are in doubt", "有规律但归属存疑"),
    "unstable": Text("not stable", "不稳定"),
}
_FINE = Decimal(10) ** -8
_THINNING = 20_240_229
_LIKE = 3


class ClusterModel:
    """A method that finds clusters.

    Args:
        method: Which.
    """

    def __init__(self, method: Method) -> None:
        self._method = method

    def usable(self, model: Model, inputs: Columns) -> npt.NDArray[np.bool_]:
        """Return which rows have every logarithm."""
        rows = len(next(iter(inputs.values()))) if inputs else 0
        found = np.ones(rows, dtype=np.bool_)
        for one in indicators_of(model):
            if isinstance(one, Indicator):
                column = np.asarray(inputs[one.name], dtype=np.float64)
                if one.shape == "log":
                    found &= column > 0
                elif one.shape == "log_plus_one":
                    found &= column >= 0
        return found

    def fit(
        self, model: Model, inputs: Columns, counts: Floats
    ) -> tuple[Mapping[str, Parameter], Mapping[str, Decimal]]:
        """Return the clusters of different rows with counts.

        More than 50,000 customers are thinned: of each row a part, drawn with a fixed seed.

        Raises:
            NotEstimableError: The rows are too few, or equal.
        """
        times = counts.astype(np.int64)
        if times.sum() > FIT_ROWS:
            generator = np.random.default_rng(_THINNING)
            times = generator.binomial(times, FIT_ROWS / times.sum())
        columns = {name: np.repeat(column, times) for name, column in inputs.items()}
        wanted = _whole(model, "clusters") if "clusters" in model.settings else 0
        most = _whole(model, "most_clusters") if "most_clusters" in model.settings else 2
        found = find_clusters(
            columns,
            indicators_of(model),
            ids=_copies(inputs, times),
            method=self._method,
            k=wanted or None,
            ks=range(2, most + 1),
            smallest=_whole(model, "smallest_cluster"),
        )
        found = replace(found, rows=int(counts.sum()))
        judged = found.judged
        figures = {"clusters": Decimal(found.k), "least_stable": _figure(judged.least_stable)}
        if judged.silhouette is not None and judged.davies_bouldin is not None:
            figures |= {
                "silhouette": _figure(judged.silhouette),
                "davies_bouldin": _figure(judged.davies_bouldin),
            }
        return as_parameters(found), figures

    def apply(
        self, metric: ModelMetric, parameters: Parameters, inputs: Columns
    ) -> npt.NDArray[np.generic]:
        """Return where each row belongs, or how far it is."""
        placed = clusters_of(metric.model, parameters).placed(inputs)
        if metric.gives in ("cluster", "next_cluster"):
            numbers = placed.cluster if metric.gives == "cluster" else placed.next_cluster
            return np.array([str(n) if n > 0 else None for n in numbers.tolist()], dtype=object)
        away = placed.own if metric.gives == "distance" else placed.next_own
        return np.where(away < 0, np.nan, away / UNIT)

    def parameters_in_words(self, model: Model, parameters: Parameters) -> Text:
        """Return how many clusters there are, and how sure they are."""
        found = clusters_of(model, parameters)
        text = Text("{n} clusters, {v} (Jaccard {j})", "{n} 类，{v}（Jaccard {j}）")
        return text.filled(
            n=found.k, v=VERDICTS[found.judged.verdict], j=_figure(found.judged.least_stable)
        )

    def doubt(self, model: Model, parameters: Parameters) -> Text | None:
        """Return that clusters are not to be relied on; None when they are stable."""
        found = clusters_of(model, parameters)
        if found.judged.verdict in ("stable", "highly_stable"):
            return None
        text = Text(
            "{k} clusters: {v}. In bootstrap samples the least stable one comes again with a "
            "Jaccard similarity of {j}; .75 would be stable",
            "{k} 类：{v}。自助抽样中最不稳定的一类重现的 Jaccard 相似度为 {j}，达到 .75 才算稳定",
        )
        return text.filled(
            k=found.k, v=VERDICTS[found.judged.verdict], j=_figure(found.judged.least_stable)
        )

    def continued(self, model: Model, parameters: Parameters, previous: Parameters) -> Parameters:
        """Return the parameters with clusters called as the former ones that they continue."""
        try:
            before = clusters_of(model, previous)
        except (KeyError, TypeError, ValueError):
            return parameters  # of a model that was declared otherwise
        return as_parameters(clusters_of(model, parameters).continuing(before))

    def customer_in_words(
        self, model: Model, parameters: Parameters, inputs: Columns, names: Mapping[str, Text]
    ) -> Text | None:
        """Return what speaks for the cluster of one customer, and what for the next one."""
        return why_here(clusters_of(model, parameters), inputs, names)


def indicators_of(model: Model) -> tuple[Indicator | Category, ...]:
    """Return the indicators of a model with their transformations."""
    named = {
        key: set(str(model.settings[key]).split())
        for key in ("log", "log_plus_one", "rank", "unscaled")
    }
    clip = _whole(model, "clip")
    weight = model.settings["class_weight"]
    found: list[Indicator | Category] = []
    for one in model.inputs:
        if one.type is ValueType.TEXT:
            found.append(Category(one.id, Decimal(str(weight))))
            continue
        shape: Any = next(
            (key for key in ("log", "log_plus_one", "rank") if one.id in named[key]), "as_is"
        )
        found.append(
            Indicator(
                one.id,
                shape,
                (clip, 100 - clip) if clip else None,
                "as_is" if one.id in named["unscaled"] else "z_score",
            )
        )
    return tuple(found)


def as_parameters(found: Clusters) -> dict[str, Parameter]:
    """Return what is stored of clusters: coordinates with four decimals, scales with eight."""
    content: dict[str, Parameter] = {
        "method": found.method,
        "names": found.names,
        "last_number": found.last_number,
        "centres": _coordinates(found.centres),
        "rows": found.rows,
        "used": found.used,
        "judged": _judgement(found.judged),
        "tried": tuple(_judgement(one) for one in found.tried),
    }
    for one in found.fitted:
        key = f"input {one.indicator.name}"
        if isinstance(one, FittedCategory):
            content[key] = one.classes
            continue
        bounds = () if one.bounds is None else tuple(n * _FINE for n in one.bounds)
        cuts = tuple(n * _FINE for n in one.cuts)
        content[key] = (one.mean * _FINE, one.spread * _FINE, bounds, cuts)
    if found.reach is not None:
        content["representatives"] = _coordinates(found.prototypes)
        content["represented"] = found.owners
        content["reach"] = tuple(str(value) for value in found.reach)
    return content


def clusters_of(model: Model, parameters: Parameters) -> Clusters:
    """Return the clusters that `as_parameters` stored.

    Raises:
        KeyError, TypeError, ValueError: They are of a model that was declared otherwise.
    """
    content = cast("Mapping[str, Any]", parameters)
    fitted: list[FittedIndicator | FittedCategory] = []
    for one in indicators_of(model):
        stored = content[f"input {one.name}"]
        if isinstance(one, Category):
            fitted.append(FittedCategory(one, tuple(str(name) for name in stored)))
            continue
        mean, spread, bounds, cuts = stored
        fitted.append(
            FittedIndicator(
                one,
                (_fine(bounds[0]), _fine(bounds[1])) if bounds else None,
                _fine(mean),
                _fine(spread),
                tuple(_fine(cut) for cut in cuts),
            )
        )
    middle = _points(content["centres"])
    if middle.shape[1] != sum(len(one.names) for one in fitted):
        raise ValueError("the centres have other coordinates")
    kept = "reach" in content
    return Clusters(
        content["method"],
        tuple(fitted),
        middle,
        tuple(content["names"]),
        content["last_number"],
        _points(content["representatives"]) if kept else middle,
        tuple(content["represented"]) if kept else tuple(range(len(middle))),
        tuple(int(value) for value in content["reach"]) if kept else None,
        tuple(_judged(one) for one in content["tried"]),
        _judged(content["judged"]),
        content["rows"],
        content["used"],
    )


def why_here(found: Clusters, inputs: Columns, names: Mapping[str, Text]) -> Text | None:
    """Return which indicators make a customer's cluster nearer than the next one.

    The difference of the two squared distances is the sum of one part an indicator; parts above
    zero speak for the cluster, the others for the next one.
    """
    points, known = found.coordinates(inputs)
    placed = found.placed_points(points, known)
    if not known[0] or placed.cluster[0] == 0 or placed.next_cluster[0] == 0:
        return None
    own = found.centres[found.names.index(int(placed.cluster[0]))]
    other = found.centres[found.names.index(int(placed.next_cluster[0]))]
    parts: dict[str, int] = {}
    start = 0
    for one in found.fitted:
        for at in range(start, start + len(one.names)):
            away, beyond = int(points[0, at] - own[at]), int(points[0, at] - other[at])
            name = one.indicator.name
            parts[name] = parts.get(name, 0) + beyond * beyond - away * away
        start += len(one.names)
    ranked = sorted(parts, key=lambda name: (-abs(parts[name]), name))
    speaks = [names[name] for name in ranked if parts[name] > 0][:_LIKE]
    against = [names[name] for name in ranked if parts[name] < 0][:_LIKE]
    said = Text(
        "distance {d} to cluster {a}, {e} to cluster {b}; for {a} speak {s}",
        "距第 {a} 类 {d}，距第 {b} 类 {e}；支持第 {a} 类的是 {s}",
    ).filled(
        a=int(placed.cluster[0]),
        b=int(placed.next_cluster[0]),
        d=from_units(int(placed.own[0])),
        e=from_units(int(placed.next_own[0])),
        s=joined(speaks, ", ", "、") if speaks else Text("none", "无"),
    )
    if not against:
        return said
    return Text("{t}; for {b} speak {o}", "{t}；支持第 {b} 类的是 {o}").filled(
        t=said, b=int(placed.next_cluster[0]), o=joined(against, ", ", "、")
    )


def _copies(inputs: Columns, times: npt.NDArray[np.int64]) -> list[str]:
    """Return a name for every customer: its values and which of its equals it is."""
    listed = [column.tolist() for column in inputs.values()]
    names = []
    for row, count in enumerate(times.tolist()):
        values = "|".join(repr(column[row]) for column in listed)
        digest = hashlib.blake2b(values.encode(), digest_size=12).hexdigest()
        names += [f"{digest}#{copy}" for copy in range(count)]
    return names


def _judgement(one: Candidate) -> tuple[Parameter, ...]:
    return (
        one.k,
        _figure(one.inertia),
        () if one.silhouette is None else _figure(one.silhouette),
        () if one.davies_bouldin is None else _figure(one.davies_bouldin),
        tuple(_figure(value) for value in one.stabilities),
        one.sizes,
    )


def _judged(stored: Sequence[Any]) -> Candidate:
    k, inertia, silhouette, davies_bouldin, stabilities, sizes = stored
    return Candidate(
        k,
        float(inertia),
        None if silhouette == () else float(silhouette),
        None if davies_bouldin == () else float(davies_bouldin),
        tuple(float(value) for value in stabilities),
        tuple(sizes),
    )


def _figure(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")


def _coordinates(points: npt.NDArray[np.int64]) -> tuple[tuple[Decimal, ...], ...]:
    return tuple(tuple(from_units(value) for value in row) for row in points.tolist())


def _points(stored: Sequence[Sequence[Decimal]]) -> npt.NDArray[np.int64]:
    return np.array([[units(value) for value in row] for row in stored], dtype=np.int64)


def _fine(value: Decimal) -> int:
    return int(value / _FINE)


def _whole(model: Model, setting: str) -> int:
    return int(str(model.settings[setting]))


METHODS: dict[str, FittedMethod] = {
    "k_means": ClusterModel("k_means"),
    "ward": ClusterModel("ward"),
    "hdbscan": ClusterModel("hdbscan"),
}
