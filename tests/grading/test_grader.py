"""One customer at once equals the batch, for every customer and scheme."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Barrier
from typing import Any

import modelled_company
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_runs import company, stored_run
from tables_by_hand import dataset_by_hand

import kefen
from kefen.domain.errors import CallError, DataError
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grader import Grader
from kefen.grading.stored import StoredRun
from kefen.grading.stored_metrics import StoredMetrics
from kefen.standards.reader import read_standard

_PARTS = ("grade", "score", "score_text", "reason", "confidence")
Tables = dict[str, list[dict[str, Any]]]


def batch(run: StoredRun) -> dict[str, dict[str, tuple[Any, ...]]]:
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    for row in pq.read_table(run.directory / "grades.parquet").to_pylist():
        found.setdefault(row["customer_id"], {})[row["scheme"]] = tuple(row[n] for n in _PARTS)
    return found


def facts_of(tables: Tables, customer: str) -> Tables:
    return {
        name: [row for row in rows if row["customer_id"] == customer]
        for name, rows in tables.items()
        if name != "customers"
    }


def one_by_one(run: StoredRun, tables: Tables) -> dict[str, dict[str, tuple[Any, ...]]]:
    grader = Grader(run)
    graded = set(batch(run))
    return {
        row["customer_id"]: {
            scheme: tuple(getattr(grade, name) for name in _PARTS)
            for scheme, grade in grader.grade(row, facts_of(tables, row["customer_id"])).items()
        }
        for row in tables["customers"]
        if row["customer_id"] in graded
    }


@settings(max_examples=max(3, settings.default.max_examples // 10))
@given(seed=st.integers(0, 10_000), customers=st.integers(1, 70))
def test_every_customer_is_graded_as_in_the_batch(
    seed: int, customers: int, shared_engine: DuckDBEngine, tmp_path_factory: Any
) -> None:
    tables = company(seed, customers)
    run = stored_run(
        tmp_path_factory.mktemp("run"),
        shared_engine,
        dataset=dataset_by_hand(shared_engine, tables),
    )
    assert one_by_one(run, tables) == batch(run)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return company(7, 120)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoredRun]:
    with DuckDBEngine() as engine:
        yield stored_run(tmp_path_factory.mktemp("run"), engine)


def test_stored_metrics_give_the_same_grades_and_explanations(
    run: StoredRun, tables: Tables
) -> None:
    grader = Grader(run)
    for customer, expected in batch(run).items():
        found = grader.grade_stored(customer)
        assert {s: tuple(getattr(g, n) for n in _PARTS) for s, g in found.items()} == expected
    for row in tables["customers"][:20]:
        from_rows = grader.explain({**row, "name": None}, facts_of(tables, row["customer_id"]))
        assert from_rows == grader.explain_stored(row["customer_id"])


def test_one_scheme_is_explained_as_among_all(run: StoredRun, tables: Tables) -> None:
    grader = Grader(run)
    for row in tables["customers"][::10]:
        for scheme in grader.explain_stored(row["customer_id"]).schemes:
            alone = grader.explain_stored(row["customer_id"], scheme=scheme.scheme)
            assert alone.schemes == (scheme,)


def test_one_step_alone_is_evaluated_as_among_all(run: StoredRun) -> None:
    for customer in list(batch(run))[::10]:
        metrics = run.metrics_of(customer) | {"as_of": run.as_of}
        values = run.evaluated(metrics)
        for scheme in run.running:
            for step in run.steps(scheme, metrics):
                alone = run.value_of_step(metrics, scheme, step.name)
                assert alone == values[step.name], step.name


def test_customers_from_all_over_a_run_are_named(tmp_path: Path) -> None:
    ids = [f"C{number:03}" for number in range(100)]
    path = tmp_path / "metrics.parquet"
    pq.write_table(pa.table({"customer_id": ids}), path, row_group_size=10)
    metrics = StoredMetrics(path)
    assert metrics.some(2, 3) == [
        *("C000", "C004", "C008"),
        *("C050", "C054", "C058"),
    ]
    assert metrics.some(50, 50) == ids
    pq.write_table(pa.table({"customer_id": pa.array([], pa.string())}), path)
    assert StoredMetrics(path).some(2, 3) == []


def test_values_may_be_written_as_text(run: StoredRun, tables: Tables) -> None:
    grader = Grader(run)
    customer = tables["customers"][3]
    facts = facts_of(tables, customer["customer_id"])
    written = {
        name: [{k: None if v is None else str(v) for k, v in row.items()} for row in rows]
        for name, rows in facts.items()
    }
    plain = {k: None if v is None else str(v) for k, v in customer.items()}
    assert grader.metrics(plain, written) == grader.metrics(customer, facts)


def test_rows_that_say_they_are_of_another_customer_are_refused(run: StoredRun) -> None:
    grader = Grader(run)
    line = {"order_id": 1, "line": 1, "ordered_at": date(2026, 10, 1), "amount": 5}
    silent = grader.metrics({"customer_id": "12"}, {"orders": [line]})
    for own in ("12", " 12 ", 12, 12.0, "", None, float("nan")):
        told = [{**line, "customer_id": own}]
        assert grader.metrics({"customer_id": "12"}, {"orders": told}) == silent
    for other in ("13", "012", 13, ["12"]):
        for rows in ([{**line, "customer_id": other}], [line, {"customer_id": other, **line}]):
            with pytest.raises(DataError, match="these rows are to be of “12”") as refused:
                grader.metrics({"customer_id": "12"}, {"orders": rows})
            assert "应属于“12”" in refused.value.what.zh


def test_copies_count_once_and_contradictions_are_refused(run: StoredRun) -> None:
    grader = Grader(run)
    line = {"order_id": 1, "line": 1, "ordered_at": date(2026, 10, 1), "amount": 5}
    twice = grader.metrics({"customer_id": "x"}, {"orders": [line, dict(line)]})
    assert twice["revenue"] == Decimal(5)
    with pytest.raises(DataError, match="two different rows"):
        grader.metrics({"customer_id": "x"}, {"orders": [line, {**line, "amount": 6}]})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"amount": "1.234,56"}, "not a number"),
        ({"amount": float("nan")}, "not a number"),
        ({"amount": True}, "not a number"),
        ({"amount": Decimal(10) ** 15}, "more than 14 digits"),
        ({"amount": None}, "no Amount"),
        ({"ordered_at": "05/06/2024"}, "date"),
        ({"ordered_at": 20240605}, "date"),
        ({"status": "perhaps"}, "perhaps"),
        ({"currency": "XXX"}, "XXX"),
        ({"order_id": " "}, "no Order id"),
    ],
)
def test_what_needs_guessing_is_refused(run: StoredRun, row: dict[str, Any], said: str) -> None:
    line = {"order_id": 1, "ordered_at": datetime(2026, 10, 1), "amount": 5, **row}
    with pytest.raises(DataError, match=said):
        Grader(run).grade({"customer_id": "x"}, {"orders": [line]})


def test_tables_that_the_run_had_not_are_refused(run: StoredRun) -> None:
    with pytest.raises(CallError, match="without Payments"):
        Grader(run).grade({"customer_id": "x"}, {"payments": []})
    with pytest.raises(CallError, match="no customer"):
        Grader(run).grade_stored("nobody")


def test_linked_customers_are_asked_for_by_id(tmp_path: Path, engine: DuckDBEngine) -> None:
    standard = read_standard(
        """standard: group
