"""The BG/BB model: a chance to buy in each period, until the customer stops.

Fader, Hardie and Shang (2010), "Customer-Base Analysis in a Discrete-Time Noncontractual Setting",
Marketing Science 29(6), 1086-1108. The probability to buy in a period is beta distributed
(alpha, beta), that to stop at the beginning of one (gamma, delta).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from kefen.domain.text import Text
from kefen.methods.clv.histories import different_rows
from kefen.methods.clv.maximum import maximum
from kefen.methods.errors import NotEstimableError
from kefen.methods.estimator import Estimator

if TYPE_CHECKING:
    import numpy.typing as npt

    from kefen.methods.clv.maximum import Floats

MOST_PERIODS = 1_000


class BetaGeometricBetaBinomial(Estimator):
    """BG/BB, fitted by maximum likelihood.

    Attributes:
        alpha_: First parameter of the probabilities to buy.
        beta_: Second one.
        gamma_: First parameter of the probabilities to stop.
        delta_: Second one.
        standard_errors_: Of the parameters, by name.
        log_likelihood_: At the estimates.
        customers_: How many customers were fitted on.
        iterations_: Evaluations of the likelihood.
    """

    NAMES = ("alpha", "beta", "gamma", "delta")

    @staticmethod
    def usable(X: Floats) -> npt.NDArray[np.bool_]:  # noqa: N803
        """Return which rows of (periods with a purchase, the last of them, periods) can be.

        Whole numbers, at most one purchase a period, the last one 0 without purchases.
        """
        bought, last, periods = X[:, 0], X[:, 1], X[:, 2]
        with np.errstate(invalid="ignore"):
            whole = np.all(np.isfinite(X) & (np.floor(X) == X), axis=1)
            possible = (bought >= 0) & (bought <= last) & (last <= periods)
            possible &= (periods <= MOST_PERIODS) & ((bought > 0) == (last > 0))
            return np.asarray(whole & possible)

    def fit(
        self,
        X: Floats,  # noqa: N803
        y: object = None,  # noqa: ARG002
        sample_weight: Floats | None = None,
    ) -> Self:
        """Fit the model.

        Args:
            X: Rows of (periods with a purchase after the first, the last of them, periods).
            y: Not used.
            sample_weight: How many customers each row stands for; None: one.

        Raises:
            ValueError: A row cannot be.
            NotEstimableError: The data does not tell the parameters.
        """
        rows = self._checked(X)
        weights = np.ones(len(rows)) if sample_weight is None else np.asarray(sample_weight)
        different, place = different_rows(rows)
        counts = np.zeros(len(different))
        np.add.at(counts, place, weights)
        different, counts = different[counts > 0], counts[counts > 0]
        if not len(different) or float(different[:, 0].max()) == 0:
            raise NotEstimableError(
                Text("no customer has bought more than once", "没有客户购买超过一次")
            )
        found = maximum(
            lambda parameters: self.log_likelihood(parameters, different, counts),
            (1.0, 1.0, 1.0, 3.0),
            self.NAMES,
        )
        values = map(float, found.parameters)
        self.alpha_, self.beta_, self.gamma_, self.delta_ = values
        errors = map(float, found.standard_errors)
        self.standard_errors_ = dict(zip(self.NAMES, errors, strict=True))
        self.log_likelihood_ = found.log_likelihood
        self.customers_ = float(counts.sum())
        self.iterations_ = found.iterations
        return self

    @classmethod
    def of(cls, *, alpha: float, beta: float, gamma: float, delta: float) -> Self:
        """Return the model with known parameters."""
        model = cls()
        model.alpha_, model.beta_, model.gamma_, model.delta_ = alpha, beta, gamma, delta
        return model

    @staticmethod
    def log_likelihood(parameters: Floats, rows: Floats, counts: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood of rows with counts, and its gradient by the parameters."""
        from scipy.special import betaln, psi

        alpha, beta, gamma, delta = parameters
        terms, lived = _terms(parameters, rows)
        highest = terms.max(axis=1, keepdims=True)
        weight = np.exp(terms - highest)
        mass = weight.sum(axis=1, keepdims=True)
        by_row = (highest + np.log(mass))[:, 0] - betaln(alpha, beta) - betaln(gamma, delta)
        weight = weight / mass
        bought = rows[:, :1]
        # Column 0 is that it is still there; in column i + 1 it stopped after i more periods.
        stopped = np.zeros(terms.shape[1])
        stopped[1:] = 1.0
        both = psi(alpha + beta + lived)
        every = psi(gamma + delta + lived + stopped)
        slopes = (
            psi(alpha + bought) - both - psi(alpha) + psi(alpha + beta),
            psi(beta + lived - bought) - both - psi(beta) + psi(alpha + beta),
            psi(gamma + stopped) - every - psi(gamma) + psi(gamma + delta),
            psi(delta + lived) - every - psi(delta) + psi(gamma + delta),
        )
        gradient = np.array([float((counts[:, None] * weight * slope).sum()) for slope in slopes])
        return float((counts * by_row).sum()), gradient

    def probability_alive(self, X: Floats) -> Floats:  # noqa: N803
        """Return the probability that each customer is still there in the next period.

        Raises:
            ValueError: A row cannot be.
        """
        from scipy.special import betaln

        rows = self._checked(X)
        periods, bought = rows[:, 2], rows[:, 0]
        there = betaln(self.alpha_ + bought, self.beta_ + periods - bought)
        there = there + betaln(self.gamma_, self.delta_ + periods + 1)
        return np.asarray(np.exp(there - self._log_sum(rows)))

    def expected_purchases(self, X: Floats, periods: float) -> Floats:  # noqa: N803
        """Return in how many of the next periods each customer is expected to buy.

        Args:
            X: Rows of (periods with a purchase, the last of them, periods).
            periods: How many periods ahead.

        Raises:
            ValueError: A row cannot be, or there are negative periods ahead.
        """
        from scipy.special import betaln

        if not periods >= 0:
            raise ValueError("the periods ahead are a number from 0")
        rows = self._checked(X)
        seen, bought = rows[:, 2], rows[:, 0]
        buys = betaln(self.alpha_ + bought + 1, self.beta_ + seen - bought)
        return np.asarray(np.exp(buys - self._log_sum(rows)) * self._lasting(seen, periods))

    def _lasting(self, seen: Floats, periods: float) -> Floats:
        """Return the sum of B(gamma, delta + n) over the periods n ahead; a gap at gamma 1."""
        from scipy.special import gammaln

        def upto(gamma: float) -> Floats:
            def reached(n: Floats) -> Floats:
                return np.asarray(gammaln(1 + self.delta_ + n) - gammaln(gamma + self.delta_ + n))

            first = reached(seen)
            fallen = -np.expm1(reached(seen + periods) - first) / (gamma - 1)
            return np.asarray(np.exp(gammaln(gamma) + first) * fallen)

        if abs(self.gamma_ - 1) > 1e-5:
            return upto(self.gamma_)
        return (upto(1 + 1e-5) + upto(1 - 1e-5)) / 2

    def _log_sum(self, rows: Floats) -> Floats:
        different, place = different_rows(rows)
        parameters = np.array([self.alpha_, self.beta_, self.gamma_, self.delta_])
        terms, _ = _terms(parameters, different)
        highest = terms.max(axis=1, keepdims=True)
        found = (highest + np.log(np.exp(terms - highest).sum(axis=1, keepdims=True)))[:, 0]
        return np.asarray(found[place])

    def _checked(self, rows: Floats) -> Floats:
        found = np.asarray(rows, dtype=np.float64)
        if found.ndim != 2 or found.shape[1] != 3:
            raise ValueError("rows are (periods with a purchase, the last of them, periods)")
        possible = self.usable(found)
        if not np.all(possible):
            first = int(np.argmin(possible))
            raise ValueError(f"row {first} cannot be: {', '.join(f'{v:g}' for v in found[first])}")
        return found


def _terms(parameters: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Return the logs of the terms of each row's likelihood, and the periods lived in each.

    Column 0 is that the customer is still there; column i + 1, that it stopped i periods after
    the last purchase, -infinity where that is beyond the periods seen.
    """
    from scipy.special import betaln

    alpha, beta, gamma, delta = parameters
    bought, last, periods = rows[:, :1], rows[:, 1:2], rows[:, 2:3]
    longest = int((periods - last).max()) if len(rows) else 0
    after = np.arange(longest)[None, :]
    lived = np.concatenate([periods, np.minimum(last + after, periods)], axis=1)
    stopped = np.zeros(longest + 1)
    stopped[1:] = 1.0
    terms = betaln(alpha + bought, beta + lived - bought) + betaln(gamma + stopped, delta + lived)
    terms[:, 1:] = np.where(after < periods - last, terms[:, 1:], -np.inf)
    return terms, lived
