"""The main job as one would write it by hand: DuckDB SQL for this data and this standard alone.

It reads `customers.parquet` and `orders.parquet`, makes the checks that Kefen makes (text with
blanks around it or words for nothing, required values, known codes, numbers in range, equal rows
once, one key one row, one order one customer, rows of unknown customers counted and totalled),
computes every metric that the default standard has on this data, finds every cut, grades every
scheme that runs, marks what rests on little, raises the alerts, counts the classes, and writes
the same tables in the same order. It shares no code with Kefen but the two models
(`modelled.py`): that its results are equal is a check of both.

Lines are aggregated three times: by order, which also settles the checks; by customer; and, those
of the window alone, by customer and category. One aggregation by order for all of it was slower:
it did not fit the memory. Orders that may hold a line twice are settled apart. The statements
stand in `sql_by_hand/`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from modelled import expected_purchases, purchase_value
from recording import findings_of, fingerprint, write_json
from sql_by_hand.grading import GRADING
from sql_by_hand.measuring import CLEANING, DOUBTS, HISTORIES, MEASURING, TEXTS
from sql_by_hand.results import ALERTS, calibration, classes, counts, grades


def grade_by_hand(
    customers: Path, orders: Path, as_of: str, out: Path, memory: str = "2GB"
) -> None:
    """Grade two Parquet files.

    Writes `grades.parquet`, `metrics.parquet`, `alerts.parquet`, `calibration.json` and
    `run.json`.

    Args:
        customers: The customers.
        orders: The order lines; a pattern for several files.
        as_of: The as-of date, a month's end.
        out: The directory for the results; made if it is missing.
        memory: What DuckDB may hold before it spills, as it writes sizes.

    Raises:
        duckdb.InvalidInputException: A check failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(out / "scratch.duckdb")) as connection:
        connection.execute("SET memory_limit = ?", [memory])
        for statement in CLEANING:
            connection.execute(statement)
        files = {"customers": f"'{customers}'", "orders": f"'{orders}'"}
        values = _values(connection, as_of) | files | _cleaned(connection, orders)
        for statement in MEASURING:
            connection.execute(_filled(statement, values))
        given, models = _given(connection, _filled(HISTORIES, values))
        connection.register("given", given)
        for statement in GRADING:
            connection.execute(_filled(statement, values))
        counted = counts(connection)
        schemes = calibration(connection)
        for name, query in (
            ("metrics", "FROM metrics"),
            ("grades", grades(schemes, counted["months"])),
            ("alerts", _filled(ALERTS, values)),
        ):
            path = str(out / f"{name}.parquet")
            connection.sql(query).write_parquet(path, compression="zstd")
        write_json(out / "calibration.json", {"models": models, "schemes": schemes})
        rows = _rows(counted | _without_content(connection, values))
        write_json(
            out / "run.json",
            {
                "as_of": as_of,
                "months": {"covered": counted["months"], "of": 12},
                "customers": {
                    "graded": schemes["lifecycle"]["population"],
                    "undated": counted["undated"],
                },
                "rows": rows,
                "inputs": {
                    "customers": [fingerprint(customers)],
                    "orders": [
                        fingerprint(path) for path in sorted(orders.parent.glob(orders.name))
                    ],
                },
                "classes": classes(connection, schemes, counted["months"]),
                "findings": findings_of(rows, counted["ids_with_decimals"]),
            },
        )
    (out / "scratch.duckdb").unlink()


def _without_content(
    connection: duckdb.DuckDBPyConnection, values: dict[str, str]
) -> dict[str, int]:
    """Return how many cells of ids and texts hold a word for nothing, by table."""
    doubtful = [name for name in TEXTS if name != "status" and values[f"clean_{name}"] != name]
    found = {}
    for table, names in (
        ("customers", ["customer_id", "name", "country", "industry"]),
        ("orders", doubtful),
    ):
        parts = [f"count(*) FILTER (WHERE is_word({name}))" for name in names]
        query = f"SELECT {' + '.join(parts) or '0'} FROM read_parquet({values[table]})"
        found[f"{table}_without_content"] = connection.execute(query).fetchall()[0][0]
    return found


