"""Each example mapping reads its public data set as published; totals and grades by other means.

What the product gives is compared with pandas on the raw files: no code of the product takes part
in the expected figures. ABC and RFM are written here from the text of the design.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.grading.population import default_as_of
from kefen.lake.dataset import Dataset
from kefen.lake.reading import ReadingOptions, Source, load_mapping, read_dataset
from kefen.standards.reader import read_standard

pytestmark = pytest.mark.reference

EXAMPLES = Path(__file__).parents[2] / "examples"


def raw(folder: str, name: str) -> Path:
    data = os.environ.get("KEFEN_DATA")
    if not data:
        pytest.skip("KEFEN_DATA names no folder of reference data")
    return Path(data) / folder / f"{name}.parquet"


@contextmanager
def dataset_of(example: str, folder: str, **tables: str) -> Iterator[Dataset]:
    """Read files of a folder with an example's mapping; names of several files by spaces."""
    sources = {
        table: Source(tuple(raw(folder, name) for name in names.split()))
        for table, names in tables.items()
    }
    options = ReadingOptions(mapping=load_mapping(EXAMPLES / f"{example}.yaml"))
    with DuckDBEngine() as engine:
        yield read_dataset(engine, sources, options)


def exact(number: float) -> Decimal:
    """Return the shortest decimal of a double."""
    return Decimal(repr(float(number)))


def units(amount: Decimal) -> int:
    """Return ten-thousandths, rounded half up."""
    return int((amount * 10_000).to_integral_value(ROUND_HALF_UP))


# --- the data sets, by pandas ----------------------------------------------------------------


def northwind() -> pd.DataFrame:
    orders = pd.read_parquet(raw("northwind", "orders"))
    lines = pd.read_parquet(raw("northwind", "order_details")).merge(orders, on="OrderID")
    return pd.DataFrame(
        {
            "customer": lines.CustomerID.str.strip(),
            "order": lines.OrderID.astype(str),
            "day": pd.to_datetime(lines.OrderDate).dt.date,
            "units": [
                units(exact(price) * int(pieces) * (1 - exact(discount)))
                for price, pieces, discount in zip(
                    lines.UnitPrice, lines.Quantity, lines.Discount, strict=True
                )
            ],
        }
    )


def adventureworks() -> pd.DataFrame:
    years = [raw("adventureworks_maven", f"sales_{year}") for year in (2021, 2022, 2023)]
    products = pd.read_parquet(raw("adventureworks_maven", "products"))
    lines = pd.concat(map(pd.read_parquet, years)).merge(products, on="ProductKey")
    long_form = lines.OrderDate.str.len() == 10
    days = pd.to_datetime(lines.OrderDate.where(long_form), format="%m/%d/%Y").fillna(
        pd.to_datetime(lines.OrderDate.where(~long_form), format="%m-%d-%y")
    )
    return pd.DataFrame(
        {
            "customer": lines.CustomerKey.astype(str),
            "order": lines.OrderNumber,
            "day": days.dt.date,
            "units": [
                units(exact(price) * int(pieces))
                for price, pieces in zip(lines.ProductPrice, lines.OrderQuantity, strict=True)
            ],
        }
    )


def olist() -> pd.DataFrame:
    lines = (
        pd.read_parquet(raw("olist_random_5k", "orders"))
        .merge(pd.read_parquet(raw("olist_random_5k", "customers")), on="customer_id")
        .merge(pd.read_parquet(raw("olist_random_5k", "order_items")), on="order_id")
    )
    frame = pd.DataFrame(
        {
            "customer": lines.customer_unique_id,
            "order": lines.order_id,
            "day": lines.order_purchase_timestamp.dt.date,
            "units": [units(exact(price)) for price in lines.price],
        }
    )
    return frame[~lines.order_status.isin(["canceled", "unavailable"])]


def online_retail() -> pd.DataFrame:
    lines = pd.read_parquet(raw("online_retail", "online_retail"))
    lines = lines[lines.CustomerID.notna()]
    return pd.DataFrame(
        {
            "customer": lines.CustomerID.astype(int).astype(str),
            "order": lines.InvoiceNo,
            "day": lines.InvoiceDate.dt.date,
            "units": [
                units(exact(price) * int(pieces))
                for price, pieces in zip(lines.UnitPrice, lines.Quantity, strict=True)
            ],
        }
    )


def ibm_receivables() -> pd.DataFrame:
    lines = pd.read_parquet(raw("ibm_accounts_receivable", "accounts_receivable"))
    return pd.DataFrame(
        {
            "customer": lines.customerID,
            "order": lines.invoiceNumber.astype(str),
            "day": lines.InvoiceDate.dt.date,
            "units": [units(exact(amount)) for amount in lines.InvoiceAmount],
        }
    )


def cdnow() -> pd.DataFrame:
    lines = pd.read_parquet(raw("cdnow", "cdnow_master"))
    return pd.DataFrame(
        {
            "customer": lines.customer_id,
            "order": lines.customer_id + lines.date.dt.strftime(" %Y%m%d"),
            "day": lines.date.dt.date,
            "units": [units(exact(value)) for value in lines.dollar_value],
        }
    )


