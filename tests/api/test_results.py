"""What a result offers: tables in the caller's library, why, what if, files and reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from awkward import AS_OF, IN_MEMORY, arrow, customers, orders

import kefen
from kefen.domain.errors import CallError


@pytest.fixture(scope="module")
def result() -> Iterator[kefen.Result]:
    frames = IN_MEMORY["pandas"]
    with kefen.grade(customers=frames(customers()), orders=frames(orders()), as_of=AS_OF) as graded:
        yield graded


@pytest.fixture(scope="module")
def written(result: kefen.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return result.write(tmp_path_factory.mktemp("api") / "run")


def test_tables_come_in_the_library_of_the_first_frame(result: kefen.Result) -> None:
    assert isinstance(result.grades, pd.DataFrame)
    assert isinstance(result.metrics, pd.DataFrame)
    by_path = kefen.grade(
        orders=[{"order_id": 1, "customer_id": 2, "ordered_at": AS_OF, "amount": 3}]
    )
    assert isinstance(by_path.grades, pa.Table)


def test_every_library_holds_the_same_grades(result: kefen.Result) -> None:
    expected = result.to_arrow().grades.to_pylist()
    assert result.to_polars().grades.to_dicts() == expected
    connection = duckdb.connect()
    relation = result.to_duckdb(connection).grades
    assert [
        dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
    ] == expected
    frame = result.to_pandas().grades
    assert pa.Table.from_pandas(frame, preserve_index=False).to_pylist() == expected
    assert all(isinstance(one, Decimal) for one in frame["score"].dropna())


def test_the_summary_counts_every_customer_once_a_scheme(result: kefen.Result) -> None:
    counted = result.to_polars().summary
    totals = counted.group_by("scheme").agg(pl.col("customers").sum())
    people = result.record["customers"]["graded"]
    assert set(totals["customers"]) == {people}
    abc = [row["grade"] for row in counted.filter(pl.col("scheme") == "abc").to_dicts()]
    assert abc == [*[g for g in ("A", "B", "C") if g in abc], None]


def test_explanations_and_what_if_are_those_of_the_run(result: kefen.Result) -> None:
    customer = "K7"
    explained = result.explain(customer, "abc").schemes[0]
    grade = next(
        row
        for row in result.to_arrow().grades.to_pylist()
        if row["customer_id"] == customer and row["scheme"] == "abc"
    )
    assert (explained.grade, explained.score) == (grade["grade"], grade["score"])
    assert result.explain("C4").name == "😀 שלום"
    changed = {one.scheme: one for one in result.what_if(customer, revenue="1").outcomes}
    assert changed["abc"].grade_after == "C"
    reached = result.what_reaches(customer, "A", "ABC by revenue")
    assert any(one.metric == "revenue" for one in reached)


def test_a_written_run_opens_with_the_same_content(result: kefen.Result, written: Path) -> None:
    run = kefen.open_run(written).to_polars()
    assert run.grades.equals(result.to_polars().grades)
    assert run.metrics.equals(result.to_polars().metrics)
    assert run.calibration == result.calibration
    assert run.schemes == result.schemes
    assert run.summary.equals(result.to_polars().summary)
    assert json.loads((written / "run.json").read_text(encoding="utf-8")) == result.record
    grades = pq.read_table(written / "grades.parquet").to_pylist()
    assert grades == result.to_arrow().grades.to_pylist()


def test_what_is_there_is_not_replaced_unasked(result: kefen.Result, written: Path) -> None:
    with pytest.raises(CallError, match="exists already"):
        result.write(written)
    assert result.write(written, overwrite=True) == written


def test_reports_are_written_with_a_card(result: kefen.Result, tmp_path: Path) -> None:
    folder = result.report(tmp_path / "report", customer="C4")
    assert (folder / "report.xlsx").stat().st_size > 10_000
    assert "😀 שלום" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_frozen_calibration_grades_another_day(result: kefen.Result, written: Path) -> None:
    for given in (result.calibration, written / "calibration.json"):
        with kefen.grade(
            customers=arrow(customers()), orders=arrow(orders()), as_of=AS_OF, calibration=given
        ) as again:
            assert again.record["calibration"] == "frozen"
            assert again.to_arrow().grades == result.to_arrow().grades


def test_rejected_values_come_with_place_and_reason() -> None:
    rows = [
        {"order_id": str(n), "customer_id": "c", "ordered_at": "2026-01-01", "amount": "5"}
        for n in range(30)
    ]
    rows[4]["amount"] = "five"
    result = kefen.grade(
        orders=pl.DataFrame(rows), as_of="2026-01-31", max_rejected=0.05, language="zh"
    )
    assert result.rejected.to_dicts() == [
        {
            "table": "orders",
            "file": "polars DataFrame",
            "row": 5,
            "column": "amount",
            "value": "five",
            "code": "not_a_number",
            "reason": result.rejected["reason"][0],
        }
    ]
    assert "数" in result.rejected["reason"][0]
    assert result.record["rows"]["orders"]["rejected"] == 1


def test_a_closed_result_says_so() -> None:
    row = {"order_id": 1, "customer_id": 2, "ordered_at": AS_OF, "amount": 3}
    with kefen.grade(orders=[row]) as result:
        pass
    with pytest.raises(CallError, match="was closed"):
        _ = result.grades


def test_alerts_are_told_and_followed_from_one_run_to_the_next(tmp_path: Path) -> None:
    columns = "order_id,customer_id,ordered_at,amount"
    days = ["2024-06-01", "2024-06-11", "2024-06-21", "2024-07-01"]
    rows = [f"{number},x,{day},100" for number, day in enumerate(days)]
    orders = tmp_path / "orders.csv"
    orders.write_text("\n".join([columns, *rows, "9,y,2024-10-30,5"]) + "\n")
    with kefen.grade(orders=orders, as_of="2024-09-30") as first:
        gap = [one for one in first.alerts.to_pylist() if one["alert"] == "order_gap"]
        assert [(one["customer_id"], one["state"]) for one in gap] == [("x", "new")]
        folder = first.write(tmp_path / "september")
    with kefen.grade(orders=orders, as_of="2024-10-31", previous=folder) as second:
        gap = [one for one in second.alerts.to_pylist() if one["alert"] == "order_gap"]
        assert [(one["customer_id"], one["state"]) for one in gap] == [("x", "still")]
        assert gap[0]["first_seen"].isoformat() == "2024-09-30"
    assert kefen.open_run(folder).alerts.num_rows == first_rows(folder)


def first_rows(folder: Path) -> int:
    return int(pq.read_table(folder / "alerts.parquet").num_rows)


def test_a_country_is_one_place_however_it_is_written() -> None:
    written = ("China", "中国", "CN", "chn", "Germany", "Atlantis", None)
    customers = [{"customer_id": f"{n}", "country": one} for n, one in enumerate(written)]
    orders = [{"order_id": "1", "customer_id": "0", "ordered_at": "2024-05-01", "amount": "10"}]
    with kefen.grade(customers=customers, orders=orders, as_of=date(2024, 12, 31)) as result:
        grades = {
            row["customer_id"]: row["grade"]
            for row in result.to_arrow().grades.to_pylist()
            if row["scheme"] == "region"
        }
        countries = [row["country"] for row in result.to_arrow().metrics.to_pylist()]
    assert countries == ["CN", "CN", "CN", "CN", "DE", "Atlantis", None]
    assert [grades[f"{n}"] for n in range(7)] == 4 * ["domestic"] + 2 * ["international"] + [None]


def test_what_winning_and_keeping_cost_is_told_and_recorded() -> None:
    days = {"kept": ("2023-05-01", "2024-05-01"), "won": ("2024-02-01",), "lost": ("2023-03-01",)}
    orders = [
        {"order_id": f"{who} {day}", "customer_id": who, "ordered_at": day, "amount": "10"}
        for who, own in days.items()
        for day in own
    ]
    costs = [
        {"month": month, "kind": kind, "amount": amount}
        for month, kind, amount in (
            ("2024-02-01", "acquisition", "90.00"),
            ("2024-12-01", "acquisition", "60.00"),
            ("2024-05-01", "retention", "30.00"),
            ("2024-05-01", "service", "500.00"),
            ("2023-12-01", "retention", "7000.00"),
            ("2025-01-01", "acquisition", "8000.00"),
        )
    ]
    with kefen.grade(orders=orders, costs=costs, as_of=date(2024, 12, 31)) as result:
        assert result.costs == {
            "won": {"spent": Decimal(150), "customers": 1, "each": Decimal(150)},
            "kept": {"spent": Decimal(30), "customers": 1, "each": Decimal(30)},
            "times": Decimal(5),
        }
        assert result.record["costs"]["won"]["each"] == "150.0000"
    with kefen.grade(orders=orders, as_of=date(2024, 12, 31)) as result:
        assert result.costs is None
