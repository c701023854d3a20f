"""The main job in pandas as an analyst writes it: what pandas gives by default, exact.

`read_parquet` gives decimals as Python `Decimal` objects and ids as text, and they stay so: sums
are exact without thought. Text is cleaned by `.str`, columns are summed by
`groupby(...).agg(...)` and chosen by masks; what concerns one customer - ratios, points, grades -
is a function of its values, called by `map` or `apply`. Nothing is slow on purpose, and nothing
is rewritten for speed: `by_pandas.py` is that.

It checks, cleans and counts the rows (`plain_pandas/checks.py`), computes the metrics, the cuts
and the grades (`metrics.py`, `cuts.py`, `grades.py`), raises the alerts and counts what each class
holds (`results.py`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from plain_pandas.checks import read_customers, read_lines
from plain_pandas.cuts import cuts_of
from plain_pandas.grades import grades_by_customer, grades_of
from plain_pandas.metrics import metrics_of
from plain_pandas.results import alerts_of, classes_of
from recording import findings_of, fingerprint, write_json


def grade_in_plain_pandas(customers: Path, orders: Path, as_of: str, out: Path) -> None:
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
    classes = classes_of(grades, metrics["revenue"])
    metrics.reset_index().to_parquet(out / "metrics.parquet", compression="zstd")
    grades.to_parquet(out / "grades.parquet", compression="zstd")
    alerts_of(graded, day).to_parquet(out / "alerts.parquet", compression="zstd")
    write_json(out / "calibration.json", {"models": found["models"], "schemes": cuts})
    rows = {"customers": of_people, "orders": of_lines}
    write_json(
        out / "run.json",
        {
            "as_of": as_of,
            "months": {"covered": found["months"], "of": 12},
            "customers": {"graded": len(metrics), "undated": found["undated"]},
            "rows": rows,
            "inputs": {"customers": [fingerprint(customers)], "orders": [fingerprint(orders)]},
            "classes": classes,
            "findings": findings_of(rows, ids_with_decimals),
        },
    )


def main() -> None:
    """Grade the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=Path)
    parser.add_argument("orders", type=Path)
    parser.add_argument("as_of")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    grade_in_plain_pandas(arguments.customers, arguments.orders, arguments.as_of, arguments.out)


if __name__ == "__main__":
    main()
