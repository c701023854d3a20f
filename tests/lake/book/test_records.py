"""Rows that people enter, one customer read, what batches changed, two records made one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from rows_by_hand import order, read_rows

from kefen.domain.errors import DataError
from kefen.lake.book.backup import back_up, restore
from kefen.lake.book.book import FILES
from kefen.lake.book.records import (
    attributes_of_customers,
    batch_changes,
    customer_row,
    latest_by_customer,
    move_rows,
    rows_of_customer,
    write_rows,
)

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Book


def enter(book: Book, table: str, *rows: dict[str, str | None]) -> int:
    return write_rows(book, table, rows, note="entered", wait_seconds=1).id


@pytest.fixture
def filled(book: Book, engine: DuckDBEngine) -> Book:
    enter(
        book,
        "customers",
        {"customer_id": "007", "name": "One", "region": "East", "registered_capital": "12.5"},
        {"customer_id": "8", "name": "Two", "region": None, "registered_capital": None},
    )
    rows = [order(f"o{n}", "10") | {"customer_id": ("007", "8")[n % 2]} for n in range(4)]
    book.imports.import_table(engine, read_rows(engine, "orders", rows))
    enter(book, "interactions", {"customer_id": "8", "at": "2026-05-01", "kind": "call"})
    return book


def test_only_the_columns_that_are_given_change(filled: Book) -> None:
    enter(filled, "customers", {"customer_id": "007", "region": None})
    row = customer_row(filled, "007")
    assert row is not None
    assert (row["name"], row["region"], row["registered_capital"]) == ("One", None, "12.5")
    assert customer_row(filled, "7") is None


def test_a_value_of_another_type_is_refused_and_nothing_is_written(filled: Book) -> None:
    before = len(filled.imports.batches())
    with pytest.raises(DataError):
        enter(filled, "customers", {"customer_id": "007", "founded_on": "soon"})
    assert len(filled.imports.batches()) == before


def test_what_batches_changed_is_told_newest_first(filled: Book) -> None:
    enter(filled, "customers", {"customer_id": "007", "region": "West"})
    last = enter(filled, "customers", {"customer_id": "007", "region": "South", "city": "Ulm"})
    told = [(c.batch.id, c.field, c.before, c.after) for c in batch_changes(filled, "007")]
    assert (last, "region", "West", "South") in told
    assert (last, "city", None, "Ulm") in told
    assert told[-1][1:] == ("region", "East", "West")
    assert batch_changes(filled, "8") == []


def test_the_last_day_of_each_customer(filled: Book) -> None:
    assert latest_by_customer(filled, "interactions") == {"8": date(2026, 5, 1)}
    assert latest_by_customer(filled, "interactions", ["007"]) == {}
    assert latest_by_customer(filled, "surveys") == {}
    assert attributes_of_customers(filled) == ()


def test_everything_of_a_customer_goes_to_another_and_back(filled: Book) -> None:
    before = {
        name: sorted(map(str, rows_of_customer(filled, name, one)))
        for name in ("customers", "orders", "interactions")
        for one in ("8",)
    }
    kept = customer_row(filled, "007")
    batches = move_rows(filled, "8", "007", note="merge", wait_seconds=1)
    assert [one.table for one in batches] == ["orders", "interactions", "customers"]
    assert customer_row(filled, "8") is None
    assert customer_row(filled, "007") == kept
    assert len(rows_of_customer(filled, "orders", "007")) == 4
    assert len(rows_of_customer(filled, "interactions", "007")) == 1
    assert move_rows(filled, "8", "007", note="merge", wait_seconds=1) == []
    for one in reversed(batches):
        filled.imports.undo(one.id)
    after = {name: sorted(map(str, rows_of_customer(filled, name, "8"))) for name in before}
    assert after == before
    assert len(rows_of_customer(filled, "orders", "007")) == 2


def test_what_a_later_import_changed_of_a_moved_order_stays(
    filled: Book, engine: DuckDBEngine
) -> None:
    moved = move_rows(filled, "8", "007", note="merge", wait_seconds=1)
    later = [order("o1", "99") | {"customer_id": "007"}]
    filled.imports.import_table(engine, read_rows(engine, "orders", later))
    for one in reversed(moved):
        filled.imports.undo(one.id)
    amounts = {row["order_id"]: row["amount"] for row in rows_of_customer(filled, "orders", "007")}
    assert amounts["o1"] == "99"
    assert len(rows_of_customer(filled, "orders", "8")) == 1


def test_files_of_customers_are_in_the_backup(filled: Book, tmp_path: Path) -> None:
    (filled.directory / FILES / "a").mkdir(parents=True)
    (filled.directory / FILES / "a" / "plan.txt").write_text("x")
    written = back_up(filled, tmp_path / "b.tar.gz")
    restored = restore(written.path, tmp_path / "restored")
    assert (restored.directory / FILES / "a" / "plan.txt").read_text() == "x"
