"""A file on its way into a book: looked at, tried without writing, brought in as one batch."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import sql
from kefen.lake.reading.files import open_file
from kefen.lake.reading.headings import guess_columns
from kefen.lake.reading.mapping import Mapping, TableMapping
from kefen.lake.reading.source import ReadingOptions, Source
from kefen.lake.reading.tables import read_table
from kefen.lake.rejected_csv import write_rejected_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as MappingOf
    from pathlib import Path

    from kefen.domain.text import Language
    from kefen.lake.book import Batch, Book
    from kefen.lake.dataset import Finding, ReadTable

_SAMPLES = 3
_EVERY_ROW = Decimal(1)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What a file holds, before anything is read as a column of the contract.

    Attributes:
        headings: Its headings, in order.
        samples: The first values under each heading that are not empty.
        guesses: The heading that each column of the table was taken from.
        ambiguous: Columns that several headings fit.
        properties: How it was read: format, encoding, delimiter, sheet.
    """

    headings: tuple[str, ...]
    samples: MappingOf[str, tuple[str, ...]]
    guesses: MappingOf[str, str]
    ambiguous: MappingOf[str, tuple[str, ...]]
    properties: MappingOf[str, object]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would do.

    Attributes:
        rows_in: Rows in the file.
        rows_usable: Rows that would be brought in.
        rows_rejected: Rows that could not be read.
        rows_duplicate: Exact copies of another row, left out.
        new: Rows whose key the book does not have; None where rows have no key.
        known: Rows whose key the book has; None where rows have no key.
        findings: What was found while reading.
    """

    rows_in: int
    rows_usable: int
    rows_rejected: int
    rows_duplicate: int
    new: int | None
    known: int | None
    findings: tuple[Finding, ...]


def look_at(path: Path, table: str) -> LookedAt:
    """Return what a file holds, with the columns that its headings were taken for.

    Raises:
        DataError: The file is empty, damaged, or of a format that is not read.
    """
    contract = TABLES[table]
    with DuckDBEngine() as engine:
        file = open_file(engine, path, contract)
        guess = guess_columns(file.headings, contract)
        values = ", ".join(column.value for column in file.columns)
        rows = engine.rows(sql.statement("SELECT {v} FROM {r} LIMIT 50", v=values, r=file.relation))
        samples = {
            heading: tuple(str(v) for row in rows if (v := row[place]) not in (None, ""))[:_SAMPLES]
            for place, heading in enumerate(file.headings)
        }
        return LookedAt(
            tuple(file.headings),
            samples,
            dict(guess.columns),
            dict(guess.ambiguous),
            dict(file.properties),
        )


def try_file(
    book: Book,
    path: Path,
    table: str,
    chosen: MappingOf[str, str],
    *,
    rejected_to: Path,
    language: Language,
) -> DryRun:
    """Read a file as an import would, write its rejected rows, and change nothing.

    Args:
        book: The book.
        path: The file.
        table: The contract table.
        chosen: The heading of each column that is used; headings that are guessed for a column
            and not chosen for it are left out.
        rejected_to: Where the rejected values are written, each with its reason.
        language: The language of the reasons.

    Raises:
        DataError: The file cannot be used as it is.
        BookError: The book cannot be read.
    """
    with DuckDBEngine() as engine, _read(engine, book, path, table, chosen) as (read, findings):
        write_rejected_of(engine, {table: read.rejected}, rejected_to, language)
        new, known = _matched(engine, book, read)
        return DryRun(
            read.rows_in,
            read.rows_used,
            read.rows_rejected,
            read.rows_duplicate,
            new,
            known,
            findings,
        )


def import_file(
    book: Book,
    path: Path,
    table: str,
    chosen: MappingOf[str, str],
    *,
    note: str,
    wait_seconds: float,
) -> Batch:
    """Bring a file into a book as one batch; rejected rows stay out and are kept beside it.

    Whoever calls has seen what is rejected (`try_file`), so that no share of it is too large.

    Args:
        book: The book.
        path: The file.
        table: The contract table.
        chosen: The heading of each column that is used.
        note: What the user says about it.
        wait_seconds: How long to wait for another import.

    Raises:
        DataError: The file cannot be used as it is, or contradicts the book.
        BookError: The book is in use or cannot be written; it is as it was.
    """
    with (
        DuckDBEngine() as engine,
        _read(engine, book, path, table, chosen) as (read, _),
        book.lock("import", wait_seconds=wait_seconds),
    ):
        return book.import_table(engine, read, note=note)


@contextmanager
def _read(
    engine: DuckDBEngine, book: Book, path: Path, table: str, chosen: MappingOf[str, str]
) -> Iterator[tuple[ReadTable, tuple[Finding, ...]]]:
    guesses = look_at(path, table).guesses
    columns = {column: heading for column, heading in chosen.items() if heading}
    taken = set(columns.values())
    left_out = tuple(
        heading
        for column, heading in guesses.items()
        if columns.get(column) != heading and heading not in taken
    )
    changed = {c: h for c, h in columns.items() if guesses.get(c) != h}
    options = ReadingOptions(
        timezone=book.settings.timezone,
        currency=book.settings.currency,
        max_rejected=_EVERY_ROW,
        mapping=Mapping("workspace", {table: TableMapping(columns=changed, leave_out=left_out)}),
    )
    yield read_table(engine, table, Source((path,)), options)


def _matched(engine: DuckDBEngine, book: Book, read: ReadTable) -> tuple[int | None, int | None]:
    """Return how many rows the book has by their key, and how many are new to it."""
    key = read.table.key
    if not key or not set(key) <= read.columns:
        key = key[:1] if key and key[0] in read.columns else ()
    if not key:
        return None, None
    incoming = sql.name(read.relation)
    if read.table.name not in book.versions():
        return read.rows_used, 0
    tables, _ = book.tables(engine, {read.table.name: book.versions()[read.table.name]})
    held = sql.name(tables[read.table.name].relation)
    same = " AND ".join(
        f"{sql.column(one, 'held')} IS NOT DISTINCT FROM {sql.column(one, 'incoming')}"
        for one in key
    )
    known = engine.rows(
        sql.statement(
            "SELECT count(*) FROM {incoming} AS incoming SEMI JOIN {held} AS held ON {same}",
            incoming=incoming,
            held=held,
            same=same,
        )
    )[0][0]
    return read.rows_used - int(known), int(known)
