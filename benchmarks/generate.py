"""Customers and orders of any number as Parquet, the same on every machine.

Every value is a function of a row number, mixed by whole-number arithmetic alone: no random
numbers, no clock, no doubles. Rows are computed as they are written, so memory does not grow
with the number of rows; they come in no order, because row numbers are permuted first.

What the data has, because real data has it: orders of 1 to 20 lines, a few of them over several
days; returns as lines and as whole orders; exact copies of rows; cancelled lines; lines of blank
and of unknown customers; a few customers with most of the revenue and many without a purchase;
customers that start, grow and stop; ids with leading zeros; unknown categories, industries,
countries; and orders after the as-of date.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

AS_OF = "2025-12-31"
"""The date up to which the benchmark grades; orders go on for a month after it."""
LINES_PER_CUSTOMER = 20
_BLOCK = 20
# How the 20 lines of a block fall into orders.
_SPLITS = (
    (20,),
    (1, 2, 3, 4, 10),
    (5, 5, 5, 5),
    (1, 1, 1, 1, 2, 2, 3, 4, 5),
    (8, 12),
    (2,) * 10,
    (1,) * 20,
    (6, 1, 6, 1, 6),
)
_MACROS = (
    # Two rounds of a linear step and a folded shift, modulo the prime 2^31 - 1: below 2^62 always.
    "CREATE MACRO fold(n, shift, factor) AS (xor(n, n >> shift) * factor) % 2147483647",
    "CREATE MACRO mixed(n, salt) AS fold(fold((n % 2147483647 * 48271 + salt * 69621) "
    "% 2147483647, 15, 1664525), 13, 22695477)",
    "CREATE MACRO below(n, salt, size) AS (mixed(n, salt) * size) // 2147483647",
    "CREATE MACRO customer_code(n) AS lpad(CAST(n AS VARCHAR), 8, '0')",
)
_COUNTRIES = "['CN','CN','CN','CN','CN','CN','CN','JP','KR','SG','DE','US','GB','FR','AU']"
_INDUSTRIES = (
    "['Retail','Wholesale','Machinery','Electronics','Food','Textiles','Chemicals','Logistics',"
    "'Construction','Health','Education','Hospitality']"
)
# The day a customer starts, and the days it stays: some grow for years, some stop at once.
_STARTS = "below({c}, 31, 1000)"
_STAYS = "(30 + below({c}, 32, 1200) * below({c}, 33, 1200) // 1200)"


def generate(customers: int, directory: Path, parts: int = 1) -> tuple[Path, ...]:
    """Write `customers.parquet` and `orders.parquet`, or the orders in several files.

    The rows of several files, one after the other, are those of the single file.

    Args:
        customers: How many customers, 1 in 1,000 of them twice; there are 20 times as many order
            lines, 1 in 400 of them twice.
        directory: Where the files go; made if it is missing.
        parts: How many files the orders are in: `orders-1-of-3.parquet` and so on.

    Returns:
        The path of the customers, then those of the orders.

    Raises:
        ValueError: There is not one customer, or not one line for each file.
    """
    lines = _rows_of(customers * LINES_PER_CUSTOMER)
    if customers < 1 or not 1 <= parts <= lines:
        raise ValueError("at least one customer, and a line for each file")
    directory.mkdir(parents=True, exist_ok=True)
    queries = {"customers": _customers(customers)}
    for part in range(parts):
        name = f"orders-{part + 1:0{len(str(parts))}}-of-{parts}" if parts > 1 else "orders"
        queries[name] = _orders(customers, lines * part // parts, lines * (part + 1) // parts)
    paths = {name: directory / f"{name}.parquet" for name in queries}
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '1GB'")
        for macro in _MACROS:
            connection.execute(macro)
        for name, query in queries.items():
            connection.sql(query).write_parquet(
                str(paths[name]), compression="snappy", row_group_size=122_880
            )
    return tuple(paths.values())


def _rows_of(lines: int) -> int:
    """Return the rows of so many lines, with the copies."""
    return lines + lines // 400


def _coprime_step(size: int) -> int:
    """Return a step that visits every number below `size` before it comes back."""
    step = size * 618 // 1000 | 1
    while _divisor(step, size) != 1:
        step += 2
    return step


def _divisor(one: int, other: int) -> int:
    while other:
        one, other = other, one % other
    return one


def _customers(count: int) -> str:
    rows = count + count // 1000
    step = _coprime_step(rows)
    return f"""
        WITH numbered AS (
            SELECT (range * {step} + 17) % {rows} % {count} AS c FROM range({rows})
        )
        SELECT
            customer_code(c) AS customer_id,
            'Customer ' || c AS name,
            CASE WHEN below(c, 21, 50) > 0
                THEN CAST(DATE '2023-01-01' + CAST({_STARTS.format(c="c")} AS INTEGER)
                    - CAST(below(c, 22, 40) AS INTEGER) AS DATE)
                    + CAST(below(c, 29, 100) = 0 AS INTEGER) * 1200 END AS created_on,
            CASE WHEN below(c, 23, 30) > 0
                THEN {_COUNTRIES}[below(c, 24, 15) + 1] END AS country,
            CASE WHEN below(c, 25, 12) > 0
                THEN {_INDUSTRIES}[below(c, 26, 12) + 1] END AS industry,
            CASE WHEN below(c, 27, 10) > 0
                THEN 1 + below(c, 28, 70) * below(c, 34, 70) END AS employees
        FROM numbered
    """


def _orders(customers: int, first: int, end: int) -> str:
    """Return the query for the rows from the first up to before the end."""
    lines = customers * LINES_PER_CUSTOMER
    rows = _rows_of(lines)
    step = _coprime_step(rows)
    order_of = [
        [order for order, size in enumerate(split) for _ in range(size)] for split in _SPLITS
    ]
    line_of = [[line + 1 for size in split for line in range(size)] for split in _SPLITS]
    starts, stays = _STARTS.format(c="c"), _STAYS.format(c="c")
    customer_step = _coprime_step(customers)
    return f"""
        WITH placed AS (
            SELECT (range * {step} + 29) % {rows} AS place FROM range({first}, {end})
        ), numbered AS (
            SELECT CASE WHEN place < {lines} THEN place
                ELSE (place - {lines}) * 397 % {lines} END AS l FROM placed
        ), ordered AS (
            SELECT l, l // {_BLOCK} * {_BLOCK}
                + {order_of}[below(l // {_BLOCK}, 1, {len(_SPLITS)}) + 1][l % {_BLOCK} + 1] AS o,
                {line_of}[below(l // {_BLOCK}, 1, {len(_SPLITS)}) + 1][l % {_BLOCK} + 1] AS line
            FROM numbered
        ), bought AS (
            SELECT *, (mixed(o, 2) * mixed(o, 3) // 2147483647 * mixed(o, 20) // 2147483647
                * {customers} // 2147483647 * {customer_step} + 11) % {customers} AS c
            FROM ordered
        ), priced AS (
            SELECT *,
                below(l, 4, 500) * below(l, 5, 500) // 500 AS product,
                1 + below(l, 6, 12) * below(l, 7, 12) // 12 AS quantity,
                below(o, 8, 40) = 0 OR below(l, 9, 30) = 0 AS returned
            FROM bought
        ), summed AS (
            SELECT *, CAST(
                CASE WHEN returned THEN -1 ELSE 1 END * quantity
                * (100 + below(product, 10, 300) * below(product, 11, 300)) AS BIGINT) AS cents
            FROM priced
        )
        SELECT
            lpad(CAST(o AS VARCHAR), 10, '0') AS order_id,
            line,
            CASE WHEN below(o, 12, 200) = 0 THEN NULL
                WHEN below(o, 12, 200) = 1 THEN 'X' || below(o, 13, 1000)
                ELSE customer_code(c) END AS customer_id,
            TIMESTAMP '2023-01-01 08:00:00'
                + to_days(CAST({starts} + below(o, 14, 2000) % least({stays}, 1124 - {starts})
                    + CASE WHEN below(o, 15, 50) = 0 THEN line % 3 ELSE 0 END AS INTEGER))
                + to_seconds(CAST(below(o, 16, 36000) AS BIGINT)) AS ordered_at,
            'P' || lpad(CAST(product AS VARCHAR), 5, '0') AS product_id,
            CASE WHEN product % 29 > 0
                THEN 'Category ' || chr(CAST(65 + product * product % 23 AS INTEGER))
                END AS category,
            CAST(CASE WHEN returned THEN -quantity ELSE quantity END AS INTEGER) AS quantity,
            CAST(CAST(cents AS DECIMAL(18, 0)) * 0.01 AS DECIMAL(12, 2)) AS amount,
            CASE WHEN below(product, 17, 15) > 0
                THEN CAST(CAST(cents * (40 + below(product, 18, 50)) // 100 AS DECIMAL(18, 0))
                    * 0.01 AS DECIMAL(12, 2)) END AS cost,
            CASE below(l, 19, 60) WHEN 0 THEN 'cancelled' WHEN 1 THEN NULL
                ELSE 'completed' END AS status
        FROM summed
    """


def main() -> None:
    """Write the files that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("customers", type=int, help="how many customers")
    parser.add_argument("directory", type=Path, help="where the files go")
    parser.add_argument("--parts", type=int, default=1, help="how many files for the orders")
    arguments = parser.parse_args()
    for path in generate(arguments.customers, arguments.directory, arguments.parts):
        print(path)


if __name__ == "__main__":
    main()
