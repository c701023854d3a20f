"""Functions that the models share, written so that no parameter is a hole in them.

Every value depends on its own arguments alone, to the last bit, whatever stands beside it.
"""

from __future__ import annotations

from math import ceil, lgamma, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kefen.methods.clv.maximum import Floats

_NEAR = 0.95
"""From here on a power series takes too many terms."""
_MOST_TERMS = 4_000
_EPSILON = 1e-17
_STEP = 0.3
_TAIL = 40.0


def slowed(power: float, length: Floats) -> Floats:
    """Return (1 - exp(-power length)) / power, which at power 0 is `length`."""
    if power == 0:
        return length
    return np.asarray(-np.expm1(-power * length) / power)


def one_less_hypergeometric(k: Floats, power: float, c: Floats, ahead: Floats) -> Floats:
    """Return (1 - 2F1(k, power; c; -ahead)) / power, which has a value at power 0 too.

    By Pfaff's transformation 2F1(k, p; c; -t) = (1 + t)^-p 2F1(c - k, p; c; t / (1 + t)); of the
    series on the right the first term is one, and all others have the factor p.

    Args:
        k: Above 0.
        power: Above -1.
        c: Above `power`.
        ahead: From 0.
    """
    z = ahead / (1 + ahead)
    found = np.empty_like(z)
    near = z > _NEAR
    far = ~near
    if np.any(far):
        length = np.log1p(ahead[far])
        rest = _series(c[far] - k[far], power, c[far], z[far])
        found[far] = slowed(power, length) - np.exp(-power * length) * rest
    for place in np.flatnonzero(near):
        found[place] = _by_quadrature(float(k[place]), power, float(c[place]), float(ahead[place]))
    return found


def _series(first: Floats, power: float, c: Floats, z: Floats) -> Floats:
    """Return (2F1(first, power; c; z) - 1) / power by its power series."""
    total = first / c * z
    if len(z) == 1:
        total[0] = _series_of_one(float(first[0]), power, float(c[0]), float(z[0]), float(total[0]))
        return total
    # Those whose terms have become too small to count are left as they are.
    place = np.arange(len(z))
    term = total.copy()
    for n in range(1, _MOST_TERMS):
        open_ = np.abs(term) > _EPSILON * np.abs(total[place])
        if not np.all(open_):
            place, term = place[open_], term[open_]
            first, c, z = first[open_], c[open_], z[open_]
            if not len(place):
                break
        term = term * ((first + n) * (power + n) / ((c + n) * (n + 1)) * z)
        total[place] += term
    return total


def _series_of_one(first: float, power: float, c: float, z: float, total: float) -> float:
    """Return what `_series` returns for one, by the same steps: arrays of one are slow."""
    term = total
    for n in range(1, _MOST_TERMS):
        if not abs(term) > _EPSILON * abs(total):
            break
        term = term * ((first + n) * (power + n) / ((c + n) * (n + 1)) * z)
        total += term
    return total


def _by_quadrature(k: float, power: float, c: float, ahead: float) -> float:
    """Return the same as the mean of (1 - (1 + q ahead)^-k) / q / c, q beta (1 + power, c - power).

    The trapezoidal rule in the log-odds of q, where the integrand is smooth and dies out at both
    ends: its error falls faster than any power of the step.
    """
    a, b = 1 + power, c - power
    # As scipy.special.betaln, which takes a tenth of a second to import.
    log_beta = lgamma(a) + lgamma(b) - lgamma(a + b)
    spread = sqrt(1 / a + 1 / b)
    step = min(_STEP, 0.7 * spread)
    middle = log(a / b)
    lower = min(middle, -log(ahead)) - _TAIL / a - 10 * spread
    upper = max(middle, -log(ahead)) + _TAIL / b + 10 * spread
    odds = lower + step * np.arange(ceil((upper - lower) / step) + 1)
    log_q = -np.logaddexp(0, -odds)
    weight = np.exp(a * log_q - b * np.logaddexp(0, odds) - log_beta)
    q = np.exp(log_q)
    # Where q is too small for the machine, (1 - (1 + q t)^-k) / q is k t.
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(q > 0, -np.expm1(-k * np.log1p(q * ahead)) / q, k * ahead)
    return float(step * np.sum(weight * value) / c)
