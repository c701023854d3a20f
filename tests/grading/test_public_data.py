"""Public data graded through the public API, against counts made without it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from small_company import graded, measured
from written_from_the_text import abc, counted, rfm, value_index

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.lake.dataset import Dataset
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.standards.reader import bundled_standard, read_standard

pytestmark = pytest.mark.reference


def files_of(folder: Path, orders_sql: str, parameters: list[Any]) -> dict[str, Path]:
    """Write orders, and the customers in them, as Parquet files of the contract."""
    made = {name: folder / f"{name}.parquet" for name in ("orders", "customers")}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE orders AS {orders_sql}", parameters)
        connection.sql("SELECT * FROM orders").write_parquet(str(made["orders"]))
        customers = "SELECT DISTINCT customer_id FROM orders WHERE customer_id IS NOT NULL"
        connection.sql(customers).write_parquet(str(made["customers"]))
    return made


def read(engine: DuckDBEngine, files: dict[str, Path]) -> Dataset:
    sources = {name: Source((path,)) for name, path in files.items()}
    return read_dataset(engine, sources, ReadingOptions())


def test_online_retail_equals_the_text_for_every_customer(
    engine: DuckDBEngine, tmp_path: Path, reference_data: Path
) -> None:
    as_of = date(2011, 11, 30)
    files = files_of(
        tmp_path,
        """
        SELECT InvoiceNo::VARCHAR AS order_id, CustomerID::BIGINT::VARCHAR AS customer_id,
               InvoiceDate::TIMESTAMP AS ordered_at,
               (Quantity::BIGINT * UnitPrice::DECIMAL(18, 4))::DECIMAL(18, 4) AS amount
        FROM read_parquet(?)""",
        [str(reference_data / "online_retail" / "online_retail.parquet")],
    )
    run = grade(read(engine, files), bundled_standard(), as_of)
    grades = graded(run)
    names = ("order_id", "customer_id", "ordered_at", "amount")
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT {', '.join(names)} FROM read_parquet(?) WHERE customer_id IS NOT NULL",
            [str(files["orders"])],
        ).fetchall()
        ids = connection.execute("SELECT * FROM read_parquet(?)", [str(files["customers"])])
        company = {
            "customers": [{"customer_id": row[0]} for row in ids.fetchall()],
            "orders": [dict(zip(names, row, strict=True)) for row in rows],
        }
    assert len(company["customers"]) == 4_372
    customers = counted(company, as_of)
    assert len(customers) > 4_000
    given = {
        identifier: (own["expected_purchases"], own["expected_purchase_value"])
        for identifier, own in measured(run).items()
        if own["expected_revenue"] is not None
    }
    assert len(given) > 4_000
    for scheme, verdicts in (
        ("abc", abc(customers)),
        ("rfm", rfm(customers, as_of)),
        ("value_index", value_index(customers, company, given)),
    ):
        assert {c: grades[c, scheme] for c in customers} == verdicts, scheme


SMALL = """\
standard: counts
version: 1
name: {en: Counts, zh: 计数}
window: all time
metrics:
  orders: {distinct: orders.order_id, name: {en: Orders, zh: 次数}}
  spend: {sum: orders.amount, name: {en: Spend, zh: 金额}}
  last: {latest: orders.ordered_at, name: {en: Last, zh: 最近}}
  days: {value: "days_between(last, as_of)", name: {en: Days, zh: 天数}}
schemes:
"""


def test_the_frequency_quintiles_of_cdnow(
    engine: DuckDBEngine, tmp_path: Path, reference_data: Path
) -> None:
    standard = read_standard(
        SMALL
        + """\
  often:
    name: {en: Often, zh: 频率}
    indicators:
      F: {name: {en: F, zh: 频}, value: orders, fifths: higher is better}
    grade_by: score
    grades:
      five: {when: ">= 5", name: {en: Five, zh: 五}}
      less: {when: else, name: {en: Less, zh: 少}}
""",
        "counts.yaml",
    )
    files = files_of(
        tmp_path,
        """
        SELECT customer_id || ' ' || date AS order_id, customer_id::VARCHAR AS customer_id,
               row_number() OVER (PARTITION BY customer_id, date) AS line,
               CAST(date AS TIMESTAMP) AS ordered_at,
               CAST(dollar_value AS DECIMAL(18, 4)) AS amount
        FROM read_parquet(?)""",
        [str(reference_data / "cdnow" / "cdnow_master.parquet")],
    )
    # A frequency counts the days with a purchase, as the published figures do.
    run = grade(read(engine, files), standard, date(1998, 6, 30))
    assert run.calibration.schemes["often"].population == 23_570
    assert run.calibration.schemes["often"].cuts["F"] == (1, 1, 2, 4)
    orders = [row["orders"] for row in measured(run).values()]
    assert round(100 * orders.count(1) / len(orders), 2) == 51.14


def test_the_champions_of_the_cran_rfm_package(
    engine: DuckDBEngine, tmp_path: Path, reference_data: Path
) -> None:
    """Its rule of cuts (interpolated quantiles + 1) gives the lines; the standard states them."""
    as_of = date(2006, 12, 31)
    path = str(reference_data / "rfm_cran" / "rfm_data_orders.csv")
    (cuts,) = duckdb.execute(
        """
        WITH customers AS (
          SELECT customer_id, DATE '2006-12-31' - max(order_date)::DATE AS days,
                 count(*) AS orders, sum(revenue) AS spend
          FROM read_csv(?) GROUP BY customer_id)
        SELECT quantile_cont(days, 0.4) + 1, quantile_cont(orders, 0.6) + 1,
               quantile_cont(spend, 0.6) + 1 FROM customers""",
        [path],
    ).fetchall()
    days, orders, spend = (round(cut, 4) for cut in cuts)
    standard = read_standard(
        SMALL
        + f"""\
  segments:
    name: {{en: Segments, zh: 细分}}
    grade_by: conditions
    grades:
      champions:
        when: days < {days} and orders >= {orders} and spend >= {spend}
        name: {{en: Champions, zh: 冠军}}
      others: {{when: else, name: {{en: Others, zh: 其他}}}}
""",
        "cran.yaml",
    )
    files = files_of(
        tmp_path,
        """
        SELECT (row_number() OVER ())::VARCHAR AS order_id, customer_id,
               order_date::TIMESTAMP AS ordered_at, revenue::DECIMAL(18, 4) AS amount
        FROM read_csv(?)""",
        [path],
    )
    run = grade(read(engine, files), standard, as_of)
    metrics = measured(run)
    assert len(metrics) == 995
    assert sum(row["orders"] for row in metrics.values()) == 4_906
    champions = [
        metrics[customer]
        for (customer, _), verdict in graded(run).items()
        if verdict[0] == "champions"
    ]
    assert len(champions) == 158
    assert sum(row["orders"] for row in champions) == 1_234
    assert sum(row["spend"] for row in champions) == 120_178
