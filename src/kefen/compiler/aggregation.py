"""Metrics counted from facts: one aggregation per fact table and grouping."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.aggregates import FactSQL, struct
from kefen.compiler.facts import column, table
from kefen.compiler.grouped import group_type, grouped_values
from kefen.compiler.groups import LEVELS, empty_group, every_period
from kefen.compiler.metrics import STORED
from kefen.compiler.takes import RUNS, taken
from kefen.expressions.quotients import quotient
from kefen.expressions.snippets import cast_to
from kefen.expressions.sql import literal
from kefen.standards.facts import fact_types
from kefen.standards.model import FactMetric
from kefen.standards.model.metrics import Runs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kefen.expressions.tree import Expression
    from kefen.standards.model import Metric
    from kefen.standards.model.metrics import CalendarGroups


@dataclass(frozen=True, slots=True)
class Source:
    """The rows that a metric is counted from.

    Attributes:
        fact: The fact table, `purchases` or `cancellations`.
        across: The column of customers whose sharers count together; None: each alone.
        joined: Whether rows are joined with metrics or columns of their customers.
    """

    fact: str
    across: str | None = None
    joined: bool = False


def source_of(definition: FactMetric, metrics: Collection[str]) -> Source:
    """Return what a metric is counted from, `metrics` being the standard's."""
    return Source(definition.table, definition.across, bool(joined_names(definition, metrics)))


def joined_names(definition: FactMetric, metrics: Collection[str]) -> frozenset[str]:
    """Return the metrics and customers' columns that a metric's expressions name."""
    own = fact_types(definition.table)
    return frozenset(
        name
        for name in definition.names
        if name not in own and (name in metrics or name.startswith("customers."))
    )


