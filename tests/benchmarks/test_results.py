"""Kefen's grades equal those of SQL, polars and pandas by hand, which share no code with it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from by_hand import grade_by_hand
from by_pandas import grade_in_pandas
from by_plain_pandas import grade_in_plain_pandas
from by_polars import grade_in_polars
from compare import differences, gaps
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


def test_the_data_has_something_to_find(results: Path) -> None:
    record = json.loads((results / "kefen" / "run.json").read_text())
    assert {own["code"] for own in record["findings"]} == {"rows_duplicate", "rows_unattributed"}
    assert min(record["rows"]["orders"][own] for own in ("duplicate", "unattributed")) > 0
    alerts = duckdb.sql(f"SELECT DISTINCT alert FROM '{results / 'kefen' / 'alerts.parquet'}'")
    assert {name for (name,) in alerts.fetchall()} == {"near_demotion", "order_gap", "rising_star"}


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


def test_the_result_is_whole(results: Path, small_data: Path) -> None:
    assert gaps(small_data, results / "kefen", AS_OF) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT * FROM rows WHERE NOT (scheme = 'tier' AND customer_id = '00000017')", 2),
        ("FROM rows UNION ALL SELECT * FROM rows WHERE scheme = 'abc' AND grade = 'A'", 1),
        (
            "SELECT * REPLACE (CASE WHEN scheme = 'abc' THEN reason END AS reason) FROM rows",
            12,
        ),
    ],
)
def test_a_grade_missing_or_twice_or_without_a_reason_is_found(
    results: Path, small_data: Path, tmp_path: Path, query: str, found: int
) -> None:
    other = tmp_path / "other"
    shutil.copytree(results / "kefen", other)
    with duckdb.connect() as connection:
        rows = connection.sql(f"FROM '{results / 'kefen' / 'grades.parquet'}'")
        rows.query("rows", query).write_parquet(str(other / "grades.parquet"))
    schemes = len(json.loads((other / "run.json").read_text())["schemes"])
    lines = gaps(small_data, other, AS_OF)
    # All but abc, lifecycle (nobody is without) have customers whose reason is gone.
    assert len(lines) == (found if found < 12 else schemes - 2), lines
