"""Weights by pairwise comparison: the analytic hierarchy process (AHP).

Source: T. L. Saaty, "The Analytic Hierarchy Process", 1980; the random indices are Saaty's. The
value that mends an inconsistent pair follows P. T. Harker, "Incomplete pairwise comparisons in the
analytic hierarchy process", Mathematical Modelling 9 (1987): the pair is taken as not judged, and
the weights that all other judgements give say what it should have been.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import log
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Saaty's random index for 1 to 10 criteria."""
MOST_CRITERIA = len(RANDOM_INDEX)
CONSISTENT_BELOW = 0.10
"""The consistency ratio from which judgements contradict each other too much to be used."""
SCALE = (*(Fraction(1, n) for n in range(9, 1, -1)), *(Fraction(n) for n in range(1, 10)))
"""Saaty's scale: from 1/9 (far less important) over 1 (alike) to 9 (far more important)."""
# 0.13 for 1/8 and 0.33 for 1/3: what two written decimals may differ from a reciprocal.
_WRITTEN = 0.0050001


@dataclass(frozen=True, slots=True)
class PairwiseWeights:
    """What a matrix of pairwise judgements gives.

    Attributes:
        weights: One for each criterion, summing to 1.
        eigenvalue: The principal eigenvalue: as large as there are criteria when consistent.
        consistency_index: (eigenvalue - n) / (n - 1).
        consistency_ratio: The index over the random index; 0 for one or two criteria.
    """

    weights: tuple[float, ...]
    eigenvalue: float
    consistency_index: float
    consistency_ratio: float

    @property
    def consistent(self) -> bool:
        """Return whether the ratio is low enough for the weights to be used."""
        return self.consistency_ratio < CONSISTENT_BELOW


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """The pair whose judgement contradicts the others most.

    Attributes:
        first: Position of the first criterion.
        second: Position of the second.
        stated: How much more important the first was said to be.
        mend: The value of Saaty's scale nearest to what the other judgements say.
        ratio: The consistency ratio with that value.
    """

    first: int
    second: int
    stated: float
    mend: Fraction
    ratio: float


def completed_matrix(
    cells: Sequence[Sequence[float | None]], names: Sequence[str]
) -> NDArray[np.float64]:
    """Return a whole matrix of judgements, its reciprocals exact.

    Args:
        cells: Square; cell (i, j) says how much more important criterion i is than j. None where
            nothing is written: the diagonal, and one cell of each pair, may be left out.
        names: The criteria, for messages.

    Returns:
        The matrix, n x n. Of two reciprocal values the one of 1 or more is kept, and the other is
        its exact reciprocal, so that a written 0.33 means 1/3.

    Raises:
        DataError: It is not square, has less than 2 or more than 10 criteria, a value is not
            above zero, a pair is not judged, or two values are not each other's reciprocal.
    """
    size = len(cells)
    if any(len(row) != size for row in cells) or len(names) != size:
        widths = sorted({len(row) for row in cells} | {len(names)})
        raise DataError(
            Text(
                "the matrix is not square: {r} rows, {c} columns",
                "矩阵不是方阵：{r} 行、{c} 列",
            ).filled(r=size, c=next((w for w in widths if w != size), widths[0])),
            mend=Text(
                "Write one row and one column for each criterion, in the same order.",
                "每个指标一行一列，行列顺序相同。",
            ),
        )
    _check_size(size)
    matrix = np.ones((size, size))
    for i in range(size):
        if (own := cells[i][i]) is not None and own != 1:
            raise _wrong(
                names[i], names[i], own, Text("compared with itself it is 1", "与自身相比应为 1")
            )
        for j in range(i + 1, size):
            matrix[i, j], matrix[j, i] = _pair(cells[i][j], cells[j][i], names[i], names[j])
    return matrix


def pairwise_weights(matrix: NDArray[np.float64]) -> PairwiseWeights:
    """Return the principal eigenvector of a reciprocal matrix, and how consistent it is.

    Args:
        matrix: n x n, positive, reciprocal: that of `completed_matrix`.
    """
    size = len(matrix)
    values, vectors = np.linalg.eig(matrix)
    principal = int(np.argmax(values.real))
    vector = np.abs(vectors[:, principal].real)
    eigenvalue = max(float(values[principal].real), float(size))
    index = (eigenvalue - size) / (size - 1) if size > 1 else 0.0
    random_index = RANDOM_INDEX[size - 1]
    return PairwiseWeights(
        weights=tuple(float(w) for w in vector / vector.sum()),
        eigenvalue=eigenvalue,
        consistency_index=index,
        consistency_ratio=index / random_index if random_index else 0.0,
    )


