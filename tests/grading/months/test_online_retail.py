"""The Online Retail year in a book: twelve months filled in by one call."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.history import kept_runs
from kefen.grading.months.again import grade_again
from kefen.grading.months.back_fill import back_fill
from kefen.lake.book import Book
from kefen.lake.reading import ReadingOptions, Source, load_mapping, read_table
from kefen.standards.reader import bundled_standard

CUSTOMERS = [948, 1369, 1749, 2189, 2488, 2767, 3002, 3193, 3360, 3658, 4010, 4331]


@pytest.mark.reference
def test_twelve_months_are_filled_in(reference_data: Path, tmp_path: Path) -> None:
    book = Book.create(tmp_path / "retail", name="Retail", currency="GBP")
    mapping = tmp_path / "map.yaml"
    mapping.write_text(
        'tables: {orders: {columns: {amount: {compute: \'"Quantity" * "UnitPrice"\'}}}}\n'
    )
    options = ReadingOptions(currency="GBP", mapping=load_mapping(mapping))
    file = reference_data / "online_retail" / "online_retail.parquet"
    with DuckDBEngine() as engine:
        read, _ = read_table(engine, "orders", Source((file,)), options)
        book.imports.import_table(engine, read)
    standard = bundled_standard()
    found = back_fill(book, lambda _: standard, date(2010, 12, 1), date(2011, 11, 30), memory="2GB")
    runs = kept_runs(book)
    assert [month.state for month in found.months] == ["graded"] * 12
    assert [run.customers for run in runs] == CUSTOMERS
    assert [run.covered for run in runs] == list(range(1, 13))
    assert grade_again(book, "2011-06-30-1", memory="2GB").compared.is_same
