"""The policy of calibration in a book: which lines each run takes, and whose they are."""

from __future__ import annotations

from datetime import date

import pytest

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.history import KeptRun, kept_runs
from kefen.grading.kept_runs import kept_run
from kefen.grading.months.back_fill import back_fill
from kefen.grading.months.grading import grade_for_book
from kefen.grading.months.lines import lines_in_force, lines_in_words
from kefen.grading.outputs import write_results
from kefen.lake.book import Book
from kefen.standards.calibration import Calibration
from kefen.standards.model import Standard
from kefen.standards.reader import bundled_text, read_standard

FIRST, LAST = date(2025, 1, 31), date(2025, 6, 30)


def standard_with(policy: str) -> Standard:
    text = bundled_text("default").replace("version:", f"calibration: {policy}\nversion:", 1)
    return read_standard(text, "default.yaml")


def filled(book: Book, policy: str, first: date = FIRST, last: date = LAST) -> list[KeptRun]:
    standard = standard_with(policy)
    back_fill(book, lambda _: standard, first, last, memory="500MB")
    return list(kept_runs(book))


@pytest.mark.parametrize(
    ("policy", "learned_in"),
    [
        ("each run", [1, 2, 3, 4, 5, 6]),
        ("every 3 months", [1, 1, 1, 4, 4, 4]),
        ("frozen until 2025-04-30", [1, 1, 1, 1, 5, 6]),
    ],
)
def test_each_month_takes_the_lines_that_the_policy_says(
    book: Book, policy: str, learned_in: list[int]
) -> None:
    runs = filled(book, policy)
    assert [run.calibrated_on.month for run in runs] == learned_in
    own = [month == run.as_of.month for month, run in zip(learned_in, runs, strict=True)]
    assert [run.calibration == "fitted" for run in runs] == own
    by_month = {run.as_of.month: run for run in runs}
    for run, month in zip(runs, learned_in, strict=True):
        learned = by_month[month]
        assert run.calibration_fingerprint == learned.calibration_fingerprint
        assert run.calibration_of == (None if run is learned else learned.run_id)


def test_a_month_filled_in_afterwards_takes_no_lines_of_a_later_one(book: Book) -> None:
    filled(book, "frozen until 2026-12-31", LAST, LAST)
    runs = filled(book, "frozen until 2026-12-31", FIRST, date(2025, 2, 28))
    assert [(run.as_of.month, run.calibrated_on.month) for run in runs] == [(6, 6), (1, 1), (2, 1)]


def test_lines_learned_anew_on_demand_are_taken_from_then_on(book: Book) -> None:
    standard = standard_with("frozen until 2026-12-31")
    back_fill(book, lambda _: standard, FIRST, FIRST, memory="500MB")
    march = date(2025, 3, 31)
    with DuckDBEngine(memory_limit="500MB") as engine:
        run = grade_for_book(book, book.dataset(engine), standard, march, recalibrate=True)
        with kept_run(book, run) as (_, folder):
            write_results(run, folder)
    runs = filled(book, "frozen until 2026-12-31", date(2025, 2, 1), date(2025, 4, 30))
    assert [(run.as_of.month, run.calibrated_on.month) for run in runs] == [
        (1, 1),
        (3, 3),
        (2, 1),
        (4, 3),
    ]


def test_lines_of_a_standard_of_another_meaning_are_not_taken(book: Book) -> None:
    standard = standard_with("every 12 months")
    back_fill(book, lambda _: standard, FIRST, FIRST, memory="500MB")
    changed = read_standard(standard.text.replace("last 12 months", "last 6 months"), "d.yaml")
    assert lines_in_force(kept_runs(book), standard, LAST) is not None
    assert lines_in_force(kept_runs(book), changed, LAST) is None


def test_what_is_said_of_the_lines() -> None:
    frozen, each = standard_with("frozen until 2025-04-30"), standard_with("each run")

    def said(standard: Standard, day: date, *, taken: bool = False, book: bool = True) -> str:
        lines = Calibration(standard.id, 1, standard.fingerprint, FIRST, {})
        words = lines_in_words(standard, day, lines, frozen=taken, in_book=book)
        return "" if words is None else words.en

    assert said(each, LAST) == ""
    assert said(frozen, FIRST, taken=True) == "Lines learned as of 2025-01-31."
    assert "later runs take these lines" in said(frozen, FIRST)
    assert "froze its calibration until 2025-04-30" in said(frozen, LAST)
    assert "without a book" in said(frozen, FIRST, book=False)
