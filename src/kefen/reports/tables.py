"""Tables as plain data in both languages: cells, columns, rows, and what must add up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from kefen.domain.text import Text

ColumnKind: TypeAlias = Literal["text", "number", "money", "percent", "date", "grade", "change"]
Tone: TypeAlias = str | None


@dataclass(frozen=True, slots=True)
class GradeMark:
    """A class as a reader sees it.

    Attributes:
        code: The code in `grades.parquet`; empty for customers without a grade.
        name: Its name, or the reason why there is no grade.
        tone: Which tier colour it wears: `S`, `A`, `B`, `C`, `D`, or None.
    """

    code: str
    name: Text
    tone: Tone = None


Cell: TypeAlias = Text | str | int | Decimal | date | GradeMark | None
"""A value of a table: money and shares are decimals, a share of 0.1234 is 12.34 %."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        id: Its name within the table.
        title: Its heading.
        kind: How its values are written.
        bar: Whether a bar behind the number shows its size (shares).
        workbook_only: Whether only the workbook shows it.
    """

    id: str
    title: Text
    kind: ColumnKind = "text"
    bar: bool = False
    workbook_only: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        cells: One cell for each column.
        level: 0 for a row that the total adds up; deeper rows are parts of the row above them.
        unknown: Whether it holds what lacks the attribute.
    """

    cells: tuple[Cell, ...]
    level: int = 0
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class PartsEqualTotal:
    """In these columns the rows add up to the total, and parts add up to the row above them."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """In every row and in the total: opening + plus - minus = closing."""

    opening: str
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Each row opens with what the row before it closed with; the total spans first to last."""

    opening: str
    closing: str


@dataclass(frozen=True, slots=True)
class UnknownHolds:
    """The rows marked unknown hold exactly this much of a column, counted on its own."""

    column: str
    expected: int | Decimal


Rule: TypeAlias = PartsEqualTotal | Flow | Chain | UnknownHolds


@dataclass(frozen=True, slots=True)
class Particulars:
    """What every standard table carries at its foot.

    Attributes:
        period: The period it covers.
        unit: The unit of money.
        dated: The day its figures are as of.
        update_due: The day by which it is due to be brought up to date.
    """

    period: Text
    unit: Text
    dated: date
    update_due: date


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        id: Its name within the report.
        title: Its title.
        columns: Its columns.
        rows: Its rows, in order.
        totals: The foot, or None.
        note: What to know when reading it, or None.
        reconciliation: What must add up; checked by `reconcile`.
        particulars: Period, unit and dates; None for lists that are no standard table.
        filterable: Whether readers will want to sort and filter it.
        html_rows: How many rows the page shows; None: all.
        draws_on: Contract tables, or columns as `customers.region`, that its figures come from.
        generated: A label that names what of it is generated sample data, or None.
    """

    id: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: Row | None = None
    note: Text | None = None
    reconciliation: tuple[Rule, ...] = ()
    particulars: Particulars | None = None
    filterable: bool = False
    html_rows: int | None = None
    draws_on: frozenset[str] = frozenset()
    generated: Text | None = None

    def position(self, column_id: str) -> int:
        """Return the index of a column.

        Raises:
            KeyError: There is no such column.
        """
        for index, column in enumerate(self.columns):
            if column.id == column_id:
                return index
        raise KeyError(column_id)

    def column_values(self, column_id: str) -> tuple[Cell, ...]:
        """Return the values of a column, row by row, without the total."""
        index = self.position(column_id)
        return tuple(row.cells[index] for row in self.rows)
