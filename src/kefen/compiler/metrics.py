"""Metrics as SQL: one aggregation per fact table and grouping, joined to one row a customer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, day_of, table
from kefen.expressions.snippets import cast_to, quotient
from kefen.expressions.sql import literal, to_sql
from kefen.expressions.tree import Name, names_in
from kefen.expressions.types import ValueType, type_of
from kefen.standards.facts import date_column, fact_types
from kefen.standards.model import PURCHASES, ComputedMetric, FactMetric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.expressions.tree import Expression
    from kefen.standards.model import Metric, Standard

STORED = {
    ValueType.INTEGER: "BIGINT",
    ValueType.DECIMAL: "DECIMAL(18, 4)",
    ValueType.TEXT: "TEXT",
    ValueType.DATE: "DATE",
    ValueType.MOMENT: "TIMESTAMP",
    ValueType.BOOLEAN: "BOOLEAN",
    ValueType.UNKNOWN: "TEXT",
}
"""The DuckDB type in which a metric of each type is stored."""
_EMPTY_IS_ZERO = frozenset({"sum", "count", "distinct"})


@dataclass(frozen=True, slots=True)
class Part:
    """An aggregation: its query (one row a customer), and the metrics it gives as columns."""

    query: exp.Select
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactAggregation:
    """Writes the aggregations of one standard on one set of as-of views.

    Attributes:
        as_of: The as-of date.
        views: The as-of view of each fact.
    """

    as_of: date
    views: Mapping[str, str]

    def parts(self, metrics: Sequence[Metric]) -> list[Part]:
        """Return the aggregations that give `metrics`, all of them counted from facts."""
        plain: dict[str, list[Metric]] = defaultdict(list)
        keyed: dict[tuple[str, Expression], list[Metric]] = defaultdict(list)
        for metric in metrics:
            definition = _definition(metric)
            key = self._key(definition)
            if key is None:
                plain[definition.table].append(metric)
            else:
                keyed[definition.table, key].append(metric)
        parts = [self._plain(fact, group) for fact, group in plain.items()]
        parts += [self._keyed(fact, key, group) for (fact, key), group in keyed.items()]
        return parts

    @staticmethod
    def _key(definition: FactMetric) -> Expression | None:
        """Return what rows are grouped by besides the customer, if anything."""
        if definition.aggregate in ("distinct", "leading"):
            return definition.of
        return definition.by

    def _plain(self, fact: str, metrics: Sequence[Metric]) -> Part:
        selected = [
            exp.alias_(self._finished(metric, self._aggregate(metric)), metric.id, quoted=True)
            for metric in metrics
        ]
        query = (
            exp.select(column("customer_id"), *selected)
            .from_(table(self.views[fact]))
            .group_by(column("customer_id"))
        )
        widest = self._common_window(metrics)
        if widest is not None:
            query = query.where(widest)
        return Part(query, tuple(metric.id for metric in metrics))

    def _common_window(self, metrics: Sequence[Metric]) -> exp.Expr | None:
        """Return the span that covers all windows, so that older rows are not even grouped."""
        definitions = [_definition(metric) for metric in metrics]
        if any(d.dated is not None for d in definitions):
            return None
        starts = [d.over.span(self.as_of)[0] for d in definitions]
        known = [start for start in starts if start is not None]
        if len(known) < len(starts):
            return None
        fact = definitions[0].table
        return exp.GT(this=day_of(fact, date_column(fact)), expression=literal(min(known)))

    def _keyed(self, fact: str, key: Expression, metrics: Sequence[Metric]) -> Part:
        """Return an aggregation in two steps: per customer and key, then per customer."""
        key_sql = self._sql(key, fact)
        inner = (
            exp.select(column("customer_id"), exp.alias_(key_sql, "key"))
            .from_(table(self.views[fact]))
            .where(exp.Is(this=exp.paren(key_sql.copy()), expression=exp.Null()).not_())
            .group_by(column("customer_id"), exp.Literal.number(2))
        )
        widest = self._common_window(metrics)
        if widest is not None:
            inner = inner.where(widest)
        outer = exp.select(column("customer_id"))
        for metric in metrics:
            definition = _definition(metric)
            rows = exp.alias_(
                exp.Filter(
                    this=exp.Count(this=exp.Star()),
                    expression=exp.Where(this=self._rows(definition)),
                ),
                f"{metric.id} rows",
                quoted=True,
            )
            inner = inner.select(rows)
            present = exp.GT(this=column(f"{metric.id} rows"), expression=exp.Literal.number(0))
            value_name = f"{metric.id} value"
            if definition.aggregate == "distinct":
                result: exp.Expr = exp.Filter(
                    this=exp.Count(this=exp.Star()), expression=exp.Where(this=present)
                )
            elif definition.aggregate == "leading":
                assert definition.leads_by is not None  # noqa: S101  the reader guarantees it
                inner = inner.select(
                    exp.alias_(
                        self._summed(definition, definition.leads_by), value_name, quoted=True
                    )
                )
                leader = exp.Struct(
                    expressions=[
                        exp.PropertyEQ(
                            this=exp.to_identifier("rank"),
                            expression=exp.Neg(this=column(value_name)),
                        ),
                        exp.PropertyEQ(this=exp.to_identifier("key"), expression=column("key")),
                    ]
                )
                first = exp.Filter(this=exp.Min(this=leader), expression=exp.Where(this=present))
                result = exp.Dot(this=exp.paren(first), expression=exp.to_identifier("key"))
            else:
                inner = inner.select(exp.alias_(self._aggregate(metric), value_name, quoted=True))
                result = self._taken(definition, column(value_name), present)
            outer = outer.select(exp.alias_(self._finished(metric, result), metric.id, quoted=True))
        query = outer.from_(inner.subquery("grouped")).group_by(column("customer_id"))
        return Part(query, tuple(metric.id for metric in metrics))

    def _taken(self, definition: FactMetric, value: exp.Expr, present: exp.Expr) -> exp.Expr:
        def filtered(aggregate: exp.Expr) -> exp.Expr:
            return exp.Filter(this=aggregate, expression=exp.Where(this=present.copy()))

        if definition.take == "mean":
            return quotient(filtered(exp.Sum(this=value)), filtered(exp.Count(this=value.copy())))
        node = {"largest": exp.Max, "smallest": exp.Min, "sum": exp.Sum}[definition.take or "sum"]
        return filtered(node(this=value))

    def _aggregate(self, metric: Metric) -> exp.Expr:
        definition = _definition(metric)
        rows = self._rows(definition)

        def filtered(aggregate: exp.Expr) -> exp.Expr:
            return exp.Filter(this=aggregate, expression=exp.Where(this=rows.copy()))

        if definition.aggregate == "count":
            return filtered(exp.Count(this=exp.Star()))
        assert definition.of is not None  # noqa: S101  only a count has no operand
        value = self._sql(definition.of, definition.table)
        if definition.aggregate == "sum":
            return self._summed(definition, definition.of)
        if definition.aggregate == "mean":
            return quotient(
                self._summed(definition, definition.of), filtered(exp.Count(this=value))
            )
        first = definition.aggregate in ("smallest", "earliest")
        return filtered((exp.Min if first else exp.Max)(this=value))

    def _summed(self, definition: FactMetric, of: Expression) -> exp.Expr:
        value = exp.Sum(this=self._sql(of, definition.table))
        return exp.Filter(this=value, expression=exp.Where(this=self._rows(definition)))

    def _finished(self, metric: Metric, value: exp.Expr) -> exp.Expr:
        """Return the aggregate divided by months if asked, in the type it is stored in."""
        definition = _definition(metric)
        if definition.per == "month":
            months = definition.over.months or 1
            zeroed = exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])
            value = quotient(zeroed, exp.Literal.number(months))
        return cast_to(value, STORED[metric.type])

    def _rows(self, definition: FactMetric) -> exp.Expr:
        """Return the condition of the rows that count: in the window, and as filtered."""
        start, end = definition.over.span(self.as_of)
        fact = definition.table
        day = day_of(fact, definition.dated or date_column(fact))
        conditions: list[exp.Expr] = []
        if start is not None:
            conditions.append(exp.GT(this=day, expression=literal(start)))
        if end < self.as_of or definition.dated is not None:
            conditions.append(exp.LTE(this=day.copy(), expression=literal(end)))
        if definition.where is not None:
            conditions.append(self._sql(definition.where, fact))
        return exp.and_(*conditions) if conditions else exp.true()

    def _sql(self, tree: Expression, fact: str) -> exp.Expr:
        types = fact_types(fact) | {"as_of": ValueType.DATE}
        columns: dict[str, exp.Expr] = {name: column(name) for name in types}
        columns["as_of"] = literal(self.as_of)
        sql = to_sql(tree, columns, types)
        if isinstance(tree, Name) and types[tree.name] is ValueType.MOMENT:
            return cast_to(sql, "DATE") if fact != PURCHASES else sql
        return sql


def _definition(metric: Metric) -> FactMetric:
    if not isinstance(metric.definition, FactMetric):
        raise TypeError(f"{metric.id} is not counted from facts")
    return metric.definition


def metrics_query(
    standard: Standard,
    available: frozenset[str],
    parts: Mapping[str, Sequence[str]],
    population: str,
    customers: str,
    as_of: date,
) -> exp.Select:
    """Return the query of all metrics, one row a customer, ordered by customer_id.

    Args:
        standard: The standard that defines them.
        available: Metrics whose data there is; the others become null columns.
        parts: For each relation with an aggregation's result, its metrics.
        population: The relation with the customers to grade (`customer_id`).
        customers: The relation of the customers table.
        as_of: The as-of date.
    """
    counted = {name for names in parts.values() for name in names}
    attributes = _attributes(standard, available)
    query = exp.select(exp.column("customer_id", table="population")).from_(
        exp.alias_(table(population), "population", table=True)
    )
    for relation, names in parts.items():
        query = query.join(table(relation), using="customer_id", join_type="left")
        for name in names:
            # Qualified: the customers' further columns may be called like a metric.
            value: exp.Expr = exp.column(
                exp.to_identifier(name, quoted=True), table=exp.to_identifier(relation, quoted=True)
            )
            definition = standard.metrics[name].definition
            if isinstance(definition, FactMetric) and definition.aggregate in _EMPTY_IS_ZERO:
                value = exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])
            query = query.select(exp.alias_(value, name, quoted=True))
    if attributes:
        query = query.join(
            exp.alias_(table(customers), "attributes", table=True),
            using="customer_id",
            join_type="left",
        )
        for name in attributes:
            own = exp.column(
                exp.to_identifier(name.removeprefix("customers."), quoted=True), table="attributes"
            )
            query = query.select(exp.alias_(own, name, quoted=True))
    types = standard.metric_types | {"as_of": ValueType.DATE} | attributes
    done = set(counted)
    pending = [
        metric
        for metric in standard.metrics.values()
        if metric.id in available and isinstance(metric.definition, ComputedMetric)
    ]
    while pending:
        ready = [m for m in pending if _inputs(m, standard) & available <= done]
        values = [_computed(metric, types, available, as_of) for metric in ready]
        # Trees are handed over, not copied: copying each step into the next is quadratic.
        below = query.subquery("step", copy=False)
        query = exp.select("*", *values, copy=False).from_(below, copy=False)
        done |= {metric.id for metric in ready}
        pending = [metric for metric in pending if metric not in ready]
    stored = [
        exp.alias_(
            cast_to(
                column(metric.id) if metric.id in available else exp.Null(),
                STORED[metric.type],
            ),
            metric.id,
            quoted=True,
        )
        for metric in standard.metrics.values()
    ]
    return (
        exp.select(column("customer_id"), *stored)
        .from_(query.subquery("complete", copy=False), copy=False)
        .order_by(column("customer_id"), copy=False)
    )


def _inputs(metric: Metric, standard: Standard) -> set[str]:
    assert isinstance(metric.definition, ComputedMetric)  # noqa: S101  filtered by the caller
    return {name for name in names_in(metric.definition.formula) if name in standard.metrics}


def _computed(
    metric: Metric, types: Mapping[str, ValueType], available: frozenset[str], as_of: date
) -> exp.Expr:
    assert isinstance(metric.definition, ComputedMetric)  # noqa: S101  filtered by the caller
    formula = metric.definition.formula
    columns: dict[str, exp.Expr] = {
        name: column(name)
        if name in available or name.startswith("customers.")
        else cast_to(exp.Null(), types[name].sql)
        for name in names_in(formula)
    }
    columns["as_of"] = literal(as_of)
    stored = STORED[type_of(formula, types)]
    return exp.alias_(cast_to(to_sql(formula, columns, types), stored), metric.id, quoted=True)


def _attributes(standard: Standard, available: frozenset[str]) -> dict[str, ValueType]:
    from kefen.domain.contract import TABLES
    from kefen.expressions.types import type_of_kind

    kinds = {column.name: column.kind for column in TABLES["customers"].columns}
    found: dict[str, ValueType] = {}
    for metric in standard.metrics.values():
        if metric.id in available and isinstance(metric.definition, ComputedMetric):
            for name in names_in(metric.definition.formula):
                own = name.removeprefix("customers.")
                if own != name:
                    found[name] = type_of_kind(kinds[own]) if own in kinds else ValueType.TEXT
    return found
