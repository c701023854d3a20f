"""What a report says, as plain data in both languages; the renderers read nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class PairedBars:
    """For each class two shares, one bar under the other (customers against sales).

    Attributes:
        id: Its name within the report.
        title: Its title.
        caption: What it shows, in a sentence.
        first: What the first share is of.
        second: What the second share is of.
        rows: Class, how many, first share, second share.
    """

    id: str
    title: Text
    caption: Text
    first: Text
    second: Text
    rows: tuple[tuple[GradeMark, int, Decimal, Decimal | None], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A coloured stretch under a curve, from the previous band to `until`."""

    until: Decimal
    mark: GradeMark


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising curve of shares: the Pareto curve.

    Attributes:
        id: Its name within the report.
        title: Its title.
        caption: What it shows, in a sentence.
        across: What the x axis is.
        up: What the y axis is.
        points: (x, y) as shares, ascending from (0, 0).
        bands: Stretches of the x axis.
        marked: The point that is pointed at.
        label: What is written at it.
    """

    id: str
    title: Text
    caption: Text
    across: Text
    up: Text
    points: tuple[tuple[Decimal, Decimal], ...]
    bands: tuple[Band, ...]
    marked: tuple[Decimal, Decimal] | None
    label: Text | None


@dataclass(frozen=True, slots=True)
class Series:
    """One series of columns; a losing one is drawn downwards, hatched."""

    name: Text
    values: tuple[Decimal | int, ...]
    loss: bool = False


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Upright columns along time.

    Attributes:
        id: Its name within the report.
        title: Its title.
        caption: What it shows, in a sentence.
        categories: The labels along the axis.
        series: What stands on them.
        kind: `money` or `number`.
    """

    id: str
    title: Text
    caption: Text
    categories: tuple[Text, ...]
    series: tuple[Series, ...]
    kind: Literal["money", "number"] = "number"


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline number with a word below it."""

    label: Text
    value: Cell
    kind: ColumnKind
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A row of headline numbers."""

    items: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs; `tone` is `plain`, `say` (a sentence to remember) or `warn`."""

    paragraphs: tuple[Text, ...]
    tone: Literal["plain", "say", "warn"] = "plain"


@dataclass(frozen=True, slots=True)
class CardItem:
    """One line of a card; a value of None was not recorded."""

    label: Text
    value: Cell
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True)
class CardGroup:
    """A headed group of lines."""

    title: Text
    items: tuple[CardItem, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A card about one customer, printable on one page.

    Attributes:
        id: Its name within the report.
        title: What kind of card it is.
        heading: The customer's name.
        subheading: Its number and what it is.
        marks: The scheme's name and the grade, for each scheme.
        groups: Its lines.
        particulars: Period, unit and dates.
        draws_on: Contract tables, or columns as `customers.region`, that its lines come from.
        generated: A label that names what of it is generated sample data, or None.
    """

    id: str
    title: Text
    heading: str
    subheading: Text
    marks: tuple[tuple[Text, GradeMark], ...]
    groups: tuple[CardGroup, ...]
    particulars: Particulars | None = None
    draws_on: frozenset[str] = frozenset()
    generated: Text | None = None


Chart: TypeAlias = PairedBars | Curve | ColumnChart
Block: TypeAlias = Table | Chart | Figures | Prose | Card


@dataclass(frozen=True, slots=True)
class Section:
    """A section: a sheet of the workbook, a chapter of the page.

    Attributes:
        id: Its name within the report.
        title: Its title.
        short: Its name in the navigation and on the sheet's tab.
        intro: A sentence that opens it, or None.
        blocks: What it holds, in order.
    """

    id: str
    title: Text
    short: Text
    intro: Text | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Meta:
    """What a report is about.

    Attributes:
        standard: The standard's name and version.
        as_of: The as-of date.
        window: The window, in words.
        currency: The unit of money, in words.
        generated: A sentence that names what is generated sample data, or None.
        fingerprint: The standard's fingerprint.
    """

    standard: Text
    as_of: date
    window: Text
    currency: Text
    generated: Text | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report."""

    title: Text
    meta: Meta
    sections: tuple[Section, ...] = field(default_factory=tuple)

    def section(self, section_id: str) -> Section | None:
        """Return the section with this id, or None."""
        return next((found for found in self.sections if found.id == section_id), None)

    def tables(self) -> tuple[Table, ...]:
        """Return every table of the report."""
        return tuple(
            block
            for section in self.sections
            for block in section.blocks
            if isinstance(block, Table)
        )


def chart_table(chart: Chart) -> Table:
    """Return the numbers of a chart as a table: the equal of the picture."""
    if isinstance(chart, PairedBars):
        return Table(
            chart.id,
            chart.title,
            (
                Column("class", Text("Class", "类别"), "grade"),
                Column("customers", Text("Customers", "客户数"), "number"),
                Column("first", chart.first, "percent"),
                Column("second", chart.second, "percent"),
            ),
            tuple(Row(cells) for cells in chart.rows),
        )
    if isinstance(chart, Curve):
        return Table(
            chart.id,
            chart.title,
            (Column("across", chart.across, "percent"), Column("up", chart.up, "percent")),
            tuple(Row((across, up)) for across, up in chart.points),
        )
    return Table(
        chart.id,
        chart.title,
        (
            Column("category", Text("Period", "期间")),
            *(
                Column(f"series_{number}", series.name, chart.kind)
                for number, series in enumerate(chart.series)
            ),
        ),
        tuple(
            Row((category, *(series.values[position] for series in chart.series)))
            for position, category in enumerate(chart.categories)
        ),
    )
