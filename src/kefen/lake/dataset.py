"""What reading gives and grading takes: canonical tables in an engine, with their record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from kefen.domain.contract import Table
    from kefen.domain.text import Text
    from kefen.engines.engine import Engine

Principle: TypeAlias = Literal["whole", "scientific", "comparable", "continuous"]
Severity: TypeAlias = Literal["note", "warning", "error"]
GENERATED = "generated"
"""The entry in the record of an imported file that names what of it is generated sample data."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of the quality report.

    Attributes:
        code: A stable code, such as `orders_of_unknown_customers`.
        principle: Which of the four principles of sound data it is about.
        severity: How much it matters.
        table: The contract table.
        column: The column, or None when it is about rows.
        count: How many rows or customers it touches.
        message: What was found.
        effect: What it does to which scheme or result.
        details: Examples or figures for machines (JSON values).
    """

    code: str
    principle: Principle
    severity: Severity
    table: str
    message: Text
    effect: Text
    column: str | None = None
    count: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinesWanted:
    """What grading will ask of order lines, where that is known before they are read.

    Attributes:
        as_of: The as-of date.
        columns: The columns that it names, `ordered_on` (the day of `ordered_at`) among them.
        counted: DuckDB SQL of the canonical columns that is true of the lines known, and not
            cancelled, at the as-of date.
        unless: Columns that `counted` does not hold for: with one of them in the data nothing is
            known beforehand.
    """

    as_of: date
    columns: frozenset[str]
    counted: str
    unless: frozenset[str] = frozenset()


@dataclass(slots=True)
class ShortLines:
    """Order lines in the engine's memory, of the columns that were wanted.

    Its rows are those of a relation of order lines, with `counted_number`, the number of the
    customer, in place of the customer's id. It is null where a line counts for nobody: where the
    customer is blank or unknown, where it does not meet `LinesWanted.counted`, and of copies.

    Attributes:
        wanted: What was wanted.
        relation: The name of the table.
        columns: Which of the columns wanted it has: those that the input had.
        of: The relation whose rows it has.
        customers: The name of a table of the customers read (`customer_id`, `created_on`), whose
            `rowid` is the number of a customer.
        is_taken: Whether somebody took the table, to drop it after use.
    """

    wanted: LinesWanted
    relation: str
    columns: frozenset[str]
    of: str
    customers: str
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class ReadTable:
    """One contract table as read.

    Attributes:
        table: The contract table.
        relation: The name, in the engine, of the relation with the rows to use. It has every
            column of the contract with its canonical type (null where the input had none),
            then `attributes` as VARCHAR. Rows of facts whose customer is blank or unknown are
            not in it.
        columns: The contract columns that the input had.
        attributes: Further columns of customers, kept as text.
        rejected: The name of a relation with columns `row` (BIGINT, 1 is the first row after
            the heading), `column` (VARCHAR), `value` (VARCHAR), `code` (VARCHAR); one row per
            rejected value.
        rows_in: Rows in the input.
        rows_used: Rows in `relation`.
        rows_rejected: Rows rejected (a row rejected for two reasons counts once).
        rows_duplicate: Rows left out as exact copies of another.
        rows_unattributed: Rows whose customer is blank or unknown.
        amount_unattributed: The sum of their amount as a decimal string; None without one.
        currency: The single currency of the table's money, None when it names none.
        money_sign: The sign of the money of some rows that name no currency, such as `元`, where
            the book's currency was not said; None without one.
        inputs: For each file read: its name, size, sha256 and rows.
        with_strangers: A relation that has the rows of unknown customers too; None where there
            are none.
        first_days: A relation of the customers of its rows, each with the day of its first
            (`customer_id`, `first_on`); None before attribution, and for tables without dates.
        first_days_from: The as-of date from which on `first_days` tells all: it lacks customers
            who were created by then. None where it has every customer.
        short: Its rows in short; None where they were not made so.
    """

    table: Table
    relation: str
    columns: frozenset[str]
    rejected: str
    rows_in: int
    rows_used: int
    rows_rejected: int = 0
    rows_duplicate: int = 0
    rows_unattributed: int = 0
    amount_unattributed: str | None = None
    currency: str | None = None
    money_sign: str | None = None
    attributes: tuple[str, ...] = ()
    inputs: tuple[Mapping[str, Any], ...] = ()
    with_strangers: str | None = None
    first_days: str | None = None
    first_days_from: date | None = None
    short: ShortLines | None = None

    @property
    def short_lines(self) -> ShortLines | None:
        """Its rows in short, if those are still the rows that the table has.

        What is filled in, converted or left out later makes a relation of its own.
        """
        short = self.short
        if short is None or short.is_taken or short.of != (self.with_strangers or self.relation):
            return None
        return short


def generated_in(tables: Mapping[str, ReadTable]) -> tuple[str, ...]:
    """Return what of some tables is generated sample data, as the records of their files say."""
    return tuple(
        dict.fromkeys(
            name
            for read in tables.values()
            for file in read.inputs
            for name in file.get(GENERATED, ())
        )
    )


@dataclass(frozen=True, slots=True)
class Dataset:
    """All tables of one data cut, ready to be graded.

    Attributes:
        engine: The engine that holds the relations.
        tables: What was imported, by table name; `customers` is always there.
        findings: What reading found; grading and the quality report add to it.
        timezone: The book's time zone, an IANA name.
        currency: The one currency of the data, or None when it names none.
        versions: Lake version per table; empty in file mode.
        generated: Names of tables or columns that were generated for a demonstration.
        rates: The name and sha256 of the file of exchange rates that converted amounts, or None.
        rates_file: Where that file is, or None.
    """

    engine: Engine
    tables: Mapping[str, ReadTable]
    findings: tuple[Finding, ...] = ()
    timezone: str = "UTC"
    currency: str | None = None
    versions: Mapping[str, int] = field(default_factory=dict)
    generated: tuple[str, ...] = ()
    rates: Mapping[str, str] | None = None
    rates_file: Path | None = None
