"""The rows that count for a metric become its value, in plain Python decimals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.groups import LEVELS, empty_group, every_period, meets, nothing
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
from kefen.expressions.evaluator import evaluation
from kefen.expressions.tree import Name
from kefen.expressions.types import ValueType
from kefen.standards.facts import date_column, fact_types, in_order
from kefen.standards.model.metrics import CalendarGroups, Runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.expressions.evaluator import Evaluation
    from kefen.expressions.tree import Expression, Value
    from kefen.standards.model import FactMetric, Metric
    from kefen.standards.model.metrics import Level


@dataclass(slots=True)
class Shared:
    """What the metrics of one customer find in the same rows, so that each looks once.

    Attributes:
        days: The day of each row, by fact and the column of the date.
        windows: The rows in a window that meet a condition, by fact, window and condition.
    """

    days: dict[tuple[object, ...], Sequence[date | None]] = field(default_factory=dict)
    windows: dict[tuple[object, ...], Sequence[Row]] = field(default_factory=dict)


class Counting:
    """A metric on facts, ready to be counted from the rows of one customer (or family)."""

    def __init__(self, metric: Metric, definition: FactMetric) -> None:
        self._metric = metric
        self._definition = definition
        self._dated = definition.dated or date_column(definition.table)
        self._where = None if definition.where is None else evaluation(definition.where)
        self._of = None if definition.of is None else self._valued(definition.of)
        self._leads_by = None if definition.leads_by is None else self._valued(definition.leads_by)
        self._keys = [self._key(level) for level in definition.levels]

    def value(self, rows: Sequence[Row], as_of: date, shared: Shared | None = None) -> Value:
        """Return what rows give for the metric.

        Args:
            rows: Rows as they were known, each with every name that the definition uses, and with
                `as_of`.
            as_of: The as-of date.
            shared: What other metrics found in the same rows of the same customer, which this
                one adds to; None: nothing is shared.

        Raises:
            OutOfRangeError: A number does not fit the metric's column.
        """
        definition = self._definition
        counting = self._counting(rows, as_of, Shared() if shared is None else shared)
        if definition.aggregate == "leading":
            value = self._leading(counting)
        else:
            value = self._grouped(0, counting, as_of)
        if value is None:
            return stored(nothing(definition, as_of), self._metric.type)
        if definition.per == "month" and isinstance(value, int | Decimal):
            value = quotient(value, definition.over.months or 1)
        return stored(value, self._metric.type)

    def _valued(self, tree: Expression) -> Evaluation:
        value_of = evaluation(tree)
        types = fact_types(self._definition.table)
        if isinstance(tree, Name) and types.get(tree.name) is ValueType.MOMENT:
            # A moment on its own counts as its day.
            return lambda row: None if (value := value_of(row)) is None else day_of(value)
        return value_of

    def _key(self, level: Level) -> Evaluation:
        groups = level.by
        if not isinstance(groups, CalendarGroups | Runs):
            return self._valued(groups)
        period = groups.period if isinstance(groups, CalendarGroups) else groups.unit
        dated, year_start = self._dated, self._definition.over.year_start
        return lambda row: period_number(day_of(row[dated]), period, year_start)

    def _counting(self, rows: Sequence[Row], as_of: date, shared: Shared) -> Sequence[Row]:
        """Return the rows that lie in the metric's window and meet its condition."""
        start, end = self._definition.over.span(as_of)
        if self._definition.aggregate in LEVELS:
            start = None  # a level holds from rows before the window on
        where, keys = self._where, self._keys
        window = (self._definition.table, self._dated, start, end)
        found = shared.windows.get(window)
        if found is None:
            found = shared.windows[window] = self._within(rows, start, end, shared)
        if where is not None:
            condition = (*window, self._definition.where)
            met = shared.windows.get(condition)
            if met is None:
                met = [row for row in found if where(row) is True]
                shared.windows[condition] = met
            found = met
        if keys:
            # Rows without a key belong to no group.
            return [row for row in found if all(key(row) is not None for key in keys)]
        return found

    def _within(
        self, rows: Sequence[Row], start: date | None, end: date, shared: Shared
    ) -> Sequence[Row]:
        """Return the rows dated in a window.

        Without a date of its own a row is in no window; all time asks for one up to its end.
        """
        dates = (self._definition.table, self._dated)
        days = shared.days.get(dates)
        if days is None:
            dated: Any = [row[self._dated] for row in rows]
            days = [day.date() if isinstance(day, datetime) else day for day in dated]
            shared.days[dates] = days
        first = date.min if start is None else start + timedelta(days=1)
        return [
            row
            for row, day in zip(rows, days, strict=True)
            if day is not None and first <= day <= end
        ]

    def _grouped(self, depth: int, rows: Sequence[Row], as_of: date) -> Value:
        """Return what rows give, grouped by the levels from `depth` on."""
        definition = self._definition
        if depth == len(definition.levels):
            return self._aggregate(rows, as_of)
        level, key = definition.levels[depth], self._keys[depth]
        groups: dict[Any, list[Row]] = {}
        for row in rows:
            groups.setdefault(key(row), []).append(row)
        if isinstance(level.by, Runs):
            length = level.by.length
            groups = {
                last: [row for n, own in groups.items() if last - length < n <= last for row in own]
                for last in groups
            }
        values = {name: self._grouped(depth + 1, own, as_of) for name, own in groups.items()}
        periods = every_period(definition, level, as_of)
        if periods is None:
            return _taken(level, list(values.values()))
        if not groups:
            return None
        empty = empty_group(definition, depth + 1, as_of)
        found = [values.get(n) for n in range(periods.first, periods.last + 1)]
        return _taken(level, [empty if value is None else value for value in found])

    def _aggregate(self, rows: Sequence[Row], as_of: date) -> Value:
        definition, of = self._definition, self._of
        if definition.aggregate == "count" or of is None:
            return len(rows)
        if definition.aggregate in ("first", "last"):
            return of(self._placed_row(rows)) if rows else None
        values: list[Any] = [value for row in rows if (value := of(row)) is not None]
        if definition.aggregate == "distinct":
            return len(set(values))
        if not values:
            return None
        if definition.aggregate == "sum":
            return total(values)
        if definition.aggregate == "mean":
            return mean_of(values)
        if definition.aggregate == "daily_average":
            known = [(row, value) for row in rows if (value := of(row)) is not None]
            return self._daily_average(known, as_of)
        if definition.aggregate == "highest_balance":
            return self._highest_balance(rows, as_of)
        chosen: Value = (min if definition.aggregate in ("smallest", "earliest") else max)(values)
        return chosen

    def _highest_balance(self, rows: Sequence[Row], as_of: date) -> Value:
        """Return the highest sum of all rows up to the end of a day of the window, 0 at least."""
        assert self._of is not None  # noqa: S101  the reader guarantees it
        start, _ = self._definition.over.span(as_of)
        first = date.min if start is None else start + timedelta(days=1)
        moved: dict[date, list[Any]] = {}
        for row in rows:
            if (value := self._of(row)) is not None:
                moved.setdefault(max(day_of(row[self._dated]), first), []).append(value)
        balance: Any = 0
        highest: Any = 0
        for day in sorted(moved):
            balance = total([balance, *moved[day]])
            highest = max(highest, balance)
        return stored(highest, self._metric.type)

    def _placed_row(self, rows: Sequence[Row]) -> Row:
        """Return the first or last row by date; of rows of one moment the last by its columns."""
        moments = [moment_of(row[self._dated]) for row in rows]
        wanted = (min if self._definition.aggregate == "first" else max)(moments)
        own = [row for row, moment in zip(rows, moments, strict=True) if moment == wanted]
        return max(own, key=self._place)

    def _place(self, row: Row) -> tuple[tuple[bool, Any], ...]:
        """Return a row's place among those of one moment; a blank comes before everything."""
        values = [row.get(name) for name in in_order(self._definition.table)]
        return tuple((v is not None, moment_of(v) if isinstance(v, date) else v) for v in values)

    def _daily_average(self, known: list[tuple[Row, Any]], as_of: date) -> Value:
        """Return the mean over the window's days of the level at the end of each day."""
        start, end = self._definition.over.span(as_of)
        assert start is not None  # noqa: S101  the reader guarantees it
        days = (end - start).days
        placed = sorted(
            (((moment_of(row[self._dated]), self._place(row)), value) for row, value in known),
            key=lambda pair: pair[0],
        )
        levels: list[Any] = []
        for past in range(days):
            day = start + timedelta(days=past + 1)
            before = [pair for pair in placed if day_of(pair[0][0]) <= day]
            levels.append(before[-1][1] if before else 0)
        return quotient(total([Decimal(level) for level in levels]), days)

    def _leading(self, rows: Sequence[Row]) -> Value:
        """Return the key with the largest sum; of equals the first in Unicode order."""
        of, leads_by = self._of, self._leads_by
        if of is None or leads_by is None:
            return None
        groups: dict[str, list[Row]] = {}
        for row in rows:
            if (key := of(row)) is not None:
                groups.setdefault(str(key), []).append(row)
        if not groups:
            return None
        sums: dict[str, Any] = {
            key: known_total([leads_by(row) for row in own]) for key, own in groups.items()
        }
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
