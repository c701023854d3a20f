"""Metrics whose rows are grouped in a way of their own: one query for each.

Groups within groups, runs of months or days, runs of periods that meet a condition, and levels
that hold from one row to the next.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.aggregates import PLACED
from kefen.compiler.facts import column, table
from kefen.compiler.groups import empty_group, every_period
from kefen.compiler.takes import RUNS, run_lengths, taken
from kefen.expressions.quotients import quotient
from kefen.expressions.snippets import number
from kefen.expressions.sql import literal
from kefen.expressions.types import ValueType, type_of
from kefen.standards.facts import fact_types
from kefen.standards.model.metrics import Runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.compiler.aggregates import FactSQL
    from kefen.standards.model import FactMetric

_CUSTOMER = "customer_id"


def grouped_values(sql: FactSQL, definition: FactMetric, view: str) -> exp.Select:
    """Return the query of a metric's value before it is divided and stored.

    Args:
        sql: Writes the metric's expressions.
        definition: The metric.
        view: The view of its fact.

    Returns:
        A query of `customer_id` and `value`, one row for each customer with a row that counts.
    """
    keys = [f"key {depth}" for depth in range(len(definition.levels))]
    if definition.aggregate == "daily_average":
        current = _daily_averages(sql, definition, view, keys)
    elif definition.aggregate == "highest_balance":
        current = _highest_balances(sql, definition, view)
    elif len(definition.levels) == 1 and isinstance(definition.levels[0].by, Runs):
        current = _values_of_runs(sql, definition, definition.levels[0].by, view, keys[0])
    else:
        grouping = [column(_CUSTOMER), *map(column, keys)]
        value = exp.alias_(sql.aggregate(definition, None), "value", quoted=True)
        current = (
            exp.select(*grouping, value)
            .from_(_rows(sql, definition, view, keys).subquery("counting"))
            .group_by(*(part.copy() for part in grouping))
        )
    value_type = group_type(sql, definition)
    for depth in reversed(range(len(definition.levels))):
        level = definition.levels[depth]
        within = [_CUSTOMER, *keys[:depth]]
        periods = every_period(definition, level, sql.as_of)
        empty = empty_group(definition, depth + 1, sql.as_of)
        if level.take.kind in RUNS and periods is not None:
            current = run_lengths(
                level.take, current, within, keys[depth], value_type, periods=periods, empty=empty
            )
        else:
            joined = taken(
                level.take,
                column("value"),
                value_type,
                present=None,
                periods=periods,
                empty=empty,
            )
            current = (
                exp.select(*map(column, within), exp.alias_(joined, "value", quoted=True))
                .from_(current.subquery("groups"))
                .group_by(*map(column, within))
            )
        if level.take.kind == "mean":
            value_type = ValueType.DECIMAL
        elif level.take.condition is not None:
            value_type = ValueType.INTEGER
    return current


def _rows(sql: FactSQL, definition: FactMetric, view: str, keys: Sequence[str]) -> exp.Select:
    """Return the rows that count, with their keys; rows without a key belong to no group."""
    found = [sql.key(definition, level.by) for level in definition.levels]
    named = [exp.alias_(k, name, quoted=True) for k, name in zip(found, keys, strict=True)]
    query = exp.select("*", *named).from_(table(view)).where(sql.rows(definition))
    for key in found:
        query = query.where(exp.Is(this=exp.paren(key.copy()), expression=exp.Null()).not_())
    return query


def group_type(sql: FactSQL, definition: FactMetric) -> ValueType:
    """Return the type of what is computed of each group."""
    if definition.aggregate in ("mean", "daily_average"):
        return ValueType.DECIMAL
    if definition.aggregate in ("count", "distinct") or definition.of is None:
        return ValueType.INTEGER
    types = {**sql.types, **fact_types(definition.table), "as_of": ValueType.DATE}
    return type_of(definition.of, types)


def _values_of_runs(
    sql: FactSQL, definition: FactMetric, runs: Runs, view: str, key: str
) -> exp.Select:
    """Return the value of each run of months or days that ends where a row counts."""
    rows = _rows(sql, definition, view, [key])

    def over_run(aggregate: exp.Expr) -> exp.Expr:
        return exp.Window(
            this=aggregate,
            partition_by=[column(_CUSTOMER)],
            order=exp.Order(expressions=[exp.Ordered(this=column(key))]),
            spec=exp.WindowSpec(
                kind="RANGE",
                start=number(runs.length - 1),
                start_side="PRECEDING",
                end="CURRENT ROW",
            ),
        )

    def of_column(aggregate: type[exp.AggFunc], name: str) -> exp.Expr:
        return over_run(aggregate(this=column(name)))

    grouping = [column(_CUSTOMER), column(key)]
    verb = definition.aggregate
    if verb == "distinct":
        if definition.of is None:
            raise ValueError("only a count has no operand")
        value = sql.expression(definition.of, definition)
        different = over_run(exp.Count(this=exp.Distinct(expressions=[value])))
        return (
            exp.select(*grouping, exp.alias_(different, "value", quoted=True))
            .distinct()
            .from_(rows.subquery("counting"))
        )
    steps: dict[str, exp.Expr] = {}
    if verb == "count" or definition.of is None:
        steps["total"] = exp.Count(this=exp.Star())
        result = of_column(exp.Sum, "total")
    else:
        value = sql.expression(definition.of, definition)
        if verb in ("sum", "mean"):
            steps["total"] = exp.Sum(this=value)
            result = of_column(exp.Sum, "total")
            if verb == "mean":
                steps["many"] = exp.Count(this=value.copy())
                result = quotient(result, of_column(exp.Sum, "many"))
        elif verb in ("first", "last"):
            steps["total"] = exp.Max(this=sql.placed(definition, value))
            chosen = exp.paren(of_column(exp.Max, "total"))
            result = exp.Dot(this=chosen, expression=exp.to_identifier(PLACED, quoted=True))
        else:
            least = verb in ("smallest", "earliest")
            chosen_by = exp.Min if least else exp.Max
            steps["total"] = chosen_by(this=value)
            result = of_column(chosen_by, "total")
    named = [exp.alias_(step, name, quoted=True) for name, step in steps.items()]
    by_period = (
        exp.select(*grouping, *named)
        .from_(rows.subquery("counting"))
        .group_by(*(part.copy() for part in grouping))
    )
    return exp.select(
        *(part.copy() for part in grouping), exp.alias_(result, "value", quoted=True)
    ).from_(by_period.subquery("periods"))


def _daily_averages(
    sql: FactSQL, definition: FactMetric, view: str, keys: Sequence[str]
) -> exp.Select:
    """Return the mean of the levels at the days' ends, each level holding until the next row."""
    if definition.of is None:
        raise ValueError("only a count has no operand")
    start, end = definition.over.span(sql.as_of)
    if start is None:
        raise ValueError("the daily average of a window that does not begin")
    value = sql.expression(definition.of, definition)
    grouping = [column(_CUSTOMER), *map(column, keys)]
    last = exp.Dot(
        this=exp.paren(exp.Max(this=sql.placed(definition, value))),
        expression=exp.to_identifier(PLACED, quoted=True),
    )
    day = sql.day(definition)
    levels = (
        exp.select(
            *grouping,
            exp.alias_(day, "day", quoted=True),
            exp.alias_(last, "level", quoted=True),
        )
        .from_(_rows(sql, definition, view, keys).subquery("counting"))
        .where(exp.Is(this=exp.paren(value.copy()), expression=exp.Null()).not_())
        .group_by(*(part.copy() for part in grouping), day.copy())
    )
    following = exp.Window(
        this=exp.Lead(this=column("day")),
        partition_by=[part.copy() for part in grouping],
        order=exp.Order(expressions=[exp.Ordered(this=column("day"))]),
    )
    held = exp.select("*", exp.alias_(following, "following", quoted=True)).from_(
        levels.subquery("levels")
    )
    beginning, ending = literal(start + timedelta(days=1)), literal(end + timedelta(days=1))
    until = exp.func(
        "least", exp.Coalesce(this=column("following"), expressions=[ending]), ending.copy()
    )
    since = exp.func("greatest", column("day"), beginning)
    days = exp.func("greatest", exp.paren(exp.Sub(this=until, expression=since)), number(0))
    total = exp.Sum(this=exp.Mul(this=column("level"), expression=days))
    average = quotient(total, number((end - start).days))
    return (
        exp.select(*(part.copy() for part in grouping), exp.alias_(average, "value", quoted=True))
        .from_(held.subquery("held"))
        .group_by(*(part.copy() for part in grouping))
    )


