"""Two runs of a small company to compare: graded in SQL, written, and read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from stored_runs import company
from tables_by_hand import dataset_by_hand

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.grading.outputs import output_directory, write_results
from kefen.grading.stored import StoredRun
from kefen.standards.model import Standard
from kefen.standards.reader import bundled_standard

BEFORE, AFTER = date(2026, 7, 31), date(2026, 10, 31)


def run_of(
    folder: Path,
    tables: Mapping[str, list[dict[str, Any]]],
    as_of: date,
    *,
    standard: Standard | None = None,
    frozen: StoredRun | None = None,
) -> StoredRun:
    """Return the run of some tables, under its own or another run's calibration."""
    with DuckDBEngine() as engine:
        run = grade(
            dataset_by_hand(engine, tables),
            standard or bundled_standard(),
            as_of,
            calibration=None if frozen is None else frozen.calibration,
        )
        with output_directory(folder, overwrite=True) as partial:
            write_results(run, partial)
    return StoredRun.load(folder)


def two_runs(folder: Path, *, seed: int = 7, customers: int = 150) -> tuple[StoredRun, StoredRun]:
    """Return runs of one company three months apart, each with a calibration of its own."""
    tables = company(seed, customers)
    return run_of(folder / "before", tables, BEFORE), run_of(folder / "after", tables, AFTER)
