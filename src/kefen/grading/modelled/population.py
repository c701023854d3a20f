"""A model on a population: fitted, or its calibration taken, and applied to every customer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from kefen.compiler.modelled import learning_rows, model_inputs
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.grading.modelled.applying import applied, given_columns
from kefen.grading.modelled.fitting import fit_model
from kefen.grading.modelled.method import Continuing, fitted_method

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.expressions.types import ValueType
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Metric, Model
    from kefen.standards.model_calibration import ModelCalibration


def make_inputs(
    engine: Engine,
    model: Model,
    source: str,
    types: Mapping[str, ValueType],
    as_of: date,
    *,
    name: str | None = None,
) -> str:
    """Make the relation of a model's inputs (see `model_inputs`) and return its name."""
    name = name or f"inputs of {model.id}"
    engine.create("TABLE", name, model_inputs(model, source, types, as_of))
    return name


def make_learning_rows(
    engine: Engine,
    model: Model,
    inputs: str,
    source: str,
    types: Mapping[str, ValueType],
    as_of: date,
) -> str:
    """Make the relation that a model learns from who is lost (see `learning_rows`)."""
    name = f"rows that {model.id} learns from"
    engine.create("TABLE", name, learning_rows(model, inputs, source, types, as_of))
    return name


def calibration_of(
    engine: Engine,
    model: Model,
    inputs: str,
    frozen: Calibration | None,
    previous: Calibration | None = None,
) -> ModelCalibration:
    """Return what a model learns from its inputs, or what a frozen calibration says it learned.

    What is learned anew keeps the names of an earlier calibration where it continues them.

    Raises:
        DataError: The frozen calibration says nothing of the model.
    """
    if frozen is None:
        learned = fit_model(engine, model, inputs)
        return learned if previous is None else continued(model, learned, previous)
    if model.id not in frozen.models:
        raise DataError(
            Text("the calibration has nothing for the model “{m}”", "标定中没有模型“{m}”").filled(
                m=model.name
            ),
            mend=Text(
                "It was made from data without it; calibrate anew without --calibration.",
                "该标定来自缺少此模型数据的评级；请去掉 --calibration 重新标定。",
            ),
        )
    return frozen.models[model.id]


def continued(model: Model, learned: ModelCalibration, previous: Calibration) -> ModelCalibration:
    """Return what a model learned, under the names of an earlier calibration it continues."""
    method = fitted_method(model.method)
    before = previous.models.get(model.id)
    if before is None or not before.is_fitted or not learned.is_fitted:
        return learned
    if not isinstance(method, Continuing):
        return learned
    return replace(
        learned, parameters=method.continued(model, learned.parameters, before.parameters)
    )


def apply_to_population(
    engine: Engine,
    model: Model,
    learned: ModelCalibration,
    inputs: str,
    metrics: Sequence[Metric],
) -> str:
    """Make the relation of what a fitted model gives: `customer_id` and a column a metric.

    Customers come in batches, so memory does not grow with them.
    """
    name = f"given by {model.id}"
    function = partial(applied, model, learned, tuple(metrics))
    engine.computed(name, inputs, function, given_columns(metrics))
    return name
