"""Facts of 1 % of the customers changed: grading those alone beside grading all, in a book.

    python benchmarks/by_steps.py DATA BOOK [--json]

DATA is a folder of `generate.py`, BOOK a folder to make the book in. A month is graded, one order
in a hundred customers' is added, and the month is graded again, by steps and in full, on the same
lines; the results are compared row by row.
"""

from __future__ import annotations

import argparse
import json
import resource
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
from kefen.grading.grade import grade
from kefen.grading.history import kept_runs
from kefen.grading.months.back_fill import back_fill
from kefen.grading.months.same import same_results
from kefen.grading.outputs import write_results
from kefen.grading.stored import StoredRun
from kefen.lake.book import Book
from kefen.lake.reading import ReadingOptions, Source, read_table
from kefen.standards.reader import bundled_text, read_standard

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE_IN = 100
AS_OF = date.fromisoformat(generate.AS_OF)
_POLICY = "calibration: every 12 months\nversion:"


def measure(data: Path, directory: Path) -> dict[str, Any]:
    """Return how long both take, whether their rows are equal, and what each wrote."""
    book = Book.create(directory, name="Measured", currency="CNY")
    _bring(book, "customers", data / "customers.parquet")
    _bring(book, "orders", data / "orders.parquet")
    # With alerts, which look at all customers, a month is graded in full.
    text = bundled_text("default").partition("\nalerts:")[0].replace("version:", _POLICY, 1)
    standard = read_standard(text, "default.yaml")
    back_fill(book, lambda _: standard, AS_OF, AS_OF, memory="2GB")
    _bring(book, "orders", _changes(data, directory))

    figures: dict[str, Any] = {}
    with _timed(figures, "steps"):
        (month,) = back_fill(book, lambda _: standard, AS_OF, AS_OF, memory="2GB").months
    run = kept_runs(book)[-1]
    figures["steps"]["bytes"] = _size(run.folder)
    lines = StoredRun.load(run.folder).calibration
    with tempfile.TemporaryDirectory(dir=directory) as scratch:
        with _timed(figures, "full"), DuckDBEngine() as engine:
            whole = grade(book.dataset(engine), standard, AS_OF, calibration=lines)
            write_results(whole, Path(scratch))
        figures["full"]["bytes"] = _size(Path(scratch))
        figures["equal"] = same_results(run.folder, Path(scratch)).is_same
    return {**figures, "customers": run.customers, "changed": month.regraded, "state": month.state}


def _bring(book: Book, table: str, path: Path) -> None:
    with DuckDBEngine() as engine:
        options = ReadingOptions(currency="CNY")
        read, _ = read_table(engine, table, Source((path,)), options)
        book.import_table(engine, read)


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
    parser.add_argument("book", type=Path, help="where the book is made")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    found = measure(asked.data, asked.book)
    json.dump(found, sys.stdout, indent=None if asked.json else 2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
