"""An awkward company, and its tables in every library and format."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

import kefen

AS_OF = date(2026, 10, 31)
Rows = list[dict[str, Any]]


def customers() -> Rows:
    """Return customers with leading zeros, formulas, blanks around, and some without anything."""
    named = [
        ("007", "=cmd()", date(2024, 1, 5), 12),
        ("0042", " 乙公司 ", date(2024, 2, 1), None),
        ("42", 'Plain, "quoted" Ltd', None, 900),
        ("C4", "😀 שלום", date(2025, 1, 1), 40),
        ("C5", None, date(2026, 10, 31), 3),
        ("C6", "after the day", date(2026, 11, 1), 3),
    ]
    rows = [
        {"customer_id": i, "name": n, "created_on": d, "employees": e, "segment": "s" + i}
        for i, n, d, e in named
    ]
    rows += [
        {
            "customer_id": f"K{number}",
            "name": f"Customer {number}",
            "created_on": date(2023, 1, 1) + timedelta(days=11 * number),
            "employees": number,
            "segment": None,
        }
        for number in range(60)
    ]
    return rows


def orders() -> Rows:
    """Return lines with floats that are no decimals, returns, ties, copies, unknown customers."""
    dice = Random(3)
    ids = [row["customer_id"] for row in customers()]
    amounts = [0.1 + 0.2, 1.00005, 2.675, 1e-5, -19.99, 1e9 / 7, 80.0, 80.0, 20.0, 0.0]
    rows: Rows = []
    for number in range(700):
        at = datetime(2026, 10, 31, 23, 59, 59) - timedelta(hours=dice.randint(-400, 17_000))
        rows.append(
            {
                "order_id": f"{number // 2:05d}",
                "line": str(number % 2),
                "customer_id": ids[number // 2 % len(ids)] if number % 97 else "unknown",
                "ordered_at": at,
                "quantity": dice.choice([None, 1, 2, 3]),
                "amount": dice.choice(amounts),
                "cost": dice.choice([None, Decimal("0.1234"), Decimal("12.34567")]),
                "category": dice.choice(["screws", "tools", None]),
                "status": dice.choice(["completed", "completed", "cancelled", None]),
            }
        )
        if number % 97 == 0:
            rows[-1]["order_id"] = f"U{number}"
    return [*rows, dict(rows[-1])]


_ARROW = {
    "created_on": pa.date32(),
    "employees": pa.int64(),
    "ordered_at": pa.timestamp("us"),
    "quantity": pa.int32(),
    "amount": pa.float64(),
    "cost": pa.decimal128(20, 5),
}


def arrow(rows: Rows) -> pa.Table:
    """Return rows as an Arrow table with the types that they mean."""
    return pa.Table.from_pylist(
        rows, schema=pa.schema([(name, _ARROW.get(name, pa.string())) for name in rows[0]])
    )


def in_csv(rows: Rows, path: Path) -> Path:
    """Write rows as text: floats by their shortest decimal, as every library prints them."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(file.getvalue(), encoding="utf-8")
    return path


def in_parquet(rows: Rows, path: Path) -> Path:
    """Write rows as Parquet."""
    pq.write_table(arrow(rows), path)
    return path


def _pandas_classic(rows: Rows) -> pd.DataFrame:
    """Return rows as pandas makes a frame of them: floats for whole numbers with gaps, objects."""
    frame = pd.DataFrame(rows)
    for name in frame.columns:
        if frame[name].dtype != object and name in ("customer_id", "order_id", "line"):
            frame[name] = frame[name].astype(object)
    return frame


def _pandas_typed(rows: Rows) -> pd.DataFrame:
    """Return rows in nullable and categorical columns, moments in nanoseconds, columns reversed."""
    frame = pd.DataFrame(rows).convert_dtypes()
    for name in ("category", "status", "segment"):
        if name in frame:
            frame[name] = frame[name].astype("category")
    if "ordered_at" in frame:
        frame["ordered_at"] = frame["ordered_at"].astype("datetime64[ns]")
    frame.index = range(100, 100 + len(frame))
    return frame[frame.columns[::-1]]


def _polars_typed(rows: Rows) -> pl.DataFrame:
    frame = pl.from_arrow(arrow(rows))
    assert isinstance(frame, pl.DataFrame)
    if "category" in frame.columns:
        frame = frame.with_columns(
            pl.col("category").cast(pl.Categorical),
            pl.col("status").cast(pl.Enum(["completed", "cancelled"])),
            pl.col("ordered_at").cast(pl.Datetime("ms")),
        )
    return frame.select(reversed(frame.columns))


def _arrow_awkward(rows: Rows) -> pa.Table:
    table = arrow(rows)
    for position, name in enumerate(table.schema.names):
        column = table[name]
        if name in ("category", "status", "name"):
            column = column.dictionary_encode()
        elif name == "cost":
            column = column.cast(pa.decimal256(60, 5))
        elif name == "ordered_at":
            column = column.cast(pa.timestamp("ns"))
        elif pa.types.is_string(column.type):
            column = column.cast(pa.large_string())
        table = table.set_column(position, name, column)
    return table


def _relation(rows: Rows) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.register("given", arrow(rows))
    connection.execute("CREATE TABLE kept AS SELECT * FROM given")
    return connection.table("kept")


IN_MEMORY: dict[str, Callable[[Rows], Any]] = {
    "rows": lambda rows: rows,
    "pandas": _pandas_classic,
    "pandas with types": _pandas_typed,
    "pandas over Arrow": lambda rows: arrow(rows).to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda rows: pl.from_arrow(arrow(rows)),
    "polars with types": _polars_typed,
    "polars, lazy": lambda rows: pl.DataFrame(arrow(rows)).lazy(),
    "Arrow": arrow,
    "Arrow, awkward types": _arrow_awkward,
    "Arrow reader": lambda rows: pa.Table.to_reader(_arrow_awkward(rows), max_chunksize=64),
    "two Arrow tables": lambda rows: [arrow(rows).slice(0, 30), arrow(rows).slice(30)],
    "DuckDB": _relation,
}


def graded(given_customers: Any, given_orders: Any, **more: Any) -> dict[str, Any]:
    """Return everything that must not depend on the library."""
    with kefen.grade(customers=given_customers, orders=given_orders, as_of=AS_OF, **more) as result:
        record = result.record
        return {
            "grades": result.to_arrow().grades,
            "metrics": result.to_arrow().metrics,
            "calibration": result.calibration.as_dict(),
            "rows": record["rows"],
            "schemes": record["schemes"],
            "findings": record["findings"],
        }
