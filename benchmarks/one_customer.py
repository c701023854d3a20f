"""One customer at once: how long grading and explaining one takes, and that it equals the batch.

    python benchmarks/one_customer.py BOOK [--customers 2000] [--json]

BOOK is a book with a run, such as `kefen demo` makes. Each customer's rows are taken from the data
that the run graded; it is graded and explained by a Python call on the run's calibration, and
every grade is compared with the run's.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from typing import TYPE_CHECKING, Any

import kefen
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import Book

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BAR_MILLISECONDS = 10.0
_GRADE = ("grade", "score", "score_text", "reason", "confidence")


def measure(book: str, customers: int) -> dict[str, Any]:
    """Grade and explain customers of a book's last run one by one.

    Returns:
        For each kind of call the milliseconds (processor and clock) at the 50th, 95th and 99th
        percentile, how many customers there were, and which grades differ from the run's.
    """
    run = kefen.open_book(book).run()
    attributes, facts = rows_of(book, dict(run.record["lake_versions"]))
    expected: dict[str, dict[str, tuple[Any, ...]]] = {}
    for row in run.grades.to_pylist():
        own = expected.setdefault(row["customer_id"], {})
        own[row["scheme"]] = tuple(row[name] for name in _GRADE)
    step = max(1, len(expected) // customers)
    chosen = sorted(expected)[::step][:customers]
    grader = run.grader()
    first = chosen[0]
    grader.explain(first)
    grader.grade(attributes[first], **facts.get(first, {}))
    calls: dict[str, Callable[[str], Any]] = {
        "grade from rows": lambda one: grader.grade(attributes[one], **facts.get(one, {})),
        "grade from stored metrics": grader.grade,
        "explain from rows, one scheme": lambda one: grader.explain(
            attributes[one], "value_index", **facts.get(one, {})
        ),
        "explain, one scheme": lambda one: grader.explain(one, "value_index"),
        "explain, every scheme": grader.explain,
    }
    timed: dict[str, Any] = {}
    different: list[str] = []
    gc.freeze()
    for name, call in calls.items():
        spent: list[tuple[float, float]] = []
        for one in chosen:
            clock, processor = time.perf_counter(), time.thread_time()
            answer = call(one)
            spent.append((time.thread_time() - processor, time.perf_counter() - clock))
            if name.startswith("grade"):
                found = {
                    scheme: tuple(getattr(grade, part) for part in _GRADE)
                    for scheme, grade in answer.items()
                }
                if found != expected[one]:
                    different.append(f"{name}: {one}")
        timed[name] = {
            "processor_ms": percentiles([processor for processor, _ in spent]),
            "clock_ms": percentiles([clock for _, clock in spent]),
        }
    return {
        "customers": len(chosen),
        "schemes": len(run.schemes),
        "calls": timed,
        "different": different,
        "bar_ms": BAR_MILLISECONDS,
    }


def rows_of(
    book: str, versions: dict[str, int]
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, list[dict[str, Any]]]]]:
    """Return the row of each customer, and its rows of each fact."""
    facts: dict[str, dict[str, list[dict[str, Any]]]] = {}
    with DuckDBEngine() as engine:
        dataset = Book.open(book).dataset(engine, versions)
        attributes = {
            row["customer_id"]: row
            for row in engine.arrow(
                f'SELECT * FROM "{dataset.tables["customers"].relation}"'
            ).to_pylist()
        }
        for name, read in dataset.tables.items():
            if not read.table.has_customer or name in ("customers", "costs"):
                continue
            for row in engine.arrow(f'SELECT * FROM "{read.relation}"').to_pylist():
                own = facts.setdefault(row["customer_id"], {})
                own.setdefault(name, []).append(row)
    return attributes, facts


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return milliseconds at the 50th, 95th and 99th percentile."""
    ordered = sorted(seconds)
    places = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * place))] * 1000, 2)
        for name, place in places.items()
    }


def run_command(
    description: str | None, measured: Callable[[str, int], dict[str, Any]], customers: int
) -> int:
    """Measure as the command line says, print, and return 1 where a grade differs from the run's.

    Args:
        description: What the command does.
        measured: Measures a book's last run with so many customers, as `measure` does.
        customers: How many, where the command line does not say.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("book")
    parser.add_argument("--customers", type=int, default=customers)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = measured(arguments.book, arguments.customers)
    if arguments.json:
        print(json.dumps(found, indent=2))
    else:
        print(f"{found['customers']} customers, {found['schemes']} schemes; milliseconds")
        for name, call in found["calls"].items():
            for kind in ("processor_ms", "clock_ms"):
                of = call[kind] if isinstance(call[kind], dict) else {"mean": call[kind]}
                shown = "  ".join(f"{place} {ms:6.2f}" for place, ms in of.items())
                print(f"  {name:32} {kind.removesuffix('_ms'):10} {shown}")
        print(f"grades that differ from the run's: {len(found['different'])}")
    return int(bool(found["different"]))


if __name__ == "__main__":
    sys.exit(run_command(__doc__, measure, 2_000))
