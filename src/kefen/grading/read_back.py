"""A run of a cluster read back on this machine, from its written results, for its report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.grading.fact_views import make_views
from kefen.grading.outputs import (
    GRADES_FILE,
    METRICS_FILE,
    OUTCOMES_FILE,
    SERVED_FILE,
    parquet_pattern,
)

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.grading.run import GradedRun
    from kefen.lake.dataset import Dataset


def read_back(run: GradedRun, directory: Path, dataset: Dataset) -> GradedRun:
    """Return a run with its results as relations over the files that were written.

    Args:
        run: The run, in the engine that graded.
        directory: Where its results were written.
        dataset: The same data cut, in the engine that is to have them.
    """
    engine = dataset.engine

    def view(name: str, file: str, order: tuple[str, ...]) -> str:
        pattern = exp.Literal.string(parquet_pattern(directory / file))
        rows = exp.select("*").from_(exp.func("read_parquet", pattern, dialect="duckdb"))
        engine.create("TABLE", name, rows.order_by(*order))
        return name

    rules = None
    if run.rules is not None:
        quoted = exp.to_identifier(run.rules, quoted=True)
        engine.register("rules given", run.dataset.engine.arrow(f"FROM {quoted.sql('duckdb')}"))
        given = exp.to_identifier("rules given", quoted=True)
        engine.create("TABLE", run.rules, exp.select("*").from_(given))
        engine.unregister("rules given")
        rules = run.rules
    outcomes = None
    if run.outcomes is not None:
        outcomes = view(run.outcomes, OUTCOMES_FILE, ("scheme", "kind", "id", "customer_id"))
    return replace(
        run,
        dataset=replace(dataset, findings=run.dataset.findings),
        metrics=view(run.metrics, METRICS_FILE, ("customer_id",)),
        grades=view(run.grades, GRADES_FILE, ("scheme", "customer_id")),
        outcomes=outcomes,
        rules=rules,
        served=view("served", SERVED_FILE, ("scheme", "customer_id"))
        if (directory / SERVED_FILE).exists()
        else None,
        facts=make_views(dataset, run.as_of),
    )
