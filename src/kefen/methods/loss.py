"""The probability to lose a customer, learned from customers of whom it is known.

A logistic regression (scikit-learn, ridge penalty). Boosted trees find bends and interactions that
it does not; it is preferred because its log-odds are a sum, so that every probability is explained
exactly by one contribution a column. Numbers are standardised, classes have one column each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from kefen.domain.text import Text
from kefen.methods.errors import NotEstimableError
from kefen.methods.estimator import Estimator

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

_RARE = 10
_MOST_CLASSES = 50
FOLDS = 5


@dataclass(frozen=True, slots=True)
class _Encoding:
    """How one column becomes numbers.

    Attributes:
        middle: Of a column of numbers: what stands for an unknown one; None for classes.
        classes: Of a column of classes: those with a number of their own.
    """

    middle: float | None
    classes: tuple[str, ...]

    def encoded(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        """Return the column's numbers; an unknown number is marked in a column of its own."""
        if self.middle is None:
            texts = np.array(["" if value is None else str(value) for value in values])
            return np.column_stack([(texts == one).astype(np.float64) for one in self.classes])
        numbers = np.asarray(values, dtype=np.float64)
        unknown = ~np.isfinite(numbers)
        return np.column_stack([np.where(unknown, self.middle, numbers), unknown.astype(float)])


