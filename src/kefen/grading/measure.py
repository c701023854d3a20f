"""Measuring: the as-of views of the facts, and every metric of a standard for each customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.aggregates import FactSQL
from kefen.compiler.aggregation import FactAggregation, joined_names, source_of
from kefen.compiler.facts import as_of_view, cancellations_view, purchases_view, table
from kefen.compiler.linked import joined_view, of_each_member
from kefen.compiler.metrics import customers_columns, metrics_query
from kefen.expressions.tree import names_in
from kefen.grading.families import make_families
from kefen.grading.population import POPULATION
from kefen.standards.facts import FACT_TABLES, RECORDED_ON, STATUS
from kefen.standards.model import CANCELLATIONS, PURCHASES, ComputedMetric, FactMetric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.compiler.aggregation import Source
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Metric, Standard

METRICS = "metrics"
"""The relation of metrics: one row a customer, ordered by customer_id."""
_SO_FAR = "metrics so far"


def make_views(dataset: Dataset, as_of: date) -> dict[str, str]:
    """Make the as-of view of each imported fact, and return their names by fact."""
    views: dict[str, str] = {}
    for name, read in dataset.tables.items():
        if name not in FACT_TABLES:
            continue
        views[name] = f"{name} as of"
        recorded = RECORDED_ON in read.columns
        view = as_of_view(name, read.relation, as_of, recorded=recorded)
        dataset.engine.create("VIEW", views[name], view)
    if "orders" in views:
        views[PURCHASES] = "purchases as of"
        dataset.engine.create("VIEW", views[PURCHASES], purchases_view(views["orders"]))
        orders = dataset.tables["orders"]
        if STATUS in orders.columns:
            views[CANCELLATIONS] = "cancellations as of"
            recorded = RECORDED_ON in orders.columns
            view = cancellations_view(orders.relation, as_of, recorded=recorded)
            dataset.engine.create("VIEW", views[CANCELLATIONS], view)
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
    _Measuring(dataset, standard, as_of, available, facts).run()


class _Measuring:
    """The metrics of one standard, in as few passes over the facts as they allow."""

    def __init__(
        self,
        dataset: Dataset,
        standard: Standard,
        as_of: date,
        available: frozenset[str],
        facts: Mapping[str, str],
    ) -> None:
        self.engine = dataset.engine
        self.customers = dataset.tables["customers"].relation
        self.standard = standard
        self.as_of = as_of
        self.available = available
        self.facts = facts
        read = dataset.tables["customers"]
        self.attributes = {
            f"customers.{name}" for name in (*read.table.column_names, *read.attributes)
        }
        metrics = [standard.metrics[name] for name in standard.metrics if name in available]
        self.types = standard.metric_types | customers_columns(metrics)
        self.parts: dict[str, Sequence[str]] = {}
        self.families: dict[str, str] = {}
        self.made: list[tuple[str, str]] = []

    def run(self) -> None:
        pending = [
            metric
            for metric in self.standard.metrics.values()
            if metric.id in self.available and isinstance(metric.definition, FactMetric)
        ]
        measured = frozenset[str]()
        while pending:
            ready = [metric for metric in pending if self._metrics_named(metric) <= measured]
            self._count(ready, measured)
            pending = [metric for metric in pending if metric not in ready]
            if pending:
                measured = self._measured_so_far()
        self.engine.create("TABLE", METRICS, self._query(self.available))
        for name in self.parts:
            self._drop("TABLE", name)
        for kind, name in reversed(self.made):
            self._drop(kind, name)

    def _metrics_named(self, metric: Metric) -> frozenset[str]:
        """Return the available metrics that a metric's expressions on facts name."""
        assert isinstance(metric.definition, FactMetric)  # noqa: S101  filtered by the caller
        named = joined_names(metric.definition, self.standard.metrics)
        return named & self.available

    def _count(self, metrics: Sequence[Metric], measured: frozenset[str]) -> None:
        """Make the aggregations that give metrics, from facts and what is measured so far."""
        sql = FactSQL(self.as_of, self.types, measured | self.attributes)
        aggregation = FactAggregation(sql, self._sources(metrics))
        for part in aggregation.parts(metrics):
            name = f"aggregated {len(self.parts)}"
            query = part.query
            if part.source.across is not None:
                query = of_each_member(query, self.families[part.source.across])
            self.engine.create("TABLE", name, query)
            self.parts[name] = part.metrics

    def _sources(self, metrics: Sequence[Metric]) -> dict[Source, str]:
        """Return the view of every source of metrics; makes those that are not there."""
        needed: dict[Source, set[str]] = {}
        for metric in metrics:
            assert isinstance(metric.definition, FactMetric)  # noqa: S101  filtered by the caller
            source = source_of(metric.definition, self.standard.metrics)
            named = joined_names(metric.definition, self.standard.metrics)
            needed.setdefault(source, set()).update(named)
        views: dict[Source, str] = {}
        for source, names in needed.items():
            views[source] = self.facts[source.fact]
            if not source.joined and source.across is None:
                continue
            query = joined_view(
                self.facts[source.fact],
                attributes=names & self.attributes,
                customers=self.customers,
                metrics=names & self.available,
                measured=_SO_FAR,
                families=self._family(source.across),
            )
            views[source] = f"{source.fact} with {len(self.made)}"
            self.engine.create("VIEW", views[source], query)
            self.made.append(("VIEW", views[source]))
        return views

    def _family(self, column: str | None) -> str | None:
        if column is None:
            return None
        if column not in self.families:
            self.families[column] = make_families(self.engine, self.customers, column)
            self.made.append(("TABLE", self.families[column]))
        return self.families[column]

    def _measured_so_far(self) -> frozenset[str]:
        """Make the relation of the metrics that can be computed so far, and return them."""
        counted = {name for names in self.parts.values() for name in names}
        known = set(counted)
        for metric in self.standard.metrics.values():
            if metric.id in self.available and isinstance(metric.definition, ComputedMetric):
                inputs = set(names_in(metric.definition.formula)) & set(self.standard.metrics)
                if inputs & self.available <= known:
                    known.add(metric.id)
        measured = frozenset(known)
        self.engine.create("TABLE", _SO_FAR, self._query(measured))
        if ("TABLE", _SO_FAR) not in self.made:
            self.made.insert(0, ("TABLE", _SO_FAR))
        return measured

    def _query(self, available: frozenset[str]) -> exp.Select:
        return metrics_query(
            self.standard,
            available,
            self.parts,
            POPULATION,
            self.customers,
            self.as_of,
            attributes=self.attributes,
        )

    def _drop(self, kind: str, name: str) -> None:
        self.engine.run(exp.Drop(tables=[table(name)], kind=kind).sql("duckdb"))
