"""The methods of lifetime value as grading uses them. Times come in days."""

from __future__ import annotations

from decimal import Decimal
from math import log1p
from typing import TYPE_CHECKING, Any

import numpy as np

from kefen.domain.text import Text
from kefen.grading.modelled.rows import numbers
from kefen.methods.clv import (
    BetaGeometricBetaBinomial,
    BetaGeometricNBD,
    GammaGamma,
    ModifiedBetaGeometricNBD,
    ParetoNBD,
    PurchaseHistoryModel,
)
from kefen.methods.clv.histories import usable
from kefen.methods.errors import NotEstimableError
from kefen.standards.model_calibration import significant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from kefen.grading.modelled.method import Columns, FittedMethod, Floats, Parameters
    from kefen.standards.model import Model, ModelMetric
    from kefen.standards.model_calibration import Parameter

_MONTH = 1461 / 48
_DAYS = {"day": 1.0, "week": 7.0, "month": _MONTH, "quarter": 3 * _MONTH, "year": 12 * _MONTH}
_UNITS = {
    "day": Text("days", "天"),
    "week": Text("weeks", "周"),
    "month": Text("months", "月"),
    "quarter": Text("quarters", "季"),
    "year": Text("years", "年"),
}


class PurchaseMethod:
    """A model of purchase histories.

    Args:
        estimator: The class that fits it.
    """

    def __init__(self, estimator: type[PurchaseHistoryModel]) -> None:
        self._estimator = estimator

    def usable(self, model: Model, inputs: Columns) -> npt.NDArray[np.bool_]:
        """Return which histories can be."""
        return usable(self._histories(model, inputs))

    def fit(
        self, model: Model, inputs: Columns, counts: Floats
    ) -> tuple[Mapping[str, Parameter], Mapping[str, Decimal]]:
        """Return the parameters by maximum likelihood.

        Raises:
            NotEstimableError: The histories are too short, or do not tell them.
        """
        _refuse_short(model, inputs)
        fitted = self._estimator().fit(self._histories(model, inputs), sample_weight=counts)
        return _told(fitted)

    def apply(
        self, metric: ModelMetric, parameters: Parameters, inputs: Columns
    ) -> npt.NDArray[np.generic]:
        """Return what a metric asks of each history."""
        fitted = self._estimator.of(**_floats(parameters))
        rows = self._histories(metric.model, inputs)
        if metric.gives == "probability_alive":
            return fitted.probability_alive(rows)
        horizon = _ahead(metric, "time_unit")
        if metric.gives == "expected_purchases":
            return fitted.expected_purchases(rows, horizon)
        yearly = metric.options["discount"]
        assert isinstance(yearly, int | Decimal)  # noqa: S101  the reader saw to it
        rate = log1p(float(yearly)) * _days(metric.model, "time_unit") / _DAYS["year"]
        return fitted.discounted_purchases(rows, horizon, rate)

    def parameters_in_words(self, model: Model, parameters: Parameters) -> Text:
        """Return `r 0.2426, alpha 4.414, a 0.7929, b 2.426; time in weeks`."""
        return _in_words(parameters, self._estimator.NAMES, model.settings["time_unit"])

    @staticmethod
    def _histories(model: Model, inputs: Columns) -> Floats:
        unit = _days(model, "time_unit")
        return np.column_stack(
            [
                numbers(inputs["repeats"]),
                numbers(inputs["last"]) / unit,
                numbers(inputs["age"]) / unit,
            ]
        )


class PeriodMethod:
    """BG/BB: purchases by period."""

    def usable(self, model: Model, inputs: Columns) -> npt.NDArray[np.bool_]:  # noqa: ARG002
        """Return which rows can be."""
        return BetaGeometricBetaBinomial.usable(self._rows(inputs))

    def fit(
        self,
        model: Model,  # noqa: ARG002
        inputs: Columns,
        counts: Floats,
    ) -> tuple[Mapping[str, Parameter], Mapping[str, Decimal]]:
        """Return the parameters by maximum likelihood.

        Raises:
            NotEstimableError: The rows do not tell them.
        """
        return _told(BetaGeometricBetaBinomial().fit(self._rows(inputs), sample_weight=counts))

    def apply(
        self, metric: ModelMetric, parameters: Parameters, inputs: Columns
    ) -> npt.NDArray[np.generic]:
        """Return what a metric asks of each row."""
        fitted = BetaGeometricBetaBinomial.of(**_floats(parameters))
        rows = self._rows(inputs)
        if metric.gives == "probability_alive":
            return fitted.probability_alive(rows)
        return fitted.expected_purchases(rows, _ahead(metric, "period"))

    def parameters_in_words(self, model: Model, parameters: Parameters) -> Text:
        """Return the parameters in a phrase."""
        return _in_words(parameters, BetaGeometricBetaBinomial.NAMES, model.settings["period"])

    @staticmethod
    def _rows(inputs: Columns) -> Floats:
        return np.column_stack([numbers(inputs[name]) for name in ("repeats", "last", "periods")])


