"""Figures of clustering on the wholesale and mall customers."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.methods.clustering import Indicator, find_clusters
from kefen.methods.verification.figure import Family, Figure

if TYPE_CHECKING:
    from pathlib import Path

_WHOLESALE = "uci_wholesale/wholesale_customers.csv"
_MALL = "mall/Mall_Customers.csv"
_SPENDING = ("Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen")
_PLACES = ("Annual_Income", "Spending_Score")


def figures(data: Path) -> list[Figure]:
    """Return silhouette, Davies-Bouldin and inertia beside the known figures."""
    found = []
    spending = _columns(data / _WHOLESALE, _SPENDING)
    logs = [Indicator(name, "log") for name in _SPENDING]
    for k, silhouette, davies_bouldin in ((2, ".2896", "1.353"), (3, ".2581", "1.346")):
        judged = find_clusters(spending, logs, k=k, bootstraps=1).judged
        found += [
            Figure("k-means", f"Wholesale, {k}: silhouette", silhouette, judged.silhouette or 0),
            Figure("k-means", f"Wholesale, {k}: DB", davies_bouldin, judged.davies_bouldin or 0),
        ]
    raw = [Indicator(name, scale="as_is") for name in _PLACES]
    judged = find_clusters(_columns(data / _MALL, _PLACES), raw, k=5, bootstraps=1).judged
    return [
        *found,
        Figure("k-means", "Mall, 5: silhouette", ".5539", judged.silhouette or 0),
        Figure("k-means", "Mall, 5: DB", ".5726", judged.davies_bouldin or 0),
        Figure("k-means", "Mall, 5: inertia", "44448.46", judged.inertia),
    ]


def _columns(path: Path, names: tuple[str, ...]) -> dict[str, list[Decimal]]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [Decimal(row[name]) for row in rows] for name in names}


FAMILIES = (
    Family(
        "clustering",
        Text("Clustering", "聚类"),
        "scikit-learn on the UCI wholesale customers (ln, z-score) and the mall customers",
        (_WHOLESALE, _MALL),
        figures,
    ),
)
