"""Grading an old run again from the versions of the lake that it used, to see that it holds."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.grading.history import KeptRun, kept_runs, run_called
from kefen.grading.months.lines import earlier_names
from kefen.grading.months.same import Compared, same_results
from kefen.grading.outputs import write_results
from kefen.grading.serving.overrides import serving_again
from kefen.grading.stored import StoredRun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kefen.lake.book import Book


@dataclass(frozen=True, slots=True)
class GradedAgain:
    """An old run and what came of grading it again.

    Attributes:
        run: The old run.
        compared: Its files, next to those made anew.
        engine_then: The engine and versions of software that it was made by.
        engine_now: Those of now.
    """

    run: KeptRun
    compared: Compared
    engine_then: Mapping[str, Any]
    engine_now: Mapping[str, Any]


def grade_again(
    book: Book,
    run_id: str,
    *,
    memory: str,
    rates: Path | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> GradedAgain:
    """Grade a run of a book again, from what it was made of, and compare the results.

    The standard is the run's own text, the data its versions of the lake, the lines those it took
    or learned anew as it learned them. Nothing is kept.

    Args:
        book: The book.
        run_id: The run.
        memory: The memory limit of the engine.
        rates: The exchange rates it was graded with; None: those that the book keeps of it.
        on_stage: Called with the name of each stage as it starts.

    Raises:
        CallError: The book has no such run.
        BookError: A version of the lake is not there any more.
        DataError: A file of the run is damaged.
        EngineError: Memory or disk ran out.
    """
    kept, old = run_called(book, run_id), StoredRun.load(book.runs.directory(run_id))
    runs = kept_runs(book)
    before = runs[: next(n for n, one in enumerate(runs) if one.run_id == run_id)]
    with DuckDBEngine(memory_limit=memory) as engine:
        run = grade(
            book.dataset(engine, kept.lake_versions, rates=rates or book.rates.of(old.record)),
            old.standard,
            old.as_of,
            calibration=old.calibration if kept.calibration == "frozen" else None,
            previous=earlier_names(before, old.standard, old.as_of),
            serving=serving_again(book, old.record),
            on_stage=on_stage,
        )
        with tempfile.TemporaryDirectory(dir=engine.scratch) as scratch:
            write_results(run, Path(scratch))
            compared = same_results(kept.folder, Path(scratch))
        return GradedAgain(kept, compared, old.record["engine"], run.record["engine"])
