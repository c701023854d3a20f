"""Single records of a book: rows entered by people, one customer read, what batches changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from kefen.domain.contract import TABLES
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import sql
from kefen.lake.book.batches import REPLACED
from kefen.lake.reading.frames import Frame
from kefen.lake.reading.mapping import Mapping, TableMapping
from kefen.lake.reading.source import ReadingOptions, Source
from kefen.lake.reading.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf
    from collections.abc import Sequence

    from kefen.lake.book.batches import Batch
    from kefen.lake.book.book import Book

_ENTERED = "workspace"
"""What rows that people entered are called where a file would have its name."""


@dataclass(frozen=True, slots=True)
class BatchChange:
    """What a batch changed in one field of a customer.

    Attributes:
        batch: The batch.
        field: The column.
        before: Its value before, as text; None for none.
        after: Its value after.
    """

    batch: Batch
    field: str
    before: str | None
    after: str | None


def write_rows(
    book: Book,
    table: str,
    rows: Sequence[MappingOf[str, str | None]],
    *,
    note: str,
    wait_seconds: float,
) -> Batch:
    """Bring rows that people entered into a book as one batch, like a file with these columns.

    Rows of a table with a key change only the columns that they have; a column that is None
    loses its value.

    Args:
        book: The book.
        table: The contract table.
        rows: Columns and values as text; every row has the same columns.
        note: What the batch is said to be.
        wait_seconds: How long to wait for another import.

    Raises:
        DataError: A value cannot be read as its column's type.
        BookError: The book is in use or cannot be written; it is as it was.
    """
    columns = tuple(rows[0])
    known = set(TABLES[table].column_names)
    content = pa.table({one: pa.array([row[one] for row in rows], pa.string()) for one in columns})
    options = ReadingOptions(
        timezone=book.settings.timezone,
        currency=book.settings.currency,
        max_rejected=Decimal(0),
        mapping=Mapping(
            _ENTERED, {table: TableMapping(columns={one: one for one in columns if one in known})}
        ),
    )
    with DuckDBEngine() as engine, book.guard.hold("import", wait_seconds=wait_seconds):
        read, _ = read_table(engine, table, Source(frames=(Frame(_ENTERED, content),)), options)
        return book.imports.import_table(engine, read, note=note)


def move_rows(book: Book, old: str, new: str, *, note: str, wait_seconds: float) -> list[Batch]:
    """Give everything of one customer to another, one batch for each table; done twice, once.

    Args:
        book: The book.
        old: The customer that is given up.
        new: The customer that stays.
        note: What the batches are said to be.
        wait_seconds: How long to wait for an import.

    Raises:
        BookError: The book is in use or cannot be written.
    """
    with DuckDBEngine() as engine, book.guard.hold("import", wait_seconds=wait_seconds):
        return book.imports.move_customer(engine, old, new, note=note)


def customer_row(book: Book, customer_id: str) -> dict[str, str | None] | None:
    """Return every column of a customer as text; None where the book has no such customer.

    Raises:
        BookError: The book cannot be read.
    """
    rows = _rows(book, "customers", customer_id)
    return rows[0] if rows else None


def rows_of_customer(book: Book, table: str, customer_id: str) -> list[dict[str, str | None]]:
    """Return the rows of a table that belong to a customer, as text.

    Raises:
        BookError: The book cannot be read.
    """
    return _rows(book, table, customer_id)


def attributes_of_customers(book: Book) -> tuple[str, ...]:
    """Return the columns of customers that the contract does not name.

    Raises:
        BookError: The book cannot be read.
    """
    versions = book.versions()
    if "customers" not in versions:
        return ()
    with DuckDBEngine() as engine:
        tables, _ = book.tables(engine, {"customers": versions["customers"]})
        return tuple(tables["customers"].attributes) if "customers" in tables else ()


def latest_by_customer(
    book: Book, table: str, customers: Sequence[str] | None = None
) -> dict[str, date]:
    """Return the last day with a row of a table, by customer.

    Args:
        book: The book.
        table: A contract table with a date.
        customers: Only these; None: all.

    Raises:
        BookError: The book cannot be read.
    """
    day = TABLES[table].date
    versions = book.versions()
    if table not in versions or day is None:
        return {}
    with DuckDBEngine() as engine:
        tables, _ = book.tables(engine, {table: versions[table]})
        if table not in tables:
            return {}
        engine.register("wanted", pa.table({"customer_id": pa.array(customers or [], pa.string())}))
        found = engine.rows(
            sql.statement(
                "SELECT customer_id, max(CAST({day} AS DATE)) FROM {relation} "
                "{only} GROUP BY customer_id",
                day=sql.name(day),
                relation=sql.name(tables[table].relation),
                only="" if customers is None else "SEMI JOIN wanted USING (customer_id)",
            )
        )
    return {str(one): last for one, last in found if one is not None and last is not None}


def batch_changes(book: Book, customer_id: str) -> list[BatchChange]:
    """Return what the standing imports of customers changed in one customer, newest first.

    A batch keeps the rows that it replaced; what it made of them stands in the row that the
    next batch replaced, or in the book now. A value that a batch gave first is told too.

    Raises:
        BookError: The book cannot be read.
    """
    now = customer_row(book, customer_id)
    found: list[BatchChange] = []
    after = now
    with DuckDBEngine() as engine:
        for batch in reversed(book.imports.batches()):
            if batch.table != "customers" or not batch.stands:
                continue
            path = book.imports.batch_directory(batch.id) / REPLACED
            before = _replaced(engine, path, customer_id) if path.is_file() else None
            if before is None:
                continue
            found.extend(_differences(batch, before, after or {}))
            after = before
    return found


def _rows(book: Book, table: str, customer_id: str) -> list[dict[str, str | None]]:
    versions = book.versions()
    if table not in versions:
        return []
    with DuckDBEngine() as engine:
        tables, _ = book.tables(engine, {table: versions[table]})
        if table not in tables:
            return []
        relation = sql.name(tables[table].relation)
        names = [column for column, _ in engine.columns(relation)]
        rows = engine.rows(
            sql.statement("SELECT * FROM {r} WHERE customer_id = ?", r=relation), [customer_id]
        )
    return [dict(zip(names, map(as_text, row), strict=True)) for row in rows]


def _replaced(engine: DuckDBEngine, path: Any, customer_id: str) -> dict[str, str | None] | None:
    file = sql.parquet_file(path)
    names = [column for (column, *_) in engine.rows("DESCRIBE " + sql.all_of(file))]
    rows = engine.rows(sql.all_of(file, "WHERE customer_id = ?"), [customer_id])
    if not rows:
        return None
    row = dict(zip(names, map(as_text, rows[0]), strict=True))
    return {one: value for one, value in row.items() if not one.startswith("_kefen")}


def _differences(
    batch: Batch, before: MappingOf[str, str | None], after: MappingOf[str, str | None]
) -> list[BatchChange]:
    return [
        BatchChange(batch, one, before.get(one), after.get(one))
        for one in dict.fromkeys((*before, *after))
        if before.get(one) != after.get(one)
    ]


def as_text(value: object) -> str | None:
    """Return a stored value as an import would read it again; None for none."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        written = f"{value:f}"
        return written.rstrip("0").rstrip(".") if "." in written else written
    return str(value)
