"""BG/NBD and MBG/NBD: purchases as a Poisson process that may end after each of them.

Purchase rates are gamma distributed (r, alpha); the probability that a purchase is the last one
is beta distributed (a, b).

Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way: An Alternative to the
Pareto/NBD Model", Marketing Science 24(2), 275-284; Batislam, Denizel and Filiztekin (2007),
"Empirical validation and comparison of models for customer base analysis", International Journal
of Research in Marketing 24(3), 201-209, where the first purchase may be the last one too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kefen.methods.clv.histories import checked
from kefen.methods.clv.purchases import PurchaseHistoryModel
from kefen.methods.clv.special import one_less_hypergeometric

if TYPE_CHECKING:
    from kefen.methods.clv.histories import Histories
    from kefen.methods.clv.maximum import Floats


class BetaGeometricNBD(PurchaseHistoryModel):
    """BG/NBD, fitted by maximum likelihood.

    Attributes:
        r_: Shape of the purchase rates.
        alpha_: Their scale, in the unit of time of the histories.
        a_: First parameter of the dropout probabilities.
        b_: Second one.
    """

    NAMES = ("r", "alpha", "a", "b")
    START = (1.0, 3.0, 1.0, 3.0)
    TIMES = frozenset({"alpha"})
    r_: float
    alpha_: float
    a_: float
    b_: float

    def probability_alive(self, X: Floats) -> Floats:  # noqa: N803
        """Return the probability that each customer still buys.

        Raises:
            ValueError: A row cannot be.
        """
        rows = checked(X)
        repeats = np.ascontiguousarray(rows[:, 0])
        age, last = np.ascontiguousarray(rows[:, 2]), np.ascontiguousarray(rows[:, 1])
        waited = np.log(self.alpha_ + age) - np.log(self.alpha_ + last)
        odds = self._log_odds(repeats) + (self.r_ + repeats) * waited
        return np.asarray(np.exp(-np.logaddexp(0.0, odds)))

    def _log_odds(self, repeats: Floats) -> Floats:
        """Return the log-odds that the last purchase was the last one, had no time passed."""
        return np.asarray(
            np.where(
                repeats > 0, np.log(self.a_) - np.log(self.b_ + np.maximum(repeats, 1) - 1), -np.inf
            )
        )

    def _while_alive(self, repeats: Floats, age: Floats, horizon: float) -> Floats:
        c = self._chances(repeats)
        ahead = horizon / (self.alpha_ + age)
        return c * one_less_hypergeometric(self.r_ + repeats, self.a_ - 1, c, ahead)

    def _chances(self, repeats: Floats) -> Floats:
        return np.asarray(self.a_ + self.b_ + repeats - 1)

    @staticmethod
    def log_likelihood(parameters: Floats, data: Histories) -> tuple[float, Floats]:
        """Return the log-likelihood of histories, and its gradient by r, alpha, a, b."""
        return _log_likelihood(parameters, data, first_may_be_last=False)


class ModifiedBetaGeometricNBD(BetaGeometricNBD):
    """MBG/NBD: as BG/NBD, but the first purchase may be the last one too."""

    def _log_odds(self, repeats: Floats) -> Floats:
        return np.asarray(np.log(self.a_) - np.log(self.b_ + repeats))

    def _chances(self, repeats: Floats) -> Floats:
        return np.asarray(self.a_ + self.b_ + repeats)

    @staticmethod
    def log_likelihood(parameters: Floats, data: Histories) -> tuple[float, Floats]:
        """Return the log-likelihood of histories, and its gradient by r, alpha, a, b."""
        return _log_likelihood(parameters, data, first_may_be_last=True)


def _log_likelihood(
    parameters: Floats, data: Histories, *, first_may_be_last: bool
) -> tuple[float, Floats]:
    from scipy.special import gammaln, psi

    r, alpha, a, b = parameters
    x, counts = data.repeats, data.counts
    # Terms of the repeats alone: there are far fewer different ones than histories.
    levels, place, held = data.levels, data.level, data.held
    by_level = (
        gammaln(r + levels)
        - gammaln(r)
        + r * np.log(alpha)
        + gammaln(b + levels)
        - gammaln(a + b + levels)
        - gammaln(b)
        + gammaln(a + b)
    )
    now, last = alpha + data.age, alpha + data.last
    till_now, till_last = np.log(now), np.log(last)
    # That it is still a customer, and that its last purchase was the last one.
    still, gone = -(r + x) * till_now, np.log(a) - (r + x) * till_last
    if first_may_be_last:
        by_level -= np.log(a + b + levels)
        still += np.log(b + levels)[place]
    else:
        gone -= np.log(b + np.maximum(levels, 1) - 1)[place]
        gone[x == 0] = -np.inf
    # The logarithm of the sum of both, and the second one's share of it, by one exponential.
    ahead = gone - still
    smaller = np.exp(-np.abs(ahead))
    both = np.maximum(still, gone) + np.log1p(smaller)
    share = np.where(ahead > 0, 1.0, smaller) / (1 + smaller)
    value = float((held * by_level).sum() + (counts * both).sum())
    rate = (1 - share) / now + share / last
    gone_counts = counts * share
    of_level = np.bincount(place, weights=gone_counts)
    digamma = psi(a + b + levels) - psi(a + b)
    by_b = psi(b + levels) - psi(b) - digamma
    if first_may_be_last:
        digamma = digamma + 1 / (a + b + levels)
        by_b = by_b - 1 / (a + b + levels) + (1 - of_level / held) / (b + levels)
    else:
        by_b = by_b - np.where(levels > 0, of_level / held / (b + np.maximum(levels, 1) - 1), 0.0)
    gradient = np.array(
        [
            float((held * (psi(r + levels) - psi(r) + np.log(alpha))).sum())
            - float((counts * ((1 - share) * till_now + share * till_last)).sum()),
            float(counts.sum()) * r / alpha - float((counts * (r + x) * rate).sum()),
            float(gone_counts.sum()) / a - float((held * digamma).sum()),
            float((held * by_b).sum()),
        ]
    )
    return value, gradient
