"""Undoing imports: what goes, what comes back, what is left and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from rows_by_hand import order, read_rows, rows_of

from kefen.domain.errors import CallError

if TYPE_CHECKING:
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Book

COLUMNS = ("order_id", "amount")


def take(book: Book, engine: DuckDBEngine, **amounts: str) -> int:
    rows = [order(order_id, amount) for order_id, amount in amounts.items()]
    return book.imports.import_table(engine, read_rows(engine, "orders", rows)).id


def test_an_undo_puts_back_what_the_import_replaced(book: Book, engine: DuckDBEngine) -> None:
    take(book, engine, o1="10", o2="20")
    second = take(book, engine, o1="11", o3="30")
    report = book.imports.undo(second, note="wrong file")

    assert rows_of(engine, book, "orders", COLUMNS) == [("o1", Decimal(10)), ("o2", Decimal(20))]
    assert (report.removed, report.restored, report.left) == (2, 1, 0)
    assert [batch.state for batch in book.imports.batches()] == ["imported", "undone", "undo"]
    assert book.imports.batches()[2].note == "wrong file"


def test_what_a_later_import_changed_is_left_and_listed(book: Book, engine: DuckDBEngine) -> None:
    first = take(book, engine, o1="10", o2="20")
    second = take(book, engine, o1="11")
    report = book.imports.undo(first)

    assert rows_of(engine, book, "orders", COLUMNS) == [("o1", Decimal(11))]
    assert report.left == 1
    assert report.examples == ({"order_id": "o1"},)
    assert report.later == (second,)
    assert book.imports.batches()[0].state == "partly undone"

    book.imports.undo(second)
    assert rows_of(engine, book, "orders", COLUMNS) == [("o1", Decimal(10))]
    assert book.imports.undo(first).left == 0
    assert rows_of(engine, book, "orders", COLUMNS) == []
    assert book.imports.batches()[0].state == "undone"


def test_an_undone_file_can_be_imported_again(book: Book, engine: DuckDBEngine) -> None:
    first = take(book, engine, o1="10")
    book.imports.undo(first)
    assert book.tables(engine)[0] == {}, "a table whose every import is undone is not there"
    take(book, engine, o1="10")
    assert rows_of(engine, book, "orders", COLUMNS) == [("o1", Decimal(10))]


def test_later_imports_that_repeated_rows_are_named(book: Book, engine: DuckDBEngine) -> None:
    first = take(book, engine, o1="10")
    second = take(book, engine, o1="10", o2="20")

    assert book.imports.undo(first).repeated_by == (second,)


def test_an_undo_of_an_undo_says_to_import_again(book: Book, engine: DuckDBEngine) -> None:
    first = take(book, engine, o1="10")
    undo = book.imports.undo(first).batch.id

    with pytest.raises(CallError, match=r"Import the files of batch 1 again: file\.csv"):
        book.imports.undo(undo)
    with pytest.raises(CallError, match="undone already, by batch 2"):
        book.imports.undo(first)


def test_what_is_not_there_or_changed_nothing_is_refused(book: Book, engine: DuckDBEngine) -> None:
    take(book, engine, o1="10")
    again = take(book, engine, o1="10")

    with pytest.raises(CallError, match="nothing to undo"):
        book.imports.undo(again)
    with pytest.raises(CallError, match="no batch 7"):
        book.imports.undo(7)
    assert len(book.imports.batches()) == 2


def test_a_past_version_reads_as_before_the_undo(book: Book, engine: DuckDBEngine) -> None:
    first = take(book, engine, o1="10")
    versions = book.versions()
    book.imports.undo(first)

    assert rows_of(engine, book, "orders", COLUMNS, versions) == [("o1", Decimal(10))]
