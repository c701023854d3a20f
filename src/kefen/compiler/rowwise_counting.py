"""The rows that count for a metric become its value, in plain Python decimals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.groups import empty_group, every_period, meets, nothing
from kefen.compiler.rowwise_values import (
    Row,
    day_of,
    known_total,
    mean_of,
    moment_of,
    stored,
    total,
)
from kefen.domain.decimals import quotient
from kefen.domain.periods import period_number
from kefen.expressions.evaluator import evaluate
from kefen.expressions.tree import Name
from kefen.expressions.types import ValueType
from kefen.standards.facts import date_column, fact_types, in_order
from kefen.standards.model.metrics import CalendarGroups, Runs

if TYPE_CHECKING:
    from datetime import datetime

    from kefen.expressions.tree import Expression, Value
    from kefen.standards.model import FactMetric, Metric
    from kefen.standards.model.metrics import Level


def counted(metric: Metric, definition: FactMetric, rows: list[Row], as_of: date) -> Value:
    """Return what the rows of one customer (or family) give for a metric on facts.

    Args:
        metric: The metric.
        definition: Its definition.
        rows: Rows as they were known, each with every name that the definition uses.
        as_of: The as-of date.
    """
    counting = [
        row
        for row in rows
        if _counts(definition, row, as_of)
        # Rows without a key belong to no group.
        and all(_key(definition, level, row, as_of) is not None for level in definition.levels)
    ]
    if definition.aggregate == "leading":
        value = _leading(definition, counting, as_of)
    else:
        value = _grouped(definition, 0, counting, as_of)
    if value is None:
        return stored(nothing(definition, as_of), metric.type)
    if definition.per == "month" and isinstance(value, int | Decimal):
        value = quotient(value, definition.over.months or 1)
    return stored(value, metric.type)


def _counts(definition: FactMetric, row: Row, as_of: date) -> bool:
    """Return whether a row lies in the metric's window and meets its condition."""
    start, end = definition.over.span(as_of)
    dated = row[_date_name(definition)]
    if dated is None or day_of(dated) > end:
        # Without a date of its own a row is in no window; all time asks for a date up to its end.
        return False
    # A level holds from rows before the window on.
    if start is not None and day_of(dated) <= start and definition.aggregate != "daily_average":
        return False
    return definition.where is None or _value(definition, definition.where, row, as_of) is True


def _date_name(definition: FactMetric) -> str:
    return definition.dated or date_column(definition.table)


def _value(definition: FactMetric, tree: Expression, row: Row, as_of: date) -> Any:
    value = evaluate(tree, row | {"as_of": as_of})
    # A moment on its own counts as its day.
    if isinstance(tree, Name) and fact_types(definition.table).get(tree.name) is ValueType.MOMENT:
        return None if value is None else day_of(value)
    return value


def _grouped(definition: FactMetric, depth: int, rows: list[Row], as_of: date) -> Value:
    """Return what rows give, grouped by the levels from `depth` on."""
    if depth == len(definition.levels):
        return _aggregate(definition, rows, as_of)
    level = definition.levels[depth]
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(_key(definition, level, row, as_of), []).append(row)
    if isinstance(level.by, Runs):
        length = level.by.length
        groups = {
            last: [row for n, own in groups.items() if last - length < n <= last for row in own]
            for last in groups
        }
    values = {key: _grouped(definition, depth + 1, own, as_of) for key, own in groups.items()}
    periods = every_period(definition, level, as_of)
    if periods is None:
        return _taken(level, list(values.values()))
    if not groups:
        return None
    empty = empty_group(definition, depth + 1, as_of)
    found = [values.get(n) for n in range(periods.first, periods.last + 1)]
    return _taken(level, [empty if value is None else value for value in found])


def _key(definition: FactMetric, level: Level, row: Row, as_of: date) -> Value:
    groups = level.by
    if isinstance(groups, CalendarGroups | Runs):
        period = groups.period if isinstance(groups, CalendarGroups) else groups.unit
        day = day_of(row[_date_name(definition)])
        return period_number(day, period, definition.over.year_start)
    key: Value = _value(definition, groups, row, as_of)
    return key


