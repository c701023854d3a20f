"""AHP: published matrices, what is refused, and what holds of every matrix."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.errors import DataError
from kefen.methods.weights import (
    completed_matrix,
    most_inconsistent,
    on_scale,
    pairwise_weights,
)
from kefen.methods.weights.pairwise import SCALE

NAMES = tuple("abcdefgh")
HOUSE = [
    [1, 5, 3, 7, 6, 6, 1 / 3, 1 / 4],
    [None, 1, 1 / 3, 5, 3, 3, 1 / 5, 1 / 7],
    [None, None, 1, 6, 3, 4, 6, 1 / 5],
    [None, None, None, 1, 1 / 3, 1 / 4, 1 / 7, 1 / 8],
    [None, None, None, None, 1, 1 / 2, 1 / 5, 1 / 6],
    [None, None, None, None, None, 1, 1 / 5, 1 / 6],
    [None, None, None, None, None, None, 1, 1 / 2],
    [None] * 8,
]
LEADER = [[1, 4, 3, 7], [0.25, 1, 0.33, 3], [0.33, 3, 1, 5], [0.14, 0.33, 0.2, 1]]


def test_saatys_house_has_its_published_eigenvalue_and_is_not_consistent() -> None:
    matrix = completed_matrix(HOUSE, NAMES)
    found = pairwise_weights(matrix)
    assert found.eigenvalue == pytest.approx(9.669, abs=5e-4)
    assert found.consistency_index == pytest.approx(0.238, abs=5e-4)
    assert found.consistency_ratio == pytest.approx(0.169, abs=5e-4)
    assert not found.consistent


def test_the_pair_that_saaty_himself_mends_in_the_house_is_found() -> None:
    pair = most_inconsistent(completed_matrix(HOUSE, NAMES))
    assert pair is not None
    assert (pair.first, pair.second, pair.stated, pair.mend) == (2, 6, 6.0, Fraction(1, 2))
    assert pair.ratio < 0.10


def test_the_leader_has_its_published_weights_though_written_with_two_decimals() -> None:
    found = pairwise_weights(completed_matrix(LEADER, NAMES[:4]))
    assert found.weights == pytest.approx((0.5476, 0.1266, 0.2699, 0.0559), abs=5e-5)
    assert found.consistency_ratio == pytest.approx(0.0439, abs=5e-5)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([[1, 2], [2, 1]], "not its reciprocal 0.5"),
        ([[1, -2], [None, 1]], "above zero"),
        ([[1, 0], [None, 1]], "above zero"),
        ([[1, None], [None, 1]], "are not compared"),
        ([[2, 3], [None, 1]], "compared with itself"),
        ([[1, 3]], "not square"),
        ([[1]], "nothing to compare"),
        ([[1.0] * 11] * 11, "more than people can compare"),
        ([[1, float("inf")], [None, 1]], "above zero"),
    ],
)
def test_a_matrix_that_is_none_is_refused_with_what_is_wrong(
    cells: list[list[float | None]], says: str
) -> None:
    names = [str(number) for number in range(len(cells))]
    with pytest.raises(DataError, match=says):
        completed_matrix(cells, names)


def test_two_criteria_are_always_consistent() -> None:
    found = pairwise_weights(completed_matrix([[1, 9], [None, 1]], NAMES[:2]))
    assert found.weights == pytest.approx((0.9, 0.1))
    assert (found.consistency_ratio, most_inconsistent(np.ones((2, 2)))) == (0.0, None)


def test_the_nearest_value_of_the_scale_is_nearest_in_proportion() -> None:
    assert on_scale(100.0) == 9
    assert on_scale(0.001) == Fraction(1, 9)
    assert on_scale(0.41) == Fraction(1, 2)  # by difference 1/3 is nearer


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    size = draw(st.integers(min_value=2, max_value=6))
    upper = draw(
        st.lists(
            st.sampled_from(SCALE), min_size=size * (size - 1) // 2, max_size=size * (size - 1) // 2
        )
    )
    matrix = np.ones((size, size))
    for (first, second), value in zip(combinations(range(size), 2), upper, strict=True):
        matrix[first, second], matrix[second, first] = float(value), float(1 / value)
    return matrix


@given(matrices(), st.randoms(use_true_random=False))
def test_the_order_of_criteria_does_not_matter(matrix: np.ndarray, random: object) -> None:
    order = list(range(len(matrix)))
    random.shuffle(order)  # type: ignore[attr-defined]
    straight = pairwise_weights(matrix)
    shuffled = pairwise_weights(matrix[np.ix_(order, order)])
    assert [straight.weights[i] for i in order] == pytest.approx(shuffled.weights, rel=1e-6)
    assert straight.consistency_ratio == pytest.approx(shuffled.consistency_ratio, abs=1e-9)


@given(matrices())
def test_weights_are_positive_and_sum_to_one_and_a_mend_helps(matrix: np.ndarray) -> None:
    found = pairwise_weights(matrix)
    assert min(found.weights) > 0
    assert sum(found.weights) == pytest.approx(1)
    assert found.eigenvalue >= len(matrix)
    pair = most_inconsistent(matrix)
    assert pair is None or pair.ratio < found.consistency_ratio


@given(st.lists(st.floats(min_value=0.01, max_value=100), min_size=2, max_size=6))
def test_a_consistent_matrix_gives_back_its_weights(weights: list[float]) -> None:
    matrix = np.array([[a / b for b in weights] for a in weights])
    found = pairwise_weights(matrix)
    assert found.weights == pytest.approx([w / sum(weights) for w in weights], rel=1e-6)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


def test_every_order_of_a_contradiction_names_the_same_pair() -> None:
    names = ("x", "y", "z", "w")
    said = {("x", "y"): 2.0, ("x", "z"): 4.0, ("x", "w"): 8.0, ("y", "z"): 2.0, ("y", "w"): 4.0}
    said["z", "w"] = 1 / 9  # all others say 2
    named = set()
    for order in permutations(names):
        cells = [[said.get((a, b)) for b in order] for a in order]
        pair = most_inconsistent(completed_matrix(cells, order))
        assert pair is not None
        named.add(frozenset((order[pair.first], order[pair.second])))
    assert named == {frozenset(("z", "w"))}
