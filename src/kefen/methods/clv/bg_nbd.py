"""The BG/NBD model: purchases as a Poisson process that may end after each of them.

Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way: An Alternative to the
Pareto/NBD Model", Marketing Science 24(2), 275-284. Purchase rates are gamma distributed
(r, alpha); the probability that a purchase is the last one is beta distributed (a, b).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from kefen.methods.clv.histories import checked, collapsed
from kefen.methods.clv.maximum import maximum
from kefen.methods.clv.special import one_less_hypergeometric
from kefen.methods.estimator import Estimator

if TYPE_CHECKING:
    from kefen.methods.clv.histories import Histories
    from kefen.methods.clv.maximum import Floats


class BetaGeometricNBD(Estimator):
    """BG/NBD, fitted by maximum likelihood.

    Attributes:
        r_: Shape of the purchase rates.
        alpha_: Their scale, in the unit of time of the histories.
        a_: First parameter of the dropout probabilities.
        b_: Second one.
        standard_errors_: Of r, alpha, a, b, by name.
        log_likelihood_: At the estimates.
        customers_: How many customers were fitted on.
        iterations_: Evaluations of the likelihood.
    """

    NAMES = ("r", "alpha", "a", "b")

    def fit(
        self,
        X: Floats,  # noqa: N803
        y: object = None,  # noqa: ARG002
        sample_weight: Floats | None = None,
    ) -> Self:
        """Fit the model.

        Args:
            X: Rows of (repeat purchases, time of the last one, age), any one unit of time.
            y: Not used.
            sample_weight: How many customers each row stands for; None: one.

        Raises:
            ValueError: A row cannot be.
            NotEstimableError: The data does not tell the parameters.
        """
        data = collapsed(X, sample_weight)
        found = maximum(
            lambda parameters: _log_likelihood(parameters, data), (1.0, 3.0, 1.0, 3.0), self.NAMES
        )
        # Times were scaled: alpha is a time, and every repeat purchase has a density by time.
        scaled = np.array([1.0, data.scale, 1.0, 1.0])
        self.r_, self.alpha_, self.a_, self.b_ = (float(v) for v in found.parameters * scaled)
        errors = found.standard_errors * scaled
        self.standard_errors_ = dict(zip(self.NAMES, map(float, errors), strict=True))
        repeats = float((data.counts * data.repeats).sum())
        self.log_likelihood_ = found.log_likelihood - repeats * float(np.log(data.scale))
        self.customers_ = data.customers
        self.iterations_ = found.iterations
        return self

    def probability_alive(self, X: Floats) -> Floats:  # noqa: N803
        """Return the probability that each customer still buys.

        Args:
            X: Rows of (repeat purchases, time of the last one, age).

        Raises:
            ValueError: A row cannot be.
        """
        rows = checked(X)
        repeats, last, age = rows[:, 0], rows[:, 1], rows[:, 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = (
                np.log(self.a_)
                - np.log(self.b_ + repeats - 1)
                + (self.r_ + repeats) * (np.log(self.alpha_ + age) - np.log(self.alpha_ + last))
            )
        odds = np.where(repeats > 0, odds, -np.inf)
        return np.asarray(np.exp(-np.logaddexp(0.0, odds)))

    def expected_purchases(self, X: Floats, horizon: float) -> Floats:  # noqa: N803
        """Return how many purchases each customer is expected to make within a horizon.

        Args:
            X: Rows of (repeat purchases, time of the last one, age).
            horizon: How far ahead, in the unit of time of the rows.

        Raises:
            ValueError: A row cannot be, or the horizon is negative.
        """
        if not horizon >= 0:
            raise ValueError("the horizon is a time from 0")
        rows = checked(X)
        alive = self.probability_alive(rows)
        # The hypergeometric function depends on (repeats, age) alone: far fewer than histories.
        pairs, place = np.unique(rows[:, [0, 2]], axis=0, return_inverse=True)
        repeats, age = pairs[:, 0], pairs[:, 1]
        while_alive = (self.a_ + self.b_ + repeats - 1) * one_less_hypergeometric(
            self.r_ + repeats,
            self.a_ - 1,
            self.a_ + self.b_ + repeats - 1,
            horizon / (self.alpha_ + age),
        )
        return np.asarray(alive * while_alive[place.reshape(-1)])

    def expected_purchases_of_new(self, horizon: float) -> float:
        """Return the purchases expected of a customer whose first one is now, besides it."""
        return float(self.expected_purchases(np.zeros((1, 3)), horizon)[0])


def _log_likelihood(parameters: Floats, data: Histories) -> tuple[float, Floats]:
    from scipy.special import gammaln, psi

    r, alpha, a, b = parameters
    x, counts = data.repeats, data.counts
    # Terms of the repeats alone: there are far fewer different ones than histories.
    levels, place = np.unique(x, return_inverse=True)
    held = np.bincount(place, weights=counts)
    repeated = levels > 0
    by_level = (
        gammaln(r + levels)
        - gammaln(r)
        + r * np.log(alpha)
        + gammaln(b + levels)
        - gammaln(a + b + levels)
        - gammaln(b)
        + gammaln(a + b)
    )
    till_now, till_last = np.log(alpha + data.age), np.log(alpha + data.last)
    # That it is still a customer, and that its last purchase was the last one.
    still = -(r + x) * till_now
    with np.errstate(divide="ignore", invalid="ignore"):
        gone = np.where(
            x > 0, np.log(a) - np.log(np.maximum(b + x - 1, 0)) - (r + x) * till_last, -np.inf
        )
        both = np.logaddexp(still, gone)
        share = np.exp(gone - both)
    value = float((held * by_level).sum() + (counts * both).sum())
    rate = (1 - share) / (alpha + data.age) + share / (alpha + data.last)
    gone_counts = counts * share
    of_level = np.bincount(place, weights=gone_counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_dropout = np.where(repeated, of_level / (b + levels - 1), 0.0)
    digamma = psi(a + b + levels) - psi(a + b)
    gradient = np.array(
        [
            float((held * (psi(r + levels) - psi(r) + np.log(alpha))).sum())
            - float((counts * ((1 - share) * till_now + share * till_last)).sum()),
            float(counts.sum()) * r / alpha - float((counts * (r + x) * rate).sum()),
            float(gone_counts.sum()) / a - float((held * digamma).sum()),
            float((held * (psi(b + levels) - psi(b) - digamma)).sum()) - float(by_dropout.sum()),
        ]
    )
    return value, gradient
