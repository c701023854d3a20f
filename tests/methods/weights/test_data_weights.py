"""Entropy, CRITIC, TOPSIS, panels, and rounding: published numbers, properties, honest refusals."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kefen.domain.errors import DataError
from kefen.methods.weights import (
    critic_weights,
    entropy_weights,
    in_points,
    panel_weights,
    topsis,
)

COMPANIES = np.array(
    [
        [61, 1.08, 4.33],
        [20.7, 0.26, 4.34],
        [16.3, 1.98, 2.53],
        [9, 3.29, 1.65],
        [5.4, 2.77, 2.33],
        [4, 4.12, 1.21],
        [-6.1, 3.52, 2.1],
        [-34.6, 3.31, 0.98],
    ]
)
"""The pharmaceutical companies of Diakoulaki and others, 1995."""
CARS = np.array([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6.0]])
ABC = ("a", "b", "c")


def test_critic_gives_the_published_weights() -> None:
    found = critic_weights(COMPANIES, ABC)
    assert found == pytest.approx((0.20222554, 0.48090173, 0.31687273), abs=5e-9)


def test_topsis_gives_the_published_closeness() -> None:
    found = topsis(CARS, (0.3, 0.4, 0.3), ABC)
    assert found.closeness == pytest.approx((0.5037, 0.6581, 0.7482, 0.3340), abs=5e-5)
    assert found.ranks == (3, 2, 1, 4)


def test_entropy_follows_its_formula() -> None:
    shares = np.array([0.5, 0.25, 0.25])
    entropy = -(shares * np.log(shares)).sum() / np.log(3)
    values = np.array([[2.0, 10], [1, 20], [1, 10]])
    other = np.array([0.25, 0.5, 0.25])
    second = -(other * np.log(other)).sum() / np.log(3)
    wanted = np.array([1 - entropy, 1 - second])
    assert entropy_weights(values, ABC[:2]) == pytest.approx(wanted / wanted.sum())


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([[1.0, 2]], "one customer only"),
        (np.empty((0, 2)), "no customer with all values"),
        ([[1.0, 2], [1, 2]], "no criterion varies"),
        ([[1.0, -2], [1, 2]], "below zero"),
        ([[0.0, 2], [0, 3]], "zero for everybody"),
    ],
)
def test_entropy_says_why_there_are_no_weights(values: object, says: str) -> None:
    with pytest.raises(DataError, match=says):
        entropy_weights(np.array(values, dtype=float), ABC[:2])


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([[1.0, 2]], "one customer only"),
        ([[1.0, 2], [1, 3]], "fewer than two criteria vary"),
        ([[1.0, 2], [2, 4], [3, 6]], "all say the same"),
    ],
)
def test_critic_says_why_there_are_no_weights(values: object, says: str) -> None:
    with pytest.raises(DataError, match=says):
        critic_weights(np.array(values, dtype=float), ABC[:2])


def test_a_criterion_that_does_not_vary_weighs_nothing() -> None:
    values = np.array([[1.0, 3, 9], [2, 3, 1], [4, 3, 2]])
    assert entropy_weights(values, ABC)[1] == 0
    assert critic_weights(values, ABC)[1] == 0


def test_customers_equal_in_everything_are_not_ranked() -> None:
    with pytest.raises(DataError, match="equal in every criterion"):
        topsis(np.ones((3, 2)), (1, 1), ABC[:2])


def test_equal_customers_share_a_rank_and_costs_count_the_other_way() -> None:
    values = np.array([[1.0, 5], [3, 5], [3, 5], [2, 5]])
    assert topsis(values, (1, 1), ABC[:2]).ranks == (4, 1, 1, 3)
    assert topsis(values, (1, 1), ABC[:2], ("a",)).ranks == (1, 3, 3, 2)


def test_a_panel_that_ranks_alike_agrees_wholly_and_opposites_not_at_all() -> None:
    alike = panel_weights(np.array([[1.0, 2, 3], [10, 20, 90]]), ("x", "y"), ABC)
    assert alike.agreement == pytest.approx(1)
    assert alike.weights == pytest.approx(
        ((1 / 6 + 1 / 12) / 2, (1 / 3 + 1 / 6) / 2, (0.5 + 0.75) / 2)
    )
    opposed = panel_weights(np.array([[1.0, 2, 3], [3, 2, 1]]), ("x", "y"), ABC)
    assert opposed.agreement == pytest.approx(0)
    assert panel_weights(np.array([[1.0, 1, 2]]), ("x",), ABC).agreement is None
    assert panel_weights(np.ones((2, 3)), ("x", "y"), ABC).agreement is None


def test_an_expert_who_gives_nothing_or_less_is_named() -> None:
    with pytest.raises(DataError, match="y gives no points"):
        panel_weights(np.array([[1.0, 2], [0, 0]]), ("x", "y"), ABC[:2])
    with pytest.raises(DataError, match="y gives “b” less than zero"):
        panel_weights(np.array([[1.0, 2], [3, -1]]), ("x", "y"), ABC[:2])


TABLES = st.integers(min_value=2, max_value=4).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(min_value=1, max_value=1000), min_size=columns, max_size=columns),
        min_size=3,
        max_size=12,
    )
)


def _weights(values: np.ndarray) -> list[tuple[float, ...]] | None:
    names = [str(at) for at in range(values.shape[1])]
    try:
        return [entropy_weights(values, names), critic_weights(values, names)]
    except DataError:
        return None


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_customers_and_criteria_does_not_matter(
    rows: list[list[int]], random: object
) -> None:
    values = np.array(rows, dtype=float)
    found = _weights(values)
    assume(found is not None)
    assert found is not None
    by_row, by_column = list(range(len(values))), list(range(values.shape[1]))
    random.shuffle(by_row)  # type: ignore[attr-defined]
    random.shuffle(by_column)  # type: ignore[attr-defined]
    shuffled = _weights(values[np.ix_(by_row, by_column)])
    assert shuffled is not None
    for straight, turned in zip(found, shuffled, strict=True):
        assert [straight[at] for at in by_column] == pytest.approx(turned, abs=1e-9)


@given(TABLES, st.sampled_from([0.001, 7.0, 1e6]))
def test_the_unit_of_a_criterion_does_not_matter(rows: list[list[int]], unit: float) -> None:
    values = np.array(rows, dtype=float)
    found = _weights(values)
    assume(found is not None)
    assert found is not None
    scaled = values.copy()
    scaled[:, 0] *= unit
    again = _weights(scaled)
    assert again is not None
    for straight, other in zip(found, again, strict=True):
        assert straight == pytest.approx(other, abs=1e-9)
    names = [str(at) for at in range(values.shape[1])]
    ones = [1.0] * values.shape[1]
    before, after = topsis(values, ones, names), topsis(scaled, ones, names)
    assert before.closeness == pytest.approx(after.closeness, abs=1e-9)


@given(TABLES)
def test_critic_does_not_mind_where_a_scale_begins(rows: list[list[int]]) -> None:
    values = np.array(rows, dtype=float)
    found = _weights(values)
    assume(found is not None)
    assert found is not None
    names = [str(at) for at in range(values.shape[1])]
    shifted = critic_weights(values - 500, names)
    assert shifted == pytest.approx(found[1], abs=1e-9)


@given(
    st.lists(st.floats(min_value=0, max_value=1e6, allow_subnormal=False), min_size=1, max_size=20),
    st.integers(min_value=1, max_value=10**7),
)
def test_points_add_up_exactly_and_stay_within_one_step(weights: list[float], total: int) -> None:
    assume(sum(weights) > 1e-3)
    whole = Decimal(total) / 10_000
    points = in_points(weights, whole)
    assert sum(points) == whole
    for weight, share in zip(weights, points, strict=True):
        assert abs(float(share) - weight / sum(weights) * float(whole)) < 1.1e-4
        assert -share.as_tuple().exponent <= 4  # type: ignore[operator]


def test_equal_weights_give_the_rest_to_the_first() -> None:
    assert in_points([1 / 3] * 3, Decimal(1)) == (
        Decimal("0.3334"),
        Decimal("0.3333"),
        Decimal("0.3333"),
    )
    with pytest.raises(ValueError, match="above zero"):
        in_points([0.0], Decimal(1))


@given(st.lists(st.floats(min_value=-1e300, max_value=1e300), min_size=4, max_size=4))
def test_extreme_values_never_give_what_is_no_number(values: list[float]) -> None:
    table = np.array(values).reshape(2, 2)
    for weigh in (
        lambda: critic_weights(table, ABC[:2]),
        lambda: entropy_weights(table, ABC[:2]),
        lambda: topsis(table, (1, 2), ABC[:2]).closeness,
    ):
        try:
            found = weigh()
        except DataError:
            continue
        assert np.isfinite(found).all()
