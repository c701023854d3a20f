"""Write the demonstration as files of the data contract."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb

from kefen.demo.catalogue import make_catalogue
from kefen.demo.clients import make_clients
from kefen.demo.contacts import assessment_rows, interaction_rows
from kefen.demo.customers import ATTRIBUTE, customer_rows
from kefen.demo.earlier import first_orders, make_earlier_lines
from kefen.demo.economy import cost_rows, market_rows, sums_by
from kefen.demo.original import ATTRIBUTION, CURRENCY, FIRST_DAY, ORIGINAL
from kefen.demo.places import COUNTRIES, HOME
from kefen.demo.receivables import receivable_rows
from kefen.demo.service import case_rows, survey_rows
from kefen.demo.tables import write_rows
from kefen.demo.trade import OrderTotal, load_lines, read_trade
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kefen.demo.catalogue import Product
    from kefen.demo.clients import Client
    from kefen.demo.earlier import EarlierLine
    from kefen.demo.trade import Trade
    from kefen.domain.text import Language

_EARLIER = Text("earlier records (generated)", "早期记录（生成）")

# Sorted as they were written down; the real lines name no channel.
_WRITE_ORDERS = """
COPY (
    SELECT order_id, customer_id, ordered_at, product_id,
           CAST(quantity AS DECIMAL(18, 4)) AS quantity, amount,
           ? AS currency, CAST(NULL AS VARCHAR) AS channel
    FROM lines ORDER BY ordered_at, order_id, product_id, quantity, amount
) TO ? (FORMAT parquet, COMPRESSION zstd)
"""

_REAL_COLUMNS: Mapping[str, frozenset[str]] = {
    "customers": frozenset({"customer_id", "country"}),
    "products": frozenset({"product_id", "name"}),
}
"""What the original itself says, of the tables that are generated only in part."""


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """The demonstration as written.

    Attributes:
        directory: The directory the files are in.
        tables: The files of each contract table, to be read one after the other. The first file
            of `orders` holds the real lines, the second the generated earlier ones.
        generated: What is generated: names of whole tables, and `table.column` or, for rows,
            `orders before 2010-12-01` for the others.
        attribute: The attribute of customers that is `yes` where details are generated.
        currency: The currency of every amount.
        home_country: The country of the shop, as the customers table writes it.
        attribution: Whose the real lines are, to be shown with them.
    """

    directory: Path
    tables: Mapping[str, tuple[Path, ...]]
    generated: tuple[str, ...]
    attribute: str
    currency: str
    home_country: str
    attribution: Text


def write_demo_files(directory: Path, language: Language) -> DemoFiles:
    """Write the Online Retail year and its generated companion into `directory`.

    The figures are the same in both languages and on every machine; names and wording differ.

    Args:
        directory: Where to write; made if it is not there.
        language: The language of names and wording.

    Returns:
        The files by contract table, and what in them is generated.

    Raises:
        OSError: The directory cannot be made or written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    orders = directory / "orders.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        load_lines(connection, str(ORIGINAL))
        trade = read_trade(connection)
        connection.execute(_WRITE_ORDERS, [CURRENCY, str(orders)])
    catalogue = make_catalogue(trade.products)
    earlier = make_earlier_lines(trade.customers, catalogue)
    clients = make_clients(trade.customers, first_orders(earlier), language)
    rows = _companion(trade, catalogue, clients, earlier, language)

    generated: list[str] = []
    tables: dict[str, tuple[Path, ...]] = {}
    for table, table_rows in rows.items():
        path = directory / f"{table}.parquet"
        attributes = (ATTRIBUTE,) if table == "customers" else ()
        columns = write_rows(path, table, table_rows, attributes=attributes)
        tables[table] = (path,)
        real = _REAL_COLUMNS.get(table)
        generated += (
            [table]
            if real is None
            else [f"{table}.{name}" for name in sorted(columns - real - {ATTRIBUTE})]
        )
    earlier_orders = directory / "orders_earlier.parquet"
    write_rows(earlier_orders, "orders", _earlier_rows(earlier, language))
    home = COUNTRIES[HOME].name
    return DemoFiles(
        directory=directory,
        tables={"customers": tables.pop("customers"), "orders": (orders, earlier_orders), **tables},
        generated=(*generated, f"orders before {FIRST_DAY.isoformat()}"),
        attribute=ATTRIBUTE,
        currency=CURRENCY,
        home_country=home.in_language(language) if home else HOME,
        attribution=ATTRIBUTION,
    )


def _companion(
    trade: Trade,
    catalogue: Mapping[str, Product],
    clients: Sequence[Client],
    earlier: Sequence[EarlierLine],
    language: Language,
) -> Mapping[str, Sequence[Mapping[str, object]]]:
    by_id = {client.customer_id: client for client in clients}
    invoiced = [*trade.orders, *_earlier_totals(earlier)]
    regions = [
        (place.region, client.trade.revenue)
        for client in clients
        if client.trade is not None and (place := client.place) is not None
    ]
    categories = [
        (catalogue[product.product_id].category, product.sold) for product in trade.products
    ]
    return {
        "customers": customer_rows(clients, language),
        "receivables": receivable_rows(invoiced, by_id),
        "interactions": interaction_rows(clients, language),
        "cases": case_rows(clients, language),
        "surveys": survey_rows(clients),
        "assessments": assessment_rows(clients),
        "products": _product_rows(catalogue, language),
        "costs": cost_rows(),
        "markets": market_rows(sums_by(regions), sums_by(categories), language),
    }


def _earlier_totals(earlier: Sequence[EarlierLine]) -> list[OrderTotal]:
    totals: dict[str, OrderTotal] = {}
    for line in earlier:
        known = totals.get(line.order_id)
        totals[line.order_id] = OrderTotal(
            order_id=line.order_id,
            customer_id=line.customer_id,
            ordered_on=line.ordered_at.date(),
            amount=line.amount + (known.amount if known else 0),
        )
    return [total for total in totals.values() if total.amount != 0]


def _product_rows(
    catalogue: Mapping[str, Product], language: Language
) -> list[Mapping[str, object]]:
    return [
        {
            "product_id": product.product_id,
            "name": product.name,
            "category": product.category.in_language(language),
            "tier": product.tier if product.is_goods else None,
            "unit_cost": product.unit_cost,
        }
        for product in catalogue.values()
    ]


def _earlier_rows(earlier: Sequence[EarlierLine], language: Language) -> list[Mapping[str, object]]:
    channel = _EARLIER.in_language(language)
    return [
        {
            "order_id": line.order_id,
            "customer_id": line.customer_id,
            "ordered_at": line.ordered_at,
            "product_id": line.product_id,
            "quantity": Decimal(line.quantity),
            "amount": line.amount,
            "currency": CURRENCY,
            "channel": channel,
        }
        for line in earlier
    ]