def _aggregate(definition: FactMetric, rows: list[Row], as_of: date) -> Value:
    if definition.aggregate == "count" or definition.of is None:
        return len(rows)
    if definition.aggregate in ("first", "last"):
        return (
            _value(definition, definition.of, _placed_row(definition, rows), as_of)
            if rows
            else None
        )
    found = [(row, _value(definition, definition.of, row, as_of)) for row in rows]
    known = [(row, value) for row, value in found if value is not None]
    values: list[Any] = [value for _, value in known]
    if definition.aggregate == "distinct":
        return len(set(values))
    if not values:
        return None
    if definition.aggregate == "sum":
        return total(values)
    if definition.aggregate == "mean":
        return mean_of(values)
    if definition.aggregate == "daily_average":
        return _daily_average(definition, known, as_of)
    chosen: Value = (min if definition.aggregate in ("smallest", "earliest") else max)(values)
    return chosen


def _placed_row(definition: FactMetric, rows: list[Row]) -> Row:
    """Return the first or last row by date; of rows of one moment the last by its columns."""
    moments = [_moment(definition, row) for row in rows]
    wanted = (min if definition.aggregate == "first" else max)(moments)
    own = [row for row, moment in zip(rows, moments, strict=True) if moment == wanted]
    return max(own, key=lambda row: _place(definition, row))


def _moment(definition: FactMetric, row: Row) -> datetime:
    return moment_of(row[_date_name(definition)])


def _place(definition: FactMetric, row: Row) -> tuple[tuple[bool, Any], ...]:
    """Return a row's place among those of one moment; a blank comes before everything."""
    values = [row.get(name) for name in in_order(definition.table)]
    return tuple((v is not None, moment_of(v) if isinstance(v, date) else v) for v in values)


def _daily_average(definition: FactMetric, known: list[tuple[Row, Any]], as_of: date) -> Value:
    """Return the mean over the window's days of the level at the end of each day."""
    start, end = definition.over.span(as_of)
    assert start is not None  # noqa: S101  the reader guarantees it
    days = (end - start).days
    placed = sorted(
        (((_moment(definition, row), _place(definition, row)), value) for row, value in known),
        key=lambda pair: pair[0],
    )
    levels: list[Any] = []
    for past in range(days):
        day = start + timedelta(days=past + 1)
        before = [pair for pair in placed if day_of(pair[0][0]) <= day]
        levels.append(before[-1][1] if before else 0)
    return quotient(total([Decimal(level) for level in levels]), days)


def _leading(definition: FactMetric, rows: list[Row], as_of: date) -> Value:
    """Return the key with the largest sum; of equals the first in Unicode order."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        key = _value(definition, definition.of, row, as_of) if definition.of is not None else None
        if key is not None:
            groups.setdefault(str(key), []).append(row)
    if not groups or definition.leads_by is None:
        return None
    sums: dict[str, Any] = {}
    for key, own in groups.items():
        sums[key] = known_total(_value(definition, definition.leads_by, r, as_of) for r in own)
    return min(sums, key=lambda key: (sums[key] is None, -(sums[key] or 0), key))


def _taken(level: Level, found: list[Value]) -> Value:
    take = level.take
    if take.condition is not None:
        held = [meets(take, value) for value in found]
        if take.kind == "number":
            return sum(held)
        runs = [0]
        for holds in held:
            runs.append(runs[-1] + 1 if holds else 0)
        return runs[-1] if take.kind == "latest_run" else max(runs)
    values: list[Any] = [value for value in found if value is not None]
    if not values:
        return None
    if take.kind == "mean":
        return mean_of(values)
    if take.kind == "sum":
        return total(values)
    chosen: Value = (max if take.kind == "largest" else min)(values)
    return chosen
