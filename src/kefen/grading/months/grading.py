"""Grading a book: the lines that its standard's policy keeps are taken, or new ones learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.grading.grade import grade
from kefen.grading.history import kept_runs
from kefen.grading.months.lines import earlier_names, lines_in_force
from kefen.grading.serving.overrides import serving_from

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard


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
