"""The same company graded by DuckDB and by Spark, from the same Parquet files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from tables_by_hand import Company, arrow_table

from kefen.domain.contract import TABLES, Kind
from kefen.engines.duckdb import DuckDBEngine
from kefen.engines.engine import Engine
from kefen.engines.spark.engine import SparkEngine
from kefen.grading.grade import grade
from kefen.grading.run import GradedRun
from kefen.lake.dataset import Dataset, ReadTable
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.standards.calibration import Calibration
from kefen.standards.model import Standard

SMALL = """\
standard: small
version: 1
name: {en: Small, zh: 小标准}
metrics:
  revenue: {sum: orders.amount, over: all time, unit: money}
schemes:
  abc:
    among: revenue > 0
    otherwise: no_revenue
    score: revenue
    grade_by: share of revenue
    grades: {A: first 80 %, B: first 95 %, C: else}
reasons:
  no_revenue: {en: No revenue, zh: 没有销售额}
"""
"""A standard that asks a cluster little, where the standard does not matter."""


def write_company(folder: Path, company: Company) -> dict[str, Path]:
    """Write every table as Parquet of several row groups."""
    paths = {}
    for name, rows in company.items():
        contract = TABLES[name]
        named = {column for row in rows for column in row} | set(contract.required)
        extra = sorted(named - set(contract.column_names))
        kinds = {c.name: c.kind for c in contract.columns if c.name in named or not rows}
        paths[name] = folder / f"{name}.parquet"
        table = arrow_table(rows, kinds | dict.fromkeys(extra, Kind.TEXT))
        pq.write_table(table, paths[name], row_group_size=max(1, len(rows) // 3))
    return paths


def canonical_dataset(engine: Engine, paths: Mapping[str, Path]) -> Dataset:
    """Return files with canonical columns as a dataset, without the checks of reading."""
    read = {}
    for name, path in paths.items():
        contract = TABLES[name]
        given = [column for column, _ in engine.columns(engine.parquet([path]))]
        columns = [c for c in contract.column_names if c in given]
        extra = tuple(c for c in given if c not in columns and c != "file_row_number")
        shown = ", ".join(
            f'"{c.name}"' if c.name in given else f'CAST(NULL AS {c.kind.sql_type}) AS "{c.name}"'
            for c in contract.columns
        )
        more = "".join(f', "{c}"' for c in extra)
        engine.run(
            f'CREATE VIEW "raw {name}" AS SELECT {shown}{more} FROM {engine.parquet([path])}'
        )
        relation = f"raw {name}"
        if contract.has_customer or name == "customers":
            relation = engine.placed(relation, "customer_id")
        else:
            relation = engine.everywhere(relation)
        rows = pq.read_metadata(path).num_rows
        read[name] = ReadTable(
            table=contract,
            relation=relation,
            columns=frozenset(columns),
            rejected="none",
            rows_in=rows,
            rows_used=rows,
            attributes=extra,
        )
    return Dataset(engine, read)


def read_files(engine: Engine, paths: Mapping[str, Path]) -> Dataset:
    """Return files as reading gives them, checked."""
    sources = {name: Source((path,)) for name, path in paths.items()}
    return read_dataset(engine, sources, ReadingOptions())


def everything(run: GradedRun) -> dict[str, Any]:
    """Return all that a run says, in no order of rows."""
    engine = run.dataset.engine
    relations = {
        "metrics": run.metrics,
        "grades": run.grades,
        "outcomes": run.outcomes,
        "rules": run.rules,
    }
    found: dict[str, Any] = {
        name: sorted(map(repr, engine.rows(f'SELECT * FROM "{relation}"')))
        for name, relation in relations.items()
        if relation is not None
    }
    record = dict(run.record)
    # The grades that customers hold are made on one machine, from what a cluster has written.
    for own in ("seconds", "engine", "served", "served_from", "begun_late", "overrides"):
        record.pop(own, None)
    return found | {"record": record, "calibration": run.calibration.as_dict()}


def on_duckdb(
    paths: Mapping[str, Path],
    standard: Standard,
    as_of: date,
    *,
    read: Any = canonical_dataset,
    frozen: Calibration | None = None,
) -> dict[str, Any]:
    with DuckDBEngine() as engine:
        return everything(grade(read(engine, paths), standard, as_of, calibration=frozen))


def on_spark(
    session: Any,
    paths: Mapping[str, Path],
    standard: Standard,
    as_of: date,
    *,
    read: Any = canonical_dataset,
    frozen: Calibration | None = None,
) -> dict[str, Any]:
    with SparkEngine(session) as engine:
        return everything(grade(read(engine, paths), standard, as_of, calibration=frozen))
