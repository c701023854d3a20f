"""An old run graded again from its own data, and what a restatement changed."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from months_of_a_company import CUSTOMERS, import_file, write_orders

from kefen.domain.errors import CallError
from kefen.grading.history import kept_runs
from kefen.grading.months.again import grade_again
from kefen.grading.months.back_fill import back_fill
from kefen.grading.months.restatement import restatement_by, write_restatement
from kefen.grading.outputs import GRADES_FILE
from kefen.lake.book import Book
from kefen.standards.reader import bundled_standard, bundled_text, read_standard

STANDARD = bundled_standard()
FEBRUARY, MARCH = date(2025, 2, 28), date(2025, 3, 31)


def fill(book: Book) -> None:
    back_fill(book, lambda _: STANDARD, FEBRUARY, MARCH, memory="500MB")


def bring_late_facts(book: Book, folder: Path) -> None:
    lines = [f"late,{CUSTOMERS[0]},2025-02-10,5000"]
    import_file(book, "orders", write_orders(folder / "late.csv", lines))


@pytest.fixture
def restated(book: Book, tmp_path: Path) -> Book:
    fill(book)
    bring_late_facts(book, tmp_path)
    fill(book)
    return book


def test_an_old_run_comes_out_the_same_to_the_byte(restated: Book) -> None:
    count = len(kept_runs(restated))
    for run in ("2025-02-28-1", "2025-03-31-2"):
        found = grade_again(restated, run, memory="500MB")
        assert found.compared.same_bytes
    assert len(kept_runs(restated)) == count


def test_a_run_on_frozen_lines_comes_out_the_same(book: Book) -> None:
    text = bundled_text("default").replace("version:", "calibration: every 6 months\nversion:", 1)
    standard = read_standard(text, "default.yaml")
    back_fill(book, lambda _: standard, FEBRUARY, MARCH, memory="500MB")
    assert kept_runs(book)[1].calibration == "frozen"
    assert grade_again(book, "2025-03-31-1", memory="500MB").compared.same_bytes


def test_a_run_whose_results_were_changed_comes_out_otherwise(book: Book) -> None:
    fill(book)
    path = kept_runs(book)[0].folder / GRADES_FILE
    grades = pq.read_table(path)
    pq.write_table(grades.slice(1), path)
    found = grade_again(book, "2025-02-28-1", memory="500MB")
    assert not found.compared.is_same
    assert [one.rows_differ for one in found.compared.files if one.name == GRADES_FILE] == [1]


def test_a_run_laid_out_otherwise_holds_the_same(book: Book) -> None:
    fill(book)
    path = kept_runs(book)[0].folder / GRADES_FILE
    pq.write_table(pq.read_table(path), path, compression="gzip")
    found = grade_again(book, "2025-02-28-1", memory="500MB").compared
    assert found.is_same
    assert not found.same_bytes


def test_a_restatement_says_which_batch_came_and_whose_grades_changed(restated: Book) -> None:
    found = restatement_by(restated, "2025-03-31-2")
    assert [batch.files[0]["name"] for batch in found.batches] == ["late.csv"]
    assert found.own == 1
    own = {one.customer for one in found.examples if one.own}
    assert own == {CUSTOMERS[0]}
    abc = [one for one in found.examples if one.scheme == "abc" and one.own]
    assert [one.grade_after for one in abc] in ([], ["A"])
    assert found.customers >= 1
    assert sum(one.grades + one.scores for one in found.schemes) >= found.customers


def test_all_that_changed_goes_to_a_file(restated: Book, tmp_path: Path) -> None:
    target = tmp_path / "changed.csv"
    written = write_restatement(restated, "2025-03-31-2", target)
    with target.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == written
    assert {row["customer_id"] for row in rows if row["own_metrics_changed"] == "true"} == {
        CUSTOMERS[0]
    }
    with pytest.raises(CallError):
        write_restatement(restated, "2025-03-31-2", tmp_path / "no folder" / "changed.csv")


def test_a_run_that_restates_none(restated: Book) -> None:
    with pytest.raises(CallError, match="restates none"):
        restatement_by(restated, "2025-02-28-1")


def test_an_undone_import_is_among_the_causes(restated: Book) -> None:
    restated.imports.undo(3)
    fill(restated)
    found = restatement_by(restated, "2025-03-31-3")
    assert [batch.kind for batch in found.batches] == ["undo"]
    assert grade_again(restated, "2025-03-31-1", memory="500MB").compared.same_bytes
