"""Measuring: every metric of a standard for each customer."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.aggregates import FactSQL
from kefen.compiler.aggregation import FactAggregation, joined_names, source_of
from kefen.compiler.facts import as_of_view, table
from kefen.compiler.linked import joined_view, of_each_member
from kefen.compiler.metrics import customers_columns, metrics_query
from kefen.expressions.tree import names_in
from kefen.grading.families import make_families
from kefen.grading.modelled.population import (
    apply_to_population,
    calibration_of,
    make_inputs,
    make_learning_rows,
)
from kefen.grading.population import POPULATION, available_metrics
from kefen.grading.shortened import days_with_orders, shorten
from kefen.standards.facts import RECORDED_ON
from kefen.standards.model import ComputedMetric, FactMetric, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from kefen.compiler.aggregation import Part, Source
    from kefen.grading.shortened import Shortened
    from kefen.lake.dataset import Dataset, ShortLines
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Metric, Model, Standard
    from kefen.standards.model_calibration import ModelCalibration

METRICS = "metrics"
"""The relation of metrics: one row a customer, ordered by customer_id."""
_SO_FAR = "metrics so far"
_FOR_MODELS = "metrics for models"


def make_metrics(
    dataset: Dataset,
    standard: Standard,
    as_of: date,
    available: frozenset[str],
    facts: Mapping[str, str],
    frozen: Calibration | None = None,
    previous: Calibration | None = None,
    earlier: Mapping[str, str] | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> Measured:
    """Make the relation `METRICS` of the customers in `POPULATION`, models fitted on the way.

    Args:
        dataset: The data cut.
        standard: The standard whose metrics are computed.
        as_of: The as-of date.
        available: The metrics whose data was imported; the others become null columns.
        facts: The as-of view of each fact.
        frozen: A calibration whose models are applied; None fits them.
        previous: An earlier calibration, whose names models that are fitted keep.
        earlier: The relations of the inputs of an earlier day, by the models that learn from them.
        meanwhile: Given for few customers: what is done beside the last statement, which keeps
            one core then; it asks the engine nothing.

    Raises:
        DataError: The frozen calibration lacks a model.
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    measuring = _Measuring(dataset, standard, as_of, available, facts, frozen, previous)
    measuring.earlier = earlier or {}
    measuring.meanwhile = meanwhile
    return measuring.run()


def make_metrics_of_counted(
    dataset: Dataset,
    standard: Standard,
    as_of: date,
    available: frozenset[str],
    counted: str,
    frozen: Calibration | None = None,
    previous: Calibration | None = None,
) -> Measured:
    """Make the relation `METRICS` from what was counted from the facts before.

    Args:
        dataset: The data cut; only its customers are read.
        standard: The standard whose metrics are computed.
        as_of: The as-of date.
        available: The metrics whose data was imported.
        counted: The relation of the metrics that are counted from facts, of every customer.
        frozen: A calibration whose models are applied; None fits them.
        previous: An earlier calibration, whose names models that are fitted keep.

    Raises:
        DataError: The frozen calibration lacks a model.
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    measuring = _Measuring(dataset, standard, as_of, available, {}, frozen, previous)
    measuring.parts[counted] = counted_from_facts(standard, available)
    return measuring.run()


def counted_from_facts(standard: Standard, available: frozenset[str]) -> list[str]:
    """Return the metrics of a standard that are counted from facts, as far as there are."""
    return [
        metric.id
        for metric in standard.metrics.values()
        if metric.id in available and isinstance(metric.definition, FactMetric)
    ]


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of measuring.

    Attributes:
        available: The metrics that there are: without those of models that could not be fitted.
        models: What each model learned, or why it could not be fitted, by id.
        days: The days that have orders.
    """

    available: frozenset[str]
    models: Mapping[str, ModelCalibration]
    days: frozenset[date]


@dataclass(frozen=True, slots=True)
class _Aggregated:
    """A table that an aggregation made.

    Attributes:
        relation: The table, a row a customer.
        metrics: The metrics that it gives.
        number: The column of the population that it has as `customer_id`; None: it has ids.
    """

    relation: str
    metrics: Sequence[str]
    number: str | None


