"""Migration from class to class: the rating literature's figures, and what holds of any counts."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kefen.methods.errors import NotEstimableError
from kefen.methods.migration import (
    after_periods,
    after_time,
    cohort_matrix,
    duration_generator,
    mobility,
    pooled_exposure,
    projected,
    rates_of_moves,
)

_COUNTS = arrays(np.int64, (3, 3), elements=st.integers(0, 50))


def test_chances_are_parts_of_those_who_started() -> None:
    found = cohort_matrix([[8, 2], [1, 3]])
    assert found.tolist() == [[0.8, 0.2], [0.25, 0.75]]
    months = cohort_matrix([[[8, 2], [1, 3]], [[2, 8], [1, 3]]])
    assert months.tolist() == [[0.5, 0.5], [0.25, 0.75]]


def test_nothing_is_known_of_a_class_that_nobody_was_in() -> None:
    chances = cohort_matrix([[8, 2, 0], [0, 0, 0], [0, 0, 4]])
    assert all(isnan(chance) for chance in chances[1])
    with pytest.raises(NotEstimableError):
        mobility(chances)
    with pytest.raises(NotEstimableError):
        projected(chances, [10, 0, 0], 2)
    assert projected(chances, [0, 0, 5], 2).tolist() == [[0, 0, 5]] * 3
    assert projected(chances, [10, 0, 0], 1)[-1].tolist() == [8, 2, 0]
    with pytest.raises(NotEstimableError):
        after_periods(chances, 2)
    assert after_periods(chances, 1)[0].tolist() == [0.8, 0.2, 0.0]
    closed = cohort_matrix([[8, 0, 2], [0, 0, 0], [0, 0, 4]])
    assert after_periods(closed, 2)[0] == pytest.approx([0.64, 0, 0.36])


def test_rates_carry_their_number_and_interval() -> None:
    found = rates_of_moves([[70, 20], [5, 5]])
    assert found.rose is not None and found.fell is not None
    assert (found.stayed.happened, found.rose.happened, found.fell.happened) == (75, 5, 20)
    assert found.stayed.rate == 0.75 and found.stayed.cases == 100
    assert found.fell.low == pytest.approx(0.1334, abs=1e-4)  # Wilson, 20 of 100
    assert found.fell.high == pytest.approx(0.2888, abs=1e-4)
    assert rates_of_moves([[0, 0], [0, 0]]).stayed.rate is None
    assert rates_of_moves([[1, 2], [3, 4]], ordered=False).rose is None


def test_nobody_moving_is_no_mobility_and_everybody_alike_is_all_of_it() -> None:
    still, mixed = mobility(np.eye(4)), mobility(np.full((4, 4), 0.25))
    for name in ("shorrocks", "determinant", "second_eigenvalue", "eigenvalues"):
        assert getattr(still, name) == pytest.approx(0, abs=1e-12)
        assert getattr(mixed, name) == pytest.approx(1)
    assert (still.singular_values, still.bartholomew) == (0, 0)
    assert mobility([[0.5, 0.5], [0, 1]], [0, 3]).bartholomew == 0
    assert mobility([[0.5, 0.5], [0, 1]], [3, 0]).bartholomew == 0.5
    with pytest.raises(NotEstimableError):
        mobility([[1.0]])


def test_moves_within_a_period_make_chances_of_every_period() -> None:
    """Two classes with one way: the chance to stay is exp(-rate), in closed form."""
    generator = duration_generator([[99, 3], [0, 0]], [30.0, 12.0])
    assert generator.tolist() == [[-0.1, 0.1], [0.0, 0.0]]
    assert after_time(generator, 2)[0, 0] == pytest.approx(np.exp(-0.2))
    moves, time = pooled_exposure([[[8, 2], [0, 10]], [[8, 0], [0, 12]]])
    assert moves.tolist() == [[16, 2], [0, 22]] and time.tolist() == [17, 23]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: cohort_matrix([[1, 2]]),
        lambda: cohort_matrix([[-1, 2], [0, 1]]),
        lambda: mobility([[0.5, 0.4], [0, 1]]),
        lambda: after_periods(np.eye(2), -1),
        lambda: duration_generator([[0, 1], [0, 0]], [0.0, 1.0]),
        lambda: duration_generator([[0, 1], [0, 0]], [1.0]),
    ],
)
def test_what_is_no_matrix_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        wrong()  # type: ignore[operator]


@given(_COUNTS)
def test_everybody_is_somewhere_after_any_number_of_periods(counts: np.ndarray) -> None:
    counts = counts + np.eye(3, dtype=np.int64)
    start = counts.sum(axis=1)
    later = projected(cohort_matrix(counts), start, 5)
    assert later.sum(axis=1) == pytest.approx(start.sum())
    assert later[1] == pytest.approx(counts.sum(axis=0))
    rates = rates_of_moves(counts)
    assert rates.rose is not None and rates.fell is not None
    assert rates.stayed.happened + rates.rose.happened + rates.fell.happened == counts.sum()
    moves, time = pooled_exposure([counts])
    assert after_time(duration_generator(moves, time)).sum(axis=1) == pytest.approx(1)
