"""Kefen's grades equal those of SQL, polars and pandas by hand, which share no code with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from by_hand import grade_by_hand
from by_pandas import grade_in_pandas
from by_plain_pandas import grade_in_plain_pandas
from by_polars import grade_in_polars
from compare import differences
from contenders import KEFEN
from generate import AS_OF
from measuring import Limits, measure


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, small_data: Path) -> Path:
    """Return a directory with what Kefen and the SQL by hand made of the data."""
    work = tmp_path_factory.mktemp("results")
    measure(KEFEN.command(small_data, work / "kefen"), Limits(minutes=10, gigabytes=4))
    customers, orders = small_data / "customers.parquet", small_data / "orders.parquet"
    grade_by_hand(customers, orders, AS_OF, work / "by_hand")
    return work


def test_grades_and_metrics_equal_those_by_hand(results: Path) -> None:
    assert differences(results / "kefen", results / "by_hand") == []


def test_counts_of_rows_equal_those_by_hand(results: Path) -> None:
    rows = json.loads((results / "kefen" / "run.json").read_text())["rows"]["orders"]
    by_hand = json.loads((results / "by_hand" / "calibration.json").read_text())
    assert rows["in"] == int(by_hand["rows"])
    assert rows["duplicate"] == int(by_hand["duplicates"])
    assert rows["unattributed"] == int(by_hand["unattributed_rows"])
    assert float(rows["amount_unattributed"]) == float(by_hand["unattributed_amount"])
    assert min(rows["duplicate"], rows["unattributed"]) > 0


@pytest.mark.parametrize(
    "grade",
    [grade_in_polars, grade_in_pandas, pytest.param(grade_in_plain_pandas, marks=pytest.mark.slow)],
)
def test_grades_and_metrics_equal_those_in_other_tools(
    results: Path, small_data: Path, tmp_path: Path, grade: Callable[[Path, Path, str, Path], None]
) -> None:
    grade(small_data / "customers.parquet", small_data / "orders.parquet", AS_OF, tmp_path)
    assert differences(results / "kefen", tmp_path) == []


def test_a_single_grade_that_differs_is_found(results: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with duckdb.connect() as connection:
        for file in ("grades.parquet", "metrics.parquet"):
            rows = connection.sql(f"FROM '{results / 'kefen' / file}'")
            if file == "grades.parquet":
                first = rows.filter("scheme = 'abc' AND grade = 'A'").limit(1).fetchall()[0][0]
                rows = rows.query(
                    "rows",
                    "SELECT * REPLACE (CASE WHEN scheme = 'abc' AND "
                    f"customer_id = '{first}' THEN 'B' ELSE grade END AS grade) FROM rows",
                )
            rows.write_parquet(str(other / file))
    found = differences(results / "kefen", other)
    assert len(found) == 1
    assert "grade differs in 1 rows" in found[0]
