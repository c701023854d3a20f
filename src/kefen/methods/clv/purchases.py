"""What models of purchase histories have in common: fitting, and expectations from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import log
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from kefen.methods.clv.histories import checked, collapsed, different_rows
from kefen.methods.clv.maximum import maximum, near_maximum
from kefen.methods.estimator import Estimator

if TYPE_CHECKING:
    from kefen.methods.clv.histories import Histories
    from kefen.methods.clv.maximum import Floats

_PART = 4_000
"""Of this many different histories the search begins, when there are more."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


class PurchaseHistoryModel(Estimator, ABC):
    """A model of (repeat purchases, time of the last one, age), fitted by maximum likelihood.

    Attributes:
        standard_errors_: Of the parameters, by name.
        log_likelihood_: At the estimates.
        customers_: How many customers were fitted on.
        iterations_: Evaluations of the likelihood.
    """

    NAMES: ClassVar[tuple[str, ...]]
    """The parameters; each is an attribute with an underscore at its end."""
    START: ClassVar[tuple[float, ...]]
    TIMES: ClassVar[frozenset[str]]
    """Those of them that are times."""

    def fit(
        self,
        X: Floats,  # noqa: N803
        y: object = None,  # noqa: ARG002
        sample_weight: Floats | None = None,
    ) -> Self:
        """Fit the model.

        Args:
            X: Rows of (repeat purchases, time of the last one, age), in any one unit of time.
            y: Not used.
            sample_weight: How many customers each row stands for; None: one.

        Raises:
            ValueError: A row cannot be.
            NotEstimableError: The data does not tell the parameters.
        """
        data = collapsed(X, sample_weight)
        start = np.array(self.START)
        if len(data.counts) >= 2 * _PART:
            part = data.thinned(len(data.counts) // _PART)
            start = near_maximum(lambda values: self.log_likelihood(values, part), start)
        found = maximum(lambda values: self.log_likelihood(values, data), start, self.NAMES)
        # Times were scaled: some parameters are times, and repeats have a density by time.
        scales = [data.scale if name in self.TIMES else 1.0 for name in self.NAMES]
        values = found.parameters * scales
        self._take(dict(zip(self.NAMES, map(float, values), strict=True)))
        errors = map(float, found.standard_errors * scales)
        self.standard_errors_ = dict(zip(self.NAMES, errors, strict=True))
        repeats = float((data.counts * data.repeats).sum())
        self.log_likelihood_ = found.log_likelihood - repeats * log(data.scale)
        self.customers_ = data.customers
        self.iterations_ = found.iterations
        return self

    @classmethod
    def of(cls, **parameters: float) -> Self:
        """Return the model with known parameters."""
        model = cls()
        model._take(parameters)
        return model

    def _take(self, parameters: dict[str, float]) -> None:
        for name in self.NAMES:
            setattr(self, f"{name}_", parameters[name])

    @staticmethod
    @abstractmethod
    def log_likelihood(parameters: Floats, data: Histories) -> tuple[float, Floats]:
        """Return the log-likelihood of histories, and its gradient by the parameters."""

    @abstractmethod
    def probability_alive(self, X: Floats) -> Floats:  # noqa: N803
        """Return the probability that each customer still buys.

        Args:
            X: Rows of (repeat purchases, time of the last one, age).

        Raises:
            ValueError: A row cannot be.
        """

    @abstractmethod
    def _while_alive(self, repeats: Floats, age: Floats, horizon: float) -> Floats:
        """Return the purchases expected of customers that are still there."""

    def expected_purchases(self, X: Floats, horizon: float) -> Floats:  # noqa: N803
        """Return how many purchases each customer is expected to make within a horizon.

        Args:
            X: Rows of (repeat purchases, time of the last one, age).
            horizon: How far ahead, in the unit of time of the rows.

        Raises:
            ValueError: A row cannot be, or the horizon is negative.
        """
        return self.discounted_purchases(X, horizon, 0.0)

    def discounted_purchases(self, X: Floats, horizon: float, rate: float) -> Floats:  # noqa: N803
        """Return the purchases expected within a horizon, each discounted to now.

        The sum of exp(-rate t) dE(t) is by parts exp(-rate h) E(h) + rate times the integral of
        exp(-rate t) E(t), which is smooth: twelve nodes of Gauss and Legendre give eight digits.

        Args:
            X: Rows of (repeat purchases, time of the last one, age).
            horizon: How far ahead, in the unit of time of the rows.
            rate: The continuous rate of discount by that unit, ln(1 + yearly rate) for a year.

        Raises:
            ValueError: A row cannot be, or the horizon or the rate is negative.
        """
        if not (horizon >= 0 and rate >= 0):
            raise ValueError("the horizon is a time from 0, the rate of discount from 0")
        rows = checked(X)
        # What is expected of the living depends on (repeats, age): far fewer than histories.
        pairs = rows[:, [0, 2]]
        place = np.zeros(len(rows), dtype=np.intp)
        if len(rows) > 1:  # to find one among one takes as long as to answer for it
            pairs, place = different_rows(pairs)
        repeats, age = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
        expected = float(np.exp(-rate * horizon)) * self._while_alive(repeats, age, horizon)
        if rate > 0:
            for node, weight in zip(_NODES, _WEIGHTS, strict=True):
                time = horizon * (1 + float(node)) / 2
                factor = rate * float(weight) * horizon / 2 * float(np.exp(-rate * time))
                expected = expected + factor * self._while_alive(repeats, age, time)
        return np.asarray(self.probability_alive(rows) * expected[place])

    def expected_purchases_of_new(self, horizon: float) -> float:
        """Return the purchases expected of a customer whose first one is now, besides it."""
        return float(self.expected_purchases(np.zeros((1, 3)), horizon)[0])
