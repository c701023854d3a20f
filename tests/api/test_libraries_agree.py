"""The same rows give the same grades from every library and file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from awkward import IN_MEMORY, customers, graded, in_csv, in_parquet, orders

import kefen

ONLINE_RETAIL = {
    "tables": {
        "orders": {
            "columns": {
                "order_id": "InvoiceNo",
                "customer_id": "CustomerID",
                "ordered_at": "InvoiceDate",
                "product_id": "StockCode",
                "amount": {"compute": "Quantity * UnitPrice"},
            }
        }
    }
}


@pytest.fixture(scope="module")
def from_csv(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("csv")
    return graded(
        in_csv(customers(), folder / "customers.csv"), in_csv(orders(), folder / "orders.csv")
    )


def test_the_company_is_awkward(from_csv: dict[str, Any]) -> None:
    rows = from_csv["rows"]["orders"]
    assert rows["duplicate"] == 1
    assert rows["unattributed"] == 8
    assert from_csv["grades"].num_rows > 500


def test_parquet_gives_the_same(from_csv: dict[str, Any], tmp_path: Path) -> None:
    found = graded(
        in_parquet(customers(), tmp_path / "c.parquet"),
        str(in_parquet(orders(), tmp_path / "o.parquet")),
    )
    assert found == from_csv


@pytest.mark.parametrize("library", IN_MEMORY)
def test_a_frame_gives_the_same(library: str, from_csv: dict[str, Any]) -> None:
    make = IN_MEMORY[library]
    assert graded(make(customers()), make(orders())) == from_csv


def test_rows_may_come_in_any_order(from_csv: dict[str, Any]) -> None:
    make = IN_MEMORY["pandas"]
    found = graded(make(customers()).iloc[::-1], make(orders()).sample(frac=1, random_state=1))
    assert found["grades"] == from_csv["grades"]
    assert found["metrics"] == from_csv["metrics"]


@pytest.mark.reference
def test_online_retail_is_graded_the_same_everywhere(reference_data: Path, tmp_path: Path) -> None:
    path = reference_data / "online_retail" / "online_retail.parquet"
    table = pq.read_table(path).filter(
        pc.field("InvoiceDate") < pc.scalar(pd.Timestamp("2011-04-01"))
    )
    assert table.num_rows > 120_000
    pq.write_table(table, tmp_path / "part.parquet")
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    frame.write_csv(tmp_path / "part.csv")
    given: dict[str, Any] = {
        "Parquet": tmp_path / "part.parquet",
        "CSV": tmp_path / "part.csv",
        "pandas": table.to_pandas(),
        "polars": frame,
        "Arrow": table,
        "DuckDB": duckdb.connect().read_parquet(str(tmp_path / "part.parquet")),
    }
    found: dict[str, tuple[pa.Table, pa.Table]] = {}
    for name, rows in given.items():
        with kefen.grade(orders=rows, mapping=ONLINE_RETAIL, as_of="2011-03-31") as result:
            found[name] = result.to_arrow().grades, result.to_arrow().metrics
    first = found["Parquet"]
    assert first[0].num_rows > 15_000
    assert {name for name, one in found.items() if one != first} == set()
