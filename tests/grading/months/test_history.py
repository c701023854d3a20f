"""The history of a book: which run holds for which month, and which runs are comparable."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kefen.domain.errors import CallError
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.comparability import comparable
from kefen.grading.grade import grade
from kefen.grading.history import KeptRun, current_runs, kept_runs, run_before, run_called
from kefen.grading.kept_runs import kept_run
from kefen.grading.outputs import output_directory, write_results
from kefen.lake.book import Book
from kefen.standards.reader import bundled_standard

MARCH, APRIL = date(2025, 3, 31), date(2025, 4, 30)


def keep(book: Book, as_of: date) -> str:
    with DuckDBEngine(memory_limit="500MB") as engine:
        run = grade(book.dataset(engine), bundled_standard(), as_of)
        with kept_run(book, run) as (identifier, folder):
            write_results(run, folder)
    return identifier


@pytest.fixture(scope="module")
def book(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book with March graded, April, and March again."""
    made = Book.open(shutil.copytree(original, tmp_path_factory.mktemp("history") / "book"))
    for as_of in (MARCH, APRIL, MARCH):
        keep(made, as_of)
    return made


def test_a_run_tells_what_it_was_made_of(book: Book) -> None:
    first = kept_runs(book)[0]
    assert (first.run_id, first.as_of, first.standard) == ("2025-03-31-1", MARCH, "default")
    assert (first.covered, first.months) == (3, 12)
    assert first.lake_versions == book.versions()
    assert first.customers == 30
    assert first.calibration == "fitted"
    assert first.calibrated_on == MARCH
    assert first.seconds > 0
    assert first.folder == book.runs.directory(first.run_id)


def test_of_the_runs_of_one_date_the_last_holds_and_names_the_one_it_restates(book: Book) -> None:
    runs = kept_runs(book)
    assert [run.restates for run in runs] == [None, None, "2025-03-31-1"]
    assert [run.run_id for run in current_runs(runs)] == ["2025-03-31-2", "2025-04-30-1"]
    assert current_runs(runs, "another") == ()


def test_the_run_before_a_date_is_the_one_that_holds(book: Book) -> None:
    runs = kept_runs(book)
    before = run_before(runs, APRIL, "default")
    assert before is not None
    assert before.run_id == "2025-03-31-2"
    assert run_before(runs, MARCH, "default") is None
    assert run_before(runs, APRIL, "another") is None


def test_a_run_the_book_does_not_have(book: Book, tmp_path: Path) -> None:
    assert run_called(book, "2025-04-30-1").as_of == APRIL
    with pytest.raises(CallError):
        run_called(book, "2025-05-31-1")
    with pytest.raises(CallError):
        KeptRun.in_folder(tmp_path)


def test_a_folder_of_results_is_read_like_a_run_of_a_book(book: Book, tmp_path: Path) -> None:
    with DuckDBEngine(memory_limit="500MB") as engine:
        run = grade(book.dataset(engine), bundled_standard(), MARCH)
        with output_directory(tmp_path / "out", overwrite=False) as folder:
            write_results(run, folder)
    kept, told = run_called(book, "2025-03-31-2"), KeptRun.in_folder(tmp_path / "out")
    assert told == replace(
        kept,
        run_id="out",
        at=None,
        restates=None,
        folder=tmp_path / "out",
        seconds=told.seconds,
    )


def test_runs_with_equal_lines_are_comparable(book: Book) -> None:
    first, april, again = kept_runs(book)
    assert comparable(first, again) == ()
    assert [one.code for one in comparable(first, first)] == ["same_run"]
    assert [one.code for one in comparable(first, april)] == ["calibration", "coverage"]


def test_every_obstacle_says_what_differs(book: Book) -> None:
    first, april, _ = kept_runs(book)
    (other,) = comparable(first, replace(april, standard="credit", covered=first.covered))
    assert (other.code, other.weight) == ("standards", "refuses")
    assert "default" in other.reason.en
    assert "credit" in other.reason.zh
    (changed,) = comparable(first, replace(april, fingerprint="0", version=2, covered=3))
    assert (changed.code, changed.weight) == ("standard_changed", "warns")
    lines, months = comparable(first, april)
    assert "2025-04-30" in lines.reason.en
    assert months.reason.zh.startswith("统计期共 12 个月")
