"""Rows of a model's inputs as arrays, and its results as columns: one way for one row or many."""

from __future__ import annotations

from decimal import Decimal
from math import copysign, floor
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from kefen.domain.decimals import PLACES, from_units, units
from kefen.engines.arrays import as_array
from kefen.expressions.types import ValueType
from kefen.grading.modelled.method import fitted_method

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from kefen.expressions.tree import Value
    from kefen.grading.modelled.method import Columns
    from kefen.standards.model import Metric, Model, ModelMetric
    from kefen.standards.model_calibration import ModelCalibration

_TEN_THOUSANDTHS = 10_000.0
_STORED = 10**18


def columns_of(
    model: Model, values: Sequence[pa.ChunkedArray]
) -> dict[str, npt.NDArray[np.generic]]:
    """Return a model's inputs as arrays by id, from the columns of `model_inputs`."""
    found: dict[str, npt.NDArray[np.generic]] = {}
    for one, array in zip(model.inputs, values, strict=True):
        found[one.id] = _as_numbers(as_array(array), one.type)
    return found


def columns_of_row(model: Model, values: Mapping[str, Value]) -> Columns | None:
    """Return one customer's inputs as arrays of one element; None when one of them is unknown.

    Args:
        model: The model.
        values: The value of each input by id.
    """
    found: dict[str, npt.NDArray[np.generic]] = {}
    for one in model.inputs:
        value = values[one.id]
        if value is None:
            return None
        if one.type is ValueType.DECIMAL and isinstance(value, int | Decimal):
            value = units(value)
        array = np.array([value], dtype=object if one.type is ValueType.TEXT else np.int64)
        found[one.id] = _as_numbers(array, one.type)
    return found


def _as_numbers(array: npt.NDArray[np.generic], of_type: ValueType) -> npt.NDArray[np.generic]:
    if of_type is ValueType.TEXT:
        return array.astype(object)
    numbers = np.ascontiguousarray(array, dtype=np.float64)
    return numbers / _TEN_THOUSANDTHS if of_type is ValueType.DECIMAL else numbers


def numbers(column: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    """Return an input of numbers as such."""
    return np.asarray(column, dtype=np.float64)


def results(
    metrics: Sequence[Metric], learned: ModelCalibration, model: Model, inputs: Columns
) -> list[list[Value] | npt.NDArray[np.int64]]:
    """Return what a model gives, a column a metric.

    Args:
        metrics: Metrics of this one model.
        learned: What the model learned.
        model: The model.
        inputs: Its inputs.

    Returns:
        For each metric of numbers its values as whole numbers (decimals in ten-thousandths,
        rounded half up), where `UNKNOWN` stands for an unknown one; for texts a list.
    """
    method = fitted_method(model.method)
    usable = method.usable(model, inputs)
    rows: Columns = {name: column[usable] for name, column in inputs.items()}
    found: list[list[Value] | npt.NDArray[np.int64]] = []
    for metric in metrics:
        definition = metric.definition
        given = method.apply(_modelled(definition), learned.parameters, rows)
        if metric.type is ValueType.TEXT:
            texts = np.full(len(usable), None, dtype=object)
            texts[usable] = given
            found.append(list(texts))
            continue
        whole = np.full(len(usable), UNKNOWN, dtype=np.int64)
        scale = _TEN_THOUSANDTHS if metric.type is ValueType.DECIMAL else 1.0
        whole[usable] = _whole(np.asarray(given, dtype=np.float64) * scale)
        found.append(whole)
    return found


UNKNOWN = np.iinfo(np.int64).min
"""Stands for an unknown value among whole numbers."""


def _modelled(definition: object) -> ModelMetric:
    from kefen.standards.model import ModelMetric

    if not isinstance(definition, ModelMetric):
        raise TypeError(definition)
    return definition


def _whole(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return numbers rounded half up (away from zero); what cannot be stored is unknown."""
    if len(numbers) == 1:  # one customer: the same in plain numbers
        number = float(numbers[0])
        if not abs(number) < _STORED:
            return np.array([UNKNOWN])
        return np.array([int(copysign(floor(abs(number) + 0.5), number))])
    with np.errstate(invalid="ignore"):
        possible = np.abs(numbers) < _STORED
    safe = np.where(possible, numbers, 0.0)
    whole = (np.sign(safe) * np.floor(np.abs(safe) + 0.5)).astype(np.int64)
    return np.where(possible, whole, UNKNOWN)


def as_arrow(metric: Metric, found: list[Value] | npt.NDArray[np.int64]) -> pa.Array:
    """Return a column of results as an Arrow array of the metric's type."""
    if isinstance(found, list):
        return pa.array(found, type=pa.string())
    if metric.type is not ValueType.DECIMAL:
        return pa.array(found, mask=found == UNKNOWN)
    # A decimal of Arrow is its whole number in 16 bytes, the lower half first.
    halves = np.empty((len(found), 2), dtype="<i8")
    halves[:, 0] = found
    halves[:, 1] = np.where(found < 0, -1, 0)
    known = np.packbits(found != UNKNOWN, bitorder="little")
    buffers = [pa.py_buffer(known.tobytes()), pa.py_buffer(halves.tobytes())]
    return pa.Array.from_buffers(arrow_type(metric), len(found), buffers)


def arrow_type(metric: Metric) -> pa.DataType:
    """Return the Arrow type of a metric that a model gives."""
    if metric.type is ValueType.TEXT:
        return pa.string()
    return pa.decimal128(18, PLACES) if metric.type is ValueType.DECIMAL else pa.int64()


def one_value(metric: Metric, found: list[Value] | npt.NDArray[np.int64]) -> Value:
    """Return the single value of a column of results."""
    if isinstance(found, list):
        return found[0]
    whole = int(found[0])
    if whole == UNKNOWN:
        return None
    return from_units(whole) if metric.type is ValueType.DECIMAL else whole