@dataclass(frozen=True, slots=True)
class Part:
    """An aggregation: its query (one row a customer), and the metrics it gives as columns."""

    source: Source
    query: exp.Select
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactAggregation:
    """Writes the aggregations of one standard on one set of as-of views.

    Attributes:
        sql: Writes expressions on facts.
        views: The view of each source.
    """

    sql: FactSQL
    views: Mapping[Source, str]

    def parts(self, metrics: Sequence[Metric]) -> list[Part]:
        """Return the aggregations that give `metrics`, all of them counted from facts."""
        plain: dict[Source, list[Metric]] = defaultdict(list)
        keyed: dict[tuple[Source, exp.Expr], list[Metric]] = defaultdict(list)
        alone: list[Metric] = []
        for metric in metrics:
            definition = _definition(metric)
            source = source_of(definition, self.sql.types)
            if _stands_alone(definition):
                alone.append(metric)
                continue
            by = self._key(definition)
            if by is None:
                plain[source].append(metric)
            else:
                keyed[source, self.sql.key(definition, by)].append(metric)
        parts = [self._plain(source, group) for source, group in plain.items()]
        parts += [self._keyed(source, key, group) for (source, key), group in keyed.items()]
        return parts + [self._alone(metric) for metric in alone]

    @staticmethod
    def _key(definition: FactMetric) -> Expression | CalendarGroups | Runs | None:
        """Return what rows are grouped by besides the customer, if anything."""
        if definition.aggregate in ("distinct", "leading"):
            return definition.of
        return definition.levels[0].by if definition.levels else None

    def _alone(self, metric: Metric) -> Part:
        """Return the aggregation of a metric with groups of its own kind."""
        definition = _definition(metric)
        source = source_of(definition, self.sql.types)
        values = grouped_values(self.sql, definition, self.views[source])
        result = self._finished(metric, column("value"))
        query = exp.select(column("customer_id"), exp.alias_(result, metric.id, quoted=True)).from_(
            values.subquery("valued")
        )
        return Part(source, query, (metric.id,))

    def _plain(self, source: Source, metrics: Sequence[Metric]) -> Part:
        selected = [
            exp.alias_(self._finished(metric, self._aggregate(metric)), metric.id, quoted=True)
            for metric in metrics
        ]
        query = (
            exp.select(column("customer_id"), *selected)
            .from_(table(self.views[source]))
            .group_by(column("customer_id"))
        )
        widest = self._common_window(metrics)
        if widest is not None:
            query = query.where(widest)
        return Part(source, query, tuple(metric.id for metric in metrics))

    def _common_window(self, metrics: Sequence[Metric]) -> exp.Expr | None:
        """Return the span that covers all windows, so that older rows are not even grouped."""
        definitions = [_definition(metric) for metric in metrics]
        if any(d.dated is not None for d in definitions):
            return None
        starts = [d.over.span(self.sql.as_of)[0] for d in definitions]
        known = [start for start in starts if start is not None]
        if len(known) < len(starts):
            return None
        return exp.GT(this=self.sql.day(definitions[0]), expression=literal(min(known)))

    def _keyed(self, source: Source, key_sql: exp.Expr, metrics: Sequence[Metric]) -> Part:
        """Return an aggregation in two steps: per customer and key, then per customer."""
        inner = (
            exp.select(column("customer_id"), exp.alias_(key_sql, "key"))
            .from_(table(self.views[source]))
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
                    expression=exp.Where(this=self.sql.rows(definition)),
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
                        self._leading_sum(definition, definition.leads_by),
                        value_name,
                        quoted=True,
                    )
                )
                leader = struct(rank=exp.Neg(this=column(value_name)), key=column("key"))
                first = exp.Filter(this=exp.Min(this=leader), expression=exp.Where(this=present))
                result = exp.Dot(this=exp.paren(first), expression=exp.to_identifier("key"))
            else:
                inner = inner.select(exp.alias_(self._aggregate(metric), value_name, quoted=True))
                result = self._taken(definition, column(value_name), present)
            outer = outer.select(exp.alias_(self._finished(metric, result), metric.id, quoted=True))
        query = outer.from_(inner.subquery("grouped")).group_by(column("customer_id"))
        return Part(source, query, tuple(metric.id for metric in metrics))

    def _taken(self, definition: FactMetric, value: exp.Expr, present: exp.Expr) -> exp.Expr:
        level = definition.levels[0]
        return taken(
            level.take,
            value,
            group_type(self.sql, definition),
            present=present,
            periods=every_period(definition, level, self.sql.as_of),
            empty=empty_group(definition, 1, self.sql.as_of),
        )

    def _aggregate(self, metric: Metric) -> exp.Expr:
        definition = _definition(metric)
        return self.sql.aggregate(definition, self.sql.rows(definition))

    def _leading_sum(self, definition: FactMetric, of: Expression) -> exp.Expr:
        value = exp.Sum(this=self.sql.expression(of, definition))
        return exp.Filter(this=value, expression=exp.Where(this=self.sql.rows(definition)))

    def _finished(self, metric: Metric, value: exp.Expr) -> exp.Expr:
        """Return the aggregate divided by months if asked, in the type it is stored in."""
        definition = _definition(metric)
        if definition.per == "month":
            months = definition.over.months or 1
            without_rows = literal(empty_group(definition, 0, self.sql.as_of))
            zeroed = exp.Coalesce(this=value, expressions=[without_rows])
            value = quotient(zeroed, exp.Literal.number(months))
        return cast_to(value, STORED[metric.type])


def _stands_alone(definition: FactMetric) -> bool:
    """Return whether a metric's groups cannot be made in one step with those of others."""
    levels = definition.levels
    return definition.aggregate in LEVELS or (
        bool(levels)
        and (
            len(levels) > 1
            or definition.aggregate == "distinct"
            or isinstance(levels[0].by, Runs)
            or levels[0].take.kind in RUNS
        )
    )


def _definition(metric: Metric) -> FactMetric:
    if not isinstance(metric.definition, FactMetric):
        raise TypeError(f"{metric.id} is not counted from facts")
    return metric.definition
