"""The Pareto/NBD model: purchases as a Poisson process that ends at a random time.

Schmittlein, Morrison and Colombo (1987), "Counting Your Customers: Who Are They and What Will They
Do Next?", Management Science 33(1), 1-24; the likelihood as in Fader and Hardie (2005), "A Note on
Deriving the Pareto/NBD Model and Related Expressions". Purchase rates are gamma distributed
(r, alpha), the rates at which customers stop (s, beta).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kefen.methods.clv.histories import checked
from kefen.methods.clv.purchases import PurchaseHistoryModel
from kefen.methods.clv.special import slowed

if TYPE_CHECKING:
    from kefen.methods.clv.histories import Histories
    from kefen.methods.clv.maximum import Floats

_NODES, _LEGENDRE = np.polynomial.legendre.leggauss(24)
_ROOTS = (1 + _NODES) / 2
_SQUARES = _ROOTS**2
_WEIGHTS = _LEGENDRE * _ROOTS
_DEEP = 45.0
_NEWTON = 6
_ROWS = 4_096


class ParetoNBD(PurchaseHistoryModel):
    """Pareto/NBD, fitted by maximum likelihood.

    Attributes:
        r_: Shape of the purchase rates.
        alpha_: Their scale, in the unit of time of the histories.
        s_: Shape of the rates at which customers stop.
        beta_: Their scale.
    """

    NAMES = ("r", "alpha", "s", "beta")
    START = (1.0, 3.0, 1.0, 3.0)
    TIMES = frozenset({"alpha", "beta"})
    r_: float
    alpha_: float
    s_: float
    beta_: float

    def probability_alive(self, X: Floats) -> Floats:  # noqa: N803
        """Return the probability that each customer still buys.

        Raises:
            ValueError: A row cannot be.
        """
        rows = checked(X)
        repeats, last, age = (np.ascontiguousarray(rows[:, n]) for n in range(3))
        alive = np.empty(len(rows))
        for first in range(0, len(rows), _ROWS):
            part = slice(first, first + _ROWS)
            stopped = _stopped(
                (self.r_, self.alpha_, self.s_, self.beta_), repeats[part], last[part], age[part]
            )
            alive[part] = np.exp(-np.logaddexp(0.0, stopped.log_odds))
        return alive

    def _while_alive(self, repeats: Floats, age: Floats, horizon: float) -> Floats:
        length = np.log1p(horizon / (self.beta_ + age))
        rate = (self.r_ + repeats) * (self.beta_ + age) / (self.alpha_ + age)
        return np.asarray(rate * slowed(self.s_ - 1, length))

    @staticmethod
    def log_likelihood(parameters: Floats, data: Histories) -> tuple[float, Floats]:
        """Return the log-likelihood of histories, and its gradient by r, alpha, s, beta."""
        from scipy.special import gammaln, psi

        r, alpha, s, beta = (float(parameter) for parameter in parameters)
        levels, place = np.unique(data.repeats, return_inverse=True)
        held = np.bincount(place, weights=data.counts)
        total = float(data.counts.sum())
        value = float((held * (gammaln(r + levels) - gammaln(r))).sum())
        value += total * (r * np.log(alpha) + s * np.log(beta))
        gradient = np.array(
            [
                float((held * (psi(r + levels) - psi(r))).sum()) + total * np.log(alpha),
                total * r / alpha,
                total * np.log(beta),
                total * s / beta,
            ]
        )
        for first in range(0, len(data.repeats), _ROWS):
            part = slice(first, first + _ROWS)
            x, age, counts = data.repeats[part], data.age[part], data.counts[part]
            stopped = _stopped((r, alpha, s, beta), x, data.last[part], age)
            still = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
            value += float((counts * (still + np.logaddexp(0.0, stopped.log_odds))).sum())
            gone = counts * np.exp(-np.logaddexp(0.0, -stopped.log_odds))
            alive = counts - gone
            gradient += np.array(
                [
                    -float((alive * np.log(alpha + age) + gone * stopped.log_alpha).sum()),
                    -float(((r + x) * (alive / (alpha + age) + gone * stopped.by_alpha)).sum()),
                    float(gone.sum()) / s
                    - float((alive * np.log(beta + age) + gone * stopped.log_beta).sum()),
                    -float((s * alive / (beta + age) + (s + 1) * gone * stopped.by_beta).sum()),
                ]
            )
        return value, gradient


class _Stopped(NamedTuple):
    """That customers stopped after their last purchase, against that they are still there.

    The means are over the time y at which they stopped, given that they did.

    Attributes:
        log_odds: The log-odds.
        log_alpha: The mean of ln(alpha + y).
        by_alpha: The mean of 1 / (alpha + y).
        log_beta: The mean of ln(beta + y).
        by_beta: The mean of 1 / (beta + y).
    """

    log_odds: Floats
    log_alpha: Floats
    by_alpha: Floats
    log_beta: Floats
    by_beta: Floats


def _stopped(
    parameters: tuple[float, float, float, float], repeats: Floats, last: Floats, age: Floats
) -> _Stopped:
    """Return the integral of s (alpha + y)^-(r + x) (beta + y)^-(s + 1) over y from last to age.

    With e^u = 1 + (y - last) / m, m the smaller of alpha + last and beta + last, the logarithm of
    the integrand falls by f(u), which is convex: u need not go beyond where f is 45, and that is
    found from the right in a few of Newton's steps. The nodes are those of Gauss and Legendre in
    the root of u, which crowds them where the integrand is steep. No difference of alpha and beta
    stands anywhere, so that equal ones are nothing special.
    """
    r, alpha, s, beta = parameters
    k = r + repeats
    from_alpha, from_beta = alpha + last, beta + last
    unit = np.minimum(from_alpha, from_beta)
    to_alpha, to_beta = unit / from_alpha, unit / from_beta
    longest = np.log1p((age - last) / unit)
    for _ in range(_NEWTON):
        grown = np.expm1(longest)
        fallen = k * np.log1p(to_alpha * grown) + (s + 1) * np.log1p(to_beta * grown)
        slope = (grown + 1) * (
            k * to_alpha / (1 + to_alpha * grown) + (s + 1) * to_beta / (1 + to_beta * grown)
        )
        longest = np.where(fallen > _DEEP, longest - (fallen - _DEEP) / slope, longest)
    u = longest[:, None] * _SQUARES[None, :]
    grown = np.expm1(u)
    log_alpha = np.log1p(to_alpha[:, None] * grown)
    log_beta = np.log1p(to_beta[:, None] * grown)
    exponent = u - k[:, None] * log_alpha - (s + 1) * log_beta
    weight = _WEIGHTS[None, :] * np.exp(exponent)
    mass = weight.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_integral = (
            np.log(s * unit * longest * mass) - k * np.log(from_alpha) - (s + 1) * np.log(from_beta)
        )
    still = -k * np.log(alpha + age) - s * np.log(beta + age)

    def mean(values: Floats) -> Floats:
        return np.asarray((weight * values).sum(axis=1) / mass)

    return _Stopped(
        np.asarray(log_integral - still),
        np.log(from_alpha) + mean(log_alpha),
        mean(np.exp(-log_alpha)) / from_alpha,
        np.log(from_beta) + mean(log_beta),
        mean(np.exp(-log_beta)) / from_beta,
    )
