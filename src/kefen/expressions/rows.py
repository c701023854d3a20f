"""Rows of one fact, column by column: most of what is asked of rows is asked of whole columns."""

from __future__ import annotations

from datetime import datetime
from itertools import compress
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from kefen.expressions.tree import Value

    Column: TypeAlias = Sequence[Value]


class Rows:
    """Rows of one fact; a column is made when it is first asked for, and kept.

    Args:
        count: How many rows there are.
        make: Gives a column by name; raises KeyError where there is none.
        make_days: Gives the days of a column of moments or days by name; None: they are told from
            the column.
    """

    __slots__ = ("_columns", "_days", "_make", "_make_days", "count")

    def __init__(
        self,
        count: int,
        make: Callable[[str], Column],
        make_days: Callable[[str], Sequence[date | None]] | None = None,
    ) -> None:
        self.count = count
        self._make = make
        self._make_days = make_days
        self._columns: dict[str, Column] = {}
        self._days: dict[str, Sequence[date | None]] = {}

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Value]], names: Iterable[str] = ()) -> Rows:
        """Return rows given one by one; what a row lacks is unknown.

        Args:
            rows: The rows.
            names: Columns that there are, whether or not a row has them.
        """
        known = {name for row in rows for name in row}.union(names)
        return cls(len(rows), {name: [row.get(name) for row in rows] for name in known}.__getitem__)

    def __getitem__(self, name: str) -> Column:
        """Return a column.

        Raises:
            KeyError: There is none of this name.
        """
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = self._make(name)
        return found

    def days(self, name: str) -> Sequence[date | None]:
        """Return the days of a column of moments or days.

        Raises:
            KeyError: There is no such column.
        """
        found = self._days.get(name)
        if found is None:
            make = self._make_days
            found = self._days[name] = _days_of(self[name]) if make is None else make(name)
        return found

    def taken(self, places: Sequence[int]) -> Rows:
        """Return the rows at some places, which are in order, each once."""
        if len(places) == self.count:
            return self

        def column(name: str) -> Column:
            whole = self[name]
            return [whole[place] for place in places]

        def days(name: str) -> Sequence[date | None]:
            whole = self.days(name)
            return [whole[place] for place in places]

        return Rows(len(places), column, days)

    def where(self, met: Sequence[bool | None]) -> Rows:
        """Return the rows that meet a condition, given whether each does (None: unknown)."""
        count = met.count(True)
        if count == self.count:
            return self
        return Rows(
            count,
            lambda name: list(compress(self[name], met)),
            lambda name: list(compress(self.days(name), met)),
        )

    def beside(self, constants: Mapping[str, Value]) -> Rows:
        """Return the rows with further columns, the same in each row; a row's own come first."""

        def column(name: str) -> Column:
            try:
                return self[name]
            except KeyError:
                return (constants[name],) * self.count

        return Rows(self.count, column, self.days)

    def with_columns(self, columns: Mapping[str, Column]) -> Rows:
        """Return the rows with some columns in place of their own."""
        return Rows(
            self.count,
            lambda name: columns[name] if name in columns else self[name],
            lambda name: _days_of(columns[name]) if name in columns else self.days(name),
        )

    def one_by_one(self, names: Iterable[str]) -> list[dict[str, Value]]:
        """Return the rows one by one, with these columns."""
        chosen = tuple(names)
        if not chosen:
            return [{} for _ in range(self.count)]
        columns = zip(*(self[name] for name in chosen), strict=True)
        return [dict(zip(chosen, row, strict=True)) for row in columns]


def _days_of(column: Any) -> Sequence[date | None]:
    return [day.date() if isinstance(day, datetime) else day for day in column]


def together(parts: Sequence[Rows]) -> Rows:
    """Return the rows of several parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    return Rows(
        sum(part.count for part in parts),
        lambda name: [value for part in parts for value in part[name]],
    )
