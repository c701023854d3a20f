"""Facts of 1 % of the customers changed: grading those alone beside grading all, in a book.

    python benchmarks/by_steps.py DATA BOOK [--repeats N] [--json]

DATA is a folder of `generate.py`, BOOK a folder to make the book in. A date is graded under the
default standard, with lines that are kept for a year and with lines that each run learns. For one
customer in a hundred an order is added, and the date is graded again, by steps and in full; the
results are compared row by row. Both are timed from opening the engine to the files written.
With several repeats each turn has a copy of the book from before, steps and in full follow each
other, and times are medians.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

import generate
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.alerts.raising import run_before_in
from kefen.grading.grade import grade
from kefen.grading.history import kept_runs, run_before
from kefen.grading.kept_runs import kept_run
from kefen.grading.months.differences import DIFFERENCES_FILE
from kefen.grading.months.grading import grade_in_book
from kefen.grading.months.same import same_results
from kefen.grading.outputs import RECORD_FILE, read_json
from kefen.grading.stored import StoredRun
from kefen.grading.written_run import write_run
from kefen.lake.book import Book
from kefen.lake.reading import ReadingOptions, Source, read_table
from kefen.standards.reader import bundled_text, read_standard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.standards.model import Standard

ONE_IN = 100
AS_OF = date.fromisoformat(generate.AS_OF)
_POLICY = "calibration: every 12 months"


def measure(data: Path, directory: Path, repeats: int = 1) -> dict[str, Any]:
    """Return how long each takes, whether the rows are equal, and what each wrote."""
    book = Book.create(directory / "book", name="Measured", currency="CNY")
    _bring(book, "customers", data / "customers.parquet")
    _bring(book, "orders", data / "orders.parquet")
    text = bundled_text("default")
    # The same standard under another name, so that both policies have runs of their own.
    kept = text.replace("version:", f"{_POLICY}\nversion:", 1).replace(
        "standard: default", "standard: kept-lines", 1
    )
    standards = {
        "kept": read_standard(kept, "kept-lines.yaml"),
        "learned": read_standard(text, "default.yaml"),
    }
    for standard in standards.values():
        _graded(book, standard)
    _bring(book, "orders", _changes(data, directory))
    turns: dict[str, list[dict[str, Any]]] = {name: [] for name in standards}
    for _ in range(repeats):
        with tempfile.TemporaryDirectory(dir=directory) as turn:
            copied = shutil.copytree(directory / "book", Path(turn) / "book")
            for name, one in standards.items():
                turns[name].append(_compared(Book.open(copied), one, directory))
    return {name: _medians(own) for name, own in turns.items()}


def _medians(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of the first turn, with the median times of all."""
    found = dict(turns[0])
    for what in ("steps", "full"):
        times = {
            name: statistics.median(turn[what][name] for turn in turns)
            for name in ("seconds", "cpu_seconds")
        }
        found[what] = {**turns[0][what], **times}
    for fact in ("equal", "same_record"):
        found[fact] = all(turn[fact] for turn in turns)
    found["turns"] = [[turn[what]["seconds"] for what in ("steps", "full")] for turn in turns]
    return found


def _compared(book: Book, standard: Standard, directory: Path) -> dict[str, Any]:
    """Grade a book by steps, then all of it on the same lines, and compare the two."""
    figures: dict[str, Any] = {}
    with _timed(figures, "steps"):
        _graded(book, standard)
    run = kept_runs(book)[-1]
    figures["steps"]["bytes"] = _size(run.folder)
    record = read_json(run.folder / RECORD_FILE)
    frozen = run.calibration == "frozen"
    before = run_before(kept_runs(book), AS_OF, standard.id)
    with tempfile.TemporaryDirectory(dir=directory) as scratch:
        # From opening the engine to closing it, as by steps.
        with _timed(figures, "full"), DuckDBEngine() as engine:
            lines = StoredRun.load(kept_runs(book)[0].folder).calibration if frozen else None
            dataset = book.dataset(engine)
            whole = grade(dataset, standard, AS_OF, calibration=lines)
            write_run(whole, Path(scratch), before=before.folder if before is not None else None)
        figures["full"]["bytes"] = _size(Path(scratch))
        figures["equal"] = same_results(run.folder, Path(scratch)).is_same
        figures["same_record"] = _without_seconds(record) == _without_seconds(
            read_json(Path(scratch) / RECORD_FILE)
        )
    changed = run.folder / DIFFERENCES_FILE
    figures["changed"] = read_json(changed)["customers"] if changed.is_file() else None
    return {**figures, "customers": run.customers, "stages": record["seconds"]}


def _graded(book: Book, standard: Standard) -> None:
    """Grade a book as `kefen grade --no-report` does, the run kept in it."""
    with DuckDBEngine() as engine:
        run = grade_in_book(
            book, engine, standard, AS_OF, lambda: book.dataset(engine), everybody=False
        )
        before = run_before_in(book, run)
        with kept_run(book, run) as (_, folder):
            write_run(run, folder, before=before)


def _without_seconds(record: dict[str, Any]) -> dict[str, Any]:
    return {name: own for name, own in record.items() if name != "seconds"}


def _bring(book: Book, table: str, path: Path) -> None:
    with DuckDBEngine() as engine:
        options = ReadingOptions(currency="CNY")
        read, _ = read_table(engine, table, Source((path,)), options)
        book.imports.import_table(engine, read)


def _changes(data: Path, directory: Path) -> Path:
    """Write one more order for one customer in a hundred."""
    path = directory / "changes.parquet"
    query = (
        "SELECT 'changed-' || customer_id AS order_id, customer_id, CAST($1 AS TIMESTAMP) AS "
        "ordered_at, CAST(100 AS DECIMAL(18, 4)) AS amount FROM (SELECT DISTINCT customer_id "
        "FROM read_parquet($2) WHERE hash(customer_id) % $3 = 0)"
    )
    given = [AS_OF, str(data / "customers.parquet"), ONE_IN]
    duckdb.sql(query, params=given).write_parquet(str(path))
    return path


@contextmanager
def _timed(figures: dict[str, Any], name: str) -> Iterator[None]:
    def cpu() -> float:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime

    clock, processor = time.perf_counter(), cpu()
    yield
    figures[name] = {"seconds": time.perf_counter() - clock, "cpu_seconds": cpu() - processor}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a folder of generate.py")
    parser.add_argument("book", type=Path, help="where the book and its copies are made")
    parser.add_argument("--repeats", type=int, default=1, help="turns of each")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    found = measure(asked.data, asked.book, asked.repeats)
    json.dump(found, sys.stdout, indent=None if asked.json else 2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
