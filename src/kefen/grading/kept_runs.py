"""Runs that a book keeps: the folder of their files, and the row that makes them exist."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from kefen.grading.history import calibration_fingerprint, current_runs, kept_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book


@contextmanager
def kept_run(
    book: Book, run: GradedRun, *, calibration_of: str | None = None
) -> Iterator[tuple[str, Path]]:
    """Give the id of a new run of a book and the folder for its files.

    The run exists once the block has ended well. Where the book has a run of the same standard
    and date, the new one restates it.

    Args:
        book: The book.
        run: The run.
        calibration_of: The run of the book whose calibration it took; None where it took none.

    Raises:
        BookError: The book is in use or cannot be written.
    """
    with book.lock("grade"):
        identifier = _free_id(book, run)
        yield identifier, book.begin_run(identifier)
        record = _record(identifier, run)
        restated = {
            one.as_of: one.run_id for one in current_runs(kept_runs(book), run.standard.id)
        }.get(run.as_of)
        book.append_run({**record, "restates": restated, "calibration_of": calibration_of})


def _free_id(book: Book, run: GradedRun) -> str:
    """Return the as-of date with the next number that no run, finished or not, has."""
    taken = {record["run_id"] for record in book.runs()}
    taken |= {folder.name for folder in book.unfinished_runs()}
    numbers = (f"{run.as_of.isoformat()}-{number}" for number in count(1))
    return next(name for name in numbers if name not in taken)


def _record(identifier: str, run: GradedRun) -> dict[str, Any]:
    record = run.record
    return {
        "run_id": identifier,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "as_of": record["as_of"],
        "standard": {k: v for k, v in record["standard"].items() if k != "text"},
        "versions": record["lake_versions"],
        "calibration": record["calibration"],
        "calibration_fingerprint": calibration_fingerprint(run.calibration.as_dict()),
        "calibrated_on": run.calibration.as_of.isoformat(),
        "months": record["months"],
        "seconds": round(sum(record["seconds"].values()), 3),
        "customers": record["customers"],
        "schemes": record["schemes"],
        "generated": record["generated"],
    }
