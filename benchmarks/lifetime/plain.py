"""The five log-likelihoods written down as published, without any regard to speed.

They are a contender (a plain search by L-BFGS with differences for the gradient, what an analyst
writes in an afternoon), and they value every contender's estimates, so that Kefen is not its own
judge. Sources: see `kefen.methods.clv`. They run under any interpreter that has NumPy and SciPy.
"""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - the type of a constant, under Python 3.9 too
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Data = dict[str, "Floats"]
"""`histories` (repeats, last, age), `amounts` (repeats, mean) and `donors` (periods with a gift,
the last of them, periods, how many donors)."""


def _bg_nbd(p: Floats, data: Data) -> float:
    r, alpha, a, b = p
    x, last, age = data["histories"].T
    known = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    still = -(r + x) * np.log(alpha + age)
    gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last)
    return float((known + np.logaddexp(still, np.where(x > 0, gone, -np.inf))).sum())


def _mbg_nbd(p: Floats, data: Data) -> float:
    r, alpha, a, b = p
    x, last, age = data["histories"].T
    known = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    still = betaln(a, b + x + 1) - (r + x) * np.log(alpha + age)
    gone = betaln(a + 1, b + x) - (r + x) * np.log(alpha + last)
    return float((known + np.logaddexp(still, gone)).sum())


def _pareto_nbd(p: Floats, data: Data) -> float:
    r, alpha, s, beta = p
    x, last, age = data["histories"].T
    power, larger = r + s + x, max(alpha, beta)
    second = s + 1 if alpha >= beta else r + x

    def log_f(time: Floats) -> Floats:
        ratio = hyp2f1(power, second, power + 1, abs(alpha - beta) / (larger + time))
        return np.asarray(np.log(ratio) - power * np.log(larger + time))

    of_last, of_age = log_f(last), log_f(age)
    # At an age of zero both are one, and nobody can have stopped.
    apart = -np.expm1(np.minimum(of_age - of_last, 0.0))
    with np.errstate(divide="ignore"):
        gone = np.log(s) - np.log(power) + of_last + np.log(apart)
    still = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    known = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    return float((known + np.logaddexp(still, gone)).sum())


def _bg_bb(p: Floats, data: Data) -> float:
    alpha, beta, gamma, delta = p
    x, last, periods, counts = data["donors"].T
    found = betaln(alpha + x, beta + periods - x) + betaln(gamma, delta + periods)
    for i in range(int((periods - last).max())):
        stopped = betaln(alpha + x, beta + last - x + i) + betaln(gamma + 1, delta + last + i)
        found = np.where(i < periods - last, np.logaddexp(found, stopped), found)
    found = found - betaln(alpha, beta) - betaln(gamma, delta)
    return float((counts * found).sum())


def _gamma_gamma(parameters: Floats, data: Data) -> float:
    p, q, v = parameters
    x, z = data["amounts"].T
    return float(
        (
            gammaln(p * x + q)
            - gammaln(p * x)
            - gammaln(q)
            + q * np.log(v)
            + (p * x - 1) * np.log(z)
            + p * x * np.log(x)
            - (p * x + q) * np.log(v + x * z)
        ).sum()
    )


LIKELIHOODS: dict[str, tuple[tuple[str, ...], Callable[[Floats, Data], float]]] = {
    "BG/NBD": (("r", "alpha", "a", "b"), _bg_nbd),
    "MBG/NBD": (("r", "alpha", "a", "b"), _mbg_nbd),
    "Pareto/NBD": (("r", "alpha", "s", "beta"), _pareto_nbd),
    "BG/BB": (("alpha", "beta", "gamma", "delta"), _bg_bb),
    "Gamma-Gamma": (("p", "q", "v"), _gamma_gamma),
}
"""The parameters of each model, and its log-likelihood of them."""


def log_likelihood(model: str, parameters: dict[str, float], data: Data) -> float:
    """Return the log-likelihood of named parameters."""
    names, likelihood = LIKELIHOODS[model]
    return likelihood(np.array([parameters[name] for name in names]), data)


def fitted(model: str, data: Data) -> dict[str, float]:
    """Return the estimates of a plain search: L-BFGS on log-parameters, gradient by differences."""
    names, likelihood = LIKELIHOODS[model]
    start = np.zeros(len(names))
    found = minimize(lambda logs: -likelihood(np.exp(logs), data), start, method="L-BFGS-B")
    return {name: float(np.exp(found.x[place])) for place, name in enumerate(names)}
