"""The Gamma-Gamma model: what a purchase is worth, given the mean of those seen.

Fader, Hardie and Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis",
Journal of Marketing Research 42(4), 415-430; Fader and Hardie (2013), "The Gamma-Gamma Model of
Monetary Value". Amounts vary around each customer's mean as a gamma distribution of shape p, and
means differ between customers (q, v). A customer with few purchases is pulled towards all others.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Self

import numpy as np

from kefen.domain.text import Text
from kefen.methods.clv.maximum import maximum
from kefen.methods.errors import NotEstimableError
from kefen.methods.estimator import Estimator

if TYPE_CHECKING:
    import numpy.typing as npt

    from kefen.methods.clv.maximum import Floats


class GammaGamma(Estimator):
    """Gamma-Gamma, fitted by maximum likelihood.

    Attributes:
        p_: Shape of a customer's amounts.
        q_: Shape of the differences between customers.
        v_: Their scale, an amount.
        standard_errors_: Of p, q, v, by name.
        log_likelihood_: At the estimates.
        customers_: How many customers were fitted on.
        iterations_: Evaluations of the likelihood.
    """

    NAMES = ("p", "q", "v")

    @staticmethod
    def usable(X: Floats) -> npt.NDArray[np.bool_]:  # noqa: N803
        """Return which rows of (purchases, mean amount) can be: both above 0, or no purchases."""
        purchases, mean = X[:, 0], X[:, 1]
        with np.errstate(invalid="ignore"):
            whole = np.isfinite(purchases) & (purchases == np.floor(purchases)) & (purchases >= 0)
            return np.asarray(whole & np.isfinite(mean) & ((purchases == 0) | (mean > 0)))

    def fit(
        self,
        X: Floats,  # noqa: N803
        y: object = None,  # noqa: ARG002
        sample_weight: Floats | None = None,
    ) -> Self:
        """Fit the model; rows without purchases say nothing and are left out.

        Args:
            X: Rows of (purchases, mean amount of a purchase).
            y: Not used.
            sample_weight: How many customers each row stands for; None: one.

        Raises:
            ValueError: A row cannot be.
            NotEstimableError: The data does not tell the parameters.
        """
        rows = self._checked(X)
        weights = np.ones(len(rows)) if sample_weight is None else np.asarray(sample_weight)
        kept = (rows[:, 0] > 0) & (weights > 0)
        x, z, counts = rows[kept, 0], rows[kept, 1], weights[kept].astype(np.float64)
        if not np.any(x > 1):
            raise NotEstimableError(
                Text("no customer has the amounts of two purchases", "没有客户有两次以上购买的金额")
            )
        scale = float((counts * z).sum() / counts.sum())
        found = maximum(
            lambda parameters: _log_likelihood(parameters, x, z / scale, counts),
            (3.0, 3.0, 2.0),
            self.NAMES,
        )
        scaled = np.array([1.0, 1.0, scale])
        self.p_, self.q_, self.v_ = (float(value) for value in found.parameters * scaled)
        errors = map(float, found.standard_errors * scaled)
        self.standard_errors_ = dict(zip(self.NAMES, errors, strict=True))
        self.log_likelihood_ = found.log_likelihood - float(counts.sum()) * log(scale)
        self.customers_ = float(counts.sum())
        self.iterations_ = found.iterations
        return self

    @classmethod
    def of(cls, *, p: float, q: float, v: float) -> Self:
        """Return the model with known parameters."""
        model = cls()
        model.p_, model.q_, model.v_ = p, q, v
        return model

    def expected_value(self, X: Floats) -> Floats:  # noqa: N803
        """Return the mean amount that each customer's purchases are expected to have.

        NaN stands where that mean has no finite value: without purchases, when q is at most 1.

        Args:
            X: Rows of (purchases, mean amount); without purchases all customers' mean is expected.

        Raises:
            ValueError: A row cannot be.
        """
        rows = self._checked(X)
        x = np.ascontiguousarray(rows[:, 0])
        z = np.where(x > 0, rows[:, 1], 0.0)
        below = self.p_ * x + self.q_ - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(below > 0, self.p_ * (self.v_ + x * z) / below, np.nan))

    def _checked(self, rows: Floats) -> Floats:
        found = np.asarray(rows, dtype=np.float64)
        if found.ndim != 2 or found.shape[1] != 2:
            raise ValueError("rows are (purchases, mean amount)")
        possible = self.usable(found)
        if not np.all(possible):
            first = int(np.argmin(possible))
            raise ValueError(
                f"row {first} cannot be: {found[first, 0]:g} purchases of {found[first, 1]:g} "
                "(whole purchases, mean amount above 0)"
            )
        return found


def _log_likelihood(
    parameters: Floats, x: Floats, z: Floats, counts: Floats
) -> tuple[float, Floats]:
    from scipy.special import gammaln, psi

    p, q, v = parameters
    levels, place = np.unique(x, return_inverse=True)
    held = np.bincount(place, weights=counts)
    joined = np.log(v + x * z)
    value = float((held * (gammaln(p * levels + q) - gammaln(p * levels) - gammaln(q))).sum())
    value += float(
        (
            counts
            * (q * np.log(v) + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * joined)
        ).sum()
    )
    gradient = np.array(
        [
            float((held * levels * (psi(p * levels + q) - psi(p * levels))).sum())
            + float((counts * x * (np.log(z) + np.log(x) - joined)).sum()),
            float((held * (psi(p * levels + q) - psi(q))).sum())
            + float((counts * (np.log(v) - joined)).sum()),
            float((counts * (q / v - (p * x + q) / (v + x * z))).sum()),
        ]
    )
    return value, gradient
