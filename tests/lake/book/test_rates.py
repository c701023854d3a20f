"""The rates of a book: one table that holds, and a copy of each by which a run was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from kefen.domain.errors import BookError, DataError
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import Book
from kefen.lake.book.backup import back_up, restore
from kefen.lake.book.doctor import doctor
from kefen.lake.book.durable import sha256_of
from kefen.lake.reading import ReadingOptions, Source, read_table

EURO = "currency,from,rate\nEUR,2025-01-01,7.85\nUSD,,7.1\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "given.csv"
    path.write_text(EURO)
    return path


@pytest.fixture
def book(tmp_path: Path, table: Path) -> Book:
    return Book.create(tmp_path / "book", name="Acme", currency="CNY", rates=table)


def _described(path: Path) -> dict[str, str]:
    return {"name": path.name, "sha256": sha256_of(path)}


def test_a_book_keeps_the_rates_it_is_made_with_and_converts_by_them(
    engine: DuckDBEngine, book: Book, tmp_path: Path, table: Path
) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "order_id,customer_id,ordered_at,amount,currency\n1,A,2025-02-10,100.00,EUR\n"
    )
    read, _ = read_table(engine, "orders", Source((orders,)), ReadingOptions())
    book.imports.import_table(engine, read)
    table.unlink()
    dataset = Book.open(book.directory).dataset(engine)
    assert engine.rows(f"SELECT amount FROM {dataset.tables['orders'].relation}") == [(785,)]
    assert dataset.currency == "CNY"
    assert dataset.rates == _described(book.directory / "rates.csv")


def test_rates_of_a_call_go_before_those_of_the_book(
    engine: DuckDBEngine, book: Book, tmp_path: Path
) -> None:
    orders, other = tmp_path / "orders.csv", tmp_path / "other.csv"
    orders.write_text("order_id,customer_id,ordered_at,amount,currency\n1,A,2025-02-10,1,EUR\n")
    other.write_text("currency,rate\nEUR,9\n")
    read, _ = read_table(engine, "orders", Source((orders,)), ReadingOptions())
    book.imports.import_table(engine, read)
    dataset = book.dataset(engine, rates=other)
    assert engine.rows(f"SELECT amount FROM {dataset.tables['orders'].relation}") == [(9,)]


def test_rates_need_a_currency_that_they_lead_to(tmp_path: Path, table: Path) -> None:
    with pytest.raises(BookError, match="names none"):
        Book.create(tmp_path / "book", name="Acme", rates=table)
    assert not (tmp_path / "book").exists()


@pytest.mark.parametrize(
    "content",
    ["", "currency,rate\nEUR,NaN\n", "currency,rate\nEUR,99999999999\n", "currency,rate\nEUR,-1\n"],
)
def test_a_file_that_is_no_rate_table_leaves_the_book_as_it_was(
    book: Book, table: Path, content: str
) -> None:
    table.write_text(content)
    with pytest.raises(DataError, match="Line"):
        book.rates.take(table, "CNY")
    assert (book.directory / "rates.csv").read_text() == EURO


def test_the_line_that_cannot_be_read_is_counted_as_in_the_file(book: Book, table: Path) -> None:
    table.write_text("currency,rate\n\nEUR,8\n\nUSD,seven\n")
    with pytest.raises(DataError, match="Line 5"):
        book.rates.check(table, "CNY")


def test_the_rates_of_a_run_are_found_after_the_book_has_others(book: Book, table: Path) -> None:
    used = book.rates.path
    record = {"rates": _described(used)}
    book.rates.keep(used, record["rates"])
    table.write_text("currency,rate\nEUR,9\n")
    book.rates.take(table, "CNY")
    found = book.rates.of(record)
    assert found is not None
    assert found.read_text() == EURO
    assert book.rates.of({"rates": None}) == book.rates.path


def test_rates_of_a_run_that_are_not_kept_are_asked_for(book: Book) -> None:
    record = {"rates": {"name": "lost.csv", "sha256": "0" * 64}}
    with pytest.raises(BookError, match="--rates"):
        book.rates.of(record)


def test_a_table_changed_while_it_was_used_is_not_kept_as_the_one_used(book: Book) -> None:
    described = _described(book.rates.path)
    book.rates.path.write_text("currency,rate\nEUR,9\n")
    with pytest.raises(BookError, match="changed"):
        book.rates.keep(book.rates.path, described)


def test_the_name_in_a_record_leads_nowhere_else(book: Book) -> None:
    described = {"name": "../../../kefen.toml", "sha256": sha256_of(book.rates.path)}
    book.rates.keep(book.rates.path, described)
    assert (book.rates.kept / described["sha256"] / "kefen.toml").read_text() == EURO


def test_a_backup_has_the_rates_and_those_of_runs(book: Book, tmp_path: Path) -> None:
    book.rates.keep(book.rates.path, _described(book.rates.path))
    back_up(book, tmp_path / "copy")
    found = restore(tmp_path / "copy", tmp_path / "again")
    assert found.rates.path.read_text() == EURO
    assert found.rates.of({"rates": _described(book.rates.path)}) != found.rates.path


def test_the_doctor_tells_the_rates_and_those_that_are_damaged(book: Book) -> None:
    told = next(one for one in doctor(book) if one.code == "rates")
    assert "EUR 2025-01-01, USD" in told.message.en
    book.rates.keep(book.rates.path, _described(book.rates.path))
    (kept,) = book.rates.kept.rglob("rates.csv")
    kept.write_text("currency,rate\nEUR,1\n")
    book.rates.path.write_text("currency\n")
    found = {one.code: one.path for one in doctor(book) if one.severity == "error"}
    assert found == {"unreadable_rates": book.rates.path, "changed_file": kept}
