"""What a report says, as plain data in both languages; the renderers read nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.reports.charts import Chart
from kefen.reports.tables import Table

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from kefen.domain.text import Text
    from kefen.reports.tables import Cell, ColumnKind, GradeMark, Particulars


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


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One bar of a portrait's picture.

    Attributes:
        name: What is compared.
        difference: -1 (all others have more) to 1 (all others have less).
        differs: Whether the difference is told, being large enough and hardly chance.
        own: The class's median, or the customer's value, in words.
        others: The others' median in words, or None.
    """

    name: Text
    difference: Decimal
    differs: bool
    own: Text
    others: Text | None


@dataclass(frozen=True, slots=True)
class Portrait:
    """The portrait of a class or of one customer: sentences beside a picture.

    Attributes:
        id: Its name within the report.
        mark: The class, or the customer's leading grade; None where it has none.
        heading: Who it is of.
        lead: How large it is, in a sentence.
        sides: Each side's name and what is said of it.
        profile: The picture: a bar for each number compared.
        note: What to know when reading it.
        draws_on: Contract tables, or columns as `customers.region`, that it comes from.
        generated: A label that names what of it is generated sample data, or None.
    """

    id: str
    mark: GradeMark | None
    heading: Text
    lead: Text
    sides: tuple[tuple[Text, Text], ...]
    profile: tuple[ProfileRow, ...]
    note: Text
    draws_on: frozenset[str] = frozenset()
    generated: Text | None = None


Block: TypeAlias = Table | Chart | Figures | Prose | Card | Portrait


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
        notice: What the standard wants said wherever its grades are shown, or None.
    """

    standard: Text
    as_of: date
    window: Text
    currency: Text
    generated: Text | None
    fingerprint: str
    notice: Text | None = None


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
