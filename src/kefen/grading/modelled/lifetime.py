"""The methods of lifetime value as grading uses them. Inputs are in days."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from kefen.domain.text import Text
from kefen.grading.modelled.rows import numbers
from kefen.methods.clv.bg_nbd import BetaGeometricNBD
from kefen.methods.clv.histories import usable
from kefen.standards.model_calibration import significant

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from kefen.grading.modelled.method import Columns, FittedMethod, Floats, Parameters
    from kefen.standards.model import Model, ModelMetric
    from kefen.standards.model_calibration import Parameter

_DAYS = {"day": 1.0, "week": 7.0, "month": 1461 / 48}


class PurchaseModel:
    """A model of purchase histories.

    Args:
        estimator: The class that fits it, with `NAMES` of its parameters.
    """

    def __init__(self, estimator: type[Any]) -> None:
        self._estimator = estimator

    def usable(self, model: Model, inputs: Columns) -> npt.NDArray[np.bool_]:
        """Return which histories can be."""
        return usable(self._histories(model, inputs))

    def fit(
        self, model: Model, inputs: Columns, counts: Floats
    ) -> tuple[Mapping[str, Parameter], Mapping[str, Decimal]]:
        """Return the parameters by maximum likelihood.

        Raises:
            NotEstimableError: The histories do not tell them.
        """
        fitted = self._estimator().fit(self._histories(model, inputs), sample_weight=counts)
        parameters = {
            name: significant(getattr(fitted, f"{name}_")) for name in self._estimator.NAMES
        }
        figures = {"log_likelihood": significant(fitted.log_likelihood_)}
        figures |= {
            f"standard_error_{name}": significant(error, 4)
            for name, error in fitted.standard_errors_.items()
        }
        return parameters, figures

    def apply(
        self, metric: ModelMetric, parameters: Parameters, inputs: Columns
    ) -> npt.NDArray[np.generic]:
        """Return what a metric asks of each history."""
        fitted = self._estimator()
        for name in self._estimator.NAMES:
            value = parameters[name]
            assert isinstance(value, Decimal)  # noqa: S101  stored by `fit`
            setattr(fitted, f"{name}_", float(value))
        rows = self._histories(metric.model, inputs)
        if metric.gives == "probability_alive":
            alive: npt.NDArray[np.generic] = fitted.probability_alive(rows)
            return alive
        assert metric.over is not None  # noqa: S101  it looks ahead
        horizon = float(metric.over.days) / _days(metric.model)
        expected: npt.NDArray[np.generic] = fitted.expected_purchases(rows, horizon)
        return expected

    def parameters_in_words(self, model: Model, parameters: Parameters) -> Text:
        """Return `r 0.2426, alpha 4.4135 weeks`."""
        said = ", ".join(
            f"{name} {significant(float(parameters[name]), 4):f}"  # type: ignore[arg-type]
            for name in self._estimator.NAMES
        )
        unit = str(model.settings["time_unit"])
        zh = {"day": "天", "week": "周", "month": "月"}[unit]
        return Text("{p}; time in {u}", "{p}；时间单位：{u}").filled(p=said, u=Text(f"{unit}s", zh))

    @staticmethod
    def _histories(model: Model, inputs: Columns) -> Floats:
        unit = _days(model)
        return np.column_stack(
            [
                numbers(inputs["repeats"]),
                numbers(inputs["last"]) / unit,
                numbers(inputs["age"]) / unit,
            ]
        )


def _days(model: Model) -> float:
    return _DAYS[str(model.settings["time_unit"])]


METHODS: dict[str, FittedMethod] = {"bg_nbd": PurchaseModel(BetaGeometricNBD)}