version: 1
name: {en: Group, zh: 集团}
metrics:
  turnover:
    name: {en: Turnover, zh: 营业额}
    sum: orders.amount
    over: last 12 months
    across: parent_id
    unit: money
schemes:
  size:
    name: {en: Size, zh: 规模}
    grade_by: conditions
    grades:
      L: turnover > 100
      S: else
""",
        "group.yaml",
    )
    tables = company(3, 6)
    for row in tables["customers"]:
        row["parent_id"] = "00000"
    run = stored_run(tmp_path, engine, dataset=dataset_by_hand(engine, tables), standard=standard)
    with pytest.raises(CallError, match="linked customers"):
        Grader(run).grade({"customer_id": "00001"}, {})
    assert Grader(run).grade_stored("00001")["size"].grade == batch(run)["00001"]["size"][0]


def test_frames_hold_the_rows_of_one_customer_too(run: StoredRun, tables: Tables) -> None:
    grader = kefen.open_run(run.directory).grader()
    customer = tables["customers"][5]
    facts = facts_of(tables, customer["customer_id"])
    frames = {name: pa.Table.from_pylist(rows) for name, rows in facts.items() if rows}
    assert grader.grade(customer, **frames) == grader.grade(customer, **facts)
    identifier = customer["customer_id"]
    assert grader.grade(identifier) == grader.grade(customer, **facts)
    assert grader.explain(identifier, "abc").schemes[0].scheme == "abc"


def test_what_models_give_is_as_in_the_batch(tmp_path: Path, engine: DuckDBEngine) -> None:
    tables = modelled_company.lifetime_company(11, 150)
    run = stored_run(
        tmp_path,
        engine,
        dataset=dataset_by_hand(engine, tables),
        standard=read_standard(modelled_company.LIFETIME, "modelled.yaml"),
    )
    assert all(model.is_fitted for model in run.calibration.models.values())
    assert one_by_one(run, tables) == batch(run)


def test_customers_who_come_first_at_once_are_graded_as_one_after_the_other(
    tmp_path: Path,
) -> None:
    with DuckDBEngine() as engine:
        directory = stored_run(tmp_path, engine, seed=3, customers=40).directory
    expected = batch(StoredRun.load(directory))
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(4):
            # What grades customers is compiled when the first come: here by several at once.
            grader, started = Grader(StoredRun.load(directory)), Barrier(6)

            def graded(
                customer: str, grader: Grader = grader, started: Barrier = started
            ) -> dict[str, tuple[Any, ...]]:
                started.wait()
                found = grader.grade_stored(customer)
                return {s: tuple(getattr(one, n) for n in _PARTS) for s, one in found.items()}

            first = sorted(expected)[:6]
            with ThreadPoolExecutor(6) as together:
                assert dict(zip(first, together.map(graded, first), strict=True)) == {
                    customer: expected[customer] for customer in first
                }
            later = {
                customer: {
                    s: tuple(getattr(one, n) for n in _PARTS)
                    for s, one in grader.grade_stored(customer).items()
                }
                for customer in expected
            }
            assert later == expected
    finally:
        sys.setswitchinterval(often)
