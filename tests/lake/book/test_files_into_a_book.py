"""From files through reading into a book and out as a dataset."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from kefen.domain.errors import DataError
from kefen.lake.book import Book
from kefen.lake.reading.source import ReadingOptions, Source
from kefen.lake.reading.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Batch


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


def test_yuan_in_a_book_without_a_currency_are_never_taken_for_dollars(
    book: Book, engine: DuckDBEngine, tmp_path: Path
) -> None:
    def bring(name: str, content: str) -> list[str]:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        options = ReadingOptions(into_book=True)
        read, findings = read_table(engine, "orders", Source((path,)), options)
        book.imports.import_table(engine, read)
        return [finding.code for finding in findings]

    assert "sign_taken" in bring("yuan.csv", "订单号,客户编号,日期,金额(元)\n1,A,2026-01-05,100\n")
    assert book.dataset(engine).currency == "CNY"
    head = "order_id,customer_id,ordered_at,amount,currency\n"
    assert "sign_taken" not in bring("dollars.csv", f"{head}2,A,2026-01-06,100,USD\n")
    with pytest.raises(DataError, match=r"CNY \(1\), USD \(1\)"):
        book.dataset(engine)


def test_yuan_in_a_book_that_counts_in_a_currency_called_so_are_in_it(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "yuan.csv"
    path.write_text("订单号,客户编号,日期,金额(元)\n1,A,2026-01-05,100\n", encoding="utf-8")
    own = Book.create(tmp_path / "taipei", name="Taipei", currency="TWD")
    options = ReadingOptions(currency="TWD", into_book=True)
    read, findings = read_table(engine, "orders", Source((path,)), options)
    own.imports.import_table(engine, read)
    assert "sign_taken" not in {finding.code for finding in findings}
    assert own.dataset(engine).currency == "TWD"
