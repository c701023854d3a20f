"""Small tables of facts, measured by SQL and by the row evaluator."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from tables_by_hand import Company, dataset_by_hand

from kefen.compiler.rowwise_metrics import metrics_of_customers
from kefen.domain.calendar import Window
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.fact_views import make_views
from kefen.grading.measure import METRICS, make_metrics
from kefen.grading.population import available_metrics, make_population
from kefen.standards.document import Mapping as DocumentMapping
from kefen.standards.document import load_document
from kefen.standards.metrics import read_metrics
from kefen.standards.model import Constants, Standard
from kefen.standards.problems import Problem
from kefen.standards.reading import Reading

Measured = dict[str, dict[str, Any]]
AS_OF = date(2026, 10, 31)
YEAR = Window(12)


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


def measured(
    engine: DuckDBEngine, company: Company, standard: Standard, as_of: date = AS_OF
) -> Measured:
    """Return each customer's metrics by SQL, after checking them against the row evaluator."""
    dataset = dataset_by_hand(engine, company)
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
