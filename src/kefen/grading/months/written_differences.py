"""Writing a run as its differences from another: the rows of the customers that changed."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from shutil import copyfile
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import table
from kefen.grading.alerts.conditions import Side
from kefen.grading.alerts.raising import ALERTS_FILE, write_alerts_of
from kefen.grading.months.differences import (
    CUSTOMERS_FILE,
    DIFFERENCES_FILE,
    changed_file,
    make_whole,
    rows_of,
    whole_rows,
)
from kefen.grading.outcomes import amounts_of
from kefen.grading.outputs import (
    CALIBRATION_FILE,
    GRADES_FILE,
    METRICS_FILE,
    OUTCOMES_FILE,
    RECORD_FILE,
    write_json,
)
from kefen.grading.stored import StoredRun

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.engines.engine import Engine
    from kefen.grading.run import Differences, GradedRun


def write_differences(run: GradedRun, own: Differences, folder: Path, before: Path | None) -> None:
    """Write the changed rows of a run, and which run its others are of.

    Args:
        run: The run; its relations have the changed customers alone.
        own: What it rests on.
        folder: Where its files go, beside the folder of the run it rests on.
        before: Where the files of the run before are, or None.

    Raises:
        EngineError: The disk is full.
    """
    alerts = partial(_write_alerts, run, own, folder, before)
    with run.dataset.engine.beside(alerts) if run.standard.alerts else nullcontext():
        _write_told(run, own, folder)
    written = own.written()
    for name in (GRADES_FILE, METRICS_FILE):
        copyfile(written / changed_file(name), folder / changed_file(name))


def _write_told(run: GradedRun, own: Differences, folder: Path) -> None:
    """Write what is neither grades, metrics nor alerts."""
    if run.outcomes is not None:
        _write_rows(run, run.outcomes, folder / changed_file(OUTCOMES_FILE))
    _write_rows(run, own.changed, folder / CUSTOMERS_FILE)
    running = [item["scheme"] for item in run.record["schemes"]]
    schemes = [run.standard.schemes[name] for name in running]
    write_json(
        folder / DIFFERENCES_FILE,
        {
            "format": 1,
            "base": own.base_id,
            "customers": own.customers,
            "schemes": running,
            "items": [
                "\t".join((scheme.id, kind, item.id))
                for scheme in schemes
                for kind, items in (("tag", scheme.tags), ("term", amounts_of(scheme)))
                for item in items
            ],
        },
    )
    write_json(folder / CALIBRATION_FILE, run.calibration.as_dict())
    write_json(folder / RECORD_FILE, run.record)


def _write_rows(run: GradedRun, relation: str, path: Path) -> None:
    write_rows(run.dataset.engine, relation, path)


def write_rows(engine: Engine, relation: str, path: Path) -> None:
    """Write the rows of a relation as they are.

    Raises:
        EngineError: The disk is full.
    """
    engine.write_parquet(exp.select("*").from_(table(relation)).sql("duckdb"), path)


def _write_alerts(run: GradedRun, own: Differences, folder: Path, before: Path | None) -> None:
    """Write the alerts of the changed customers; of all, where the run before is another by now."""
    engine = run.dataset.engine
    running = [str(item["scheme"]) for item in run.record["schemes"]]
    results = [exp.select("*").from_(table(name)) for name in (run.metrics, run.grades)]
    side = Side(run.standard, running, run.as_of, *results)
    earlier = StoredRun.load(before) if before is not None else None
    if earlier is not None and earlier.standard.id != run.standard.id:
        earlier, before = None, None
    then = Side.of(earlier) if earlier is not None else None
    make_whole(own.base, ALERTS_FILE)
    since = before.name if before is not None else None
    if since == own.since and (own.base / ALERTS_FILE).is_file():
        then = then.among(own.changed) if then is not None else None
        path = folder / changed_file(ALERTS_FILE)
        write_alerts_of(engine, side, then, before, path, among=own.changed)
        return
    customers = exp.select("*").from_(table(own.changed))
    whole = [
        whole_rows(rows_of(own.base / file), changed, customers.copy())
        for file, changed in zip((METRICS_FILE, GRADES_FILE), results, strict=True)
    ]
    every = Side(run.standard, running, run.as_of, *whole)
    write_alerts_of(engine, every, then, before, folder / ALERTS_FILE)
