"""Runs that a book keeps: the folder of their files, and the row that makes them exist."""

from __future__ import annotations

import shutil
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

WAIT_SECONDS = 60.0
"""How long a run that is graded waits for another writer before it gives up."""


@contextmanager
def kept_run(book: Book, run: GradedRun) -> Iterator[tuple[str, Path]]:
    """Give the id of a new run of a book and the folder for its files.

    The run exists once the block has ended well. Where the book has a run of the same standard
    and date, the new one restates it. What a killed run left is removed first: whoever holds the
    lock is the only one that has a run in the making.

    Raises:
        BookError: The book is in use or cannot be written.
    """
    with book.guard.hold("grade", wait_seconds=WAIT_SECONDS):
        for left in book.runs.unfinished():
            shutil.rmtree(left, ignore_errors=True)
        identifier = _free_id(book, run)
        yield identifier, book.runs.begin(identifier)
        if run.dataset.rates is not None and run.dataset.rates_file is not None:
            book.rates.keep(run.dataset.rates_file, run.dataset.rates)
        record = _record(identifier, run)
        runs = kept_runs(book)
        standing = {one.as_of: one.run_id for one in current_runs(runs, run.standard.id)}
        learned_by = [
            one.run_id
            for one in runs
            if one.calibration_of is None
            and one.calibrated_on == run.calibration.as_of
            and one.calibration_fingerprint == record["calibration_fingerprint"]
        ]
        taken = record["calibration"] == "frozen" and learned_by
        book.runs.append(
            {
                **record,
                "restates": standing.get(run.as_of),
                "calibration_of": learned_by[-1] if taken else None,
            }
        )


def _free_id(book: Book, run: GradedRun) -> str:
    """Return the as-of date with the next number that no run has."""
    taken = {record["run_id"] for record in book.runs.all()}
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
