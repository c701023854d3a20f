"""The published figures of weights and rankings; their data are in the publications themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.text import Text
from kefen.methods.verification.figure import Family, Figure
from kefen.methods.weights import completed_matrix, critic_weights, pairwise_weights, topsis

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.methods.weights import PairwiseWeights

_CRITERIA = tuple("abcdefgh")
# Each row from the diagonal on; the other half are reciprocals.
_HOUSE = (
    (1, 5, 3, 7, 6, 6, 1 / 3, 1 / 4),
    (1, 1 / 3, 5, 3, 3, 1 / 5, 1 / 7),
    (1, 6, 3, 4, 6, 1 / 5),
    (1, 1 / 3, 1 / 4, 1 / 7, 1 / 8),
    (1, 1 / 2, 1 / 5, 1 / 6),
    (1, 1 / 5, 1 / 6),
    (1, 1 / 2),
    (1,),
)
_LEADER = ((1, 4, 3, 7), (1, 1 / 3, 3), (1, 5), (1,))
_COMPANIES = (
    (61, 1.08, 4.33),
    (20.7, 0.26, 4.34),
    (16.3, 1.98, 2.53),
    (9, 3.29, 1.65),
    (5.4, 2.77, 2.33),
    (4, 4.12, 1.21),
    (-6.1, 3.52, 2.1),
    (-34.6, 3.31, 0.98),
)
_ALTERNATIVES = ((5, 8, 4), (7, 6, 8), (8, 8, 6), (7, 4, 6))


def _figures(_: Path) -> list[Figure]:
    house, leader = _weighed(_HOUSE), _weighed(_LEADER)
    critic = critic_weights(np.array(_COMPANIES), _CRITERIA[:3])
    ranked = topsis(np.array(_ALTERNATIVES, dtype=float), (0.3, 0.4, 0.3), _CRITERIA[:3])
    return [
        Figure("AHP", "house, eigenvalue", "9.669", house.eigenvalue),
        Figure("AHP", "house, consistency index", "0.238", house.consistency_index),
        Figure("AHP", "house, consistency ratio", "0.169", house.consistency_ratio),
        *_each("AHP", "leader", ("0.5476", "0.1266", "0.2699", "0.0559"), leader.weights),
        Figure("AHP", "leader, consistency ratio", "0.0439", leader.consistency_ratio),
        *_each("CRITIC", "companies", ("0.20222554", "0.48090173", "0.31687273"), critic),
        *_each("TOPSIS", "closeness", ("0.5037", "0.6581", "0.7482", "0.3340"), ranked.closeness),
    ]


def _weighed(rows: tuple[tuple[float, ...], ...]) -> PairwiseWeights:
    size = len(rows)
    cells: list[list[float | None]] = [[None] * at + list(row) for at, row in enumerate(rows)]
    return pairwise_weights(completed_matrix(cells, _CRITERIA[:size]))


def _each(
    method: str, what: str, published: tuple[str, ...], ours: tuple[float, ...]
) -> list[Figure]:
    return [
        Figure(method, f"{what} {number}", figure, own, 8)
        for number, (figure, own) in enumerate(zip(published, ours, strict=True), 1)
    ]


FAMILIES = (
    Family(
        "weights",
        Text("Weights and rankings", "权重与排序"),
        "Saaty 1980 (house, leader); Diakoulaki, Mavrotas, Papayannakis 1995; Tzeng, Huang 2011",
        (),
        _figures,
    ),
)
