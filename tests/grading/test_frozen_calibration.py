"""A frozen calibration: what it never learned is unknown or refused, never silently the worst."""

from __future__ import annotations

from pathlib import Path

import pytest
from stored_runs import AS_OF, company
from tables_by_hand import dataset_by_hand

from kefen.domain.errors import DataError
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.explain import explain
from kefen.grading.grade import grade
from kefen.grading.outputs import output_directory, write_results
from kefen.grading.stored import StoredRun
from kefen.standards.calibration import calibration_from_dict
from kefen.standards.reader import bundled_standard


def test_an_indicator_imported_after_the_calibration_hands_its_weight_on(tmp_path: Path) -> None:
    standard = bundled_standard()
    tables = company(7, 80)
    without = {n: rows for n, rows in tables.items() if n not in ("receivables", "interactions")}
    with DuckDBEngine() as engine:
        learned = grade(dataset_by_hand(engine, without), standard, AS_OF).calibration
        frozen = calibration_from_dict(learned.as_dict(), standard, "calibration.json")
        grade(dataset_by_hand(engine, without), standard, AS_OF, calibration=frozen)
        scores = "SELECT customer_id, score FROM grades WHERE scheme = 'value_index' ORDER BY 1"
        alike = engine.rows(scores)
        run = grade(dataset_by_hand(engine, tables), standard, AS_OF, calibration=frozen)
        assert engine.rows(scores) == alike
        with output_directory(tmp_path / "out", overwrite=False) as partial:
            write_results(run, partial)
    stored = StoredRun.load(tmp_path / "out")
    noted = [
        line.note.en
        for customer in stored.customers(80)
        for scheme in explain(stored, customer, scheme="value_index").schemes
        for line in scheme.lines
        if line.indicator == "engagement" and line.note is not None
    ]
    assert noted
    assert all("not in the calibration" in note for note in noted)


def test_a_scheme_the_calibration_never_learned_is_refused() -> None:
    standard = bundled_standard()
    tables = company(7, 40)
    bare = [{"customer_id": row["customer_id"]} for row in tables["customers"]]
    with DuckDBEngine() as engine:
        learned = grade(
            dataset_by_hand(engine, {"customers": bare, "orders": tables["orders"]}),
            standard,
            AS_OF,
        ).calibration
        with pytest.raises(DataError, match="nothing for the scheme “Region”"):
            grade(dataset_by_hand(engine, tables), standard, AS_OF, calibration=learned)


def test_a_scheme_that_learns_nothing_needs_no_calibration() -> None:
    standard = bundled_standard()
    tables = company(7, 60)
    countries = [
        {"customer_id": row["customer_id"], "country": row["country"]}
        for row in tables["customers"]
    ]
    with DuckDBEngine() as engine:
        learned = grade(
            dataset_by_hand(engine, {"customers": countries, "orders": tables["orders"]}),
            standard,
            AS_OF,
        ).calibration
        run = grade(dataset_by_hand(engine, tables), standard, AS_OF, calibration=learned)
        graded = {item["scheme"]: item["graded"] for item in run.record["schemes"]}
    assert graded["size"] > 0
