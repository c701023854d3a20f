"""What portraits of a kept run are drawn from."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.outputs import GRADES_FILE, METRICS_FILE, parquet_pattern
from kefen.grading.portraits.traits import Material

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.grading.stored import StoredRun


@contextmanager
def kept_material(run: StoredRun) -> Iterator[Material]:
    """Open what portraits of a kept run are drawn from.

    Raises:
        DataError: A file of the run is damaged.
    """
    with DuckDBEngine() as engine:
        for name, file in (("metrics", METRICS_FILE), ("grades", GRADES_FILE)):
            pattern = exp.Literal.string(parquet_pattern(run.directory / file))
            rows = exp.select("*").from_(exp.func("read_parquet", pattern, dialect="duckdb"))
            engine.create("VIEW", f"portrait_{name}", rows)
        yield Material(
            engine,
            "portrait_metrics",
            "portrait_grades",
            run.standard,
            run.running,
            run.record["currency"],
        )
