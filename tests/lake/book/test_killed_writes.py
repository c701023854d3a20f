"""A process killed at any commit point leaves the last good state, and the next goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rows_by_hand import order, read_rows, rows_of

from kefen.domain.errors import BookError
from kefen.lake.book import Book
from kefen.lake.book.backup import back_up, restore
from kefen.lake.book.commit_points import CommitPoint
from kefen.lake.book.doctor import doctor

if TYPE_CHECKING:
    from kefen.engines.duckdb import DuckDBEngine

SCRIPT = Path(__file__).with_name("process_that_dies.py")
COLUMNS = ("order_id", "customer_id", "amount")
FIRST = [("o1", "c1", Decimal(10)), ("o2", "c2", Decimal(20))]
SECOND = [("o1", "c1", Decimal(11)), ("o2", "c2", Decimal(20)), ("o3", "c3", Decimal(30))]
BATCH_POINTS = [
    CommitPoint.INTENT_WRITTEN,
    CommitPoint.REPLACED_KEPT,
    CommitPoint.DATA_WRITTEN,
    CommitPoint.JOURNAL_COMPLETE,
    CommitPoint.TABLE_COMMITTED,
    CommitPoint.BATCH_RECORDED,
    CommitPoint.JOURNAL_REMOVED,
]
IMPORT_POINTS = [*BATCH_POINTS, CommitPoint.REJECTED_KEPT]
FIRST_IMPORT_POINTS = [
    CommitPoint.INTENT_WRITTEN,
    CommitPoint.REJECTED_KEPT,
    CommitPoint.DATA_WRITTEN,
    CommitPoint.JOURNAL_COMPLETE,
    CommitPoint.TABLE_CREATED,
    CommitPoint.TABLE_COMMITTED,
    CommitPoint.BATCH_RECORDED,
    CommitPoint.JOURNAL_REMOVED,
]
AFTER_COMMIT = {
    CommitPoint.TABLE_COMMITTED,
    CommitPoint.BATCH_RECORDED,
    CommitPoint.JOURNAL_REMOVED,
}


def die(action: str, book: Book, point: CommitPoint) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), action, str(book.directory), point.name],
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def first_rows(engine: DuckDBEngine, book: Book) -> None:
    rows = [order("o1", "10"), order("o2", "20", "c2")]
    book.imports.import_table(engine, read_rows(engine, "orders", rows))


def second_rows(engine: DuckDBEngine, book: Book) -> str:
    rows = [order(order_id, str(amount), customer) for order_id, customer, amount in SECOND]
    return book.imports.import_table(engine, read_rows(engine, "orders", rows)).state


def complaints(book: Book) -> list[str]:
    return [one.code for one in doctor(book) if one.severity != "note"]


@pytest.mark.parametrize("point", IMPORT_POINTS, ids=lambda point: point.name)
def test_an_import_killed_at_any_point(
    book: Book, engine: DuckDBEngine, point: CommitPoint
) -> None:
    first_rows(engine, book)
    die("import", book, point)

    reopened = Book.open(book.directory)
    happened = point in AFTER_COMMIT
    assert rows_of(engine, reopened, "orders", COLUMNS) == (SECOND if happened else FIRST)
    assert [one.id for one in reopened.imports.batches()] == ([1, 2] if happened else [1])
    assert reopened.guard.holder() is None

    assert second_rows(engine, reopened) == ("nothing new" if happened else "imported")
    assert rows_of(engine, reopened, "orders", COLUMNS) == SECOND
    assert complaints(reopened) == []
    assert reopened.imports.undo(2, engine=engine).restored == 1
    assert rows_of(engine, reopened, "orders", COLUMNS) == FIRST


@pytest.mark.parametrize("point", FIRST_IMPORT_POINTS, ids=lambda point: point.name)
def test_the_first_import_of_a_table_killed_at_any_point(
    book: Book, engine: DuckDBEngine, point: CommitPoint
) -> None:
    die("import", book, point)

    happened = point in AFTER_COMMIT
    assert rows_of(engine, book, "orders", COLUMNS) == (SECOND if happened else [])
    left = [one.code for one in doctor(book, fix=True) if one.code == "unfinished_batch"]
    done = point in {CommitPoint.JOURNAL_REMOVED}
    assert left == ([] if done else ["unfinished_batch"])
    assert complaints(book) == []
    assert rows_of(engine, book, "orders", COLUMNS) == (SECOND if happened else [])
    assert second_rows(engine, book) == ("nothing new" if happened else "imported")
    assert rows_of(engine, book, "orders", COLUMNS) == SECOND


@pytest.mark.parametrize("point", BATCH_POINTS, ids=lambda point: point.name)
def test_an_undo_killed_at_any_point(book: Book, engine: DuckDBEngine, point: CommitPoint) -> None:
    first_rows(engine, book)
    second_rows(engine, book)
    die("undo", book, point)

    happened = point in AFTER_COMMIT
    assert rows_of(engine, book, "orders", COLUMNS) == (FIRST if happened else SECOND)
    state = {one.id: one.state for one in book.imports.batches()}[2]
    assert state == ("undone" if happened else "imported")
    if not happened:
        book.imports.undo(2, engine=engine)
    assert rows_of(engine, book, "orders", COLUMNS) == FIRST
    assert second_rows(engine, book) == "imported"
    assert complaints(book) == []


@pytest.mark.parametrize("point", [CommitPoint.RUN_SEALED, CommitPoint.RUN_RECORDED])
def test_a_run_exists_when_its_row_does(book: Book, point: CommitPoint) -> None:
    die("run", book, point)

    recorded = point is CommitPoint.RUN_RECORDED
    assert [run["run_id"] for run in book.runs.all()] == (["r1"] if recorded else [])
    assert ("unfinished_run" in complaints(book)) == (not recorded)


def test_a_killed_backup_leaves_no_backup(book: Book, engine: DuckDBEngine) -> None:
    first_rows(engine, book)
    die("backup", book, CommitPoint.BACKUP_WRITTEN)

    target = book.directory.with_name("backup.tar.zst")
    assert not target.exists()
    back_up(book, target)
    assert rows_of(engine, restore(target, target.parent / "new"), "orders", COLUMNS) == FIRST


def test_a_killed_restore_leaves_no_book(book: Book, engine: DuckDBEngine) -> None:
    first_rows(engine, book)
    archive = book.directory.with_name("backup.tar.zst")
    back_up(book, archive)
    die("restore", book, CommitPoint.RESTORE_CHECKED)

    target = book.directory.with_name("restored")
    with pytest.raises(BookError):
        Book.open(target)
    assert rows_of(engine, restore(archive, target), "orders", COLUMNS) == FIRST


def test_every_commit_point_is_tried() -> None:
    tried = {*IMPORT_POINTS, *FIRST_IMPORT_POINTS, CommitPoint.RUN_SEALED}
    tried |= {CommitPoint.RUN_RECORDED, CommitPoint.BACKUP_WRITTEN, CommitPoint.RESTORE_CHECKED}
    assert tried == set(CommitPoint)
