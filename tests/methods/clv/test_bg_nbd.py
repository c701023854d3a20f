"""BG/NBD: the published figures, and a likelihood that no input breaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from kefen.methods.clv import BetaGeometricNBD
from kefen.methods.clv.bg_nbd import _log_likelihood
from kefen.methods.clv.histories import Histories, usable
from kefen.methods.clv.special import one_less_hypergeometric
from kefen.methods.errors import NotEstimableError

POSITIVE = st.floats(-6, 6).map(lambda power: float(np.exp(power)))


def cdnow(reference_data: Path) -> np.ndarray:
    path = reference_data / "cdnow" / "cdnow_customers_summary.csv"
    rows: np.ndarray = np.loadtxt(path, delimiter=",", skiprows=1)[:, 1:]
    return rows


@pytest.mark.reference
def test_the_published_figures_of_cdnow(reference_data: Path) -> None:
    model = BetaGeometricNBD().fit(cdnow(reference_data))
    found = (model.r_, model.alpha_, model.a_, model.b_)
    np.testing.assert_allclose(found, (0.24259, 4.41354, 0.79289, 2.42576), atol=2e-5)
    assert model.log_likelihood_ == pytest.approx(-9582.4256, abs=5e-5)
    one = np.array([[2, 30.43, 38.86]])
    assert model.expected_purchases(one, 39)[0] == pytest.approx(1.2259, abs=5e-5)
    assert model.probability_alive(one)[0] == pytest.approx(0.7266, abs=5e-5)
    assert model.expected_purchases_of_new(52) == pytest.approx(1.4440, abs=5e-5)


def histories(seed: int, count: int) -> np.ndarray:
    dice = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        rate, stops = dice.gamma(0.8, 1 / 5), dice.beta(1.0, 3.0)
        age, now, repeats, last = dice.uniform(1, 60), 0.0, 0, 0.0
        while dice.random() > stops:
            now += dice.exponential(1 / rate)
            if now > age:
                break
            repeats, last = repeats + 1, now
        rows.append((repeats, last, age))
    return np.array(rows)


def test_counts_stand_for_repeated_rows() -> None:
    rows = histories(1, 300)
    counts = np.random.default_rng(2).integers(1, 4, len(rows))
    once = BetaGeometricNBD().fit(np.repeat(rows, counts, axis=0))
    counted = BetaGeometricNBD().fit(rows, sample_weight=counts.astype(float))
    assert counted.customers_ == counts.sum()
    np.testing.assert_allclose(
        (counted.r_, counted.alpha_, counted.a_, counted.b_, counted.log_likelihood_),
        (once.r_, once.alpha_, once.a_, once.b_, once.log_likelihood_),
        rtol=1e-9,
    )


def test_the_unit_of_time_only_changes_alpha() -> None:
    rows = histories(1, 300)
    weeks, days = BetaGeometricNBD().fit(rows), BetaGeometricNBD().fit(rows * [1, 7, 7])
    np.testing.assert_allclose(days.alpha_, 7 * weeks.alpha_, rtol=1e-8)
    np.testing.assert_allclose(
        (days.r_, days.a_, days.b_), (weeks.r_, weeks.a_, weeks.b_), rtol=1e-8
    )
    np.testing.assert_allclose(
        days.expected_purchases(rows * [1, 7, 7], 70), weeks.expected_purchases(rows, 10), rtol=1e-7
    )


def test_standard_errors_shrink_with_the_square_root_of_the_customers() -> None:
    rows = histories(1, 300)
    few = BetaGeometricNBD().fit(rows)
    many = BetaGeometricNBD().fit(rows, sample_weight=np.full(len(rows), 100.0))
    for name in BetaGeometricNBD.NAMES:
        assert few.standard_errors_[name] == pytest.approx(
            10 * many.standard_errors_[name], rel=1e-4
        )


def test_it_follows_the_conventions_of_scikit_learn() -> None:
    fitted = BetaGeometricNBD().fit(histories(1, 300))
    again = clone(fitted)
    assert again.get_params() == fitted.get_params() == {}
    assert not hasattr(again, "r_")
    with pytest.raises(ValueError, match="no setting"):
        again.set_params(penalty=1)


@pytest.mark.parametrize(
    "row", [(1, 5, 4), (0, 1, 4), (1, 0, 4), (-1, 0, 4), (1.5, 1, 4), (1, -1, 4), (1, 2, np.inf)]
)
def test_rows_that_cannot_be_are_refused(row: tuple[float, float, float]) -> None:
    rows = np.vstack([histories(1, 30), row])
    assert not usable(rows)[-1]
    with pytest.raises(ValueError, match="row 30 cannot be"):
        BetaGeometricNBD().fit(rows)


def test_without_repeats_nothing_is_estimable() -> None:
    with pytest.raises(NotEstimableError, match="more than once"):
        BetaGeometricNBD().fit(np.array([[0, 0, 5.0], [0, 0, 9.0]]))


def test_one_customer_does_not_tell_four_parameters() -> None:
    with pytest.raises(NotEstimableError):
        BetaGeometricNBD().fit(np.array([[4, 8.0, 9.0]]))


@given(
    POSITIVE,
    POSITIVE,
    POSITIVE,
    POSITIVE,
    st.lists(
        st.tuples(st.integers(0, 5_000), st.floats(0.001, 1), st.floats(0.001, 1e5)),
        min_size=1,
        max_size=6,
    ),
)
@settings(max_examples=150, deadline=None)
def test_the_likelihood_is_finite_and_its_gradient_its_slope(
    r: float, alpha: float, a: float, b: float, drawn: list[tuple[int, float, float]]
) -> None:
    repeats = np.array([float(x) for x, _, _ in drawn])
    age = np.array([t for _, _, t in drawn])
    last = np.where(repeats > 0, np.array([part for _, part, _ in drawn]) * age, 0.0)
    data = Histories(repeats, last, age, np.ones(len(drawn)), 1.0)
    at = np.array([r, alpha, a, b])
    value, gradient = _log_likelihood(at, data)
    assert np.isfinite(value)
    assert np.all(np.isfinite(gradient))
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-5 * at[place]
        up, down = _log_likelihood(at + step, data)[0], _log_likelihood(at - step, data)[0]
        slope = (up - down) / (2 * step[place])
        noise = 1e-9 * (1 + abs(value)) / step[place]
        assert slope == pytest.approx(gradient[place], rel=1e-4, abs=noise)


@given(
    POSITIVE,
    POSITIVE,
    POSITIVE,
    POSITIVE,
    st.integers(0, 3_000),
    st.floats(0.001, 1),
    st.floats(0.001, 1e4),
    st.floats(0.01, 1e4),
)
@settings(max_examples=200, deadline=None)
def test_expectations_are_possible_numbers_and_grow_with_the_horizon(
    r: float, alpha: float, a: float, b: float, repeats: int, part: float, age: float, ahead: float
) -> None:
    model = BetaGeometricNBD()
    model.r_, model.alpha_, model.a_, model.b_ = r, alpha, a, b
    row = np.array([[repeats, part * age if repeats else 0.0, age]])
    alive = model.probability_alive(row)[0]
    assert 0 <= alive <= 1
    near, far = (model.expected_purchases(row, t)[0] for t in (ahead, 2 * ahead))
    most = alive * (r + repeats) * ahead / (alpha + age)
    assert -1e-9 <= near <= most * (1 + 1e-9) + 1e-12
    assert near <= far * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("ahead", [0.3, 5.0, 400.0])
def test_nothing_jumps_where_a_is_one(ahead: float) -> None:
    k, c = np.array([0.5, 3.0, 40.0]), np.array([2.0, 9.0, 60.0])
    t = np.full(3, ahead)
    at = one_less_hypergeometric(k, 0.0, c, t)
    for power in (-1e-7, 1e-7):
        np.testing.assert_allclose(one_less_hypergeometric(k, power, c, t), at, rtol=1e-5)


def test_the_hypergeometric_function_against_quadrature() -> None:
    from scipy.integrate import quad
    from scipy.stats import beta

    for k, c, power, ahead in (
        (1.0, 6.0, -0.2, 10.0),
        (20.0, 24.0, 0.5, 300.0),
        (0.24, 2.2, -0.2, 1e4),
    ):
        expected = quad(
            lambda q, k=k, c=c, p=power, t=ahead: (1 - (1 + t * beta.ppf(q, k, c - k)) ** -p) / p,
            0, 1, epsabs=1e-12, limit=500,
        )[0]  # fmt: skip
        found = one_less_hypergeometric(np.array([k]), power, np.array([c]), np.array([ahead]))
        assert found[0] == pytest.approx(expected, rel=1e-9)
