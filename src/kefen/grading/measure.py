"""Measuring: the as-of views of the facts, and every metric of a standard for each customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import as_of_view, purchases_view, table
from kefen.compiler.metrics import FactAggregation, metrics_query
from kefen.grading.population import POPULATION
from kefen.standards.facts import FACT_TABLES
from kefen.standards.model import PURCHASES, FactMetric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Standard

METRICS = "metrics"
"""The relation of metrics: one row a customer, ordered by customer_id."""


def make_views(dataset: Dataset, as_of: date) -> dict[str, str]:
    """Make the as-of view of each imported fact, and return their names by fact."""
    views: dict[str, str] = {}
    for name, read in dataset.tables.items():
        if name not in FACT_TABLES:
            continue
        views[name] = f"{name} as of"
        create(dataset.engine, "VIEW", views[name], as_of_view(name, read.relation, as_of))
    if "orders" in views:
        views[PURCHASES] = "purchases as of"
        create(dataset.engine, "VIEW", views[PURCHASES], purchases_view(views["orders"]))
    return views


def make_metrics(
    dataset: Dataset,
    standard: Standard,
    as_of: date,
    available: frozenset[str],
    facts: Mapping[str, str],
) -> None:
    """Make the relation `METRICS` of the customers in `POPULATION`.

    Args:
        dataset: The data cut.
        standard: The standard whose metrics are computed.
        as_of: The as-of date.
        available: The metrics whose data was imported; the others become null columns.
        facts: The as-of view of each fact.

    Raises:
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    engine = dataset.engine
    counted = [
        metric
        for metric in standard.metrics.values()
        if metric.id in available and isinstance(metric.definition, FactMetric)
    ]
    parts: dict[str, Sequence[str]] = {}
    for index, aggregation in enumerate(FactAggregation(as_of, facts).parts(counted)):
        name = f"aggregated {index}"
        create(engine, "TABLE", name, aggregation.query)
        parts[name] = aggregation.metrics
    query = metrics_query(
        standard,
        available,
        parts,
        POPULATION,
        dataset.tables["customers"].relation,
        as_of,
    )
    create(engine, "TABLE", METRICS, query)
    for name in parts:
        engine.run(exp.Drop(tables=[table(name)], kind="TABLE").sql("duckdb"))


def create(engine: DuckDBEngine, kind: str, name: str, query: exp.Query) -> None:
    """Make a view or table (`kind`) of a query, in place of an earlier one of that name."""
    created = exp.Create(this=table(name), kind=kind, expression=query, replace=True)
    engine.run(created.sql("duckdb"))
