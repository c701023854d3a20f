"""BG/NBD, MBG/NBD and Pareto/NBD: likelihoods that no input breaks, expectations that can be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from purchase_histories import histories
from sklearn.base import clone

from kefen.methods.clv import (
    BetaGeometricNBD,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
    PurchaseHistoryModel,
)
from kefen.methods.clv.histories import Histories, different_rows, usable
from kefen.methods.errors import NotEstimableError

MODELS = (BetaGeometricNBD, ModifiedBetaGeometricNBD, ParetoNBD)
Model = type[PurchaseHistoryModel]
POSITIVE = st.floats(-4, 4).map(lambda power: float(np.exp(power)))
ROWS = histories(1, 300)
every_model = pytest.mark.parametrize("model", MODELS)


def parameters_of(fitted: PurchaseHistoryModel) -> list[float]:
    return [getattr(fitted, f"{name}_") for name in fitted.NAMES]


@every_model
def test_counts_stand_for_repeated_rows(model: Model) -> None:
    counts = np.random.default_rng(2).integers(1, 4, len(ROWS))
    once = model().fit(np.repeat(ROWS, counts, axis=0))
    counted = model().fit(ROWS, sample_weight=counts.astype(float))
    assert counted.customers_ == counts.sum()
    np.testing.assert_allclose(parameters_of(counted), parameters_of(once), rtol=1e-9)
    np.testing.assert_allclose(counted.log_likelihood_, once.log_likelihood_, rtol=1e-12)


@every_model
def test_a_search_that_begins_on_a_part_ends_at_the_same_place(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = model().fit(ROWS)
    monkeypatch.setattr("kefen.methods.clv.purchases._PART", 60)
    in_two_steps = model().fit(ROWS)
    np.testing.assert_allclose(parameters_of(in_two_steps), parameters_of(at_once), rtol=1e-8)


@every_model
def test_the_unit_of_time_only_changes_times(model: Model) -> None:
    in_days = ROWS * [1, 7, 7]
    weeks, days = model().fit(ROWS), model().fit(in_days)
    scales = [7.0 if name in model.TIMES else 1.0 for name in model.NAMES]
    expected = np.array(parameters_of(weeks)) * scales
    np.testing.assert_allclose(parameters_of(days), expected, rtol=1e-7)
    np.testing.assert_allclose(
        days.expected_purchases(in_days, 70), weeks.expected_purchases(ROWS, 10), rtol=1e-6
    )


@every_model
def test_standard_errors_shrink_with_the_square_root_of_the_customers(model: Model) -> None:
    few = model().fit(ROWS)
    many = model().fit(ROWS, sample_weight=np.full(len(ROWS), 100.0))
    for name in model.NAMES:
        wanted = 10 * many.standard_errors_[name]
        assert few.standard_errors_[name] == pytest.approx(wanted, rel=1e-3)


@pytest.mark.parametrize(
    ("model", "first_ends"), [(BetaGeometricNBD, False), (ModifiedBetaGeometricNBD, True)]
)
def test_the_parameters_that_made_the_histories_are_found_again(
    model: Model, first_ends: bool
) -> None:
    fitted = model().fit(histories(4, 3_000, first_ends=first_ends))
    for name, true in (("r", 0.8), ("alpha", 5.0), ("a", 1.0), ("b", 3.0)):
        error = fitted.standard_errors_[name]
        assert abs(getattr(fitted, f"{name}_") - true) < 4 * error, name


@every_model
def test_each_row_gives_what_it_gives_among_others(model: Model) -> None:
    fitted = model().fit(ROWS)
    together = fitted.discounted_purchases(ROWS, 52, 0.002), fitted.probability_alive(ROWS)
    for place in range(len(ROWS)):
        one = ROWS[place : place + 1]
        assert fitted.discounted_purchases(one, 52, 0.002)[0] == together[0][place]
        assert fitted.probability_alive(one)[0] == together[1][place]


@every_model
def test_discounting_is_the_sum_of_what_comes_when(model: Model) -> None:
    fitted = model().fit(ROWS)
    rate, steps = 0.01, np.linspace(0, 100, 401)
    expected = np.array([fitted.expected_purchases(ROWS[:20], t) for t in steps])
    middle = np.exp(-rate * (steps[1:] + steps[:-1]) / 2)
    summed = (np.diff(expected, axis=0) * middle[:, None]).sum(axis=0)
    np.testing.assert_allclose(fitted.discounted_purchases(ROWS[:20], 100, rate), summed, rtol=1e-5)


@every_model
def test_it_follows_the_conventions_of_scikit_learn(model: Model) -> None:
    fitted = model().fit(ROWS)
    again = clone(fitted)
    assert again.get_params() == fitted.get_params() == {}
    assert not hasattr(again, "r_")
    with pytest.raises(ValueError, match="no setting"):
        again.set_params(penalty=1)


@pytest.mark.parametrize(
    "row", [(1, 5, 4), (0, 1, 4), (1, 0, 4), (-1, 0, 4), (1.5, 1, 4), (1, -1, 4), (1, 2, np.inf)]
)
def test_rows_that_cannot_be_are_refused(row: tuple[float, float, float]) -> None:
    rows = np.vstack([ROWS[:30], row])
    assert not usable(rows)[-1]
    assert not usable(rows[-1:])[0]
    with pytest.raises(ValueError, match="row 30 cannot be"):
        BetaGeometricNBD().fit(rows)


def test_one_row_is_usable_as_it_is_among_many() -> None:
    rows = np.vstack([ROWS[:50], [[2, 1, 4], [0, 0, 0], [np.nan, 0, 1], [0, np.nan, 1]]])
    assert [bool(usable(rows[[place]])[0]) for place in range(len(rows))] == list(usable(rows))


@every_model
def test_without_repeats_nothing_is_estimable(model: Model) -> None:
    with pytest.raises(NotEstimableError, match="more than once"):
        model().fit(np.array([[0, 0, 5.0], [0, 0, 9.0]]))


@every_model
@pytest.mark.parametrize("rows", [[[4, 8.0, 9.0]], [[2, 5.0, 9.0]] * 300])
def test_customers_who_are_all_alike_do_not_tell_four_parameters(
    model: Model, rows: list[list[float]]
) -> None:
    with pytest.raises(NotEstimableError):
        model().fit(np.array(rows))


@every_model
@given(
    at=st.tuples(POSITIVE, POSITIVE, POSITIVE, POSITIVE),
    drawn=st.lists(
        st.tuples(st.integers(0, 5_000), st.floats(0.001, 1), st.floats(0.001, 1e5)),
        min_size=1,
        max_size=6,
    ),
)
@settings(max_examples=40, deadline=None)
def test_the_likelihood_is_finite_and_its_gradient_its_slope(
    model: Model,
    at: tuple[float, float, float, float],
    drawn: list[tuple[int, float, float]],
) -> None:
    repeats = np.array([float(x) for x, _, _ in drawn])
    age = np.array([t for _, _, t in drawn])
    last = np.where(repeats > 0, np.array([part for _, part, _ in drawn]) * age, 0.0)
    data = Histories(repeats, last, age, np.ones(len(drawn)), 1.0)
    place = np.array(at)
    value, gradient = model.log_likelihood(place, data)
    assert np.isfinite(value)
    assert np.all(np.isfinite(gradient))
    for which in range(4):
        step = np.zeros(4)
        step[which] = 1e-5 * place[which]
        up = model.log_likelihood(place + step, data)[0]
        down = model.log_likelihood(place - step, data)[0]
        slope = (up - down) / (2 * step[which])
        noise = 1e-8 * (1 + abs(value)) / step[which]
        assert slope == pytest.approx(gradient[which], rel=1e-3, abs=noise)


@every_model
@given(
    at=st.tuples(POSITIVE, POSITIVE, POSITIVE, POSITIVE),
    repeats=st.integers(0, 3_000),
    part=st.floats(0.001, 1),
    age=st.floats(0.001, 1e4),
    ahead=st.floats(0.01, 1e4),
)
@settings(max_examples=40, deadline=None)
def test_expectations_are_possible_numbers_and_grow_with_the_horizon(
    model: Model,
    at: tuple[float, float, float, float],
    repeats: int,
    part: float,
    age: float,
    ahead: float,
) -> None:
    fitted = model.of(**dict(zip(model.NAMES, at, strict=True)))
    row = np.array([[repeats, part * age if repeats else 0.0, age]])
    alive = fitted.probability_alive(row)[0]
    assert 0 <= alive <= 1
    near, far = (fitted.expected_purchases(row, t)[0] for t in (ahead, 2 * ahead))
    most = alive * (at[0] + repeats) * ahead / (at[1] + age)
    assert -1e-9 <= near <= most * (1 + 1e-9) + 1e-12
    assert near <= far * (1 + 1e-9) + 1e-12


def test_equal_scales_and_shapes_of_one_are_no_holes_of_the_pareto_model() -> None:
    for other in (-1e-9, 1e-9):
        near = ParetoNBD.of(r=0.6, alpha=10.0, s=1 + other, beta=10 + other)
        at = ParetoNBD.of(r=0.6, alpha=10.0, s=1.0, beta=10.0)
        np.testing.assert_allclose(
            near.expected_purchases(ROWS, 39), at.expected_purchases(ROWS, 39), rtol=1e-7
        )


def test_the_pareto_integral_against_the_hypergeometric_function() -> None:
    from scipy.special import hyp2f1

    r, alpha, s, beta = 0.55, 10.6, 0.61, 11.7
    model = ParetoNBD.of(r=r, alpha=alpha, s=s, beta=beta)
    x, last, age = ROWS.T
    power = r + s + x

    def part(time: np.ndarray) -> np.ndarray:
        z = (beta - alpha) / (beta + time)
        found: np.ndarray = hyp2f1(power, r + x, power + 1, z) / (beta + time) ** power
        return found

    odds = s / power * (alpha + age) ** (r + x) * (beta + age) ** s * (part(last) - part(age))
    np.testing.assert_allclose(model.probability_alive(ROWS), 1 / (1 + odds), rtol=1e-8)


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1.0, 2.5]), st.sampled_from([0.5, 1 / 7])), max_size=30
    )
)
def test_different_rows_are_found_as_numpy_finds_them(rows: list[tuple[float, float]]) -> None:
    given_rows = np.array(rows).reshape(-1, 2)
    different, place = different_rows(given_rows)
    expected, places = np.unique(given_rows, axis=0, return_inverse=True)
    assert np.array_equal(different, expected)
    assert np.array_equal(place, places.reshape(-1))
    assert np.array_equal(different[place], given_rows)