@dataclass(frozen=True)
class Case:
    """One data set: how the product reads it, how pandas reads it, what is known about it."""

    example: str
    folder: str
    tables: dict[str, str]
    lines: Callable[[], pd.DataFrame]
    as_of: date
    total: str
    rows: int
    orders: int
    customers: int


CASES = [
    Case(
        "northwind",
        "northwind",
        {"customers": "customers", "orders": "orders", "products": "products"},
        northwind,
        date(1998, 4, 30),
        "1265793.0395",
        2155,
        830,
        93,
    ),
    Case(
        "adventureworks",
        "adventureworks_maven",
        {"customers": "customers", "orders": "sales_2021 sales_2022 sales_2023"},
        adventureworks,
        date(2023, 6, 30),
        "24914586.8193",
        56046,
        25164,
        18148,
    ),
    Case(
        "olist",
        "olist_random_5k",
        {"customers": "customers", "orders": "orders", "surveys": "order_reviews"},
        olist,
        date(2018, 7, 31),
        "677833.9600",
        5603,
        4966,
        4991,
    ),
    Case(
        "online_retail",
        "online_retail",
        {"orders": "online_retail"},
        online_retail,
        date(2011, 11, 30),
        "8300065.8140",
        406829,
        22190,
        4372,
    ),
    Case(
        "ibm_receivables",
        "ibm_accounts_receivable",
        {"orders": "accounts_receivable", "receivables": "accounts_receivable"},
        ibm_receivables,
        date(2013, 11, 30),
        "147703.1800",
        2466,
        2466,
        100,
    ),
    Case(
        "cdnow",
        "cdnow",
        {"orders": "cdnow_master"},
        cdnow,
        date(1998, 6, 30),
        "2500315.6300",
        69659,
        67591,
        23570,
    ),
]
IDS = [case.example for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_rows_and_sums_are_the_published_ones(case: Case) -> None:
    with dataset_of(case.example, case.folder, **case.tables) as dataset:
        assert all(table.rows_rejected == 0 for table in dataset.tables.values())
        orders = dataset.tables["orders"].relation
        figures = dataset.engine.rows(
            f"SELECT sum(amount), count(*), count(DISTINCT order_id) FROM {orders}"
        )
        assert figures == [(Decimal(case.total), case.rows, case.orders)]
        assert dataset.tables["customers"].rows_used == case.customers


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_every_customer_has_the_money_that_pandas_counts(case: Case) -> None:
    with dataset_of(case.example, case.folder, **case.tables) as dataset:
        orders = dataset.tables["orders"].relation
        rows = dataset.engine.rows(
            f"SELECT customer_id, sum(amount) FROM {orders} "
            "WHERE status IS DISTINCT FROM 'cancelled' GROUP BY ALL"
        )
    expected = case.lines().groupby("customer").units.sum().to_dict()
    assert {customer: units(amount) for customer, amount in rows} == expected


# --- ABC and RFM from the words of the design ------------------------------------------------

_SEGMENTS = {
    "hibernating": ("12", "12"),
    "at_risk": ("12", "34"),
    "cannot_lose": ("12", "5"),
    "about_to_sleep": ("3", "12"),
    "need_attention": ("3", "3"),
    "loyal": ("34", "45"),
    "promising": ("4", "1"),
    "new": ("5", "1"),
    "potential_loyalists": ("45", "23"),
    "champions": ("5", "45"),
}


def grades_in_words(lines: pd.DataFrame, as_of: date) -> dict[tuple[str, str], tuple[str, str]]:
    """Return (grade, score text or score in ten-thousandths) by scheme and customer."""
    start = (pd.Timestamp(as_of) - pd.DateOffset(months=12)).date()
    # As-of dates here are ends of months, so that the window starts at the end of one as well.
    start = (pd.Timestamp(start) + pd.offsets.MonthEnd(0)).date()
    lines = lines[lines.day <= as_of]
    revenue = lines[lines.day > start].groupby("customer").units.sum()
    orders = lines.groupby(["customer", "order"]).agg(units=("units", "sum"), day=("day", "min"))
    purchases = orders[orders.units > 0].reset_index()
    found: dict[tuple[str, str], tuple[str, str]] = {}

    positive = revenue[revenue > 0]
    total = int(positive.sum())
    larger, running = {}, 0
    for value, group in sorted(positive.groupby(positive), reverse=True):
        larger[value] = running
        running += int(value) * len(group)
    for customer, value in positive.items():
        above = larger[value]
        letter = "A" if 5 * above < 4 * total else "B" if 20 * above < 19 * total else "C"
        found["abc", str(customer)] = (letter, str(int(value)))

    in_window = purchases[purchases.day > start]
    frequency = in_window.groupby("customer").order.count()
    last = purchases.groupby("customer").day.max()[frequency.index]
    days = last.map(lambda day: (as_of - day).days)
    money = revenue.reindex(frequency.index)

    def cuts(values: pd.Series) -> list[int]:
        ordered = sorted(int(value) for value in values)
        return [ordered[-(-i * len(ordered) // 5) - 1] for i in (1, 2, 3, 4)]

    # Recency is ranked on dates, later is better; its cuts are kept as days before the as-of date.
    recency_cuts = [-cut for cut in cuts(-days)]
    frequency_cuts, money_cuts = cuts(frequency), cuts(money)
    for customer in frequency.index:
        r = 1 + sum(cut > days[customer] for cut in recency_cuts)
        f = 1 + sum(cut < frequency[customer] for cut in frequency_cuts)
        m = 1 + sum(cut < money[customer] for cut in money_cuts)
        (segment,) = [name for name, (rs, fs) in _SEGMENTS.items() if str(r) in rs and str(f) in fs]
        found["rfm", str(customer)] = (segment, f"{r}-{f}-{m}")
    return found


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_abc_and_rfm_are_what_their_definition_says(case: Case) -> None:
    text = files("kefen.standards").joinpath("bundled/default.yaml").read_text(encoding="utf-8")
    standard = read_standard(text, "default.yaml")
    with dataset_of(case.example, case.folder, **case.tables) as dataset:
        as_of = default_as_of(dataset)
        assert as_of == case.as_of
        run = grade(dataset, standard, as_of)
        rows = dataset.engine.rows(
            "SELECT scheme, customer_id, grade, score, score_text, reason "
            f"FROM {run.grades} WHERE scheme IN ('abc', 'rfm')"
        )
    graded = {
        (scheme, customer): (name, score_text or str(units(score)))
        for scheme, customer, name, score, score_text, _ in rows
        if name is not None
    }
    expected = grades_in_words(case.lines(), as_of)
    assert len(expected) > 100 if case.customers > 100 else len(expected) > 80
    assert graded == expected
    reasons = {reason for *_, name, _, _, reason in rows if name is None}
    assert reasons <= {"revenue_not_positive", "no_purchase_in_window"}


# --- the other tables ------------------------------------------------------------------------


def test_northwind_categories_come_from_the_joined_file() -> None:
    case = CASES[0]
    with dataset_of(case.example, case.folder, **case.tables) as dataset:
        rows = dataset.engine.rows(
            f"SELECT category, sum(amount) FROM {dataset.tables['orders'].relation} GROUP BY ALL"
        )
    lines = pd.read_parquet(raw("northwind", "order_details"))
    products = pd.read_parquet(raw("northwind", "products"))[["ProductID", "CategoryID"]]
    names = pd.read_parquet(raw("northwind", "categories"))[["CategoryID", "CategoryName"]]
    joined = lines.merge(products, on="ProductID").merge(names, on="CategoryID")
    net = joined.UnitPrice * joined.Quantity * (1 - joined.Discount)
    expected = net.groupby(joined.CategoryName).sum()
    assert {str(name): float(amount) for name, amount in rows} == pytest.approx(expected.to_dict())


def test_olist_surveys_belong_to_the_people_who_ordered() -> None:
    case = CASES[2]
    with dataset_of(case.example, case.folder, **case.tables) as dataset:
        surveys = dataset.tables["surveys"]
        assert surveys.rows_used == 4988
        assert surveys.rows_unattributed == 0
        rows = dataset.engine.rows(
            "SELECT score, count(*), min(instrument), max(scale_max) "
            f"FROM {surveys.relation} GROUP BY score"
        )
    stars = pd.read_parquet(raw("olist_random_5k", "order_reviews")).review_score.value_counts()
    assert {(int(score), count) for score, count, _, _ in rows} == set(stars.to_dict().items())
    assert {(instrument, scale) for _, _, instrument, scale in rows} == {("csat", Decimal(5))}


def test_ibm_invoices_are_late_as_often_as_their_own_column_says() -> None:
    case = CASES[4]
    with dataset_of(case.example, case.folder, **case.tables) as dataset:
        invoices = dataset.tables["receivables"].relation
        rows = dataset.engine.rows(
            "SELECT count(*) FILTER (WHERE settled_on > due_on), "
            f"count(*) FILTER (WHERE disputed), sum(settled_on - issued_on) FROM {invoices}"
        )
    file = pd.read_parquet(raw("ibm_accounts_receivable", "accounts_receivable"))
    late, disputed, days = rows[0]
    assert late == (file.DaysLate > 0).sum()
    assert disputed == (file.Disputed == "Yes").sum() == 561
    assert days == file.DaysToSettle.sum()


def test_adventureworks_people_have_names_and_months_come_first() -> None:
    case = CASES[1]
    with dataset_of(case.example, case.folder, **case.tables) as dataset:
        rows = dataset.engine.rows(
            "SELECT name, kind, birth_date, email "
            f"FROM {dataset.tables['customers'].relation} WHERE customer_id = '11001'"
        )
    assert rows == [("EUGENE HUANG", "person", date(1965, 5, 14), "eugene10@adventure-works.com")]
