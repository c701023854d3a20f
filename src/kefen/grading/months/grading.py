"""Grading a book: the lines that its standard's policy keeps are taken, or new ones learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.grading.grade import grade
from kefen.grading.history import kept_runs
from kefen.grading.months.by_steps import grade_by_steps
from kefen.grading.months.changes import NotBySteps
from kefen.grading.months.lines import earlier_names, lines_in_force
from kefen.grading.serving.overrides import serving_from

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard


def grade_in_book(
    book: Book,
    engine: Engine,
    standard: Standard,
    as_of: date,
    read: Callable[[], Dataset],
    *,
    everybody: bool,
    recalibrate: bool = False,
    names: Calibration | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> GradedRun:
    """Grade a book by its policy: from the run that stands for the date, where that is enough.

    Args:
        book: The book.
        engine: The engine.
        standard: The standard.
        as_of: Grades use only what happened by the end of this day.
        read: Reads all data of the book into the engine.
        everybody: Whether all customers' results are wanted as relations; if not, a run of which
            only changed customers were graded has theirs alone (see `GradedRun.differences`).
        recalibrate: Whether lines are learned anew in any case.
        names: An earlier calibration whose names a new one keeps.
        on_stage: Called with the name of each stage as it starts.

    Raises:
        DataError: The data cannot be graded, or a file of an earlier run is damaged.
        BookError: The book cannot be read.
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    whole = read() if everybody else None
    try:
        return grade_by_steps(
            book,
            engine,
            standard,
            as_of,
            whole=whole,
            recalibrate=recalibrate,
            names=names,
            on_stage=on_stage,
        )
    except NotBySteps:
        return grade_for_book(
            book,
            whole or read(),
            standard,
            as_of,
            recalibrate=recalibrate,
            names=names,
            on_stage=on_stage,
        )


def grade_for_book(
    book: Book,
    dataset: Dataset,
    standard: Standard,
    as_of: date,
    *,
    calibration: Calibration | None = None,
    recalibrate: bool = False,
    names: Calibration | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> GradedRun:
    """Grade the data of a book, by the calibration that its standard's policy says.

    Args:
        book: The book.
        dataset: Its data.
        standard: The standard.
        as_of: Grades use only what happened by the end of this day.
        calibration: A calibration to take in any case.
        recalibrate: Whether lines are learned anew in any case.
        names: An earlier calibration whose names a new one keeps, as those of clusters; None for
            that of the run before.
        on_stage: Called with the name of each stage as it starts.

    Raises:
        DataError: The calibration lacks a scheme that the data can run, or a file of an earlier
            run is damaged.
        BookError: The runs of the book cannot be read.
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    runs = kept_runs(book)
    if calibration is None and not recalibrate:
        lines = lines_in_force(runs, standard, as_of)
        calibration = lines.calibration if lines is not None else None
    return grade(
        dataset,
        standard,
        as_of,
        calibration=calibration,
        previous=names or earlier_names(runs, standard, as_of),
        serving=serving_from(None, book, standard, as_of),
        on_stage=on_stage,
    )
