"""How many customers each class had, and what they bought, in the runs of the past."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.outputs import GRADES_FILE, METRICS_FILE, parquet_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.grading.history import KeptRun

REVENUE = "revenue"
_WANTED = "customers wanted"


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class of a scheme in one run.

    Attributes:
        customers: How many customers it had.
        revenue: What they bought in the window; None where that was not measured.
    """

    customers: int
    revenue: Decimal | None


@dataclass(frozen=True, slots=True)
class RunFigures:
    """One run, class by class.

    Attributes:
        run_id: The run.
        as_of: Its as-of date.
        classes: The classes by their codes; None is who had no grade.
    """

    run_id: str
    as_of: date
    classes: Mapping[str | None, ClassFigures]

    @property
    def customers(self) -> int:
        """Return how many customers there were."""
        return sum(one.customers for one in self.classes.values())

    @property
    def revenue(self) -> Decimal | None:
        """Return what all of them bought; None where that was not measured."""
        known = [one.revenue for one in self.classes.values() if one.revenue is not None]
        return sum(known, Decimal(0)) if known else None


def figures_of_runs(
    runs: Iterable[KeptRun], scheme: str, customers: Collection[str] | None = None
) -> tuple[RunFigures, ...]:
    """Return the classes of a scheme in each run, in the order of the runs.

    Args:
        runs: The runs.
        scheme: The scheme; a run without it has no classes.
        customers: Only these customers; None for all.

    Raises:
        DataError: A file of a run is damaged.
    """
    with DuckDBEngine() as engine:
        if customers is not None:
            ids = pa.table({"customer_id": pa.array(list(customers), pa.string())})
            engine.register(_WANTED, ids)
        return tuple(
            RunFigures(run.run_id, run.as_of, _classes(engine, run, scheme, customers is not None))
            for run in runs
        )


def _classes(
    engine: Engine, run: KeptRun, scheme: str, narrowed: bool
) -> dict[str | None, ClassFigures]:
    metrics = _file(parquet_pattern(run.folder / METRICS_FILE))
    measured = REVENUE in {name for name, _ in engine.columns(metrics.sql("duckdb"))}
    grade = exp.column("grade", table="g", quoted=True)
    revenue: exp.Expr = exp.Null()
    if measured:
        revenue = exp.Sum(this=exp.column(REVENUE, table="m", quoted=True))
    query = (
        exp.select(grade, exp.Count(this=exp.Star()), revenue)
        .from_(exp.alias_(_file(parquet_pattern(run.folder / GRADES_FILE)), "g", table=True))
        .join(exp.alias_(metrics, "m", table=True), using=["customer_id"])
        .where(
            exp.EQ(
                this=exp.column("scheme", table="g", quoted=True),
                expression=exp.Literal.string(scheme),
            )
        )
        .group_by(grade.copy())
    )
    if narrowed:
        query = query.join(exp.to_identifier(_WANTED, quoted=True), using=["customer_id"])
    return {
        code: ClassFigures(int(counted), None if sold is None else Decimal(sold))
        for code, counted, sold in engine.rows(query.sql("duckdb"))
    }


def _file(pattern: str) -> exp.Table:
    return exp.Table(this=exp.func("read_parquet", exp.Literal.string(pattern)))
