"""The runs before the one of a call: what grades follow from, and what reports compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from kefen.grading.run import GradedRun
    from kefen.grading.serving.serve import Serving
    from kefen.lake.book import Book
    from kefen.reports.moves_since import MovesSince
    from kefen.reports.previous import PreviousRun
    from kefen.standards.model import Standard

_MONTHS_SHOWN = 11


def serving_of(
    directory: Path | None, book: Book | None, standard: Standard, as_of: date
) -> Serving:
    """Return the run before and the overrides, from which the grades that customers hold follow.

    Args:
        directory: The results of the run before that the call names, or None.
        book: The book, whose last run before the date under the same standard is taken.
        standard: The standard.
        as_of: The as-of date.

    Raises:
        CallError: There is no run in the directory.
        DataError: A file of it is damaged.
        BookError: The book cannot be read.
    """
    from kefen.grading.serving.overrides import serving_from

    return serving_from(directory, book, standard, as_of)


def moves_before(
    run: GradedRun, folder: Path, directory: Path | None, book: Book | None
) -> MovesSince | None:
    """Return the moves that a report tells; None without an earlier run.

    Args:
        run: The run that is reported.
        folder: Where its files are.
        directory: The earlier results that the call names, or None.
        book: The book, whose runs of the same standard are taken when none is named.
    """
    from kefen.grading.history import current_runs, kept_runs
    from kefen.reports.moves_since import moves_since
    from kefen.reports.previous import PreviousRun

    folders = [] if directory is None else [directory]
    if directory is None and book is not None:
        of_standard = current_runs(kept_runs(book), run.standard.id)
        folders = [one.folder for one in of_standard if one.as_of < run.as_of][-_MONTHS_SHOWN:]
    if not folders:
        return None
    return moves_since(run, folder, [PreviousRun.load(one) for one in folders])


def previous_run(
    directory: Path | None, book: Book | None, as_of: date | None
) -> PreviousRun | None:
    """Return the run to compare the counts of a run with; None without one.

    Args:
        directory: The results that the call names, or None.
        book: The book, whose latest run of an earlier date is taken when none is named.
        as_of: The as-of date of the run that is reported, once it is known.

    Raises:
        CallError: There is no run in the directory, or it is not earlier.
        DataError: A file of it is damaged.
        BookError: The runs of the book cannot be read.
    """
    from kefen.reports.previous import PreviousRun

    if directory is None and book is not None and as_of is not None:
        earlier = [record for record in book.runs.all() if record["as_of"] < as_of.isoformat()]
        if earlier:
            # Of runs as of one date the one recorded last holds.
            last = max(enumerate(earlier), key=lambda entry: (entry[1]["as_of"], entry[0]))[1]
            directory = book.runs.directory(str(last["run_id"]))
    if directory is None:
        return None
    previous = PreviousRun.load(directory)
    if as_of is not None:
        previous.require_before(as_of)
    return previous
