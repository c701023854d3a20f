"""Every metric as SQL: those counted from facts joined to one row a customer, and the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.groups import nothing
from kefen.domain.contract import TABLES
from kefen.expressions.snippets import cast_to
from kefen.expressions.sql import literal, to_sql
from kefen.expressions.tree import names_in
from kefen.expressions.types import ValueType, type_of, type_of_kind
from kefen.standards.model import ComputedMetric, FactMetric

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

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


def metrics_query(
    standard: Standard,
    available: frozenset[str],
    parts: Mapping[str, Sequence[str]],
    population: str,
    customers: str,
    as_of: date,
    *,
    attributes: Collection[str],
    numbered: Mapping[str, str] | None = None,
    ordered: bool = True,
    only: Collection[str] | None = None,
) -> exp.Select:
    """Return the query of all metrics, or of some, one row a customer.

    Args:
        standard: The standard that defines them.
        available: Metrics whose data there is; the others become null columns.
        parts: For each relation with an aggregation's or a model's result, its metrics.
        population: The relation with the customers to grade (`customer_id`).
        customers: The relation of the customers table.
        as_of: The as-of date.
        attributes: The columns of the customers table, as `customers.column`.
        numbered: For each relation of `parts` that has a customer's number as `customer_id`, the
            column of the population that has these numbers (`rowid` or its own).
        ordered: Whether by customer_id.
        only: The metrics that are wanted, and all that they are computed from; None: all.
    """
    wanted = [one for one in standard.metrics.values() if only is None or one.id in only]
    counted = {name for names in parts.values() for name in names}
    computed = [
        metric
        for metric in wanted
        if metric.id in available and isinstance(metric.definition, ComputedMetric)
    ]
    named = customers_columns(computed)
    there = {name: found for name, found in named.items() if name in attributes}
    query = exp.select(exp.column("customer_id", table="population")).from_(
        exp.alias_(table(population), "population", table=True)
    )
    for relation, names in parts.items():
        query = _with_part(query, relation, (numbered or {}).get(relation, "customer_id"))
        for name in names:
            # Qualified: the customers' further columns may be called like a metric.
            value: exp.Expr = exp.column(
                exp.to_identifier(name, quoted=True), table=exp.to_identifier(relation, quoted=True)
            )
            definition = standard.metrics[name].definition
            without_rows = (
                nothing(definition, as_of) if isinstance(definition, FactMetric) else None
            )
            if without_rows is not None:
                value = exp.Coalesce(this=value, expressions=[literal(without_rows)])
            query = query.select(exp.alias_(value, name, quoted=True, copy=False), copy=False)
    if there:
        query = query.join(
            exp.alias_(table(customers), "attributes", table=True),
            on=_same_customer("customer_id", exp.to_identifier("attributes")),
            join_type="left",
            copy=False,
        )
        for name in there:
            own = exp.column(
                exp.to_identifier(name.removeprefix("customers."), quoted=True), table="attributes"
            )
            query = query.select(exp.alias_(own, name, quoted=True, copy=False), copy=False)
    types = standard.metric_types | {"as_of": ValueType.DATE} | named
    done = set(counted)
    pending = computed
    while pending:
        ready = [m for m in pending if _inputs(m, standard) & available <= done]
        values = [_computed(metric, types, available | set(there), as_of) for metric in ready]
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
            copy=False,
        )
        for metric in wanted
    ]
    found = exp.select(column("customer_id"), *stored, copy=False).from_(
        query.subquery("complete", copy=False), copy=False
    )
    return found.order_by(column("customer_id"), copy=False) if ordered else found


def _with_part(query: exp.Select, relation: str, own: str) -> exp.Select:
    """Return the query with a relation of metrics joined to a column of the population."""
    name = exp.to_identifier(relation, quoted=True)
    return query.join(table(relation), on=_same_customer(own, name), join_type="left", copy=False)


def _same_customer(own: str, relation: exp.Identifier) -> exp.Expr:
    return exp.EQ(
        this=exp.column(own, table="population"),
        expression=exp.column("customer_id", table=relation),
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
        name: column(name) if name in available else cast_to(exp.Null(), types[name].sql)
        for name in names_in(formula)
    }
    columns["as_of"] = literal(as_of)
    stored = STORED[type_of(formula, types)]
    value = cast_to(to_sql(formula, columns, types), stored)
    return exp.alias_(value, metric.id, quoted=True, copy=False)


def customers_columns(metrics: Iterable[Metric]) -> dict[str, ValueType]:
    """Return the type of each `customers.column` that the metrics' expressions name."""
    kinds = {column.name: column.kind for column in TABLES["customers"].columns}
    found: dict[str, ValueType] = {}
    for metric in metrics:
        definition = metric.definition
        names: Iterable[str] = (
            names_in(definition.formula)
            if isinstance(definition, ComputedMetric)
            else sorted(definition.names)
        )
        for name in names:
            own = name.removeprefix("customers.")
            if own != name:
                found[name] = type_of_kind(kinds[own]) if own in kinds else ValueType.TEXT
    return found
