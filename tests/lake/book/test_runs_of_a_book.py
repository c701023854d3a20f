"""Runs: files first, the row last."""

from __future__ import annotations

import pytest

from kefen.domain.errors import BookError, CallError
from kefen.lake.book import Book, record_log


def test_a_run_is_listed_with_its_record_and_the_sums_of_its_files(book: Book) -> None:
    folder = book.runs.begin("2024-05_default")
    (folder / "run.json").write_text("{}")
    (folder / "grades.parquet").write_bytes(b"grades")
    assert book.runs.all() == []
    assert book.runs.unfinished() == [folder]

    book.runs.append({"run_id": "2024-05_default", "as_of": "2024-05-31", "rows": {"orders": 7}})

    (run,) = book.runs.all()
    assert run["rows"] == {"orders": 7}
    assert run["files"]["grades.parquet"]["size"] == 6
    assert book.runs.directory("2024-05_default") == folder
    assert book.runs.unfinished() == []


def test_the_newest_run_is_that_of_the_latest_date_under_the_standard_used_last(
    book: Book,
) -> None:
    assert book.runs.newest() is None
    for run_id, standard, as_of in (
        ("other", "credit", "2024-06-30"),
        ("b", "default", "2024-05-31"),
        ("c", "default", "2024-05-31"),
        ("a", "default", "2024-04-30"),
    ):
        (book.runs.begin(run_id) / "run.json").write_text("{}")
        book.runs.append({"run_id": run_id, "standard": {"id": standard}, "as_of": as_of})
    newest = book.runs.newest()
    assert newest is not None
    assert newest["run_id"] == "c"


def test_a_run_is_never_changed_and_needs_its_files(book: Book) -> None:
    with pytest.raises(BookError, match=r"no run\.json"):
        book.runs.append({"run_id": "r1"})
    (book.runs.begin("r1") / "run.json").write_text("{}")
    book.runs.append({"run_id": "r1"})
    with pytest.raises(BookError, match="exists already"):
        book.runs.append({"run_id": "r1"})
    with pytest.raises(BookError, match="exists already"):
        book.runs.begin("r1")
    with pytest.raises(CallError):
        book.runs.directory("r2")


@pytest.mark.parametrize("run_id", ["", "../r", "a/b", ".hidden", "a b", "a" * 200])
def test_an_id_that_is_no_name_of_a_folder_is_refused(book: Book, run_id: str) -> None:
    with pytest.raises(BookError, match="cannot be the id"):
        book.runs.begin(run_id)


def test_many_runs_stay_in_order_and_in_few_files(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_log, "_FILES_BEFORE_COMPACTION", 3)
    for number in range(8):
        (book.runs.begin(f"r{number}") / "run.json").write_text("{}")
        book.runs.append({"run_id": f"r{number}"})

    assert [run["run_id"] for run in book.runs.all()] == [f"r{number}" for number in range(8)]
    _, log, _ = book.record_logs
    assert len(log.files()) <= 4
