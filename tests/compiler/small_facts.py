"""Small tables of facts, measured by SQL and by the row evaluator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pyarrow as pa

from kefen.compiler.rowwise_metrics import metrics_of_customers
from kefen.domain.calendar import Window
from kefen.domain.contract import TABLES, Kind
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.measure import METRICS, make_metrics, make_views
from kefen.grading.population import available_metrics, make_population
from kefen.lake.dataset import Dataset, ReadTable
from kefen.standards.document import Mapping as DocumentMapping
from kefen.standards.document import load_document
from kefen.standards.metrics import read_metrics
from kefen.standards.model import Constants, Standard
from kefen.standards.problems import Problem
from kefen.standards.reading import Reading

Company = Mapping[str, Sequence[Mapping[str, Any]]]
Measured = dict[str, dict[str, Any]]
AS_OF = date(2026, 10, 31)
YEAR = Window(12)
_ARROW = {
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.NUMBER: pa.decimal128(18, 4),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BOOLEAN: pa.bool_(),
}


def read(text: str, window: Window = YEAR) -> tuple[Standard, list[Problem]]:
    """Return the standard of a document of metrics alone, and the problems found but for names."""
    document = load_document(text, "metrics.yaml")
    assert isinstance(document, DocumentMapping)
    reading = Reading("metrics.yaml")
    metrics, models = read_metrics(reading, document, window, None)
    standard = Standard(
        id="measures",
        version=1,
        name=Text("Measures", "指标"),
        description=Text("", ""),
        constants=Constants(window, 50, Fraction(1, 2)),
        reasons={},
        metrics=metrics,
        models=models,
        schemes={},
        text=text,
        fingerprint="",
        source="metrics.yaml",
    )
    return standard, [p for p in reading.problems if p.severity == "error"]


def standard_of(text: str, window: Window = YEAR) -> Standard:
    """Return the standard of a document of metrics alone, which has no errors."""
    standard, problems = read(text, window)
    assert not problems, [(p.what.en, p.place) for p in problems]
    return standard


def dataset_of(engine: DuckDBEngine, company: Company) -> Dataset:
    """Return a dataset of canonical relations; the columns that any row names were imported."""
    tables: dict[str, ReadTable] = {}
    for name, rows in company.items():
        contract = TABLES[name]
        named = {column for row in rows for column in row} | set(contract.required)
        extra = sorted(named - set(contract.column_names))
        kinds = {c.name: c.kind for c in contract.columns} | dict.fromkeys(extra, Kind.TEXT)
        schema = pa.schema([(n, _ARROW.get(kind, pa.string())) for n, kind in kinds.items()])
        content = pa.Table.from_pylist([_canonical(row, kinds) for row in rows], schema=schema)
        engine.register("incoming", content)
        engine.run(f'CREATE OR REPLACE TABLE "raw {name}" AS SELECT * FROM incoming')
        engine.connection.unregister("incoming")
        tables[name] = ReadTable(
            table=contract,
            relation=f"raw {name}",
            columns=frozenset(named & set(contract.column_names)),
            rejected="none",
            rows_in=len(rows),
            rows_used=len(rows),
            attributes=tuple(extra),
        )
    return Dataset(engine, tables)


def _canonical(row: Mapping[str, Any], kinds: Mapping[str, Kind]) -> dict[str, Any]:
    return {
        name: datetime(value.year, value.month, value.day)
        if kinds[name] is Kind.TIMESTAMP and type(value) is date
        else value
        for name, value in row.items()
    }


def measured(
    engine: DuckDBEngine, company: Company, standard: Standard, as_of: date = AS_OF
) -> Measured:
    """Return each customer's metrics by SQL, after checking them against the row evaluator."""
    dataset = dataset_of(engine, company)
    views = make_views(dataset, as_of)
    make_population(dataset, as_of)
    available = available_metrics(dataset, standard)
    make_metrics(dataset, standard, as_of, available, views)
    chosen = ", ".join(f'"{name}"' for name in standard.metrics)
    found = {
        row[0]: dict(zip(standard.metrics, row[1:], strict=True))
        for row in engine.rows(f"SELECT customer_id, {chosen} FROM {METRICS}")
    }
    facts = {name: rows for name, rows in company.items() if name != "customers"}
    by_rows = metrics_of_customers(
        standard, facts, company["customers"], as_of, available=available
    )
    for customer, values in found.items():
        assert values == by_rows[customer], customer
        kinds = {name: type(value) for name, value in values.items()}
        assert kinds == {name: type(value) for name, value in by_rows[customer].items()}
    return found
