"""Further parity of DuckDB and Spark: linked customers, models, overflow, a real shop."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import modelled_company
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from both_engines import on_duckdb, on_spark, read_files, write_company
from test_spark_parity import AS_OF, _customers, _orders, _refusal, _shop

from kefen.engines.duckdb import DuckDBEngine
from kefen.engines.engine import Engine
from kefen.engines.spark.engine import SparkEngine
from kefen.lake.dataset import Dataset
from kefen.lake.reading import ReadingOptions, Source, mapping_of, read_dataset
from kefen.standards.reader import bundled_standard, read_standard

pytestmark = pytest.mark.slow


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
LINKED = """\
standard: groups
version: 1
name: {en: Groups, zh: 集团}
metrics:
  group_revenue: {sum: orders.amount, across: parent_id, over: all time, unit: money}
  own_revenue: {sum: orders.amount, over: all time, unit: money}
schemes:
  size:
    score: group_revenue
    grade_by: score
    grades: {large: ">= 100", small: else}
"""
TOO_LARGE = """\
standard: too-large
version: 1
name: {en: Too large, zh: 过大}
metrics:
  revenue: {sum: orders.amount, over: all time, unit: money}
  cubed: {value: revenue * revenue * revenue}
schemes:
  size:
    score: cubed
    grade_by: score
    grades: {large: ">= 100", small: else}
"""


def test_linked_customers_are_the_same(cluster: Any, tmp_path: Path) -> None:
    company = _shop()
    for number, customer in enumerate(company["customers"]):
        customer["parent_id"] = None if number % 5 == 0 else f"{number // 2:03}"
    paths = write_company(tmp_path, company)
    standard = read_standard(LINKED, "groups")
    expected = on_duckdb(paths, standard, AS_OF, read=read_files)
    assert on_spark(cluster, paths, standard, AS_OF, read=read_files) == expected


def test_settlements_from_payments_are_the_same(cluster: Any, tmp_path: Path) -> None:
    dice = Random(4)
    ids = [f"{number:03}" for number in range(60)]
    company = {
        "customers": [{"customer_id": one, "credit_limit": 300} for one in ids],
        "receivables": [
            {
                "invoice_id": str(number),
                "customer_id": dice.choice(ids),
                "issued_on": AS_OF - timedelta(dice.randrange(500)),
                "due_on": AS_OF - timedelta(dice.randrange(-30, 400)),
                "amount": dice.choice((100, 60, 40, -40)),
                "settled_on": AS_OF - timedelta(dice.randrange(200)) if number % 5 == 0 else None,
                "settled_amount": 40 if number % 7 == 0 else None,
            }
            for number in range(150)
        ],
    }
    company["payments"] = [
        {
            "payment_id": str(number),
            # Some pay for others, which settles nothing.
            "customer_id": dice.choice(ids) if number % 6 == 0 else invoice["customer_id"],
            "paid_on": AS_OF - timedelta(dice.randrange(-20, 300)),
            "amount": dice.choice((100, 60, 40)),
            "invoice_id": None if number % 9 == 0 else invoice["invoice_id"],
        }
        for number, invoice in enumerate(dice.choices(company["receivables"], k=200))
    ]
    paths = write_company(tmp_path, company)
    standard = bundled_standard("customer-credit")
    expected = on_duckdb(paths, standard, AS_OF)
    assert on_spark(cluster, paths, standard, AS_OF) == expected


def test_a_fitted_model_gives_the_same(cluster: Any, tmp_path: Path) -> None:
    paths = write_company(tmp_path, modelled_company.lifetime_company(1, 80))
    standard = read_standard(modelled_company.LIFETIME, "lifetime")
    as_of = modelled_company.AS_OF
    expected = on_duckdb(paths, standard, as_of, read=read_files)
    assert on_spark(cluster, paths, standard, as_of, read=read_files) == expected


def test_a_number_that_is_too_large_is_refused_in_the_same_words(
    cluster: Any, tmp_path: Path
) -> None:
    orders = _orders(("a", "1", "2026-05-01", "99999999999999"), ("b", "2", "2026-05-01", "1"))
    paths = write_company(tmp_path, {"customers": _customers("1", "2"), "orders": orders})
    standard = read_standard(TOO_LARGE, "too large")
    told = _refusal(lambda: on_duckdb(paths, standard, AS_OF))
    assert _refusal(lambda: on_spark(cluster, paths, standard, AS_OF)) == told


@pytest.mark.reference
def test_online_retail_is_the_same(cluster: Any, reference_data: Path) -> None:
    source = Source((reference_data / "online_retail" / "online_retail.parquet",))
    options = ReadingOptions(mapping=mapping_of(ONLINE_RETAIL))

    def read(engine: Engine, _: Any) -> Dataset:
        return read_dataset(engine, {"orders": source}, options)

    as_of = date(2011, 11, 30)
    expected = on_duckdb({}, bundled_standard(), as_of, read=read)
    assert on_spark(cluster, {}, bundled_standard(), as_of, read=read) == expected


def test_ids_that_differ_in_capital_letters_alone_are_told_alike(
    tmp_path: Path, cluster: Any
) -> None:
    ids = ["K1", "k1", "Ｋ１", "k2", "K2", "k3", *(f"c{n}" for n in range(40))]
    paths = {"customers": tmp_path / "customers.parquet", "orders": tmp_path / "orders.parquet"}
    pq.write_table(pa.table({"customer_id": ids}), paths["customers"])
    when = pa.array([datetime(2026, 5, 1)] * len(ids), pa.timestamp("us"))
    orders = {"order_id": ids, "customer_id": ids, "ordered_at": when, "amount": [1] * len(ids)}
    pq.write_table(pa.table(orders), paths["orders"])

    def told(engine: Engine) -> Any:
        findings = {f.code: f for f in read_files(engine, paths).findings}
        return findings["customers_alike"].count, findings["customers_alike"].details

    with DuckDBEngine() as duckdb, SparkEngine(cluster) as spark:
        assert told(duckdb) == told(spark)
        assert told(duckdb) == (5, {"examples": ["K1, k1, Ｋ１", "K2, k2"]})
