"""Grading a book in one call: read, grade, judge the data, keep the run with its reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.alerts.raising import run_before_in
from kefen.grading.finding_effects import quality_under
from kefen.grading.grade import STAGES
from kefen.grading.history import kept_runs, run_before
from kefen.grading.kept_runs import kept_run
from kefen.grading.months.grading import grade_in_book
from kefen.grading.named_standard import NamedStandard
from kefen.grading.population import default_as_of
from kefen.grading.written_run import write_run
from kefen.lake.quality import assess_quality
from kefen.reports.previous import PreviousRun
from kefen.reports.write import write_reports

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from kefen.domain.text import Language
    from kefen.lake.book import Book

STEPS = 1 + len(STAGES) + 3
"""How many steps `grade_book` begins."""
_BOOK = Text("Reading the book", "读取账套")
_QUALITY = Text("Judging the data", "评估数据质量")
_RESULTS = Text("Writing the results", "写入结果")
_REPORT = Text("Writing the report", "生成报告")


def grade_book(
    book: Book,
    *,
    standard: str | None,
    as_of: date | None,
    language: Language,
    begin: Callable[[Text], None],
) -> str:
    """Grade every customer of a book and keep the run, with its reports.

    Args:
        book: The book.
        standard: The name of a standard; None for the default one.
        as_of: The as-of date; None for the end of the last complete month with orders.
        language: The language of the reports.
        begin: Called with the words of each step as it starts; `STEPS` in all.

    Returns:
        The id of the run.

    Raises:
        KefenError: The data, the standard or the book is wrong; nothing is kept then.
    """
    named = NamedStandard(standard, book, as_of)
    with DuckDBEngine() as engine:
        begin(_BOOK)
        dataset = book.dataset(engine)
        day = as_of or default_as_of(dataset)
        run = grade_in_book(
            book,
            engine,
            named.on(day),
            day,
            lambda: dataset,
            everybody=True,
            on_stage=lambda stage: begin(STAGES[stage]),
        )
        begin(_QUALITY)
        months = run.standard.constants.window.months or 12
        quality = quality_under(assess_quality(run.dataset, day, months), run.standard)
        with kept_run(book, run) as (identifier, folder):
            begin(_RESULTS)
            write_run(run, folder, before=run_before_in(book, run))
            begin(_REPORT)
            write_reports(
                run,
                folder,
                language,
                quality=quality,
                previous=_run_before(book, day, run.standard.id),
            )
    return identifier


def _run_before(book: Book, as_of: date, standard: str) -> PreviousRun | None:
    """Return the run of the date before, whose counts the report compares with."""
    earlier = run_before(kept_runs(book), as_of, standard)
    return PreviousRun.load(earlier.folder) if earlier is not None else None
