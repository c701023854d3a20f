"""The hypergeometric function of the models, against quadrature and across its hole."""

from __future__ import annotations

import numpy as np
import pytest

from kefen.methods.clv.special import one_less_hypergeometric


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


@pytest.mark.parametrize("power", [-0.5, 0.0, 0.3, 2.7])
def test_one_alone_is_what_it_is_among_many_to_the_last_bit(power: float) -> None:
    drawn = np.random.default_rng(1)
    k, c = drawn.uniform(0.01, 300, 500), drawn.uniform(3, 400, 500)
    ahead = drawn.exponential(5, 500)
    among = one_less_hypergeometric(k, power, c, ahead)
    alone = [
        one_less_hypergeometric(k[i : i + 1], power, c[i : i + 1], ahead[i : i + 1])[0]
        for i in range(500)
    ]
    assert np.array_equal(among, np.array(alone))
