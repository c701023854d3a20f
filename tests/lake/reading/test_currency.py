"""One currency: what headings, columns and marks say of it, in several files together."""

from __future__ import annotations

import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kefen.domain.errors import DataError
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.dataset import Dataset
from kefen.lake.reading import Mapping, ReadingOptions, Source, TableMapping, read_dataset

HEAD = "order_id,customer_id,ordered_at"
YUAN, DOLLAR = {"yuan", "wan", "rmb", "column of CNY", "mark of yuan"}, {"usd", "column of USD"}
FILES = {
    "yuan": (f"{HEAD},金额(元)", "10"),
    "wan": (f"单位：万元\n{HEAD},金额", "10"),
    "rmb": (f"{HEAD},金额(人民币)", "10"),
    "column of CNY": (f"{HEAD},amount,currency", "10,CNY"),
    "mark of yuan": (f"{HEAD},amount", "¥10"),
    "usd": (f"{HEAD},Amount (USD)", "10"),
    "column of USD": (f"{HEAD},amount,currency", "10,USD"),
    "nothing": (f"{HEAD},amount", "10"),
    "yuan and a column of USD": (f"{HEAD},金额(元),currency", "10,USD"),
    "yuan and a column of CNY": (f"{HEAD},金额(元),currency", "10,CNY"),
    "usd and an empty column": (f"{HEAD},Amount (USD),currency", "10,"),
    "usd and a cost in yuan": (f"{HEAD},Amount (USD),成本(元)", "10,5"),
}
RATES = "currency,rate\nUSD,7\nCNY,1\n"


@pytest.fixture
def build(engine: DuckDBEngine, tmp_path: Path) -> Any:
    def building(*files: str, rates: str | None = None, **options: Any) -> Dataset:
        paths = []
        for name in files:
            head, row = FILES[name]
            paths.append(tmp_path / f"{name}.csv")
            paths[-1].write_text(f"{head}\n{name},c,2024-01-01,{row}\n", encoding="utf-8")
        if rates is not None:
            options["rates"] = tmp_path / "rates.csv"
            options["rates"].write_text(rates)
        return read_dataset(engine, {"orders": Source(tuple(paths))}, ReadingOptions(**options))

    return building


@pytest.mark.parametrize(("one", "other"), list(itertools.product(sorted(YUAN), sorted(DOLLAR))))
def test_yuan_and_dollars_are_never_summed_however_they_are_named(
    build: Any, rows: Any, one: str, other: str
) -> None:
    for files in ((one, other), (other, one), (one, "nothing", other)):
        with pytest.raises(DataError, match="several currencies"):
            build(*files)
    dataset = build(one, other, currency="CNY", rates=RATES)
    amounts = dict(rows(dataset.tables["orders"], "order_id", "amount"))
    assert amounts == {one: Decimal(100_000 if one == "wan" else 10), other: Decimal(70)}


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(sorted(YUAN), 2)))
def test_ways_to_name_the_same_currency_are_summed(build: Any, one: str, other: str) -> None:
    assert build(one, other).currency in ("CNY", None)


@pytest.mark.parametrize("named", ["usd", "column of USD", "column of CNY"])
def test_rows_without_a_currency_are_told_where_others_name_one(build: Any, named: str) -> None:
    dataset = build(named, "nothing")
    told = {one.code: (one.count, one.severity) for one in dataset.findings}
    assert told["currency_assumed"] == (1, "warning")
    assert "currency_assumed" not in {one.code for one in build(named).findings}


def test_a_table_that_names_no_currency_at_all_is_noted(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    orders, receivables = tmp_path / "orders.csv", tmp_path / "receivables.csv"
    orders.write_text(f"{HEAD},amount,currency\n1,c,2024-01-01,10,CNY\n", encoding="utf-8")
    receivables.write_text("invoice_id,customer_id,issued_on,amount\n1,c,2024-01-01,10\n")
    sources = {"orders": Source((orders,)), "receivables": Source((receivables,))}
    dataset = read_dataset(engine, sources, ReadingOptions())
    (told,) = [one for one in dataset.findings if one.code == "currency_assumed"]
    assert (told.table, told.count, told.severity) == ("receivables", 1, "note")


def test_yuan_is_what_the_book_says_where_that_is_called_so(build: Any) -> None:
    assert build("yuan", currency="TWD").currency == "TWD"
    with pytest.raises(DataError, match=r"several currencies[^\0]*CNY \(1\)"):
        build("yuan", currency="USD")


def test_a_unit_and_a_column_that_differ_are_refused_until_mapped(build: Any, rows: Any) -> None:
    name = "yuan and a column of USD"
    with pytest.raises(DataError, match="1 row says USD, but the unit of the amounts is 元"):
        build(name)
    for mapping, currency in (
        (TableMapping(leave_out=("currency",)), None),
        (TableMapping(columns={"currency": "currency"}), "USD"),
    ):
        assert build(name, mapping=Mapping("m", {"orders": mapping})).currency == currency
    assert build("yuan and a column of CNY").currency == "CNY"


def test_rows_with_an_empty_currency_are_in_that_of_their_unit(build: Any) -> None:
    assert build("usd and an empty column").currency == "USD"


def test_an_amount_and_a_cost_in_different_currencies_are_refused(build: Any) -> None:
    with pytest.raises(DataError, match=r"columns of money are in several currencies: usd, 元"):
        build("usd and a cost in yuan")