class LossProbability(Estimator):
    """The probability to lose each customer, with the contribution of each column.

    Args:
        penalty: The weight of the ridge penalty on standardised columns.

    Attributes:
        base_: The log-odds of a customer that is average in everything.
        columns_: The columns learned from, in order.
        customers_: How many customers were learned from.
        lost_: How many of them were lost.
    """

    def __init__(self, penalty: float = 1.0) -> None:
        self.penalty = penalty

    def fit(
        self,
        X: Mapping[str, npt.NDArray[np.generic]],  # noqa: N803
        y: npt.NDArray[np.bool_],
        sample_weight: npt.NDArray[np.float64] | None = None,
    ) -> Self:
        """Learn from customers of whom it is known.

        Args:
            X: A column a name: float64 with NaN for unknown, or objects with None for unknown.
            y: Which customers were lost.
            sample_weight: How many customers each row stands for, whole numbers; None: one.

        Raises:
            NotEstimableError: Fewer than ten customers were lost, or fewer than ten stayed.
        """
        from sklearn.linear_model import LogisticRegression

        counts = np.ones(len(y)) if sample_weight is None else sample_weight
        customers, lost = int(counts.sum()), int(counts[y].sum())
        if min(lost, customers - lost) < _RARE:
            raise NotEstimableError(
                Text(
                    "it takes {n} customers who were lost and {n} who stayed; "
                    "there are {a} and {b}",
                    "至少需要 {n} 位流失客户和 {n} 位留存客户，现有 {a} 位与 {b} 位",
                ).filled(n=_RARE, a=lost, b=customers - lost)
            )
        self._encodings = {name: _encoding(name, values, counts) for name, values in X.items()}
        self.columns_ = tuple(X)
        raw = self._raw(X)
        self._mean = np.average(raw, axis=0, weights=counts)
        spread = np.sqrt(np.average((raw - self._mean) ** 2, axis=0, weights=counts))
        self._spread = np.where(spread > 0, spread, 1.0)
        # Newton's steps end where any machine ends, to more digits than are stored.
        model = LogisticRegression(
            C=1 / self.penalty, solver="newton-cholesky", max_iter=200, tol=1e-9
        )
        model.fit((raw - self._mean) / self._spread, y, sample_weight=counts)
        self._weights = np.asarray(model.coef_[0] / self._spread)
        self.base_ = float(model.intercept_[0])
        self.customers_, self.lost_ = customers, lost
        return self

    def parts_of(self, name: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
        """Return how a column's value becomes its contribution.

        Returns:
            Of a column of numbers no classes, and (slope, mean): the contribution is slope times
            (value - mean). Of a column of classes those with a contribution of their own, their
            contributions, and last that of every other class.
        """
        place = self.columns_.index(name)
        start = sum(_width(self._encodings[one]) for one in self.columns_[:place])
        encoding = self._encodings[name]
        own = slice(start, start + _width(encoding))
        weights, means = self._weights[own], self._mean[own]
        if encoding.middle is not None:
            return (), (float(weights[0]), float(means[0]))
        rest = -float((weights * means).sum())
        return encoding.classes, (*(float(one) + rest for one in weights), rest)

    def contributions(
        self,
        X: Mapping[str, npt.NDArray[np.generic]],  # noqa: N803
    ) -> npt.NDArray[np.float64]:
        """Return what each column adds to the log-odds of each customer, against the average.

        With `base_` they add up to the log-odds of the probability.
        """
        parts = (self._raw(X) - self._mean) * self._weights
        ends = np.cumsum([_width(self._encodings[name]) for name in self.columns_])
        starts = np.concatenate([[0], ends[:-1]])
        return np.column_stack(
            [parts[:, a:b].sum(axis=1) for a, b in zip(starts, ends, strict=True)]
        )

    def probability(
        self,
        X: Mapping[str, npt.NDArray[np.generic]],  # noqa: N803
    ) -> npt.NDArray[np.float64]:
        """Return the probability to lose each customer."""
        odds = self.base_ + self.contributions(X).sum(axis=1)
        return np.asarray(np.exp(-np.logaddexp(0, -odds)))

    def _raw(self, columns: Mapping[str, npt.NDArray[np.generic]]) -> npt.NDArray[np.float64]:
        return np.column_stack([self._encodings[n].encoded(columns[n]) for n in self._encodings])


def out_of_fold(
    model: LossProbability,
    columns: Mapping[str, npt.NDArray[np.generic]],
    lost: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Return each customer's probability, learned from the other four fifths of customers.

    Raises:
        NotEstimableError: As `LossProbability.fit`.
    """
    from sklearn.model_selection import StratifiedKFold

    if min(int(lost.sum()), int((~lost).sum())) < 2 * _RARE:
        model.fit(columns, lost)
    found = np.empty(len(lost))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for learning, held in folds.split(np.zeros(len(lost)), lost):
        own = LossProbability(**model.get_params())
        own.fit({name: values[learning] for name, values in columns.items()}, lost[learning])
        found[held] = own.probability({name: values[held] for name, values in columns.items()})
    return found


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of customers by probability: what was foretold, and what happened."""

    customers: int
    foretold: float
    lost: float


def calibration(probabilities: npt.NDArray[np.float64], lost: npt.NDArray[np.bool_]) -> list[Tenth]:
    """Return the mean probability and the share lost in each tenth of customers, lowest first."""
    order = np.argsort(probabilities, kind="stable")
    return [
        Tenth(len(part), float(probabilities[part].mean()), float(lost[part].mean()))
        for part in np.array_split(order, min(10, len(order)))
    ]


def _encoding(
    name: str, values: npt.NDArray[np.generic], weights: npt.NDArray[np.float64]
) -> _Encoding:
    if values.dtype != object:
        return _Encoding(_median(np.asarray(values, dtype=np.float64), weights), ())
    texts = ["" if value is None else str(value) for value in values]
    classes, places = np.unique(texts, return_inverse=True)
    counts = np.bincount(places, weights=weights)
    common = [(-int(n), str(one)) for one, n in zip(classes, counts, strict=True) if n >= _RARE]
    if len(common) > _MOST_CLASSES:
        raise NotEstimableError(
            Text(
                "the column {c} has {n} classes: it names customers rather than groups of them",
                "列 {c} 有 {n} 个类别：它区分的是个别客户而非客户群",
            ).filled(c=name, n=len(common))
        )
    kept = tuple(one for _, one in sorted(common))
    # Whoever is in none of them is in the rest; a column of the rest alone says nothing.
    return _Encoding(None, kept or ("",))


def _median(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    """Return the median of the finite values, each as often as its weight says; 0 of none."""
    finite = np.isfinite(values)
    order = np.argsort(values[finite], kind="stable")
    known, ends = values[finite][order], np.cumsum(weights[finite][order])
    if not len(known):
        return 0.0
    middle = [(ends[-1] - 1) // 2, ends[-1] // 2]
    lower, upper = known[np.searchsorted(ends, middle, side="right")]
    return float((lower + upper) / 2)


def _width(encoding: _Encoding) -> int:
    return 2 if encoding.middle is not None else len(encoding.classes)
