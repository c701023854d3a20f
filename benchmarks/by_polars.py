"""The main job in polars by an expert: lazy queries, streamed; money as whole ten-thousandths.

A first look at every cell of text finds the columns that must be cleaned. Then the lines are
scanned three times, as in `by_hand.py`: by order, which settles the checks and gives the
purchases; by customer; and those of the window by customer and category. No scan is collected
before it is aggregated, so that memory holds groups and not lines. Customers and their metrics
fit the memory and are worked on in whole columns. The parts stand in `polars_expert/`.
"""

from __future__ import annotations

import argparse
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from polars_expert.checks import checked
from polars_expert.cuts import cuts_of
from polars_expert.grades import grades_by_customer, grades_of
from polars_expert.metrics import metrics_of
from polars_expert.results import alerts_of, classes_of
from recording import findings_of, fingerprint, in_money, write_json

_MONEY = (
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


def grade_in_polars(customers: Path, orders: Path, as_of: str, out: Path) -> None:
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
    day = date.fromisoformat(as_of)
    rows = checked(customers, orders, day)
    metrics, found = metrics_of(rows, day)
    cuts = cuts_of(metrics)
    graded = grades_by_customer(metrics, cuts, day)
    grades = grades_of(graded, cuts, found["months"])
    for name, table in (
        ("metrics", metrics.with_columns(_decimal(own) for own in _MONEY)),
        ("grades", grades.with_columns(_decimal("score"))),
        ("alerts", alerts_of(graded, day)),
    ):
        table.write_parquet(out / f"{name}.parquet", compression="zstd")
    write_json(out / "calibration.json", {"models": found["models"], "schemes": in_money(cuts)})
    write_json(
        out / "run.json",
        {
            "as_of": as_of,
            "months": {"covered": found["months"], "of": 12},
            "customers": {"graded": metrics.height, "undated": found["undated"]},
            "rows": rows.rows,
            "inputs": {"customers": [fingerprint(customers)], "orders": [fingerprint(orders)]},
            "classes": classes_of(grades, metrics),
            "findings": findings_of(rows.rows, found["ids_with_decimals"]),
        },
    )


def _decimal(name: str) -> pl.Expr:
    exact = pl.col(name).cast(pl.Decimal(18, 0)) * pl.lit(Decimal("0.0001"))
    return exact.cast(pl.Decimal(18, 4)).alias(name)


def main() -> None:
    """Grade the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("as_of")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    grade_in_polars(arguments.customers, arguments.orders, arguments.as_of, arguments.out)


if __name__ == "__main__":
    main()
