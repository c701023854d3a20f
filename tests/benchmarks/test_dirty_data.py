"""On dirty data, too, every contender gives what Kefen gives, or refuses what Kefen rejects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from by_hand import grade_by_hand
from by_pandas import grade_in_pandas
from by_plain_pandas import grade_in_plain_pandas
from by_polars import grade_in_polars
from compare import differences
from contenders import KEFEN
from generate import AS_OF, generate
from measuring import Limits, measure

Grade = Callable[[Path, Path, str, Path], None]

_CONTENDERS = (grade_by_hand, grade_in_polars, grade_in_pandas, grade_in_plain_pandas)
_DIRTY = {
    # Blanks around text, text of blanks alone, words for nothing, and copies that differ by blanks.
    "customers": """
        WITH numbered AS (SELECT *, CAST(customer_id AS BIGINT) AS c FROM given)
        SELECT * EXCLUDE (c) REPLACE (
            CASE c % 7 WHEN 0 THEN ' ' || customer_id WHEN 1 THEN customer_id || chr(12288)
                ELSE customer_id END AS customer_id,
            CASE c % 5 WHEN 0 THEN chr(160) || country WHEN 1 THEN ' ' ELSE country END AS country,
            CASE c % 11 WHEN 0 THEN '' WHEN 1 THEN 'NULL' WHEN 2 THEN industry || chr(9)
                WHEN 3 THEN '\\N ' ELSE industry END AS industry
        ) FROM numbered
        UNION ALL SELECT * EXCLUDE (c) REPLACE (customer_id || chr(9) AS customer_id,
            CASE c % 5 WHEN 1 THEN '' ELSE country END AS country,
            CASE c % 11 WHEN 0 THEN NULL WHEN 1 THEN 'NULL ' WHEN 3 THEN '' ELSE industry END
                AS industry)
        FROM numbered WHERE c % 50 = 3""",
    # The same; besides ids with decimals, dates far off, amounts of 0, and months without an order.
    "orders": """
        WITH numbered AS (
            SELECT *, CAST(order_id AS BIGINT) AS o FROM given
            WHERE ordered_at NOT BETWEEN '2025-04-01' AND '2025-11-01'
        ), dirty AS (
            SELECT * REPLACE (
                CASE line WHEN 2 THEN order_id || ' ' WHEN 3 THEN chr(12288) || order_id
                    ELSE order_id END AS order_id,
                CASE o % 97 WHEN 1 THEN 'NULL' WHEN 2 THEN '\\N ' WHEN 3 THEN chr(65279)
                    WHEN 4 THEN '' WHEN 5 THEN customer_id || '.0'
                    WHEN 6 THEN chr(160) || customer_id || chr(10) ELSE customer_id END
                    AS customer_id,
                CASE o % 3 WHEN 0 THEN product_id || ' ' ELSE product_id END AS product_id,
                CASE o % 13 WHEN 0 THEN '' WHEN 1 THEN ' ' || category WHEN 2 THEN 'NULL'
                    ELSE category END AS category,
                CASE o % 17 WHEN 0 THEN 'NULL' WHEN 1 THEN ' cancelled' WHEN 2 THEN ''
                    ELSE status END AS status,
                CASE o % 101 WHEN 0 THEN ordered_at + INTERVAL 100 YEAR
                    WHEN 1 THEN ordered_at - INTERVAL 200 YEAR ELSE ordered_at END AS ordered_at,
                CASE o % 23 WHEN 0 THEN 0 ELSE amount END AS amount
            ) FROM numbered
        )
        SELECT * EXCLUDE (o) FROM dirty
        UNION ALL SELECT * EXCLUDE (o) REPLACE (order_id || ' ' AS order_id) FROM dirty
        WHERE o % 211 < 9""",
}
_FIRST = "order_id = (SELECT min(order_id) FROM given WHERE customer_id IS NOT NULL) AND line = 1"
_WRONG = {
    "an order line without an amount": (
        "orders",
        f"SELECT * REPLACE (CASE WHEN {_FIRST} THEN NULL ELSE amount END AS amount) FROM given",
    ),
    "an order line without an order": (
        "orders",
        f"SELECT * REPLACE (CASE WHEN {_FIRST} THEN '\\N' ELSE order_id END AS order_id)"
        " FROM given",
    ),
    "an order line without a date": (
        "orders",
        f"SELECT * REPLACE (CASE WHEN NOT {_FIRST} THEN ordered_at END AS ordered_at) FROM given",
    ),
    "an unknown status": (
        "orders",
        f"SELECT * REPLACE (CASE WHEN {_FIRST} THEN 'lent' ELSE status END AS status) FROM given",
    ),
    "an amount of 15 digits": (
        "orders",
        f"SELECT * REPLACE (CASE WHEN {_FIRST} THEN 1e14 ELSE amount END::DECIMAL(18, 2) AS amount)"
        " FROM given",
    ),
    "a quantity of 15 digits": (
        "orders",
        f"SELECT * REPLACE (CASE WHEN {_FIRST} THEN 100000000000000 ELSE quantity END AS quantity)"
        " FROM given",
    ),
    "an order of two customers": (
        "orders",
        f"FROM given UNION ALL SELECT * REPLACE ('other' AS customer_id, 99 AS line) FROM given "
        f"WHERE {_FIRST}",
    ),
    "a line that is there twice and differs": (
        "orders",
        f"FROM given UNION ALL SELECT * REPLACE (quantity + 1 AS quantity) FROM given "
        f"WHERE {_FIRST}",
    ),
    "a customer without an id": (
        "customers",
        "SELECT * REPLACE (CASE WHEN customer_id <> '00000017' THEN customer_id ELSE ' ' END "
        "AS customer_id) FROM given",
    ),
    "a customer that is there twice and differs": (
        "customers",
        "FROM given UNION ALL SELECT * REPLACE ('other' AS name) FROM given "
        "WHERE customer_id = '00000017'",
    ),
}


def _changed(data: Path, changes: dict[str, str], into: Path) -> tuple[Path, Path]:
    """Write the files of a directory into another, some of them as a query over `given`."""
    into.mkdir()
    with duckdb.connect() as connection:
        for table in ("customers", "orders"):
            connection.execute(f"CREATE VIEW given AS FROM '{data / table}.parquet'")
            rows = connection.sql(changes.get(table, "FROM given"))
            rows.write_parquet(str(into / f"{table}.parquet"))
            connection.execute("DROP VIEW given")
    return into / "customers.parquet", into / "orders.parquet"


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with the files of 300 customers."""
    directory = tmp_path_factory.mktemp("few") / "data"
    generate(300, directory)
    return directory


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with dirty data, and what Kefen makes of it."""
    work = tmp_path_factory.mktemp("dirty")
    generate(2_000, work / "clean")
    _changed(work / "clean", _DIRTY, work / "data")
    measure(KEFEN.command(work / "data", work / "kefen"), Limits(minutes=10, gigabytes=4))
    return work


def test_the_dirt_is_found(dirty: Path) -> None:
    record = json.loads((dirty / "kefen" / "run.json").read_text())
    found = {(own["code"], own["table"]) for own in record["findings"]}
    assert found == {
        ("rows_duplicate", "customers"),
        ("rows_duplicate", "orders"),
        ("rows_unattributed", "orders"),
        ("ids_with_decimals", "orders"),
        ("words_for_nothing", "customers"),
        ("words_for_nothing", "orders"),
    }
    assert record["months"] == {"covered": 5, "of": 12}
    low = {name for name, own in record["classes"].items() if any(c["low_confidence"] for c in own)}
    assert low == set(record["classes"]) - {"region", "industry", "size"}


@pytest.mark.parametrize("grade", _CONTENDERS)
def test_results_of_dirty_data_are_equal(dirty: Path, tmp_path: Path, grade: Grade) -> None:
    data = dirty / "data"
    grade(data / "customers.parquet", data / "orders.parquet", AS_OF, tmp_path)
    assert differences(dirty / "kefen", tmp_path) == []


@pytest.mark.parametrize("grade", _CONTENDERS)
@pytest.mark.parametrize("what", _WRONG)
def test_what_kefen_rejects_is_refused(few: Path, tmp_path: Path, grade: Grade, what: str) -> None:
    table, query = _WRONG[what]
    customers, orders = _changed(few, {table: query}, tmp_path / "data")
    with pytest.raises(Exception, match=_refusal(grade)):
        grade(customers, orders, AS_OF, tmp_path / "out")


def _refusal(grade: Grade) -> str:
    """Return what a refusal says: decimals that do not hold a number stop the expert's ways."""
    own = "rejected|two different rows|two customers"
    return (
        own if grade in (grade_by_hand, grade_in_plain_pandas) else f"{own}|[Pp]recision|fit|conver"
    )
