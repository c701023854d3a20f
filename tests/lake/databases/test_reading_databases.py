"""Rows of real servers: exact, in bulk, read only, only what is new, and the password hidden."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import adbc_driver_postgresql.dbapi as adbc
import pymysql
import pytest

import kefen
from kefen.domain.errors import CallError, DataError, KefenError
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.databases import database_url
from kefen.lake.databases.connections import rows_of
from kefen.lake.reading import ReadingOptions, Source, read_table

PASSWORD = "pa:ss@w/rd%21"  # noqa: S105  as of the servers that the fixtures start
COLUMNS = (
    "order_id VARCHAR(20), line INTEGER, customer_id VARCHAR(20), ordered_at TIMESTAMP, "
    "amount DECIMAL(20,6), note TEXT, updated_at TIMESTAMP NULL"
)


class Shop(NamedTuple):
    """A database that the tests write to, and the URL that reads it."""

    url: str
    write: Callable[..., None]


def _postgresql(address: str) -> Iterator[Shop]:
    uri = f"postgresql://writer:{quote(PASSWORD, safe='')}@{address}"

    def write(*statements: str) -> None:
        with adbc.connect(uri, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    write("DROP TABLE IF EXISTS lines", f"CREATE TABLE lines ({COLUMNS})")
    write("GRANT SELECT ON lines TO reader")
    yield Shop(f"postgresql://reader:${{SHOP_PASSWORD}}@{address}", write)


def _mariadb(address: str) -> Iterator[Shop]:
    host, port = address.partition("/")[0].split(":")

    def write(*statements: str) -> None:
        with (
            closing(
                pymysql.connect(
                    host=host,
                    port=int(port),
                    user="writer",
                    password=PASSWORD,
                    database="shop",
                    autocommit=True,
                )
            ) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)

    write(
        "DROP TABLE IF EXISTS `lines`",
        f"CREATE TABLE `lines` ({COLUMNS})".replace(
            "ordered_at TIMESTAMP", "ordered_at DATETIME"
        ).replace("updated_at TIMESTAMP", "updated_at DATETIME(6)"),
    )
    yield Shop(f"mariadb://reader:${{SHOP_PASSWORD}}@{address}", write)


def _sqlite(path: Path) -> Iterator[Shop]:
    def write(*statements: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    write(f"CREATE TABLE lines ({COLUMNS})".replace("DECIMAL(20,6)", "TEXT"))
    yield Shop(f"sqlite:///{path}", write)


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    if request.param == "sqlite":
        yield from _sqlite(tmp_path / "shop.db")
    elif request.param == "postgresql":
        yield from _postgresql(request.getfixturevalue("postgresql"))
    else:
        yield from _mariadb(request.getfixturevalue("mariadb"))


def line(number: int, amount: str, updated: str | None, *, order: str = "1") -> str:
    stated = "NULL" if updated is None else f"'{updated}'"
    return (
        f"INSERT INTO lines VALUES ('{order}', {number}, 'c', '2026-01-05 10:00:00', "
        f"{amount}, '{'客' * 20_000}', {stated})"
    )


def amounts(book: kefen.Book) -> list[tuple[str, Decimal]]:
    with DuckDBEngine() as engine:
        tables, _ = book._book.tables(engine)
        return engine.rows(f"SELECT line, amount FROM {tables['orders'].relation} ORDER BY line")


def written(shop: Shop, statement: str) -> None:
    quoted = statement.replace(" lines ", " `lines` ") if "mariadb" in shop.url else statement
    shop.write(quoted)


def test_rows_are_read_exactly(shop: Shop) -> None:
    exact = "'12345678901234.56785'" if "sqlite" in shop.url else "12345678901234.56785"
    written(shop, line(1, exact, "2026-01-06 00:00:00"))
    written(shop, line(2, "NULL", None))
    with DuckDBEngine() as engine:
        frame = kefen.from_database(shop.url, table="lines")
        options = ReadingOptions(max_rejected=Decimal(1))
        read, _ = read_table(engine, "orders", Source(frames=(frame,)), options)
        rows = engine.rows(f"SELECT line, amount, ordered_at FROM {read.relation} ORDER BY 1")
    assert rows == [("1", Decimal("12345678901234.5679"), dt.datetime(2026, 1, 5, 10))]
    assert read.rows_rejected == 1, "an order line without an amount"
    assert read.inputs[0]["rows"] == 2
    assert PASSWORD not in str(read.inputs)


def test_only_what_is_new_comes_and_late_equals_are_not_lost(shop: Shop, tmp_path: Path) -> None:
    book = kefen.new_book(tmp_path / "book")
    asked: dict[str, Any] = {"from_table": "lines", "since_column": "updated_at"}
    written(shop, line(1, "1", "2026-01-06 00:00:00.25"))
    written(shop, line(2, "2", "2026-01-07 00:00:00.5"))
    first = book.import_from_database("orders", shop.url, **asked)
    assert first.rows_new == 2
    # One that was committed late with the same value, one without any, and one that is new.
    written(shop, line(3, "3", "2026-01-07 00:00:00.5"))
    written(shop, line(4, "4", None))
    written(shop, line(5, "5", "2026-01-08 00:00:00"))
    second = book.import_from_database("orders", shop.url, **asked)
    assert (second.rows_in, second.rows_new, second.rows_unchanged) == (4, 3, 1)
    written(shop, "UPDATE lines SET amount = 50, updated_at = '2026-01-09 00:00:00' WHERE line = 5")
    third = book.import_from_database("orders", shop.url, **asked)
    assert (third.rows_new, third.rows_updated) == (0, 1)
    # Undoing moves back what was seen last, even when later imports stand.
    book.undo(third.id)
    book.undo(second.id)
    fourth = book.import_from_database("orders", shop.url, **asked)
    assert fourth.rows_new == 3
    assert amounts(book) == [(str(n), Decimal(a)) for n, a in enumerate((1, 2, 3, 4, 50), 1)]
    again = book.import_from_database("orders", shop.url, **asked)
    assert again.state == "nothing new"
    assert PASSWORD not in "".join(
        path.read_text(errors="replace") for path in book.folder.rglob("*") if path.is_file()
    )


def test_orders_without_line_numbers_are_not_read_in_parts(shop: Shop, tmp_path: Path) -> None:
    book = kefen.new_book(tmp_path / "book")
    written(shop, line(1, "1", "2026-01-06 00:00:00"))
    name = "`lines`" if "mariadb" in shop.url else "lines"
    query = f"SELECT order_id, customer_id, ordered_at, amount, updated_at FROM {name}"
    with pytest.raises(CallError, match="no number"):
        book.import_from_database("orders", shop.url, query=query, since_column="updated_at")
    assert book.import_from_database("orders", shop.url, query=query).rows_new == 1


@pytest.mark.parametrize(
    ("question", "said", "mend"),
    [
        ({"table": "no_such"}, "no_such", "name of the table"),
        ({"query": "SELECT no_such FROM (SELECT 1 AS a) AS t"}, "no_such", "name of the table"),
        ({"query": "DELETE FROM lines"}, "not one SELECT", "only reads"),
        ({"query": "SELECT 1; DROP TABLE lines"}, "not one SELECT", "only reads"),
        ({"query": "WITH gone AS (DELETE FROM lines RETURNING *) SELECT 1 AS a"}, "change", "only"),
        ({"query": "SELECT * INTO copy FROM lines"}, "change", "only reads"),
        ({"query": "SELECT FROM WHERE"}, "", ""),
        ({}, "one of the two", "--query"),
    ],
    ids=lambda one: str(one) if isinstance(one, dict) else "",
)
def test_a_wrong_question_is_told(
    shop: Shop, question: dict[str, str], said: str, mend: str
) -> None:
    with pytest.raises(KefenError) as raised, DuckDBEngine() as engine:
        frame = kefen.from_database(shop.url, **question)
        read_table(engine, "orders", Source(frames=(frame,)), ReadingOptions())
    assert said in str(raised.value)
    assert mend in str(raised.value)
    assert PASSWORD not in str(raised.value)


def test_a_column_that_is_not_there_is_told(shop: Shop, tmp_path: Path) -> None:
    book = kefen.new_book(tmp_path / "book")
    with pytest.raises(CallError, match="no column changed_at"):
        book.import_from_database("orders", shop.url, from_table="lines", since_column="changed_at")
    # The connection is closed, not left to hold a lock.
    written(shop, "DROP TABLE lines ")


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_wrong_password_and_an_unreachable_host_are_told(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = request.getfixturevalue(kind)
    monkeypatch.setenv("WRONG", "hush-hush")
    url = f"{kind}://reader:${{WRONG}}@{address}"
    with pytest.raises(DataError, match="variable that holds the password") as raised:
        kefen.from_database(url, table="lines")
    assert "hush-hush" not in str(raised.value)
    with pytest.raises(DataError, match="Check host, port"):
        kefen.from_database(f"{kind}://reader:${{WRONG}}@127.0.0.1:1/shop", table="lines")


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_question_that_takes_too_long_is_stopped(
    kind: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(kind)
    slow = "pg_sleep(30)" if kind == "postgresql" else "SLEEP(30)"
    url = f"{kind}://reader:${{SHOP_PASSWORD}}@{address}"
    with DuckDBEngine() as engine, pytest.raises(DataError, match="timeout"):
        frame = kefen.from_database(url, query=f"SELECT {slow} AS order_id", timeout=1)
        read_table(engine, "orders", Source(frames=(frame,)), ReadingOptions())


def test_sqlite_stops_a_question_that_takes_too_long_too(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    sqlite3.connect(path).close()
    endless = (
        "WITH RECURSIVE n(order_id) AS (SELECT 1 UNION ALL SELECT order_id + 1 FROM n) "
        "SELECT order_id FROM n WHERE order_id < 0"
    )
    with DuckDBEngine() as engine, pytest.raises(DataError, match="interrupted") as raised:
        frame = kefen.from_database(f"sqlite:///{path}", query=endless, timeout=1)
        read_table(engine, "orders", Source(frames=(frame,)), ReadingOptions())
    assert "--timeout; in Python: timeout" in raised.value.mend.en


def test_a_session_cannot_write_even_past_the_check(shop: Shop) -> None:
    url = database_url(shop.url.replace("//reader:", "//writer:"))
    lines = "`lines`" if "mariadb" in shop.url else "lines"
    written(shop, line(1, "1", None))
    # The writer's rights and a statement that nothing of ours has checked: the session refuses.
    with pytest.raises(DataError, match=r"(?i)read.?only"):
        for _ in rows_of(url, f"DELETE FROM {lines}", 10)[0]:
            pass
    left = [batch.num_rows for batch in rows_of(url, f"SELECT order_id FROM {lines}", 10)[0]]
    assert sum(left) == 1


def test_a_driver_that_is_not_installed_is_told_with_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_snowflake.dbapi", None)
    with pytest.raises(CallError, match="driver for snowflake is not installed") as raised:
        kefen.from_database("snowflake://user@account/shop/public", table="lines")
    assert "pip install 'kefen[snowflake]'" in raised.value.mend.en


def test_moments_with_a_zone_are_converted(postgresql: str) -> None:
    url = f"postgresql://reader:${{SHOP_PASSWORD}}@{postgresql}"
    query = (
        "SELECT '1' AS order_id, 'c' AS customer_id, 5 AS amount, "
        "TIMESTAMPTZ '2026-01-31 23:30:00-05' AS ordered_at"
    )
    for zone, day in (("UTC", 1), ("America/New_York", 31)):
        with DuckDBEngine() as engine:
            source = Source(frames=(kefen.from_database(url, query=query),))
            read, _ = read_table(engine, "orders", source, ReadingOptions(timezone=zone))
            assert engine.rows(f"SELECT ordered_at FROM {read.relation}")[0][0].day == day


def test_large_tables_come_in_pieces(postgresql: str) -> None:
    url = f"postgresql://reader:${{SHOP_PASSWORD}}@{postgresql}"
    query = (
        "SELECT n AS order_id, n % 100 AS customer_id, 1.5 AS amount, "
        "DATE '2026-01-05' AS ordered_at FROM generate_series(1, 300000) AS n"
    )
    with DuckDBEngine() as engine:
        source = Source(frames=(kefen.from_database(url, query=query),))
        read, _ = read_table(engine, "orders", source, ReadingOptions())
        found = engine.rows(f"SELECT count(*), sum(amount) FROM {read.relation}")
    assert found == [(300_000, Decimal("450000.0000"))]


def test_the_command_imports_and_refuses_a_password_in_the_call(
    postgresql: str, tmp_path: Path
) -> None:
    for shop in _postgresql(postgresql):
        shop.write(line(1, "1.25", "2026-01-06 00:00:00"))
    kefen.new_book(tmp_path / "book")
    start = [sys.executable, "-m", "kefen", "import", "orders", "--book", "book"]
    asked = ["--from-table", "lines", "--since-column", "updated_at"]

    def run(url: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*start, "--from-database", url, *asked],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    done = run(f"postgresql://reader:${{SHOP_PASSWORD}}@{postgresql}")
    assert done.returncode == 0, done.stderr
    assert "1 new" in done.stdout
    clear = run(f"postgresql://reader:{quote(PASSWORD, safe='')}@{postgresql}")
    assert clear.returncode == 2
    assert "${NAME}" in clear.stderr
    assert PASSWORD not in clear.stderr + done.stdout + done.stderr


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql://u:${P}@h:5/d?sslmode=require", "postgresql://u:***@h:5/d?sslmode=require"),
        ("mssql://u:${P}@h/d", "mssql://u:***@h/d"),
        ("snowflake://u:${P}@account/db/schema", "snowflake://u:***@account/db/schema"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
    ],
)
def test_urls_are_shown_without_the_password(given: str, shown: str) -> None:
    found = database_url(given, {"P": "s:e/c@ret"})
    assert found.shown == shown
    assert not found.clear_password
    assert "s:e/c@ret" not in repr(found)
    if "$" in given:
        assert "s%3Ae%2Fc%40ret" in found.whole
    assert found.hidden("no s:e/c@ret or s%3Ae%2Fc%40ret here") == "no *** or *** here" or (
        "$" not in given
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("oracle://h/d", "no URL"),
        ("shop.db", "no URL"),
        ("postgresql://u:${UNSET_VARIABLE}@h/d", "UNSET_VARIABLE"),
        ("sqlite:///no/such.db", "no such file"),
    ],
)
def test_wrong_urls_are_told(given: str, said: str) -> None:
    with pytest.raises(CallError, match=said):
        kefen.from_database(given, table="lines")
