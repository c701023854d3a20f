"""From files through reading into a book and out as a dataset."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.lake.reading.source import ReadingOptions, Source
from kefen.lake.reading.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Batch, Book


def take(book: Book, engine: DuckDBEngine, table: str, path: Path) -> Batch:
    read, _ = read_table(engine, table, Source((path,)), ReadingOptions(max_rejected=Decimal(1)))
    return book.imports.import_table(engine, read)


def test_files_become_a_dataset(book: Book, engine: DuckDBEngine, tmp_path: Path) -> None:
    customers = tmp_path / "客户.csv"
    customers.write_text("客户编号,客户名称,销售大区\n007,甲公司,华东\n008,乙公司,华南\n")
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "order_id,customer_id,ordered_at,amount\n"
        "1,007,2024-01-31,100.50\n1,007,2024-01-31,100.50\n2,008,2024-02-29,-3\n"
        "3,999,2024-02-29,7\n4,008,2024-02-30,9\n"
    )
    assert take(book, engine, "customers", customers).rows_new == 2
    batch = take(book, engine, "orders", orders)
    assert (batch.rows_new, batch.rows_rejected) == (4, 1)
    assert batch.files[0]["name"] == "orders.csv"
    assert take(book, engine, "orders", orders).state == "nothing new"

    dataset = book.dataset(engine)
    read = dataset.tables["orders"]
    assert (read.rows_used, read.rows_unattributed) == (3, 1)
    totals = f"SELECT customer_id, sum(amount) FROM {read.relation} GROUP BY ALL ORDER BY ALL"
    assert engine.rows(totals) == [("007", Decimal(201)), ("008", Decimal(-3))]
    assert book.imports.write_rejected(batch.id, tmp_path / "rejected.csv") == 1
    assert "2024-02-30" in (tmp_path / "rejected.csv").read_text(encoding="utf-8-sig")
