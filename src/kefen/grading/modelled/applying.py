"""Applying a fitted model: to a population in batches, and to one customer, by the same arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from kefen.compiler.modelled import input_columns
from kefen.compiler.rowwise_values import stored
from kefen.expressions.evaluator import evaluation
from kefen.grading.modelled.rows import (
    arrow_type,
    as_arrow,
    columns_of,
    columns_of_row,
    one_value,
    results,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kefen.expressions.tree import Value
    from kefen.standards.model import Metric, Model
    from kefen.standards.model_calibration import ModelCalibration


def given_columns(metrics: Sequence[Metric]) -> pa.Schema:
    """Return the columns that `applied` gives."""
    return pa.schema(
        [("customer_id", pa.string()), *((metric.id, arrow_type(metric)) for metric in metrics)]
    )


def applied(
    model: Model, learned: ModelCalibration, metrics: Sequence[Metric], rows: pa.Table
) -> pa.Table:
    """Return `customer_id` and what a fitted model gives for each customer, a column a metric.

    Args:
        model: The model.
        learned: What it learned.
        metrics: The metrics that it gives.
        rows: Columns as of `model_inputs`.
    """
    inputs = columns_of(model, [rows[name] for name in input_columns(model)])
    found = results(metrics, learned, model, inputs)
    arrays = [as_arrow(metric, own) for metric, own in zip(metrics, found, strict=True)]
    return pa.table([rows["customer_id"], *arrays], schema=given_columns(metrics))


def application(
    metric: Metric, model: Model, learned: ModelCalibration
) -> Callable[[Mapping[str, Value]], Value]:
    """Return a function from one customer's metrics (and `as_of`) to a metric that a model gives.

    It is unknown for those whom the model is not about, and when the model could not be fitted.
    """
    among = evaluation(model.among) if model.among is not None else None
    inputs = [(one, evaluation(one.value)) for one in model.inputs]

    def value(values: Mapping[str, Value]) -> Value:
        if not learned.is_fitted or (among is not None and among(values) is not True):
            return None
        own = {one.id: stored(of(values), one.type) for one, of in inputs}
        columns = columns_of_row(model, own)
        if columns is None:
            return None
        return one_value(metric, results([metric], learned, model, columns)[0])

    return value
