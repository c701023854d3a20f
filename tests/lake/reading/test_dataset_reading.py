"""Whole datasets: whose rows they are, one currency, and what tables tell about one another."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from kefen.domain.errors import DataError
from kefen.lake.dataset import Dataset
from kefen.lake.reading import (
    Computed,
    Join,
    Mapping,
    ReadingOptions,
    Source,
    TableMapping,
    read_dataset,
)
from kefen.lake.reading.enrichment import terms_in_days
from kefen.lake.reading.sql import SQL

if TYPE_CHECKING:
    from pathlib import Path

Build = Callable[..., Dataset]


@pytest.fixture
def build(tmp_path: Path, engine: Any) -> Build:
    """Read tables given as CSV text: `build(orders="...", currency="CNY")`."""

    def building(currency: str | None = None, rates: str | None = None, **tables: str) -> Dataset:
        for name, text in tables.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        if rates is not None:
            (tmp_path / "rates.csv").write_text(rates, encoding="utf-8")
        sources = {name: Source((tmp_path / f"{name}.csv",)) for name in tables}
        path = tmp_path / "rates.csv" if rates is not None else None
        return read_dataset(engine, sources, ReadingOptions(currency=currency, rates=path))

    return building


def _codes(dataset: Dataset) -> dict[str, int]:
    return {finding.code: finding.count for finding in dataset.findings}


def test_rows_of_blank_and_unknown_customers_are_unattributed(build: Build, rows: Any) -> None:
    dataset = build(
        customers="customer_id\n1\n12346\n",
        orders="order_id,customer_id,ordered_at,amount\n"
        "a,1,2024-01-01,1\nb,,2024-01-01,2\nc,9,2024-01-01,4\nd,12346.0,2024-01-01,8.5\n",
    )
    orders = dataset.tables["orders"]
    assert rows(orders, "order_id") == [("a",)]
    assert (orders.rows_in, orders.rows_used, orders.rows_unattributed) == (4, 1, 3)
    assert orders.amount_unattributed == "14.5000"
    assert orders.rows_rejected == 0
    found = {finding.code: finding for finding in dataset.findings}
    assert found["ids_with_decimals"].details["examples"] == {"12346.0": "12346"}


def test_unknown_ids_that_differ_in_capital_or_wide_letters_are_told(build: Build) -> None:
    dataset = build(
        customers="customer_id\nK1\nk2\nK-3\n7\n",
        orders="order_id,customer_id,ordered_at,amount\n"
        "a,k1,2024-01-01,1\nb,K2,2024-01-01,2\nc,Ｋ－３,2024-01-01,4\nd,７,2024-01-01,8\n"
        "e,K9,2024-01-01,1\nf,K1,2024-01-01,1\ng,,2024-01-01,1\n",
    )
    found = {finding.code: finding for finding in dataset.findings}
    told = found["ids_in_other_letters"]
    assert told.details["examples"] == {"k1": "K1", "K2": "k2", "Ｋ－３": "K-3", "７": "7"}
    assert told.count == 4
    assert "k1 → K1" in told.message.zh
    assert dataset.tables["orders"].rows_unattributed == 6


def test_without_a_customer_list_customers_are_those_of_the_facts(build: Build, rows: Any) -> None:
    dataset = build(
        orders="order_id,customer_id,ordered_at,amount\na,1,2024-01-01,1\nb,,2024-01-01,2\n",
        surveys="customer_id,answered_on,score\n2,2024-01-01,5\n",
    )
    assert rows(dataset.tables["customers"], "customer_id") == [("1",), ("2",)]
    assert _codes(dataset)["customers_from_facts"] == 2
    assert dataset.tables["orders"].rows_unattributed == 1


def test_costs_without_a_customer_are_the_companys(build: Build) -> None:
    dataset = build(
        customers="customer_id\n1\n",
        costs="month,kind,amount,customer_id\n2024-01,营销,5,\n2024年2月,服务,5,1\n202403,service,1,9\n",
    )
    costs = dataset.tables["costs"]
    assert (costs.rows_used, costs.rows_unattributed) == (2, 1)


def test_negative_totals_and_odd_dates_are_accepted(build: Build) -> None:
    dataset = build(
        orders="order_id,customer_id,ordered_at,amount\na,1,1900-01-01,-5\nb,1,2999-01-01,-1\n"
    )
    assert dataset.tables["orders"].rows_used == 2


def test_no_rows_at_all_is_a_dataset(build: Build) -> None:
    dataset = build(
        customers="customer_id,name\n", orders="order_id,customer_id,ordered_at,amount\n"
    )
    assert [dataset.tables[t].rows_used for t in ("customers", "orders")] == [0, 0]


ORDERS = (
    "order_id,customer_id,ordered_at,amount,currency\n"
    "a,1,2024-01-15,10,CNY\nb,1,2024-01-15,10,usd\nc,1,2024-02-15,10,美元\nd,1,2024-02-15,10,\n"
)


def test_mixed_currencies_are_refused(build: Build) -> None:
    with pytest.raises(DataError, match=r"CNY \(1\), USD \(2\)"):
        build(orders=ORDERS)
    with pytest.raises(DataError, match="CNY"):
        build(orders=ORDERS, currency="CNY")


def test_mixed_currencies_between_tables_are_refused(build: Build) -> None:
    with pytest.raises(DataError, match="orders: CNY"):
        build(
            orders="order_id,customer_id,ordered_at,amount\na,1,2024-01-01,¥1\n",
            payments="payment_id,customer_id,paid_on,amount\na,1,2024-01-01,$1\n",
        )


def test_a_rate_table_converts_by_date(build: Build, rows: Any) -> None:
    dataset = build(
        orders=ORDERS,
        currency="人民币",
        rates="currency,from,rate\nUSD,2024-01-01,7.1\nUSD,2024-02-01,7.20005\n",
    )
    assert rows(dataset.tables["orders"], "order_id", "amount", "currency") == [
        ("a", Decimal(10), "CNY"),
        ("b", Decimal(71), "CNY"),
        ("c", Decimal("72.0005"), "CNY"),
        ("d", Decimal(10), "CNY"),
    ]
    assert dataset.currency == "CNY"
    assert _codes(dataset)["currency_converted"] == 2


@pytest.mark.parametrize(
    "rates",
    ["currency,rate\nEUR,8\n", "currency,from,rate\nUSD,2024-02-01,7\n", "a,b\n", "",
     "currency,rate\nUSD,seven\n", "currency,rate\nUSD,0\n", "currency,rate\nUSD,7\nUSD,8\n"],
)  # fmt: skip
def test_rates_that_do_not_serve_are_refused(build: Build, rates: str) -> None:
    with pytest.raises(DataError, match=r"rates\.csv"):
        build(orders=ORDERS, currency="CNY", rates=rates)


def test_one_named_currency_is_the_datasets(build: Build) -> None:
    head = "order_id,customer_id,ordered_at,amount,currency\n"
    dataset = build(orders=head + "a,1,2024-01-01,1,RMB\nb,1,2024-01-01,1,\n")
    assert (dataset.currency, dataset.tables["orders"].currency) == ("CNY", "CNY")
    assert build(orders=head + "a,1,2024-01-01,1,\n").currency is None


def test_categories_and_costs_come_from_products(build: Build, rows: Any) -> None:
    dataset = build(
        orders="order_id,customer_id,ordered_at,amount,product_id,quantity,category\n"
        "a,1,2024-01-01,9,p,3,\nb,1,2024-01-01,9,p,-2,own\nc,1,2024-01-01,9,q,1,\n",
        products="product_id,name,category,unit_cost\np,P,cat,1.25\n",
    )
    orders = dataset.tables["orders"]
    assert rows(orders, "order_id", "category", "cost") == [
        ("a", "cat", Decimal("3.75")),
        ("b", "own", Decimal("-2.5")),
        ("c", None, None),
    ]
    assert {"category", "cost"} <= orders.columns
    assert _codes(dataset)["category_from_products"] == 1


def test_due_dates_follow_from_payment_terms(build: Build, rows: Any) -> None:
    dataset = build(
        customers="customer_id,付款条件\n1,月结60天\n2,货到付款\n3,whenever\n",
        receivables="invoice_id,customer_id,issued_on,amount\n"
        "a,1,2024-01-01,1\nb,2,2024-01-01,1\nc,3,2024-01-01,1\n",
    )
    assert rows(dataset.tables["receivables"], "invoice_id", "due_on") == [
        ("a", datetime.date(2024, 3, 1)),
        ("b", datetime.date(2024, 1, 1)),
        ("c", None),
    ]
    assert "due_on" in dataset.tables["receivables"].columns


@pytest.mark.parametrize(
    ("terms", "days"),
    [("月结60天", 60), ("net 30", 30), ("N/45", 45), ("30 days", 30), ("30", 30), ("COD", 0),
     ("货到付款", 0), ("2/10 net 30", 30), ("30天内付款", 30), ("cash on delivery", 0),
     ("maybe", None)],
)  # fmt: skip
def test_payment_terms_in_days(engine: Any, terms: str, days: int | None) -> None:
    asked = "SELECT " + terms_in_days(SQL("t")) + " FROM (SELECT ? AS t)"
    assert engine.rows(asked, [terms]) == [(days,)]


@pytest.mark.reference
def test_online_retail_from_raw_columns(reference: Path, engine: Any) -> None:
    mapping = Mapping(
        "r", {"orders": TableMapping(columns={"amount": Computed("Quantity * UnitPrice")})}
    )
    source = {"orders": Source((reference / "online_retail" / "online_retail.parquet",))}
    dataset = read_dataset(engine, source, ReadingOptions(mapping=mapping))
    orders = dataset.tables["orders"]
    assert (orders.rows_in, orders.rows_unattributed) == (541_909, 135_080)
    assert dataset.tables["customers"].rows_used == 4_372
    total = engine.rows(f"SELECT sum(amount) FROM {orders.relation}")[0][0]
    assert total + Decimal(str(orders.amount_unattributed)) == Decimal("9747747.934")


@pytest.mark.reference
def test_northwind_from_raw_columns(reference: Path, engine: Any) -> None:
    folder = reference / "northwind"
    mapping = Mapping(
        "northwind",
        {
            "orders": TableMapping(
                joins=(Join("order_details.parquet", (("OrderID", "OrderID"),)),),
                columns={"amount": Computed("Quantity * UnitPrice * (1 - Discount)")},
            )
        },
    )
    sources = {t: Source((folder / f"{t}.parquet",)) for t in ("customers", "orders")}
    dataset = read_dataset(engine, sources, ReadingOptions(mapping=mapping))
    orders = dataset.tables["orders"]
    found = engine.rows(
        "SELECT count(*), count(DISTINCT order_id), sum(amount), CAST(min(ordered_at) AS DATE) "
        f"FROM {orders.relation}"
    )[0]
    assert found[:2] == (2_155, 830)
    assert round(found[2], 2) == Decimal("1265793.04")
    assert found[3] == datetime.date(1996, 7, 4)


@pytest.mark.reference
def test_olist_from_raw_columns(reference: Path, engine: Any) -> None:
    folder = reference / "olist_random_5k"
    mapping = Mapping(
        "olist",
        {
            "orders": TableMapping(
                joins=(Join("order_items.parquet", (("order_id", "order_id"),)),),
                columns={
                    "line": "order_item_id",
                    "ordered_at": "order_purchase_timestamp",
                    "amount": Computed("price"),
                    "status": "order_status",
                },
                values={"status": {"unavailable": "cancelled", "*": "completed",
                                   "canceled": "cancelled"}},
                where="price is known",
            )
        },
    )  # fmt: skip
    sources = {t: Source((folder / f"{t}.parquet",)) for t in ("customers", "orders")}
    dataset = read_dataset(engine, sources, ReadingOptions(mapping=mapping))
    orders = dataset.tables["orders"]
    assert (orders.rows_used, orders.rows_unattributed, orders.rows_rejected) == (5_603, 0, 0)


@pytest.mark.reference
def test_ibm_receivables_from_raw_columns(reference: Path, engine: Any) -> None:
    folder = reference / "ibm_accounts_receivable"
    sources = {"receivables": Source((folder / "accounts_receivable.parquet",))}
    dataset = read_dataset(engine, sources, ReadingOptions())
    found = engine.rows(
        "SELECT count(*), count(DISTINCT customer_id), count(*) FILTER (WHERE disputed), "
        "count(*) FILTER (WHERE settled_on > due_on) "
        f"FROM {dataset.tables['receivables'].relation}"
    )[0]
    assert found[:3] == (2_466, 100, 561)
    assert found[3] == 877


def test_customers_whose_ids_differ_in_capital_or_wide_letters_alone_are_told(build: Build) -> None:
    dataset = build(
        customers="customer_id\nK1\nk1\nk2\nＫ２\nK3\n7\n",
        orders="order_id,customer_id,ordered_at,amount\na,k1,2024-01-01,1\n",
    )
    found = {finding.code: finding for finding in dataset.findings}
    assert found["customers_alike"].count == 4
    assert found["customers_alike"].details["examples"] == ["K1, k1", "k2, Ｋ２"]
    plain = build(
        customers="customer_id\nK1\nk2\nKa\n",
        orders="order_id,customer_id,ordered_at,amount\na,k2,2024-01-01,1\n",
    )
    assert "customers_alike" not in _codes(plain)
