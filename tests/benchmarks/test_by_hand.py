"""Kefen's grades equal those of SQL and of pandas written by hand, which share no code with it."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from types import ModuleType

_BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
_CUSTOMERS = 10_000


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", _BENCHMARKS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with the data and what Kefen and the SQL by hand made of it."""
    work = tmp_path_factory.mktemp("benchmark")
    generate = _module("generate")
    customers, orders = generate.generate(_CUSTOMERS, work / "data")
    out = work / "kefen"
    given = ["--customers", str(customers), "--orders", str(orders), "--as-of", generate.AS_OF]
    program = "from kefen.cli.main import main; main()"
    subprocess.run(
        [sys.executable, "-c", program, "grade", *given, "--out", str(out), "--no-report"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    _module("by_hand").grade_by_hand(customers, orders, generate.AS_OF, work / "by_hand")
    return work


def test_grades_and_metrics_equal_those_by_hand(results: Path) -> None:
    assert _module("compare").differences(results / "kefen", results / "by_hand") == []


def test_counts_of_rows_equal_those_by_hand(results: Path) -> None:
    rows = json.loads((results / "kefen" / "run.json").read_text())["rows"]["orders"]
    by_hand = json.loads((results / "by_hand" / "calibration.json").read_text())
    assert rows["in"] == int(by_hand["rows"])
    assert rows["duplicate"] == int(by_hand["duplicates"])
    assert rows["unattributed"] == int(by_hand["unattributed_rows"])
    assert float(rows["amount_unattributed"]) == float(by_hand["unattributed_amount"])
    assert min(rows["duplicate"], rows["unattributed"]) > 0


def test_grades_and_metrics_equal_those_in_pandas(results: Path) -> None:
    generate, data = _module("generate"), results / "data"
    _module("by_pandas").grade_in_pandas(
        data / "customers.parquet", data / "orders.parquet", generate.AS_OF, results / "pandas"
    )
    assert _module("compare").differences(results / "kefen", results / "pandas") == []


@pytest.mark.slow
def test_grades_and_metrics_equal_those_in_plain_pandas(results: Path) -> None:
    generate, data = _module("generate"), results / "data"
    _module("by_plain_pandas").grade_in_plain_pandas(
        data / "customers.parquet", data / "orders.parquet", generate.AS_OF, results / "plain"
    )
    assert _module("compare").differences(results / "kefen", results / "plain") == []


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
    found = _module("compare").differences(results / "kefen", other)
    assert len(found) == 1
    assert "grade differs in 1 rows" in found[0]


def test_the_data_is_the_same_every_time(results: Path, tmp_path: Path) -> None:
    for path in _module("generate").generate(_CUSTOMERS, tmp_path):
        assert path.read_bytes() == (results / "data" / path.name).read_bytes()
