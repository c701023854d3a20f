"""Tables of a book as Delta tables: who can read them, and what is kept of their logs."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import TYPE_CHECKING

import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from rows_by_hand import order, read_rows, rows_of

from kefen.domain.contract import TABLES
from kefen.domain.errors import BookError
from kefen.lake.book.delta import LakeTable

if TYPE_CHECKING:
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Book

COLUMNS = ("order_id", "customer_id", "amount")


def test_other_programs_read_the_files(book: Book, engine: DuckDBEngine) -> None:
    given = [order(f"o{n:05}", f"{n % 97}.25", f"C{n % 50:03}") for n in range(3_000)]
    book.imports.import_table(engine, read_rows(engine, "orders", given))
    expected = sorted(rows_of(engine, book, "orders", COLUMNS))
    assert len(expected) == 3_000

    delta = DeltaTable((book.lake / "orders").as_uri())
    paths = [book.lake / "orders" / path for path in _paths(delta)]
    by_arrow = [
        tuple(row[one] for one in COLUMNS)
        for path in paths
        for row in pq.ParquetFile(path).read(columns=list(COLUMNS)).to_pylist()
    ]
    by_polars = [
        row
        for path in paths
        for row in polars.read_parquet(path, columns=list(COLUMNS), hive_partitioning=False)
        .select(COLUMNS)
        .rows()
    ]
    assert sorted(by_arrow) == expected
    assert sorted(by_polars) == expected
    by_deltalake = delta.to_pyarrow_dataset().to_table(columns=list(COLUMNS)).to_pylist()
    assert sorted(tuple(row.values()) for row in by_deltalake) == expected


def _paths(delta: DeltaTable) -> list[str]:

    actions = pa.RecordBatchReader.from_stream(delta.get_add_actions()).read_all()
    return [str(path) for path in actions.column("path").to_pylist()]


def test_what_is_kept_of_a_log_ends_with_its_next_commit(book: Book, engine: DuckDBEngine) -> None:
    table = LakeTable(book.lake / "orders", TABLES["orders"])
    assert table.snapshot().version is None
    book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", "1")]))
    first = table.snapshot()
    assert table.snapshot() is first
    book.imports.import_table(engine, read_rows(engine, "orders", [order("o2", "2")]))
    second = table.snapshot()
    assert (first.rows, second.rows) == (1, 2)
    assert table.snapshot(first.version) == first
    assert table.snapshot(second.version) is second
    assert rows_of(engine, book, "orders", ("amount",)) == [(Decimal(1),), (Decimal(2),)]


def test_a_log_that_is_damaged_later_is_noticed(book: Book, engine: DuckDBEngine) -> None:
    book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", "1")]))
    table = LakeTable(book.lake / "orders", TABLES["orders"])
    assert table.snapshot().rows == 1
    newest = max((book.lake / "orders" / "_delta_log").glob("*.json"))
    newest.write_text("{", encoding="utf-8")
    os.utime(newest)
    with pytest.raises(BookError):
        table.snapshot()