def _rows(counted: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what became of the rows of each table."""
    people, copies = counted["customer_rows"], counted["customer_duplicates"]
    lines, strangers = counted["rows"] - counted["duplicates"], counted["unattributed_rows"] or 0
    return {
        "customers": {
            "without_content": counted["customers_without_content"],
            "in": people,
            "used": people - copies,
            "rejected": 0,
            "duplicate": copies,
            "unattributed": 0,
            "amount_unattributed": None,
        },
        "orders": {
            "without_content": counted["orders_without_content"],
            "in": counted["rows"],
            "used": lines - strangers,
            "rejected": 0,
            "duplicate": counted["duplicates"] or 0,
            "unattributed": strangers,
            "amount_unattributed": counted["unattributed_amount"],
        },
    }


def _given(
    connection: duckdb.DuckDBPyConnection, histories: str
) -> tuple[pa.Table, dict[str, Any]]:
    """Return what the models give and what they learned.

    They give ten-thousandths, a row a customer, in the order of metrics.
    """
    found = connection.sql(histories).to_arrow_table()
    # Without a purchase there is no history, without revenue no value of a purchase.
    ever, lately = (found[name].is_valid().to_numpy() for name in ("age", "mean"))
    buyers, recent = found.filter(pa.array(ever)), found.filter(pa.array(lately))
    purchases = expected_purchases(
        buyers["customer_id"].to_pylist(),
        *(buyers[name].to_numpy() for name in ("repeats", "last", "age")),
    )
    value = purchase_value(
        recent["customer_id"].to_pylist(), recent["orders"].to_numpy(), recent["mean"].to_numpy()
    )
    given = pa.table(
        {
            "purchases_ahead": _placed(purchases.values, ever),
            "value_ahead": _placed(value.values, lately),
        }
    )
    return given, {"buying": purchases.learned, "spending": value.learned}


def _placed(given: np.ndarray | None, whose: np.ndarray) -> pa.Array:
    """Return a column with numbers for those they belong to, and nothing for the others."""
    column = np.zeros(len(whose), dtype=np.int64)
    if given is None:
        return pa.array(column, mask=np.ones(len(whose), dtype=bool))
    column[whose] = given
    return pa.array(column, mask=~whose)


def _cleaned(connection: duckdb.DuckDBPyConnection, orders: Path) -> dict[str, str]:
    """Return how each column of text is read: cleaned where it may need it, else as it lies."""
    doubts = connection.execute(_filled(DOUBTS, {"orders": f"'{orders}'"})).fetchall()[0]
    return {
        f"clean_{name}": f"clean({name})" if doubt else name
        for name, doubt in zip(TEXTS, doubts, strict=True)
    }


def _values(connection: duckdb.DuckDBPyConnection, as_of: str) -> dict[str, str]:
    """Return the edges of the windows: month ends before a month's end."""
    months = {"as_of": 0, "q1": 3, "half_year": 6, "q3": 9, "year": 12, "two_years": 24}
    found = {}
    for name, count in months.items():
        row = connection.execute(
            "SELECT last_day(CAST(? AS DATE) - to_months(?))", [as_of, count]
        ).fetchone()
        found[name] = f"DATE '{row[0]}'" if row else ""
    return found


def _filled(statement: str, values: dict[str, str]) -> str:
    for name, value in sorted(values.items(), key=lambda item: -len(item[0])):
        statement = statement.replace(f"${name}", value)
    return statement


def main() -> None:
    """Grade the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("as_of")
    parser.add_argument("out", type=Path)
    parser.add_argument("--memory", default="2GB", help="what DuckDB may hold before it spills")
    given = parser.parse_args()
    grade_by_hand(given.customers, given.orders, given.as_of, given.out, given.memory)


if __name__ == "__main__":
    main()