def most_inconsistent(matrix: NDArray[np.float64]) -> Inconsistency | None:
    """Return the pair whose new judgement mends the matrix most; None when none would.

    Args:
        matrix: n x n, positive, reciprocal.
    """
    before = pairwise_weights(matrix).consistency_ratio
    if before == 0:
        return None  # nothing to mend; and of two criteria nothing else says what they should be
    best: Inconsistency | None = None
    for i, j in combinations(range(len(matrix)), 2):
        mend = on_scale(_without(matrix, i, j))
        mended = matrix.copy()
        mended[i, j], mended[j, i] = float(mend), float(1 / mend)
        ratio = pairwise_weights(mended).consistency_ratio
        if ratio < (before if best is None else best.ratio) - 1e-12:
            best = Inconsistency(i, j, float(matrix[i, j]), mend, ratio)
    return best


def on_scale(value: float) -> Fraction:
    """Return the value of Saaty's scale that is nearest, in proportion."""
    return min(SCALE, key=lambda step: abs(log(value) - log(step)))


def _without(matrix: NDArray[np.float64], i: int, j: int) -> float:
    """Return what all other judgements say of a pair."""
    open_pair = matrix.copy()
    open_pair[i, j] = open_pair[j, i] = 0.0
    open_pair[i, i] = open_pair[j, j] = 2.0
    values, vectors = np.linalg.eig(open_pair)
    vector = np.abs(vectors[:, int(np.argmax(values.real))].real)
    return float(vector[i] / vector[j])


def _check_size(size: int) -> None:
    if size < 2:
        raise DataError(
            Text("there is nothing to compare", "没有可比较的指标"),
            mend=Text("Name at least two criteria.", "请至少列出两个指标。"),
        )
    if size > MOST_CRITERIA:
        raise DataError(
            Text(
                "{n} criteria are more than people can compare in pairs",
                "{n} 个指标过多，难以两两比较",
            ).filled(n=size),
            mend=Text(
                "Compare at most {m}: form groups, and compare within each and between them.",
                "最多比较 {m} 个：请先分组，再在组内与组间分别比较。",
            ).filled(m=MOST_CRITERIA),
        )


def _pair(above: float | None, below: float | None, first: str, second: str) -> tuple[float, float]:
    for value, one, other in ((above, first, second), (below, second, first)):
        if value is not None and not (value > 0 and np.isfinite(value)):
            raise _wrong(one, other, value, Text("a judgement is above zero", "判断值应大于零"))
    if above is None and below is None:
        raise DataError(
            Text("“{a}” and “{b}” are not compared", "“{a}”与“{b}”没有比较").filled(
                a=first, b=second
            ),
            mend=Text(
                "Say how much more important one is: 1 alike, 3 somewhat, 5 clearly, 7 very, 9 "
                "far; the other way round 1/3 to 1/9.",
                "请写出重要程度：1 同等、3 稍、5 明显、7 很、9 极；反之写 1/3 至 1/9。",
            ),
        )
    if above is None or below is None:
        known = above if above is not None else 1 / below if below is not None else 1.0
        return known, 1 / known
    low, high = sorted((above, below))
    if abs(low - 1 / high) > _WRITTEN:
        raise DataError(
            Text(
                "“{a}” to “{b}” is {x}, but “{b}” to “{a}” is {y}, not its reciprocal {r}",
                "“{a}”比“{b}”为 {x}，而“{b}”比“{a}”为 {y}，不是其倒数 {r}",
            ).filled(a=first, b=second, x=_short(above), y=_short(below), r=_short(1 / above)),
            mend=Text(
                "Correct one of the two, or leave one of them empty.",
                "请更正其一，或将其中一个留空。",
            ),
        )
    return (above, 1 / above) if above >= below else (1 / below, below)


def _wrong(first: str, second: str, value: float, why: Text) -> DataError:
    return DataError(
        Text("“{a}” to “{b}” is {v}: {w}", "“{a}”比“{b}”为 {v}：{w}").filled(
            a=first, b=second, v=_short(value), w=why
        ),
        mend=Text("Correct the value.", "请更正该值。"),
    )


def _short(value: float) -> str:
    return f"{value:.4g}"
