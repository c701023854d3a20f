"""The main job in pandas by an expert: whole columns, money as whole ten-thousandths.

Pandas reads decimals as Python objects, which are exact but far slower, and sums of doubles are
not exact; so money becomes whole numbers, and text is cleaned, while the file is an Arrow table.
The parts stand in `pandas_expert/`.
"""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pandas_expert.checks import read_customers, read_lines
from pandas_expert.cuts import cuts_of
from pandas_expert.grades import grades_by_customer, grades_of
from pandas_expert.metrics import metrics_of
from pandas_expert.results import alerts_of, classes_of
from recording import findings_of, fingerprint, in_money, write_json

_FIGURES = (
    "revenue",
    "revenue_before",
    "revenue_recent",
    "margin",
    "purchase_amount",
    "average_purchase",
    "growth",
    "trend",
    "expected_purchases",
    "expected_purchase_value",
    "expected_revenue",
)


def grade_in_pandas(customers: Path, orders: Path, as_of: str, out: Path) -> None:
    """Grade two Parquet files.

    Writes `grades.parquet`, `metrics.parquet`, `alerts.parquet`, `calibration.json` and
    `run.json`.

    Args:
        customers: The customers.
        orders: The order lines.
        as_of: The as-of date, a month's end.
        out: The directory for the results; made if it is missing.

    Raises:
        ValueError: A check failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    day = pd.Timestamp(as_of)
    people, of_people = read_customers(customers)
    lines, of_lines, ids_with_decimals = read_lines(orders, people)
    metrics, found = metrics_of(people, lines, day)
    cuts = cuts_of(metrics)
    graded = grades_by_customer(metrics, cuts, day)
    grades = grades_of(graded, cuts, found["months"])
    _write(metrics.reset_index(), out / "metrics.parquet", _FIGURES)
    _write(grades, out / "grades.parquet", ("score",))
    _write(alerts_of(metrics, graded, day), out / "alerts.parquet", ())
    write_json(out / "calibration.json", {"models": found["models"], "schemes": in_money(cuts)})
    if of_lines["unattributed"]:
        of_lines["amount_unattributed"] = Decimal(of_lines["amount_unattributed"]).scaleb(-4)
    rows = {"customers": of_people, "orders": of_lines}
    write_json(
        out / "run.json",
        {
            "as_of": as_of,
            "months": {"covered": found["months"], "of": 12},
            "customers": {"graded": len(metrics), "undated": found["undated"]},
            "rows": rows,
            "inputs": {"customers": [fingerprint(customers)], "orders": [fingerprint(orders)]},
            "classes": classes_of(grades, metrics["revenue"]),
            "findings": findings_of(rows, ids_with_decimals),
        },
    )


def _write(frame: pd.DataFrame, path: Path, money: tuple[str, ...]) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for position, name in enumerate(table.column_names):
        if name in money:
            units = pc.cast(table[name].cast(pa.int64()), pa.decimal128(19, 0))
            value = pc.multiply(units, pa.scalar(Decimal("0.0001"), pa.decimal128(4, 4)))
            table = table.set_column(position, name, value.cast(pa.decimal128(18, 4)))
        elif pa.types.is_timestamp(table.schema.field(name).type):
            table = table.set_column(position, name, table[name].cast(pa.date32()))
    pq.write_table(table, path, compression="zstd")


def main() -> None:
    """Grade the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("as_of")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    grade_in_pandas(arguments.customers, arguments.orders, arguments.as_of, arguments.out)


if __name__ == "__main__":
    main()
