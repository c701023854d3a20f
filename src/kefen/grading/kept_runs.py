"""Runs that a book keeps: the folder of their files, and the row that makes them exist."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book


@contextmanager
def kept_run(book: Book, run: GradedRun) -> Iterator[tuple[str, Path]]:
    """Give the id of a new run of a book and the folder for its files.

    The run exists once the block has ended well.

    Raises:
        BookError: The book is in use or cannot be written.
    """
    with book.lock("grade"):
        identifier = _free_id(book, run)
        yield identifier, book.begin_run(identifier)
        book.append_run(_record(identifier, run))


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
        "customers": record["customers"],
        "schemes": record["schemes"],
        "generated": record["generated"],
    }
