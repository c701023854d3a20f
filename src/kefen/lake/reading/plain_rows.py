"""Rows in plain Python, turned into canonical values without an engine.

What a value means is what it means in a file, but nothing is guessed: a date is a date or in ISO
form, a number is plain digits with a point. What would need the rest of a column to be understood
(`05/06/2024`, `1.234,56`) is refused.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from operator import eq, itemgetter
from types import NoneType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kefen.domain.contract import Kind
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading.plain_values import (
    all_plain,
    as_text,
    is_blank,
    is_too_large,
    texts_read,
    value_reader,
)
from kefen.lake.reading.rejections import rejection_reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kefen.domain.contract import Column, Table

_CODES = {
    Kind.ID: "formula_error",
    Kind.TEXT: "formula_error",
    Kind.CODE: "unknown_code",
    Kind.BOOLEAN: "not_a_boolean",
    Kind.DATE: "not_a_date",
    Kind.TIMESTAMP: "not_a_date",
    Kind.INTEGER: "not_an_integer",
    Kind.NUMBER: "not_a_number",
    Kind.MONEY: "not_a_number",
}


class Absent:
    """The type of `ABSENT`."""


ABSENT = Absent()
"""Stands in a given column for what a row does not say, not even that it is blank."""


@dataclass(frozen=True, slots=True)
class GivenColumns:
    """Rows of one table as they are given, column by column.

    Attributes:
        count: How many rows there are.
        columns: The columns by name; a value is `ABSENT` where a row does not have the column.
    """

    count: int
    columns: Mapping[str, Sequence[Any]]

    def one_by_one(self) -> list[dict[str, Any]]:
        """Return the rows one by one, each with the columns that it has."""
        names = tuple(self.columns)
        return [
            {name: value for name, value in zip(names, row, strict=True) if value is not ABSENT}
            for row in zip(*self.columns.values(), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class ReadRows:
    """Rows of one table with canonical values, column by column.

    Attributes:
        table: The table.
        count: How many rows there are.
        columns: The columns that a row has, by name.
        lacking: The columns of the contract that a row lacks, rather than leaves blank.
    """

    table: Table
    count: int
    columns: Mapping[str, Sequence[Any]]
    lacking: AbstractSet[str]

    def every_column(self) -> dict[str, Sequence[Any]]:
        """Return the columns of the contract and further ones that there are."""
        nothing = (None,) * self.count
        return {**dict.fromkeys(self.table.column_names, nothing), **self.columns}


class PlainRows:
    """Turns rows of one table into canonical rows.

    Args:
        table: The contract table.
        timezone: The IANA zone that times with a zone are converted to.
    """

    def __init__(self, table: Table, timezone: str) -> None:
        self._table = table
        zone = ZoneInfo(timezone)
        self._required = table.required
        self._readers = {column.name: value_reader(column, zone) for column in table.columns}
        self._kinds = {column.name: column.kind for column in table.columns}

    def canonical(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row with canonical values; columns that the contract has not are kept as text.

        Raises:
            DataError: A value is not what its column holds, or a required one is missing.
        """
        found: dict[str, Any] = {}
        readers = self._readers
        name = ""
        try:
            for name, value in row.items():
                # Most columns of most rows are empty.
                found[name] = None if value is None else readers.get(name, as_text)(value)
        except (ValueError, TypeError, ArithmeticError, KeyError) as error:
            raise self._refused(self._table.column(name), row[name]) from error
        for name in self._required:
            if found.get(name) is None:
                raise self._missing(self._table.column(name))
        return found

    def all_canonical(
        self, rows: Sequence[Mapping[str, Any]] | GivenColumns, owner: tuple[str, Any]
    ) -> ReadRows:
        """Return many rows as `canonical` gives each, with one column set to its owner.

        A row need not say whose it is. Rows of an equal key and equal content count once. Orders
        whose lines have no number keep every line; tables without a key keep every row.

        Raises:
            DataError: A value is not what its column holds, a required one is missing, a row is
                another owner's, or one key has different rows.
        """
        column, identifier = owner
        self._refuse_others(rows, column, identifier)
        found: ReadRows | None = None
        # Read one by one they tell which row it is that cannot be read.
        with suppress(ValueError, TypeError, ArithmeticError, KeyError):
            given = rows if isinstance(rows, GivenColumns) else _by_column(rows)
            if given is not None:
                found = self._all_read(given, column, identifier)
        if found is not None and self._is_once(found):
            return found
        each = rows.one_by_one() if isinstance(rows, GivenColumns) else rows
        read = [self.canonical({**row, column: identifier}) for row in each]
        return self._one_by_one(once(self._table, read))

    def _refuse_others(
        self, rows: Sequence[Mapping[str, Any]] | GivenColumns, owner: str, identifier: Any
    ) -> None:
        """Refuse rows that say they are another's: they would be counted as the owner's."""
        given = (
            rows.columns.get(owner, ())
            if isinstance(rows, GivenColumns)
            else [row.get(owner) for row in rows]
        )
        if given.count(identifier) == len(given):
            return  # as nearly always
        for value in given:
            if value is None or value is ABSENT or value == identifier or value != value:
                continue  # most say whose they are in just these words, or nothing
            if not is_blank(value) and as_text(value) not in (None, identifier):
                raise DataError(
                    Text(
                        "A row is of “{o}”, and these rows are to be of “{i}”.",
                        "有一行属于“{o}”，而这些行应属于“{i}”。",
                    ).filled(o=value, i=identifier),
                    where=f"{self._table.name}.{owner}",
                    mend=Text(
                        "Give the rows of one customer; they need not name it.",
                        "请只提供同一客户的数据行；行内可以不写客户编号。",
                    ),
                )

    def _all_read(self, given: GivenColumns, owner: str, identifier: Any) -> ReadRows | None:
        """Return rows read column by column; None where they differ in their columns."""
        columns = {**given.columns, owner: (identifier,) * given.count}
        nothing = (None,) * given.count
        found: dict[str, Sequence[Any]] = {}
        for name, values in columns.items():
            # Most columns say nothing in any row: compared at once, up to the first that does.
            types = {NoneType} if values == nothing else _types(values)
            if Absent not in types:
                found[name] = self._read(name, values, types)
            elif len(types) > 1:
                return None
        if not found.keys() >= set(self._required):
            return None
        return ReadRows(self._table, given.count, found, self._kinds.keys() - found.keys())

    def _one_by_one(self, rows: Sequence[Mapping[str, Any]]) -> ReadRows:
        """Return canonical rows, whichever columns each has."""
        names = {name for row in rows for name in row}
        columns = {name: [row.get(name) for row in rows] for name in names}
        everywhere = names.intersection(*rows)
        lacking = self._kinds.keys() - everywhere if rows else frozenset[str]()
        return ReadRows(self._table, len(rows), columns, lacking)

    def _is_once(self, read: ReadRows) -> bool:
        """Return whether no key is in two rows; a key with a blank is none."""
        key = [read.columns.get(column, (None,)) for column in self._table.key]
        if not key or any(_types(values) == {NoneType} for values in key):
            return True
        keys = list(zip(*key, strict=True))
        if len(set(keys)) == len(keys):
            return True
        whole = [one for one in keys if None not in one]
        return len(set(whole)) == len(whole)

    def _read(self, name: str, values: Sequence[Any], types: set[type]) -> Sequence[Any]:
        """Return the canonical values of a column; itself where it holds nothing else.

        Raises:
            ValueError: A required value is missing. Other errors say that a value is not what the
                column holds.
        """
        blanks = NoneType in types
        types.discard(NoneType)
        required = name in self._required
        if required and blanks:
            raise ValueError(name)
        if not types:
            return values
        kind = self._kinds.get(name)
        if types == {str}:
            known = texts_read(set(values), kind, self._readers.get(name, as_text))
            if required and None in known.values():
                raise ValueError(name)
            if all(map(eq, known, known.values())):
                return values
            return [known[value] for value in values]
        filled = [value for value in values if value is not None] if blanks else values
        found = all_plain(filled, kind) if len(types) == 1 else None
        if found is None:
            read = self._readers.get(name, as_text)
            return [None if value is None else read(value) for value in values]
        if found is filled or not blanks:
            return values if found is filled else found
        following = iter(found)
        return [None if value is None else next(following) for value in values]

    def _refused(self, column: Column, value: object) -> DataError:
        code = _CODES[column.kind]
        if code == "not_a_number" and is_too_large(value):
            code = "too_large"
        return DataError(
            Text("“{v}” cannot be read: {r}", "无法读取“{v}”：{r}").filled(
                v=value, r=rejection_reason(code)
            ),
            where=f"{self._table.name}.{column.name}",
            mend=Text(
                "Give numbers plainly (1200.50), dates as dates or as 2026-10-31.",
                "数值直接书写（1200.50），日期用日期类型或写 2026-10-31。",
            ),
        )

    def _missing(self, column: Column) -> DataError:
        return DataError(
            Text("A row has no {c}.", "有一行缺少{c}。").filled(c=column.label),
            where=f"{self._table.name}.{column.name}",
            mend=Text("Give it, or leave the row out.", "请补充，或省略该行。"),
        )


