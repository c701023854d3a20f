"""Writing a run: its results, the grades held, and what its standard warns of."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from kefen.engines.duckdb import DEFAULT_MEMORY_LIMIT, DuckDBEngine
from kefen.grading.alerts.raising import write_alerts_beside, write_alerts_of_run
from kefen.grading.months.written_differences import write_differences
from kefen.grading.outputs import write_results
from kefen.grading.serving.serve import Serving
from kefen.grading.serving.written import serve_written

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.grading.run import GradedRun


def write_run(
    run: GradedRun,
    directory: Path,
    *,
    before: Path | None,
    serving: Serving | None = None,
    memory: str = DEFAULT_MEMORY_LIMIT,
) -> GradedRun:
    """Write everything that a run gives into a directory.

    Args:
        run: The run.
        directory: Where its files go.
        before: Where the files of the run before are, or None: what alerts ask of it is unknown.
        serving: What the grades held follow from, where a cluster graded: they are computed on
            this machine, from what is written.
        memory: The memory limit of the engine that does that.

    Returns:
        The run, its record telling of the grades held.

    Raises:
        DataError: A file of the run before is damaged.
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    run, engine = compared_with(run, before), run.dataset.engine
    if run.differences is not None:
        write_differences(run, run.differences, directory, before)
        return run
    if isinstance(engine, DuckDBEngine):
        alerts = partial(write_alerts_of_run, run, directory, before)
        write_results(run, directory, alerts if run.standard.alerts else None)
        return run
    write_results(run, directory)
    run = serve_written(run, directory, serving or Serving(), memory)
    if run.standard.alerts:
        with DuckDBEngine(memory_limit=memory) as own:
            write_alerts_beside(own, directory, before)
    return run


def compared_with(run: GradedRun, before: Path | None) -> GradedRun:
    """Return a run whose record tells which run before its alerts are compared with."""
    if not run.standard.alerts:
        return run
    since = before.name if before is not None else None
    return replace(run, record={**run.record, "alerts_since": since})