def _highest_balances(sql: FactSQL, definition: FactMetric, view: str) -> exp.Select:
    """Return the highest sum of all rows up to the end of a day of the window, 0 at least."""
    if definition.of is None:
        raise ValueError("only a count has no operand")
    start, _ = definition.over.span(sql.as_of)
    value = sql.expression(definition.of, definition)
    day = sql.day(definition)
    if start is not None:
        # What was before the window is there at the end of its first day.
        day = exp.func("greatest", day, literal(start + timedelta(days=1)))
    moved = (
        exp.select(
            column(_CUSTOMER),
            exp.alias_(day, "day", quoted=True),
            exp.alias_(exp.Sum(this=value), "moved", quoted=True),
        )
        .from_(_rows(sql, definition, view, ()).subquery("counting"))
        .where(exp.Is(this=exp.paren(value.copy()), expression=exp.Null()).not_())
        .group_by(column(_CUSTOMER), day.copy())
    )
    so_far = exp.Window(
        this=exp.Sum(this=column("moved")),
        partition_by=[column(_CUSTOMER)],
        order=exp.Order(expressions=[exp.Ordered(this=column("day"))]),
    )
    balances = exp.select(column(_CUSTOMER), exp.alias_(so_far, "balance", quoted=True)).from_(
        moved.subquery("moves")
    )
    highest = exp.func("greatest", exp.Max(this=column("balance")), number(0))
    return (
        exp.select(column(_CUSTOMER), exp.alias_(highest, "value", quoted=True))
        .from_(balances.subquery("balances"))
        .group_by(column(_CUSTOMER))
    )