class ValueMethod:
    """Gamma-Gamma: the value of a purchase."""

    def usable(self, model: Model, inputs: Columns) -> npt.NDArray[np.bool_]:  # noqa: ARG002
        """Return which rows can be."""
        return GammaGamma.usable(self._rows(inputs))

    def fit(
        self,
        model: Model,  # noqa: ARG002
        inputs: Columns,
        counts: Floats,
    ) -> tuple[Mapping[str, Parameter], Mapping[str, Decimal]]:
        """Return the parameters by maximum likelihood.

        Raises:
            NotEstimableError: The rows do not tell them.
        """
        return _told(GammaGamma().fit(self._rows(inputs), sample_weight=counts))

    def apply(
        self,
        metric: ModelMetric,  # noqa: ARG002
        parameters: Parameters,
        inputs: Columns,
    ) -> npt.NDArray[np.generic]:
        """Return the expected value of each customer's purchases."""
        return GammaGamma.of(**_floats(parameters)).expected_value(self._rows(inputs))

    def parameters_in_words(self, model: Model, parameters: Parameters) -> Text:  # noqa: ARG002
        """Return the parameters in a phrase."""
        return _in_words(parameters, GammaGamma.NAMES, None)

    @staticmethod
    def _rows(inputs: Columns) -> Floats:
        return np.column_stack([numbers(inputs["purchases"]), numbers(inputs["mean_value"])])


def _refuse_short(model: Model, inputs: Columns) -> None:
    """Refuse histories of which the longest has fewer days than a model's setting demands.

    Raises:
        NotEstimableError: It has.
    """
    needed = int(Decimal(str(model.settings["shortest_history"])))
    longest = int(numbers(inputs["age"]).max(initial=0))
    if longest < needed:
        raise NotEstimableError(
            Text(
                "the longest history has {d} {d:day|days}, it needs {n}",
                "最长的购买历史为 {d} 天，至少需要 {n} 天",
            ).filled(d=longest, n=needed)
        )


def _told(fitted: Any) -> tuple[dict[str, Parameter], dict[str, Decimal]]:
    """Return the rounded parameters of a fit, and its figures."""
    parameters: dict[str, Parameter] = {
        name: significant(getattr(fitted, f"{name}_")) for name in fitted.NAMES
    }
    figures = {"log_likelihood": significant(fitted.log_likelihood_)}
    figures |= {
        f"standard_error_{name}": significant(error, 4)
        for name, error in fitted.standard_errors_.items()
    }
    return parameters, figures


def _floats(parameters: Parameters) -> dict[str, float]:
    return {name: float(value) for name, value in parameters.items() if isinstance(value, Decimal)}


def _days(model: Model, setting: str) -> float:
    return _DAYS[str(model.settings[setting])]


def _ahead(metric: ModelMetric, setting: str) -> float:
    """Return how far ahead a metric looks, in the unit of time that a setting names."""
    assert metric.over is not None  # noqa: S101  the reader saw to it
    return float(metric.over.days) / _days(metric.model, setting)


def _in_words(parameters: Parameters, names: Sequence[str], unit: object) -> Text:
    values = _floats(parameters)
    said = ", ".join(f"{name} {significant(values[name], 4):f}" for name in names)
    if unit is None:
        return Text.same(said)
    return Text("{p}; time in {u}", "{p}；时间单位：{u}").filled(p=said, u=_UNITS[str(unit)])


METHODS: dict[str, FittedMethod] = {
    "bg_nbd": PurchaseMethod(BetaGeometricNBD),
    "mbg_nbd": PurchaseMethod(ModifiedBetaGeometricNBD),
    "pareto_nbd": PurchaseMethod(ParetoNBD),
    "bg_bb": PeriodMethod(),
    "gamma_gamma": ValueMethod(),
}
