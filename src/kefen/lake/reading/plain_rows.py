"""Rows in plain Python, turned into canonical values without an engine.

What a value means is what it means in a file, but nothing is guessed: a date is a date or in ISO
form, a number is plain digits with a point. What would need the rest of a column to be understood
(`05/06/2024`, `1.234,56`) is refused.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from operator import eq, itemgetter
from types import NoneType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kefen.domain.contract import Kind
from kefen.domain.decimals import all_rounded, all_stored, fits_storage, parse_decimal, rounded
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading.code_words import (
    FALSE_WORDS,
    TRUE_WORDS,
    code_answers,
    currency_answers,
)
from kefen.lake.reading.nothing import WORDS
from kefen.lake.reading.rejections import rejection_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kefen.domain.contract import Column, Table

_BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_NOTHING = frozenset({"", *WORDS})
_WHOLE_DOUBLE = 1e15
_LONG = 2**63


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
        self._readers = {column.name: _reader(column, zone) for column in table.columns}
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
                found[name] = None if value is None else readers.get(name, _text)(value)
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
        for value in given:
            if value is None or value is ABSENT or value == identifier or value != value:
                continue  # most say whose they are in just these words, or nothing
            if not _is_blank(value) and _text(value) not in (None, identifier):
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
        found: dict[str, Sequence[Any]] = {}
        for name, values in columns.items():
            types = _types(values)
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
            known = _texts_read(set(values), kind, self._readers.get(name, _text))
            if required and None in known.values():
                raise ValueError(name)
            if all(map(eq, known, known.values())):
                return values
            return [known[value] for value in values]
        filled = [value for value in values if value is not None] if blanks else values
        found = _all_plain(filled, kind) if len(types) == 1 else None
        if found is None:
            read = self._readers.get(name, _text)
            return [None if value is None else read(value) for value in values]
        if found is filled or not blanks:
            return values if found is filled else found
        following = iter(found)
        return [None if value is None else next(following) for value in values]

    def _refused(self, column: Column, value: object) -> DataError:
        return DataError(
            Text("“{v}” cannot be read: {r}", "无法读取“{v}”：{r}").filled(
                v=value, r=rejection_reason(_CODES[column.kind])
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


def _reader(column: Column, zone: ZoneInfo) -> Callable[[Any], Any]:
    """Return what gives a value of a column that is not None; None for a blank one."""
    if column.name == "currency":
        words = dict(reversed(currency_answers()))

        def currency(value: Any) -> str | None:
            text = _text(value)
            return None if text is None else words.get(str(text).upper(), str(text).upper())

        return currency
    if column.kind in (Kind.ID, Kind.TEXT):
        return _text
    if column.kind in (Kind.MONEY, Kind.NUMBER):
        return _number
    read = _filled_reader(column, zone)

    def value_or_blank(value: Any) -> Any:
        # A moment is the most frequent, and never blank.
        return None if type(value) is not datetime and _is_blank(value) else read(value)

    return value_or_blank


def _filled_reader(column: Column, zone: ZoneInfo) -> Callable[[Any], Any]:
    if column.kind is Kind.CODE:
        # Of a word that stands for two codes the first counts, as in files.
        words = {word.strip(): code for word, code in reversed(code_answers(column.codes))}
        return lambda value: words[str(_text(value)).lower()]
    if column.kind is Kind.BOOLEAN:
        return _boolean
    if column.kind is Kind.INTEGER:
        return _integer
    if column.kind is Kind.DATE:
        return lambda value: _moment(value, zone).date()
    return lambda value: _moment(value, zone)


def _is_blank(value: Any) -> bool:
    if isinstance(value, str):
        return value in _NOTHING or value.strip(_BLANKS) in _NOTHING
    # NaT and NA of pandas.
    return type(value).__name__ in ("NAType", "NaTType")


def _text(value: Any) -> Any:
    """Return a value as text: trimmed, whole floats without their point; None for a blank one."""
    if isinstance(value, str):
        text = value.strip(_BLANKS)
        return None if text in _NOTHING else text
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError(value)
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE_DOUBLE else repr(value)
    if isinstance(value, Decimal):
        written = format(value, "f")
        whole, _, places = written.partition(".")
        return whole if not places.strip("0") else written
    return None if _is_blank(value) else str(value)


def _number(value: Any) -> Decimal | None:
    """Return an exact number, half up at four decimals; None for a blank."""
    if type(value) is Decimal:
        exact = value
    elif _is_blank(value):
        return None
    elif isinstance(value, bool):
        raise TypeError(value)
    elif isinstance(value, str):
        exact = parse_decimal(value.strip(_BLANKS))
    elif isinstance(value, float):
        exact = parse_decimal(repr(float(value)))
    elif isinstance(value, int | Decimal):
        exact = Decimal(value)
    else:
        exact = parse_decimal(str(value))
    if not exact.is_finite():
        raise ValueError(value)
    found = rounded(exact)
    if not fits_storage(found):
        raise ValueError(value)
    return found


def _all_exact(values: Sequence[Decimal]) -> Sequence[Decimal]:
    """Return exact numbers, half up at four decimals, as `_number` gives each."""
    found = values if all_stored(values) else all_rounded(values)
    if not all(map(Decimal.is_finite, found)) or not (
        fits_storage(max(found)) and fits_storage(min(found))
    ):
        raise ValueError
    return found


def _all_plain(values: Sequence[Any], kind: Kind | None) -> Sequence[Any] | None:
    """Return what values of one type are read as; None where they are to be read one by one.

    Args:
        values: The values, none of them None; returned themselves where they are canonical.
        kind: The kind of their column.
    """
    of_type = type(values[0])
    if kind in (Kind.MONEY, Kind.NUMBER):
        if of_type is Decimal:
            return _all_exact(values)
        if of_type is int:
            return _all_exact(list(map(Decimal, values)))
        if of_type is float:
            return _all_exact([Decimal(repr(value)) for value in values])
    if of_type is int and kind is Kind.INTEGER:
        return values if fits_storage(max(values)) and fits_storage(min(values)) else None
    if of_type is datetime and kind is Kind.TIMESTAMP:
        return values if all(value.tzinfo is None for value in values) else None
    if (of_type, kind) in ((date, Kind.DATE), (bool, Kind.BOOLEAN)):
        return values
    return None


def _texts_read(texts: set[Any], kind: Kind | None, read: Callable[[Any], Any]) -> dict[Any, Any]:
    """Return what each text is read as, None as itself."""
    filled = [text for text in texts if text is not None]
    found: Sequence[Any] | None = None
    # Written as they mostly are they are read all at once; what is not is read one by one.
    with suppress(ValueError, ArithmeticError):
        if read is _text:
            found = [text.strip(_BLANKS) for text in filled]
            if not _NOTHING.isdisjoint(found):
                found = None
        elif kind in (Kind.MONEY, Kind.NUMBER):
            found = _all_exact([Decimal(text) for text in filled])
        elif kind in (Kind.TIMESTAMP, Kind.DATE):
            moments = [datetime.fromisoformat(text) for text in filled]
            if all(moment.tzinfo is None for moment in moments):
                found = moments if kind is Kind.TIMESTAMP else [one.date() for one in moments]
    if found is None:
        found = [read(text) for text in filled]
    known: dict[Any, Any] = dict(zip(filled, found, strict=True))
    if None in texts:
        known[None] = None
    return known


def _integer(value: Any) -> int:
    number = _number(value)
    whole = 0 if number is None else int(number)
    if whole != number or not -_LONG <= whole < _LONG:
        raise ValueError(value)
    return whole


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(_text(value)).lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(value)


def _moment(value: Any, zone: ZoneInfo) -> datetime:
    if type(value) is datetime and value.tzinfo is None:
        return value
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip(_BLANKS))
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(zone).replace(tzinfo=None)
        # A moment of pandas counts nanoseconds; an ordinary one is what is meant.
        return (
            value
            if type(value) is datetime
            else datetime.fromisoformat(value.isoformat(timespec="microseconds"))
        )
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise TypeError(value)
