"""What to read and how: the files of a table and the options of a reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf
    from pathlib import Path

    from kefen.lake.reading.frames import Frame
    from kefen.lake.reading.mapping import Mapping
    from kefen.lake.reading.sql import SQL
    from kefen.lake.reading.units import Unit

DEFAULT_MAX_REJECTED = Decimal("0.01")


@dataclass(frozen=True)
class Source:
    """The inputs of one table, read one after the other as if they were one.

    Attributes:
        paths: The files, of any format; each with its own heading. Behind a workbook `#` and the
            name of a sheet may stand, or `#*` for all its sheets with the same heading.
        sheet: The name of the sheet of an Excel file; None for the one that fits best.
        frames: Rows that are no file, read after the files.
        encoding: The encoding of a text file; None to find it.
    """

    paths: tuple[Path, ...] = ()
    sheet: str | None = None
    frames: tuple[Frame, ...] = ()
    encoding: str | None = None


@dataclass(frozen=True)
class ReadingOptions:
    """How files are read.

    Attributes:
        timezone: The IANA zone that times with a zone are converted to.
        currency: The book's currency, as an ISO 4217 code; None takes the data's single one.
        rates: A CSV file of exchange rates to the book's currency.
        max_rejected: The share of a file's rows that may be rejected before reading stops.
        mapping: Columns, joins, units and values as the user mapped them.
        into_book: Whether the rows go into a book. It keeps rows and no units: where it names no
            currency, a sign such as `元` stands for its usual one.
    """

    timezone: str = "UTC"
    currency: str | None = None
    rates: Path | None = None
    max_rejected: Decimal = DEFAULT_MAX_REJECTED
    mapping: Mapping | None = None
    into_book: bool = False


CellKind: TypeAlias = Literal[
    "text", "integer", "decimal", "double", "date", "timestamp", "instant", "boolean", "mixed"
]
"""What the cells of an input column are. `instant` is a time with a zone. Cells of a `mixed`
column are text, with their kinds beside them: `text`, `number`, `time`, `boolean`, `error`."""


@dataclass(frozen=True)
class RawColumn:
    """One column of an input file.

    Attributes:
        heading: Its heading as the file has it (made unique when it comes twice).
        kind: What its cells are.
        value: SQL for the cell.
        kinds: SQL for the kind of each cell of a `mixed` column.
        from_spreadsheet: Whether text such as `#N/A` is a formula's error.
        clean: Whether every cell of a text column is known to be null or to be used as it is:
            nothing to trim, not empty, none of the words for nothing.
        codes: What every cell of a clean column is known to be one of, where it is not null;
            empty where nothing is known.
        storable: Whether the type of a column of numbers has none that the contract cannot hold.
    """

    heading: str
    kind: CellKind
    value: SQL
    kinds: SQL | None = None
    from_spreadsheet: bool = False
    clean: bool = False
    codes: tuple[str, ...] = ()
    storable: bool = False


@dataclass(frozen=True)
class RawFile:
    """One input file, readable in the engine.

    Attributes:
        path: Where it is; of rows that are no file, what they are called.
        relation: SQL for a FROM clause that gives its rows.
        columns: Its columns.
        row: SQL for the number of a row as the user finds it: the row of the sheet, titles, heading
            and blank rows counted; the line of a JSON file; the place in a file of Parquet, which
            has no heading, or in rows that are no file.
        identity: SQL for an integer that is unique to a row.
        lost: The name of a table of lines that could not be split into columns
            (`row`, `value`, `code`); None without any.
        lost_rows: How many lines `lost` has.
        in_place: Whether `relation` reads the file itself, so that a view can stand on it.
        further: Other files whose columns were joined to it.
        alike_sheets: The sheets of a workbook that have the heading of the one that was taken, and
            that one; empty where it is alone or was named.
        sheet: The sheet of a workbook that was asked for by name; None without.
        title_unit: The unit of amounts that a title above the heading names (`万元`); None without.
        units_below: The units in a row of its own below the heading, by heading.
        hidden_rows: How many of its rows with content the sheet of a workbook hides.
        hidden_columns: The headings of the columns that it hides.
        properties: How it was read: format, encoding, delimiter, sheet.
        fingerprint: Name, size and checksum of rows that are no file; None for a file.
    """

    path: Path
    relation: SQL
    columns: tuple[RawColumn, ...]
    row: SQL
    identity: SQL
    lost: str | None = None
    lost_rows: int = 0
    in_place: bool = False
    further: tuple[Path, ...] = ()
    alike_sheets: tuple[str, ...] = ()
    sheet: str | None = None
    title_unit: Unit | None = None
    units_below: MappingOf[str, Unit] = field(default_factory=dict)
    hidden_rows: int = 0
    hidden_columns: tuple[str, ...] = ()
    properties: MappingOf[str, Any] = field(default_factory=dict)
    fingerprint: MappingOf[str, Any] | None = None

    @property
    def shown(self) -> str:
        """Return what the file is called where its rows are told of, with the sheet asked for."""
        return self.path.name if self.sheet is None else f"{self.path.name}#{self.sheet}"

    @property
    def headings(self) -> tuple[str, ...]:
        """Return the headings, in order."""
        return tuple(column.heading for column in self.columns)

    def column(self, heading: str) -> RawColumn:
        """Return the column under `heading`.

        Raises:
            KeyError: The file has no such heading.
        """
        for column in self.columns:
            if column.heading == heading:
                return column
        raise KeyError(heading)
