"""Fitting a model: on different rows of its inputs with counts, which add up across partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kefen.compiler.histograms import MAX_HISTOGRAM_ROWS
from kefen.compiler.modelled import COUNT, LOST, different_rows, half_of_them, input_columns
from kefen.domain.text import Text
from kefen.engines.arrays import as_array
from kefen.grading.modelled.method import fitted_method
from kefen.grading.modelled.rows import columns_of, numbers
from kefen.methods.errors import NotEstimableError
from kefen.standards.model_calibration import ModelCalibration

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from kefen.engines.engine import Engine
    from kefen.standards.model import Model

_HALF = "half to learn from"


def fit_model(engine: Engine, model: Model, relation: str) -> ModelCalibration:
    """Return what a model learns from a population.

    Of more than 100,000 different rows of inputs, every second customer is left out by a hash of
    the id until there are no more: a sample is fitted without bias, which coarser inputs are not.

    Args:
        engine: The engine.
        model: The model.
        relation: The relation that `model_inputs` gives, or `learning_rows`.
    """
    one_in = 1
    rows = engine.arrow(_at_most(different_rows(model, relation)))
    if rows.num_rows > MAX_HISTOGRAM_ROWS:
        # Smaller samples are part of larger ones.
        engine.create("TABLE", _HALF, half_of_them(model, relation), brief=True)
    while rows.num_rows > MAX_HISTOGRAM_ROWS:
        one_in *= 2
        rows = engine.arrow(_at_most(different_rows(model, _HALF, one_in)))
    population = _sum_of(rows)
    if one_in > 1:
        population = int(engine.rows(_count(relation))[0][0])
    return fit_rows(model, rows, population, one_in)


def _at_most(rows: exp.Select) -> str:
    """Return the query of rows, and of no more than one above the limit."""
    return rows.limit(MAX_HISTOGRAM_ROWS + 1).sql("duckdb")


def _count(relation: str) -> str:
    from sqlglot import exp

    from kefen.compiler.facts import table

    return exp.select(exp.Count(this=exp.Star())).from_(table(relation)).sql("duckdb")


def _sum_of(rows: pa.Table) -> int:
    return int(np.asarray(as_array(rows[COUNT]), dtype=np.int64).sum())


def fit_rows(model: Model, rows: pa.Table, population: int, one_in: int) -> ModelCalibration:
    """Return what a model learns from different rows of its inputs.

    Args:
        model: The model.
        rows: Columns as of `different_rows`, in that order.
        population: How many customers there are to learn from.
        one_in: Of how many of them one is in `rows`.
    """
    method = fitted_method(model.method)
    inputs = columns_of(model, [rows[name] for name in input_columns(model)])
    if model.lost is not None:
        inputs[LOST] = numbers(as_array(rows[LOST])) > 0
    counts = np.asarray(as_array(rows[COUNT]), dtype=np.float64)
    usable = method.usable(model, inputs)
    unusable, fitted_on = int(counts[~usable].sum()), int(counts[usable].sum())
    if population - unusable < model.smallest_population:
        return ModelCalibration(
            population,
            reason=Text(
                "it needs {n} {n:customer|customers}, there {m:is|are} {m}",
                "至少需要 {n} 位客户，现有 {m} 位",
            ).filled(n=model.smallest_population, m=population - unusable),
        )
    try:
        parameters, figures = method.fit(
            model, {name: column[usable] for name, column in inputs.items()}, counts[usable]
        )
    except NotEstimableError as error:
        return ModelCalibration(population, reason=error.reason)
    return ModelCalibration(
        population=population,
        fitted_on=fitted_on,
        one_in=one_in,
        rows=int(usable.sum()),
        unusable=unusable,
        parameters=parameters,
        figures=figures,
    )
