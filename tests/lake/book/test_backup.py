"""Backups and their restoring."""

from __future__ import annotations

import gzip
import io
import shutil
import sqlite3
import tarfile
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from rows_by_hand import order, read_rows, rows_of

from kefen.domain.errors import BookError
from kefen.lake.book import Book
from kefen.lake.book.backup import MANIFEST, back_up, restore
from kefen.lake.book.doctor import doctor

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.engines.duckdb import DuckDBEngine


@pytest.fixture
def filled(book: Book, engine: DuckDBEngine) -> Book:
    for amount in ("10", "11"):
        book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", amount)]))
    (book.runs.begin("r1") / "run.json").write_text("{}")
    book.runs.append({"run_id": "r1"})
    (book.standards / "ours.yaml").write_text("standard: ours\n")
    return book


@pytest.mark.parametrize("name", ["b.tar.zst", "b.tar.gz", "folder"])
def test_a_restored_book_is_the_book(
    filled: Book, engine: DuckDBEngine, tmp_path: Path, name: str
) -> None:
    written = back_up(filled, tmp_path / "safe" / name)
    restored = restore(written.path, tmp_path / "restored")

    columns = ("order_id", "amount")
    assert rows_of(engine, restored, "orders", columns) == [("o1", Decimal(11))]
    assert rows_of(engine, restored, "orders", columns, {"orders": 1}) == [("o1", Decimal(10))]
    assert restored.imports.batches() == filled.imports.batches()
    assert restored.runs.all() == filled.runs.all()
    assert (restored.standards / "ours.yaml").read_text() == "standard: ours\n"
    assert [one.code for one in doctor(restored) if one.severity != "note"] == []
    restored.imports.undo(2, engine=engine)
    assert rows_of(engine, restored, "orders", columns) == [("o1", Decimal(10))]
    assert rows_of(engine, filled, "orders", columns) == [("o1", Decimal(11))]


@pytest.mark.parametrize("name", ["b.tar.zst", "folder"])
def test_a_workspace_in_use_is_backed_up_as_it_is_without_its_key(
    filled: Book, tmp_path: Path, name: str
) -> None:
    (filled.directory / "workspace.key").write_text("secret")
    with closing(sqlite3.connect(filled.directory / "workspace.sqlite3")) as workspace:
        workspace.execute("PRAGMA journal_mode = WAL")
        workspace.execute("CREATE TABLE people (name TEXT)")
        workspace.execute("INSERT INTO people VALUES ('Lin')")
        workspace.commit()
        workspace.execute("INSERT INTO people VALUES ('not yet')")
        written = back_up(filled, tmp_path / name)
    restored = restore(written.path, tmp_path / "restored")
    with closing(sqlite3.connect(restored.directory / "workspace.sqlite3")) as workspace:
        assert workspace.execute("SELECT name FROM people").fetchall() == [("Lin",)]
    assert not (restored.directory / "workspace.key").exists()
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_backup_overwrites_nothing_and_lies_outside_its_book(
    filled: Book, tmp_path: Path
) -> None:
    (tmp_path / "b.tar.gz").write_text("mine")
    with pytest.raises(BookError, match="of that name already"):
        back_up(filled, tmp_path / "b.tar.gz")
    with pytest.raises(BookError, match="within its book"):
        back_up(filled, filled.directory / "b.tar.gz")
    assert (tmp_path / "b.tar.gz").read_text() == "mine"


def test_a_directory_with_something_in_it_is_not_restored_into(
    filled: Book, tmp_path: Path
) -> None:
    backup = back_up(filled, tmp_path / "b.tar.gz").path
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(BookError, match="not empty"):
        restore(backup, tmp_path / "full")
    (tmp_path / "empty").mkdir()
    assert restore(backup, tmp_path / "empty").settings == filled.settings


def test_a_changed_or_incomplete_backup_is_refused(filled: Book, tmp_path: Path) -> None:
    folder = back_up(filled, tmp_path / "folder").path
    (folder / "standards" / "ours.yaml").write_text("standard: evil\n")
    with pytest.raises(BookError, match=r"standards/ours\.yaml"):
        restore(folder, tmp_path / "restored")
    (folder / "standards" / "ours.yaml").unlink()
    with pytest.raises(BookError, match="incomplete"):
        restore(folder, tmp_path / "restored")
    (folder / MANIFEST).unlink()
    with pytest.raises(BookError, match="not a whole backup"):
        restore(folder, tmp_path / "restored")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book", "folder"]


@pytest.mark.parametrize("name", ["b.tar.zst", "b.tar.gz"])
def test_a_cut_off_archive_is_refused(filled: Book, tmp_path: Path, name: str) -> None:
    path = back_up(filled, tmp_path / name).path
    content = path.read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 600):
        path.write_bytes(content[:length])
        with pytest.raises(BookError):
            restore(path, tmp_path / "restored")
        assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize("name", ["../evil.txt", "/evil/evil.txt", "lake/../../evil.txt"])
def test_an_archive_writes_nothing_outside(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "b.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))
    with pytest.raises(BookError, match="not a whole backup"):
        restore(archive, tmp_path / "deep" / "restored")
    assert not list(tmp_path.rglob("evil.txt"))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.tar.gz", b"noise"), ("a.tar.zst", b"noise"), ("a.xlsx", b"PK")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BookError, match="not a whole backup"):
            restore(tmp_path / name, tmp_path / "restored")
    (tmp_path / "b.tar.gz").write_bytes(gzip.compress(b"x" * 5000))
    with pytest.raises(BookError, match="not a whole backup"):
        restore(tmp_path / "b.tar.gz", tmp_path / "restored")
    with pytest.raises(BookError, match="not a whole backup"):
        restore(tmp_path / "nothing", tmp_path / "restored")


def test_a_book_moved_by_hand_is_still_a_book(
    filled: Book, engine: DuckDBEngine, tmp_path: Path
) -> None:
    shutil.move(filled.directory, tmp_path / "moved")
    rows = rows_of(engine, Book.open(tmp_path / "moved"), "orders", ("amount",))
    assert rows == [(Decimal(11),)]


def test_a_backup_may_be_named_from_within_the_book(
    filled: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(filled.directory)
    back_up(filled, "../beside.tar.gz")
    assert (filled.directory.parent / "beside.tar.gz").is_file()