def once(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of one customer, those of an equal key and equal content once.

    Orders whose lines have no number keep every line; tables without a key keep every row.

    Raises:
        DataError: One key has different rows.
    """
    if not table.key:
        return rows
    keys = [tuple([row.get(column) for column in table.key]) for row in rows]
    whole = [key for key in keys if None not in key]
    if len(set(whole)) == len(whole):
        return rows
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, (key, row) in enumerate(zip(keys, rows, strict=True)):
        place = key if None not in key else (*key, number)
        if found.setdefault(place, row) != row:
            raise DataError(
                Text("The key {k} has two different rows.", "主键 {k} 有两行不同的数据。").filled(
                    k=", ".join(map(str, key))
                ),
                where=table.name,
                mend=Text("Keep the right one.", "请保留正确的一行。"),
            )
    return list(found.values())


def _by_column(rows: Sequence[Mapping[str, Any]]) -> GivenColumns | None:
    """Return rows column by column; None where they differ in their columns."""
    names = tuple(rows[0]) if rows else ()
    if len(names) < 2 or _types(rows) != {dict} or set(map(len, rows)) != {len(names)}:
        return None
    columns = zip(*map(itemgetter(*names), rows), strict=True)
    return GivenColumns(len(rows), dict(zip(names, columns, strict=True)))


def _types(values: Sequence[Any]) -> set[type]:
    # Asking for None itself would compare: with decimals that is slow.
    return set(map(type, values))