class _Measuring:
    """The metrics of one standard, in as few passes over the facts as they allow."""

    def __init__(
        self,
        dataset: Dataset,
        standard: Standard,
        as_of: date,
        available: frozenset[str],
        facts: Mapping[str, str],
        frozen: Calibration | None,
        previous: Calibration | None,
    ) -> None:
        self.dataset = dataset
        self.engine = dataset.engine
        self.customers = dataset.tables["customers"].relation
        self.standard = standard
        self.as_of = as_of
        self.available = available
        self.facts = facts
        self.frozen = frozen
        self.previous = previous
        self.earlier: Mapping[str, str] = {}
        self.meanwhile: Callable[[], object] | None = None
        self.models: dict[str, ModelCalibration] = {}
        read = dataset.tables["customers"]
        self.attributes = {
            f"customers.{name}" for name in (*read.table.column_names, *read.attributes)
        }
        metrics = [standard.metrics[name] for name in standard.metrics if name in available]
        self.types = standard.metric_types | customers_columns(metrics)
        self.parts: dict[str, Sequence[str]] = {}
        self.families: dict[str, str] = {}
        self.made: list[tuple[str, str]] = []
        self.days: frozenset[date] | None = None
        self.numbered: dict[str, str] = {}

    def run(self) -> Measured:
        measured = frozenset[str]()
        while pending := self._not_counted():
            ready = [metric for metric in pending if self._metrics_named(metric) <= measured]
            self._count(ready, measured)
            self._model()
            if self._not_counted():
                measured = self._measured_so_far()
        self._model()
        query = self._query(self.available)
        # Of few customers, looking for equal expressions takes longer than computing them.
        few = self.meanwhile is not None
        self.engine.create(
            "TABLE", METRICS, query, kept=True, as_written=few, meanwhile=self.meanwhile
        )
        for name in self.parts:
            self._drop("TABLE", name)
        for kind, name in reversed(self.made):
            self._drop(kind, name)
        if self.days is None and "orders" in self.facts:
            self.days = days_with_orders(self.engine, self.facts["orders"])
        return Measured(self.available, self.models, self.days or frozenset())

    def _not_counted(self) -> list[Metric]:
        """Return the metrics that are still to be counted from facts."""
        counted = {name for names in self.parts.values() for name in names}
        return [
            metric
            for metric in self.standard.metrics.values()
            if metric.id in self.available
            and metric.id not in counted
            and isinstance(metric.definition, FactMetric)
        ]

    def _model(self) -> None:
        """Fit and apply the models whose metrics are measured, one after the other."""
        while True:
            known = self._known()
            ready = [
                (model, metrics)
                for model in self.standard.models.values()
                if model.id not in self.models
                and (metrics := self._given_by(model))
                and model.names & set(self.standard.metrics) & self.available <= known
            ]
            if not ready:
                return
            named = frozenset[str]().union(*(self._named_by(model) for model, _ in ready))
            query = self._query(known, ordered=False, only=named)
            self.engine.create("VIEW", _FOR_MODELS, query)
            for model, metrics in ready:
                self._apply(model, metrics)
            self._drop("VIEW", _FOR_MODELS)

    def _given_by(self, model: Model) -> list[Metric]:
        """Return the available metrics that a model gives."""
        return [
            metric
            for metric in self.standard.metrics.values()
            if metric.id in self.available
            and isinstance(metric.definition, ModelMetric)
            and metric.definition.model.id == model.id
        ]

    def _apply(self, model: Model, metrics: Sequence[Metric]) -> None:
        types = self.standard.metric_types
        inputs = make_inputs(self.engine, model, _FOR_MODELS, types, self.as_of)
        rows = inputs
        if model.lost is not None and self.frozen is None:
            then = self.earlier.get(model.id, inputs)
            rows = make_learning_rows(self.engine, model, then, _FOR_MODELS, types, self.as_of)
        learned = calibration_of(self.engine, model, rows, self.frozen, self.previous)
        self.models[model.id] = learned
        if learned.is_fitted:
            given = apply_to_population(self.engine, model, learned, inputs, metrics)
            self.parts[given] = [metric.id for metric in metrics]
        else:
            self.available &= available_metrics(
                self.dataset, self.standard, not_fitted=self._not_fitted()
            )
        for name in dict.fromkeys((rows, inputs)):
            self._drop("TABLE", name)

    def _not_fitted(self) -> frozenset[str]:
        return frozenset(name for name, own in self.models.items() if not own.is_fitted)

    def _metrics_named(self, metric: Metric) -> frozenset[str]:
        """Return the available metrics that a metric's expressions on facts name."""
        assert isinstance(metric.definition, FactMetric)  # noqa: S101  filtered by the caller
        named = joined_names(metric.definition, self.standard.metrics)
        return named & self.available

    def _count(self, metrics: Sequence[Metric], measured: frozenset[str]) -> None:
        """Make the aggregations that give metrics, from facts and what is measured so far."""
        sql = FactSQL(self.as_of, self.types, measured | self.attributes)
        aggregation = FactAggregation(sql, self._sources(metrics))
        parts = aggregation.parts(metrics)
        short = shorten(self.engine, parts, self.facts, self._lines(), self._read_in_short())
        if short.orders is not None:
            self.days = days_with_orders(self.engine, short.orders)
        self._aggregate(parts, short)
        for kind, name in reversed(short.made):
            self._drop(kind, name)

    def _aggregate(self, parts: Sequence[Part], short: Shortened) -> None:
        """Make the tables of aggregations, and fit and apply the models whose metrics they give.

        Fitting keeps one core busy and the engine idle, so models are fitted as soon as what they
        name is there, beside the aggregations that are left. All that is known of the metrics is
        changed there alone.
        """
        named = [self._named_by(model) for model in self._models_to_come()]
        arrived: SimpleQueue[_Aggregated | None] = SimpleQueue()

        def take() -> None:
            while (made := arrived.get()) is not None:
                self.parts[made.relation] = made.metrics
                if made.number is not None:
                    self.numbered[made.relation] = made.number
                if named:
                    self._model()

        def first_model(part: Part) -> int:
            wanting = (n for n, names in enumerate(named) if names & set(part.metrics))
            return next(wanting, len(named))

        number = len(self.parts)
        with self.engine.beside(take) if named else nullcontext(take) as ended:
            try:
                for part in sorted(parts, key=first_model):
                    arrived.put(self._aggregated(part, short, f"aggregated {number}"))
                    number += 1
            finally:
                arrived.put(None)
            ended()

    def _aggregated(self, part: Part, short: Shortened, name: str) -> _Aggregated:
        query = part.query
        if part.source.across is not None:
            families = self.engine.placed(self.families[part.source.across], "family")
            query = of_each_member(query, families)
        numbers = (short.numbered.get(node.name) for node in part.query.find_all(exp.Table))
        number = next(filter(None, numbers), None)
        few = self.meanwhile is not None
        read = self.dataset.tables["customers"]
        self.engine.create("TABLE", name, query, numbers=read.rows_in if number and not few else 0)
        return _Aggregated(self.engine.placed(name, "customer_id"), part.metrics, number)

    def _models_to_come(self) -> list[Model]:
        """Return the models that are still to be applied, in their order."""
        return [
            model
            for model in self.standard.models.values()
            if model.id not in self.models and self._given_by(model)
        ]

    def _named_by(self, model: Model) -> set[str]:
        """Return the metrics that a model names, and those that these are computed from."""
        metrics = self.standard.metrics
        pending, found = model.names & set(metrics), set[str]()
        while pending:
            found |= pending
            formulas = [
                definition.formula
                for name in pending
                if isinstance(definition := metrics[name].definition, ComputedMetric)
            ]
            named = {name for formula in formulas for name in names_in(formula)}
            pending = frozenset(named & set(metrics) - found)
        return found

    def _read_in_short(self) -> ShortLines | None:
        """Return the order lines as they were read in short for this date, if they were."""
        orders = self.dataset.tables.get("orders")
        short = None if orders is None else orders.short_lines
        return short if short is not None and short.wanted.as_of == self.as_of else None

    def _lines(self) -> exp.Select | None:
        """Return the as-of view of the order lines, rows of unknown customers among them."""
        orders = self.dataset.tables.get("orders")
        if orders is None:
            return None
        relation = orders.with_strangers or orders.relation
        recorded = RECORDED_ON in orders.columns
        return as_of_view("orders", relation, self.as_of, recorded=recorded)

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
            # Rows of a family belong to it by now, wherever its customers are.
            views[source] = self.engine.placed(views[source], "customer_id")
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
        measured = self._known()
        self.engine.create("TABLE", _SO_FAR, self._query(measured))
        if ("TABLE", _SO_FAR) not in self.made:
            self.made.insert(0, ("TABLE", _SO_FAR))
        return measured

    def _known(self) -> frozenset[str]:
        """Return the metrics that are counted, given by models, or computed from those."""
        known = {name for names in self.parts.values() for name in names}
        for metric in self.standard.metrics.values():
            if metric.id in self.available and isinstance(metric.definition, ComputedMetric):
                inputs = set(names_in(metric.definition.formula)) & set(self.standard.metrics)
                if inputs & self.available <= known:
                    known.add(metric.id)
        return frozenset(known)

    def _query(
        self,
        available: frozenset[str],
        *,
        ordered: bool = True,
        only: frozenset[str] | None = None,
    ) -> exp.Select:
        return metrics_query(
            self.standard,
            available,
            self.parts,
            POPULATION,
            self.customers,
            self.as_of,
            attributes=self.attributes,
            numbered=self.numbered,
            ordered=ordered,
            only=only,
        )

    def _drop(self, kind: str, name: str) -> None:
        self.engine.run(exp.Drop(tables=[table(name)], kind=kind).sql("duckdb"))
