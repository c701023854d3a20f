"""What the doctor finds and mends."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rows_by_hand import order, read_rows

from kefen.domain.contract import TABLES
from kefen.domain.errors import BookError
from kefen.lake.book.batches import REPLACED
from kefen.lake.book.delta import DataFile, LakeTable
from kefen.lake.book.doctor import doctor

if TYPE_CHECKING:
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Book


@pytest.fixture
def filled(book: Book, engine: DuckDBEngine) -> Book:
    for amount in ("10", "11"):
        rows = [order("o1", amount), order("o2", "5", "c2")]
        book.imports.import_table(engine, read_rows(engine, "orders", rows))
    (book.runs.begin("r1") / "run.json").write_text("{}")
    book.runs.append({"run_id": "r1", "versions": {"orders": 1}})
    return book


def codes(book: Book, *, fix: bool = False) -> list[str]:
    return [one.code for one in doctor(book, fix=fix) if one.severity != "note"]


def test_a_sound_book_has_only_notes(filled: Book) -> None:
    found = doctor(filled)
    assert codes(filled) == []
    assert {"versions", "disk_space"} <= {one.code for one in found}
    assert "deltalake" in found[0].message.in_language("zh")


def test_a_missing_file_of_a_version_that_a_run_cites_is_an_error(filled: Book) -> None:
    replaced = {one.path for one in files_at(filled, 1)} - {one.path for one in files_at(filled, 2)}
    (path,) = replaced
    path.unlink()

    (found,) = [one for one in doctor(filled) if one.severity != "note"]
    assert (found.code, found.path) == ("missing_file", path)


def files_at(book: Book, version: int) -> tuple[DataFile, ...]:
    return LakeTable(book.lake / "orders", TABLES["orders"]).snapshot(version).files


def test_damaged_files_are_named(filled: Book) -> None:
    path = next(iter((filled.lake / "orders").rglob("batch-2-*")))
    path.write_bytes(path.read_bytes()[:-20])
    (filled.runs.directory("r1") / "run.json").write_text("{ }")
    (filled.imports.batch_directory(2) / REPLACED).unlink()
    found = {one.code: one.path for one in doctor(filled) if one.severity == "error"}

    assert found["damaged_file"] == path
    assert found["changed_file"] == filled.runs.directory("r1") / "run.json"
    assert found["missing_file"] == filled.imports.batch_directory(2) / REPLACED


def test_orphans_are_removed_only_when_asked(filled: Book) -> None:
    orphan = filled.lake / "orders" / "_kefen_bucket=3" / "batch-9-x.parquet"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"half")
    named = set((filled.lake / "orders").rglob("batch-[12]-*"))

    assert codes(filled) == ["orphan_file"]
    assert orphan.exists()
    fixed = [one for one in doctor(filled, fix=True) if one.fixed]
    assert [one.path for one in fixed] == [orphan]
    assert not orphan.exists()
    assert set((filled.lake / "orders").rglob("batch-[12]-*")) == named
    assert codes(filled) == []


def test_a_damaged_log_is_reported_and_does_not_stop_the_doctor(filled: Book) -> None:
    log = filled.lake / "orders" / "_delta_log"
    (log / "00000000000000000001.json").unlink()
    assert "unreadable_table" in codes(filled)


def test_a_lock_held_by_another_process_is_noted(filled: Book) -> None:
    script = """
import sys
from kefen.lake.book import Book
with Book.open(sys.argv[1]).guard.hold("import"):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(filled.directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        notes = {one.code: one for one in doctor(filled)}
        with pytest.raises(BookError, match="in use"):
            doctor(filled, fix=True)
        process.communicate()
    assert str(process.pid) in notes["lock_held"].message.en
    assert "lock_held" not in {one.code for one in doctor(filled)}
