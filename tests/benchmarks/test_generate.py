"""The generated data is the same everywhere and has what real data has."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest

from generate import AS_OF, generate

# Of the rows of 500 customers as text. It changes only when what is generated is changed, and then
# measurements before and after cannot be compared.
_CUSTOMERS_DIGEST = "790230619f7a71239c03e2a4a7fc8ae5d12d8611dbc03b01aac2ba852d858a18"
_ORDERS_DIGEST = "15bfda25146b2ac4008f8c29f977ecb705c94239c89f37b75968ec620a2dd4cd"


def _digest(paths: list[Path]) -> str:
    """Return the digest of the rows of files, in their order."""
    digest = hashlib.sha256()
    with duckdb.connect() as connection:
        for path in paths:
            for row in connection.sql(f"FROM read_parquet('{path}')").fetchall():
                digest.update(repr([None if cell is None else str(cell) for cell in row]).encode())
    return digest.hexdigest()


def test_the_data_is_the_same_every_time(small_data: Path, tmp_path: Path) -> None:
    for path in generate(10_000, tmp_path):
        assert path.read_bytes() == (small_data / path.name).read_bytes()


@pytest.mark.parametrize("parts", [1, 3, 20])
def test_the_rows_are_the_same_everywhere_and_in_any_number_of_files(
    tmp_path: Path, parts: int
) -> None:
    customers, *orders = generate(500, tmp_path, parts)
    assert len(orders) == parts
    assert sorted(orders) == orders
    assert _digest([customers]) == _CUSTOMERS_DIGEST
    assert _digest(orders) == _ORDERS_DIGEST


@pytest.mark.parametrize(("customers", "parts"), [(0, 1), (1, 0), (1, 21)])
def test_nothing_is_no_data(tmp_path: Path, customers: int, parts: int) -> None:
    with pytest.raises(ValueError, match="at least one customer"):
        generate(customers, tmp_path, parts)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("customers", [1, 2, 7, 50])
def test_a_handful_of_customers_is_data_too(tmp_path: Path, customers: int) -> None:
    people, orders = generate(customers, tmp_path)
    with duckdb.connect() as connection:
        count = connection.sql(f"SELECT count(DISTINCT customer_id) FROM '{people}'").fetchall()
        lines = connection.sql(f"SELECT count(*) FROM '{orders}'").fetchall()
    assert (count[0][0], lines[0][0]) == (customers, 20 * customers + customers // 20)


@pytest.fixture(scope="module")
def facts(small_data: Path) -> dict[str, float]:
    """Return what the orders have, as shares of their rows, orders or revenue."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW lines AS FROM read_parquet('{small_data}/orders.parquet')")
        connection.execute(
            f"CREATE VIEW people AS FROM read_parquet('{small_data}/customers.parquet')"
        )
        found = connection.sql(
            f"""
            WITH single AS (SELECT DISTINCT * FROM lines),
            by_order AS (
                SELECT order_id, count(*) AS lines, sum(amount) AS amount,
                    count(DISTINCT CAST(ordered_at AS DATE)) AS days
                FROM single GROUP BY order_id
            ),
            by_customer AS (
                SELECT customer_id,
                    sum(amount) FILTER (WHERE ordered_at > '2024-12-31 23:59:59') AS this_year,
                    sum(amount) FILTER (WHERE ordered_at <= '2024-12-31 23:59:59') AS before
                FROM single SEMI JOIN people USING (customer_id)
                WHERE ordered_at < DATE '{AS_OF}' + 1 GROUP BY customer_id
            ),
            ranked AS (
                SELECT this_year, percent_rank() OVER (ORDER BY this_year DESC) AS place
                FROM by_customer WHERE this_year > 0
            )
            SELECT
                (SELECT count(*) FROM lines) / count(*) - 1 AS copied,
                avg(CAST(amount < 0 AS INTEGER)) AS returned,
                avg(CAST(status = 'cancelled' AS INTEGER)) AS cancelled,
                avg(CAST(customer_id IS NULL AS INTEGER)) AS blank,
                avg(CAST(customer_id NOT IN (SELECT customer_id FROM people) AS INTEGER))
                    AS of_unknown,
                avg(CAST(order_id LIKE '0%' AS INTEGER)) AS leading_zeros,
                avg(CAST(ordered_at >= DATE '{AS_OF}' + 1 AS INTEGER)) AS after,
                avg(CAST(category IS NULL AS INTEGER)) AS no_category,
                (SELECT avg(CAST(lines > 1 AS INTEGER)) FROM by_order) AS several_lines,
                (SELECT avg(CAST(days > 1 AS INTEGER)) FROM by_order) AS several_days,
                (SELECT avg(CAST(amount < 0 AS INTEGER)) FROM by_order) AS returned_orders,
                (SELECT sum(this_year) FILTER (WHERE place <= 0.2) / sum(this_year) FROM ranked)
                    AS top_fifth,
                (SELECT avg(CAST(this_year > before AS INTEGER)) FROM by_customer
                    WHERE this_year > 0 AND before > 0) AS grown,
                (SELECT avg(CAST(this_year IS NULL AS INTEGER)) FROM by_customer) AS stopped,
                (SELECT avg(CAST(before IS NULL AS INTEGER)) FROM by_customer) AS begun,
                (SELECT count(*) FROM people ANTI JOIN single USING (customer_id))
                    / (SELECT count(*) FROM people) AS without_orders
            FROM single"""
        )
        return dict(zip(found.columns, map(float, found.fetchall()[0]), strict=True))


@pytest.mark.parametrize(
    ("fact", "least", "most"),
    [
        ("copied", 0.0024, 0.0026),
        ("returned", 0.05, 0.065),
        ("cancelled", 0.015, 0.019),
        ("blank", 0.003, 0.007),
        ("of_unknown", 0.003, 0.007),
        ("leading_zeros", 1, 1),
        ("after", 0.005, 0.05),
        ("no_category", 0.03, 0.07),
        ("several_lines", 0.4, 0.7),
        ("several_days", 0.005, 0.03),
        ("returned_orders", 0.02, 0.08),
        ("top_fifth", 0.6, 0.8),
        ("grown", 0.2, 0.8),
        ("stopped", 0.2, 0.6),
        ("begun", 0.1, 0.4),
        ("without_orders", 0.2, 0.5),
    ],
)
def test_the_data_has_what_real_data_has(
    facts: dict[str, float], fact: str, least: float, most: float
) -> None:
    assert least <= facts[fact] <= most


def test_the_rows_are_in_no_order(small_data: Path) -> None:
    with duckdb.connect() as connection:
        found = connection.sql(
            f"""SELECT avg(CAST(before < ordered_at AS INTEGER)),
                avg(CAST(next = order_id AS INTEGER))
            FROM (SELECT ordered_at, order_id, lag(ordered_at) OVER () AS before,
                lead(order_id) OVER () AS next FROM '{small_data}/orders.parquet')"""
        ).fetchall()[0]
    assert 0.4 < found[0] < 0.6
    assert found[1] < 0.01
