"""What the original lines say about each customer, order and product: the companion's ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    import duckdb

# Ids are text. A cancellation ("C123456") is an order of its own with negative amounts: a return,
# completed. The adjustments of bad debt ("A...") and the lines without a customer stay as well.
_LINES = """
CREATE TEMP TABLE lines AS
SELECT
    InvoiceNo AS order_id,
    CAST(CustomerID AS VARCHAR) AS customer_id,
    CAST(InvoiceDate AS TIMESTAMP) AS ordered_at,
    StockCode AS product_id,
    Quantity AS quantity,
    UnitPrice AS unit_price,
    CAST(Quantity * UnitPrice AS DECIMAL(18, 4)) AS amount,
    Description AS description,
    Country AS country
FROM read_parquet(?)
"""

_CUSTOMERS = """
WITH orders AS (
    SELECT customer_id, order_id, sum(amount) AS amount, min(ordered_at) AS first_line_at,
           count(*) AS line_count, sum(quantity) AS pieces
    FROM lines WHERE customer_id IS NOT NULL GROUP BY ALL
), favourites AS (
    SELECT customer_id, list(product_id ORDER BY bought DESC, product_id)[1:12] AS products
    FROM (
        SELECT customer_id, product_id, count(*) AS bought FROM lines
        WHERE customer_id IS NOT NULL AND amount > 0 GROUP BY ALL
    ) GROUP BY customer_id
), countries AS (
    SELECT customer_id, arg_max(country, (ordered_at, country)) AS country
    FROM lines WHERE customer_id IS NOT NULL GROUP BY customer_id
)
SELECT
    customer_id,
    any_value(country),
    CAST(min(first_line_at) AS DATE),
    CAST(max(first_line_at) AS DATE),
    CAST(coalesce(max(first_line_at) FILTER (WHERE amount > 0), min(first_line_at)) AS DATE),
    count(*) FILTER (WHERE amount > 0),
    count(*) FILTER (WHERE amount < 0),
    sum(amount),
    coalesce(CAST(sum(pieces) FILTER (WHERE amount > 0) // sum(line_count)
        FILTER (WHERE amount > 0) AS BIGINT), 0),
    coalesce(any_value(products), [])
FROM orders JOIN countries USING (customer_id) LEFT JOIN favourites USING (customer_id)
GROUP BY customer_id
ORDER BY customer_id
"""

_ORDERS = """
SELECT order_id, customer_id, CAST(min(ordered_at) AS DATE), sum(amount)
FROM lines WHERE customer_id IS NOT NULL
GROUP BY ALL HAVING sum(amount) <> 0 ORDER BY customer_id, min(ordered_at), order_id
"""

# The name of a product is its most frequent description; the usual price its most frequent one.
_PRODUCTS = """
WITH names AS (
    SELECT product_id, arg_max(description, (used, description)) AS name
    FROM (SELECT product_id, description, count(*) AS used FROM lines
          WHERE description IS NOT NULL AND unit_price > 0 GROUP BY ALL)
    GROUP BY product_id
), notes AS (
    SELECT product_id, min(description) AS note FROM lines GROUP BY product_id
), prices AS (
    SELECT product_id, arg_max(unit_price, (used, -unit_price)) AS price
    FROM (SELECT product_id, unit_price, count(*) AS used FROM lines
          WHERE unit_price > 0 AND quantity > 0 GROUP BY ALL)
    GROUP BY product_id
), sold AS (
    SELECT product_id, count(*) AS line_count, sum(amount) AS sold FROM lines GROUP BY product_id
)
SELECT product_id, coalesce(name, note), coalesce(price, 0), line_count, sold
FROM sold LEFT JOIN names USING (product_id) LEFT JOIN notes USING (product_id)
LEFT JOIN prices USING (product_id)
ORDER BY product_id
"""


@dataclass(frozen=True, slots=True)
class CustomerTrade:
    """What one customer did in the year of the original.

    Attributes:
        customer_id: The original's number as text.
        country: The country of the customer's latest line, as the original writes it.
        first_on: The day of the first line.
        last_on: The day of the last line.
        last_bought_on: The day of the last order above zero; `first_on` where there is none.
        orders: Orders above zero.
        returns: Orders below zero.
        revenue: The sum of all lines.
        pieces_a_line: Whole pieces per line of the orders above zero.
        favourites: Up to 12 products, the most often bought first.
    """

    customer_id: str
    country: str
    first_on: date
    last_on: date
    last_bought_on: date
    orders: int
    returns: int
    revenue: Decimal
    pieces_a_line: int
    favourites: Sequence[str]


@dataclass(frozen=True, slots=True)
class OrderTotal:
    """One order of a known customer, whose lines do not sum to zero."""

    order_id: str
    customer_id: str
    ordered_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ProductTrade:
    """One product.

    Attributes:
        product_id: Its stock code.
        name: Its most frequent description; None where the original has none.
        price: Its most frequent price; 0 where it was never sold.
        lines: How many lines name it.
        sold: The sum of their amounts.
    """

    product_id: str
    name: str | None
    price: Decimal
    lines: int
    sold: Decimal


@dataclass(frozen=True, slots=True)
class Trade:
    """The whole year: customers by id, orders by customer and time, products by id."""

    customers: tuple[CustomerTrade, ...]
    orders: tuple[OrderTotal, ...]
    products: tuple[ProductTrade, ...]


def load_lines(connection: duckdb.DuckDBPyConnection, original: str) -> None:
    """Make the temporary table `lines` from the file of the original."""
    connection.execute(_LINES, [original])


def read_trade(connection: duckdb.DuckDBPyConnection) -> Trade:
    """Return what the table `lines` says."""
    return Trade(
        customers=tuple(CustomerTrade(*row) for row in connection.execute(_CUSTOMERS).fetchall()),
        orders=tuple(OrderTotal(*row) for row in connection.execute(_ORDERS).fetchall()),
        products=tuple(ProductTrade(*row) for row in connection.execute(_PRODUCTS).fetchall()),
    )
