"""The rows that count for a metric become its value, in plain Python decimals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from kefen.compiler.groups import LEVELS, empty_group, every_period, meets, nothing
from kefen.compiler.rowwise_values import (
    known_total,
    mean_of,
    moment_of,
    stored,
    total,
)
from kefen.domain.decimals import quotient
from kefen.domain.periods import period_number
from kefen.expressions.evaluator import over_rows
from kefen.expressions.tree import Name
from kefen.expressions.types import ValueType
from kefen.standards.facts import date_column, fact_types, in_order
from kefen.standards.model.metrics import CalendarGroups, Runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.expressions.evaluator import RowsEvaluation
    from kefen.expressions.rows import Rows
    from kefen.expressions.tree import Expression, Value
    from kefen.standards.model import FactMetric, Metric
    from kefen.standards.model.metrics import Level


Windows: TypeAlias = "dict[tuple[object, ...], Rows]"
"""The rows in a window that meet a condition, by fact, window and condition: metrics of one
customer that find the same rows look for them once."""


class Counting:
    """A metric on facts, ready to be counted from the rows of one customer (or family)."""

    def __init__(self, metric: Metric, definition: FactMetric) -> None:
        self._metric = metric
        self._definition = definition
        self._dated = definition.dated or date_column(definition.table)
        self._where: Any = None if definition.where is None else over_rows(definition.where)
        self._of = None if definition.of is None else self._valued(definition.of)
        self._leads_by = None if definition.leads_by is None else self._valued(definition.leads_by)
        self._keys = [self._key(level) for level in definition.levels]
        self._spanned: tuple[date | None, tuple[date | None, date]] = None, (None, date.min)

    def value(self, rows: Rows, as_of: date, windows: Windows) -> Value:
        """Return what rows give for the metric.

        Args:
            rows: Rows as they were known, with every name that the definition uses, and `as_of`.
            as_of: The as-of date.
            windows: What other metrics found in the same rows, which this one adds to.

        Raises:
            OutOfRangeError: A number does not fit the metric's column.
        """
        definition = self._definition
        counting = self._counting(rows, as_of, windows)
        if definition.aggregate == "leading":
            value = self._leading(counting)
        else:
            value = self._grouped(0, counting, as_of)
        if value is None:
            return stored(nothing(definition, as_of), self._metric.type)
        if definition.per == "month" and isinstance(value, int | Decimal):
            value = quotient(value, definition.over.months or 1)
        return stored(value, self._metric.type)

    def _valued(self, tree: Expression) -> RowsEvaluation:
        if isinstance(tree, Name):
            name = tree.name
            if fact_types(self._definition.table).get(name) is ValueType.MOMENT:
                # A moment on its own counts as its day.
                return lambda rows: rows.days(name)
        return over_rows(tree)

    def _key(self, level: Level) -> RowsEvaluation:
        groups = level.by
        if not isinstance(groups, CalendarGroups | Runs):
            return self._valued(groups)
        period = groups.period if isinstance(groups, CalendarGroups) else groups.unit
        dated, year_start = self._dated, self._definition.over.year_start
        return lambda rows: [
            None if day is None else period_number(day, period, year_start)
            for day in rows.days(dated)
        ]

    def _counting(self, rows: Rows, as_of: date, windows: Windows) -> Rows:
        """Return the rows that lie in the metric's window and meet its condition."""
        start, end = self._span(as_of)
        window = (self._definition.table, self._dated, start, end)
        found = windows.get(window)
        if found is None:
            found = windows[window] = self._within(rows, start, end)
        if self._where is not None:
            condition = (*window, self._definition.where)
            met = windows.get(condition)
            if met is None:
                met = windows[condition] = found.where(self._where(found))
            found = met
        for key in self._keys:
            # Rows without a key belong to no group.
            found = found.where([one is not None for one in key(found)])
        return found

    def _span(self, as_of: date) -> tuple[date | None, date]:
        """Return the days that rows must lie in: the same for every customer of a run."""
        day, span = self._spanned
        if day != as_of:
            start, end = self._definition.over.span(as_of)
            # A level holds from rows before the window on.
            span = (None if self._definition.aggregate in LEVELS else start, end)
            self._spanned = as_of, span
        return span

    def _within(self, rows: Rows, start: date | None, end: date) -> Rows:
        """Return the rows dated in a window.

        Without a date of its own a row is in no window; all time asks for one up to its end.
        """
        first = date.min if start is None else start + timedelta(days=1)
        days = rows.days(self._dated)
        return rows.where([day is not None and first <= day <= end for day in days])

    def _grouped(self, depth: int, rows: Rows, as_of: date) -> Value:
        """Return what rows give, grouped by the levels from `depth` on."""
        definition = self._definition
        if depth == len(definition.levels):
            return self._aggregate(rows, as_of)
        level = definition.levels[depth]
        groups = _places(self._keys[depth](rows))
        if isinstance(level.by, Runs):
            length = level.by.length
            groups = {
                last: sorted(
                    place for n, own in groups.items() if last - length < n <= last for place in own
                )
                for last in groups
            }
        values = {
            name: self._grouped(depth + 1, rows.taken(own), as_of) for name, own in groups.items()
        }
        periods = every_period(definition, level, as_of)
        if periods is None:
            return _taken(level, list(values.values()))
        if not groups:
            return None
        empty = empty_group(definition, depth + 1, as_of)
        found = [values.get(n) for n in range(periods.first, periods.last + 1)]
        return _taken(level, [empty if value is None else value for value in found])

    def _aggregate(self, rows: Rows, as_of: date) -> Value:
        definition, of = self._definition, self._of
        if definition.aggregate == "count" or of is None:
            return rows.count
        if definition.aggregate in ("first", "last"):
            return of(self._placed_row(rows))[0] if rows.count else None
        if definition.aggregate == "daily_average":
            return self._daily_average(rows, of(rows), as_of)
        if definition.aggregate == "highest_balance":
            return self._highest_balance(rows, of(rows), as_of)
        values: list[Any] = [value for value in of(rows) if value is not None]
        if definition.aggregate == "distinct":
            return len(set(values))
        if not values:
            return None
        if definition.aggregate == "sum":
            return total(values)
        if definition.aggregate == "mean":
            return mean_of(values)
        chosen: Value = (min if definition.aggregate in ("smallest", "earliest") else max)(values)
        return chosen

    def _highest_balance(self, rows: Rows, values: Sequence[Value], as_of: date) -> Value:
        """Return the highest sum of all rows up to the end of a day of the window, 0 at least."""
        start, _ = self._definition.over.span(as_of)
        first = date.min if start is None else start + timedelta(days=1)
        moved: dict[date, list[Any]] = {}
        for day, value in zip(rows.days(self._dated), values, strict=True):
            if day is not None and value is not None:
                moved.setdefault(max(day, first), []).append(value)
        balance: Any = 0
        highest: Any = 0
        for day in sorted(moved):
            balance = total([balance, *moved[day]])
            highest = max(highest, balance)
        return stored(highest, self._metric.type)

    def _placed_row(self, rows: Rows) -> Rows:
        """Return the first or last row by date; of rows of one moment the last by its columns."""
        moments = [moment_of(value) for value in rows[self._dated]]
        wanted = (min if self._definition.aggregate == "first" else max)(moments)
        own = rows.where([moment == wanted for moment in moments])
        order = self._order(own)
        return own.taken([max(range(own.count), key=order.__getitem__)])

    def _order(self, rows: Rows) -> Sequence[tuple[tuple[bool, Any], ...]]:
        """Return each row's place among those of one moment; a blank comes before everything."""
        columns = [
            [(v is not None, moment_of(v) if isinstance(v, date) else v) for v in rows[name]]
            for name in in_order(self._definition.table)
        ]
        return list(zip(*columns, strict=True))

    def _daily_average(self, rows: Rows, values: Sequence[Value], as_of: date) -> Value:
        """Return the mean over the window's days of the level at the end of each day."""
        start, end = self._definition.over.span(as_of)
        assert start is not None  # noqa: S101  the reader guarantees it
        days = (end - start).days
        moments = [moment_of(value) for value in rows[self._dated]]
        in_time = zip(moments, self._order(rows), values, strict=True)
        placed = sorted(
            [one for one in in_time if one[2] is not None], key=lambda one: (one[0], one[1])
        )
        levels: list[Any] = []
        for past in range(days):
            day = start + timedelta(days=past + 1)
            before = [value for moment, _, value in placed if moment.date() <= day]
            levels.append(before[-1] if before else 0)
        return quotient(total([Decimal(level) for level in levels]), days)

    def _leading(self, rows: Rows) -> Value:
        """Return the key with the largest sum; of equals the first in Unicode order."""
        of, leads_by = self._of, self._leads_by
        if of is None or leads_by is None:
            return None
        groups: dict[str, list[Value]] = {}
        for key, value in zip(of(rows), leads_by(rows), strict=True):
            if key is not None:
                groups.setdefault(str(key), []).append(value)
        if not groups:
            return None
        sums: dict[str, Any] = {key: known_total(own) for key, own in groups.items()}
        return min(sums, key=lambda key: (sums[key] is None, -(sums[key] or 0), key))


def _places(keys: Sequence[Any]) -> dict[Any, list[int]]:
    """Return the places of each key."""
    found: dict[Any, list[int]] = {}
    for place, key in enumerate(keys):
        found.setdefault(key, []).append(place)
    return found


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
