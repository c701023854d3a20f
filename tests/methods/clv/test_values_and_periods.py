"""Gamma-Gamma and BG/BB: likelihoods, expectations, and what cannot be estimated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefen.methods.clv import BetaGeometricBetaBinomial, GammaGamma
from kefen.methods.clv.gamma_gamma import _log_likelihood
from kefen.methods.errors import NotEstimableError

POSITIVE = st.floats(-4, 4).map(lambda power: float(np.exp(power)))


def amounts(seed: int, count: int) -> np.ndarray:
    dice = np.random.default_rng(seed)
    x = dice.integers(1, 9, count)
    rates = dice.gamma(3.5, 1 / 15.0, count)
    return np.column_stack([x, dice.gamma(6.0 * x, 1 / (rates * x))])


def test_the_parameters_that_made_the_amounts_are_found_again() -> None:
    model = GammaGamma().fit(amounts(1, 4_000))
    for name, true in (("p", 6.0), ("q", 3.5), ("v", 15.0)):
        assert abs(getattr(model, f"{name}_") - true) < 4 * model.standard_errors_[name]


def test_few_purchases_are_drawn_towards_everybody() -> None:
    model = GammaGamma.of(p=6.0, q=3.5, v=15.0)
    everybody = 6.0 * 15.0 / 2.5
    once, often, never = model.expected_value(np.array([[1, 500.0], [400, 500.0], [0, 0.0]]))
    assert never == pytest.approx(everybody)
    assert everybody < once < often < 500
    assert often == pytest.approx(500, rel=0.01)


def test_a_mean_without_a_finite_value_is_unknown() -> None:
    model = GammaGamma.of(p=0.5, q=0.4, v=15.0)
    assert np.isnan(model.expected_value(np.array([[0, 0.0], [1, 20.0]]))).all()
    assert np.isfinite(model.expected_value(np.array([[9, 20.0]]))).all()


@pytest.mark.parametrize("rows", [[[1, 20.0], [1, 30.0]], [[0, 0.0]]])
def test_single_purchases_do_not_tell_how_amounts_vary(rows: list[list[float]]) -> None:
    with pytest.raises(NotEstimableError, match="two purchases"):
        GammaGamma().fit(np.array(rows))


@pytest.mark.parametrize("row", [[1, -2.0], [1, 0.0], [1.5, 2.0], [-1, 2.0], [1, np.nan]])
def test_amounts_that_cannot_be_are_refused(row: list[float]) -> None:
    with pytest.raises(ValueError, match="row 1 cannot be"):
        GammaGamma().fit(np.array([[2, 5.0], row]))


@given(p=POSITIVE, q=POSITIVE, v=POSITIVE, x=st.integers(1, 5_000), z=st.floats(1e-4, 1e9))
@settings(max_examples=60, deadline=None)
def test_the_likelihood_of_amounts_is_finite_and_its_gradient_its_slope(
    p: float, q: float, v: float, x: int, z: float
) -> None:
    at, rows = np.array([p, q, v]), (np.array([float(x)]), np.array([z]), np.ones(1))
    value, gradient = _log_likelihood(at, *rows)
    assert np.isfinite(value)
    for which in range(3):
        step = np.zeros(3)
        step[which] = 1e-5 * at[which]
        up, down = _log_likelihood(at + step, *rows)[0], _log_likelihood(at - step, *rows)[0]
        slope = (up - down) / (2 * step[which])
        noise = 1e-9 * (1 + abs(value) + x * abs(np.log(z))) / step[which]
        assert slope == pytest.approx(gradient[which], rel=1e-3, abs=noise)


def periods(seed: int, count: int) -> np.ndarray:
    dice = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        buys, stops = dice.beta(1.2, 0.8), dice.beta(0.7, 2.8)
        seen, bought, last = int(dice.integers(1, 9)), 0, 0
        for period in range(1, seen + 1):
            if dice.random() < stops:
                break
            if dice.random() < buys:
                bought, last = bought + 1, period
        rows.append((bought, last, seen))
    return np.array(rows, dtype=float)


def test_the_parameters_that_made_the_periods_are_found_again() -> None:
    model = BetaGeometricBetaBinomial().fit(periods(3, 6_000))
    for name, true in (("alpha", 1.2), ("beta", 0.8), ("gamma", 0.7), ("delta", 2.8)):
        assert abs(getattr(model, f"{name}_") - true) < 4 * model.standard_errors_[name], name


def test_all_possible_records_of_a_customer_have_probability_one() -> None:
    at = np.array([1.2, 0.8, 0.7, 2.8])
    seen, total = 5, 0.0
    for record in range(2**seen):
        bits = [record >> n & 1 for n in range(seen)]
        last = max((n + 1 for n, bit in enumerate(bits) if bit), default=0)
        row = np.array([[float(sum(bits)), float(last), float(seen)]])
        total += np.exp(BetaGeometricBetaBinomial.log_likelihood(at, row, np.ones(1))[0])
    assert total == pytest.approx(1, abs=1e-12)


def test_expectations_add_up_period_by_period_and_have_no_hole_at_one() -> None:
    rows = periods(3, 40)
    for gamma in (0.7, 1.0, 1.0 + 1e-7):
        model = BetaGeometricBetaBinomial.of(alpha=1.2, beta=0.8, gamma=gamma, delta=2.8)
        alive = model.probability_alive(rows)
        assert np.all((alive >= 0) & (alive <= 1))
        next_one = model.expected_purchases(rows, 1)
        mean = (1.2 + rows[:, 0]) / (2.0 + rows[:, 2])
        np.testing.assert_allclose(next_one, alive * mean, rtol=1e-5)
        assert np.all(model.expected_purchases(rows, 5) >= next_one)


def test_periods_that_cannot_be_are_refused() -> None:
    for row in ([3, 2, 5], [1, 6, 5], [0, 1, 5], [1, 0, 5], [1, 1, 5_000], [0.5, 1, 2]):
        with pytest.raises(ValueError, match="row 0 cannot be"):
            BetaGeometricBetaBinomial().fit(np.array([row], dtype=float))
    with pytest.raises(NotEstimableError, match="more than once"):
        BetaGeometricBetaBinomial().fit(np.array([[0.0, 0.0, 5.0]]))
