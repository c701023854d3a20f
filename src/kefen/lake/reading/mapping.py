"""Mappings: which input column is which, written by the user instead of guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf
    from decimal import Decimal
    from pathlib import Path


@dataclass(frozen=True)
class Computed:
    """An expression over the input's columns that gives a column of the contract."""

    expression: str


@dataclass(frozen=True)
class Join:
    """A further file whose columns are put beside the rows of a table's own file.

    Attributes:
        file: Its path, relative to the folder of the table's own file.
        on: Pairs of headings that must be equal: in the table's own file, in this file.
    """

    file: str
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TableMapping:
    """How the files of one table are read.

    Attributes:
        columns: The heading or the expression of each column that is not left to guessing.
        joins: Further files.
        dates: For a date column: `day first`, `month first` or a `strptime` format.
        decimals: The decimal mark of a column of numbers: `comma` or `point`.
        factors: What a column's values are multiplied by (a power of ten).
        values: The codes that the input's words stand for; `*` is any other word.
        where: An expression that rows must fulfil to be read.
        leave_out: Headings that are neither guessed nor kept as attributes.
    """

    columns: MappingOf[str, str | Computed] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    dates: MappingOf[str, str] = field(default_factory=dict)
    decimals: MappingOf[str, str] = field(default_factory=dict)
    factors: MappingOf[str, Decimal] = field(default_factory=dict)
    values: MappingOf[str, MappingOf[str, str]] = field(default_factory=dict)
    where: str | None = None
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """A mapping of one data source onto the contract.

    Attributes:
        name: What it is called.
        tables: How the files of each table are read.
        path: The file it came from.
    """

    name: str
    tables: MappingOf[str, TableMapping] = field(default_factory=dict)
    path: Path | None = None

    def table(self, name: str) -> TableMapping:
        """Return how a table is read; everything is guessed where the mapping says nothing."""
        return self.tables.get(name, TableMapping())
