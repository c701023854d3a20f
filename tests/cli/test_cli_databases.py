"""Databases on the command line: in place of files, and as sources that a book knows by name."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pyarrow as pa
import pytest

import kefen
from kefen.domain.errors import BookError, CallError

COLUMNS = "order_id, line, customer_id, ordered_at, amount, updated_at"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with two order lines, in the current directory."""
    monkeypatch.chdir(tmp_path)
    _write(("1", 1, "007", "2026-01-05", "19.99"), ("2", 1, "C4", "2026-02-05", "5"))
    return tmp_path / "shop.db"


def _write(*rows: tuple[str, int, str, str, str]) -> None:
    with sqlite3.connect("shop.db") as shop:
        shop.execute(f"CREATE TABLE IF NOT EXISTS lines ({COLUMNS})")
        for row in rows:
            shop.execute("INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)", (*row, row[3]))


def _rows(table: pa.Table) -> list[str]:
    return sorted(map(repr, table.to_pylist()))


@pytest.mark.parametrize(
    "asked",
    [
        "lines",
        "SELECT * FROM lines WHERE amount > 0",
        "with l as (select * from lines) select * from l",
    ],
)
def test_a_table_or_query_is_graded_in_place_of_a_file(call, shop: Path, asked: str) -> None:
    done = call(
        "grade",
        "--orders",
        f"sqlite:///shop.db#{asked}",
        "--out",
        "out",
        "--no-report",
        "--as-of",
        "2026-02-28",
        "--json",
    )
    assert done.code == 0, done.err
    assert done.json["customers"]["graded"] == 2
    grades = kefen.open_run("out").grades
    with kefen.grade(orders=f"sqlite:///shop.db#{asked}", as_of="2026-02-28") as result:
        assert _rows(result.grades) == _rows(grades)


def test_files_and_databases_of_one_table_are_read_together(call, shop: Path) -> None:
    Path("more.csv").write_text(
        "order_id,line,customer_id,ordered_at,amount\n9,1,C9,2026-02-06,7.00\n"
    )
    done = call(
        *("grade", "--orders", "more.csv", "--orders", "sqlite:///shop.db#lines"),
        *("--out", "out", "--no-report", "--as-of", "2026-02-28", "--json"),
    )
    assert done.code == 0, done.err
    assert done.json["customers"]["graded"] == 3


def test_columns_of_a_database_are_guessed_like_those_of_a_file(call, shop: Path) -> None:
    done = call("mapping", "--orders", "sqlite:///shop.db#lines")
    assert done.code == 0
    assert "ordered_at: ordered_at" in done.out


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///shop.db", "which table"),
        ("sqlite:///no.db#lines", "no such file"),
        ("sqlite:///shop.db#DROP TABLE lines", "refuses"),
        ("bigquery://project/shop#lines", "exports as Parquet"),
        ("postgresql://me:secret@host/shop#lines", "${NAME}"),
        ("postgresql://me:se#cret@host/shop#lines", "${NAME}"),
    ],
)
def test_what_is_no_table_of_a_database_is_told(call, shop: Path, url: str, said: str) -> None:
    done = call("grade", "--orders", url, "--out", "out")
    assert done.code in (1, 2)
    assert said in done.err
    assert "cret" not in done.err
    assert not Path("out").exists()


def test_spark_reports_need_data_that_can_be_read_twice(call, shop: Path) -> None:
    done = call("grade", "--orders", "sqlite:///shop.db#lines", "--out", "out", "--engine", "spark")
    assert done.code == 2
    assert "--no-report" in done.err


def test_a_source_is_saved_with_an_import_and_used_by_its_name(call, shop: Path) -> None:
    assert call("new", "book").code == 0
    told = Path("book/kefen.toml").read_text() + "# kept\n"
    Path("book/kefen.toml").write_text(told)
    first = call(
        *("import", "orders", "--book", "book", "--from-database", "sqlite:///shop.db"),
        *("--from-table", "lines", "--since-column", "updated_at", "--save-as", "shop"),
    )
    assert first.code == 0, first.err
    assert Path("book/kefen.toml").read_text().startswith(told)
    _write(("3", 1, "C4", "2026-03-05", "8"))
    second = call("import", "orders", "@shop", "--book", "book", "--json")
    assert second.code == 0, second.err
    batch = second.json["batch"]
    assert (batch["rows_new"], batch["rows_unchanged"]) == (1, 1)  # from the last moment on
    _write(("4", 1, "C4", "2026-04-05", "8"))
    book = kefen.open_book("book")
    assert book.import_from_database("orders", "@shop").rows_new == 1
    with pytest.raises(CallError, match="says that itself"):
        book.import_from_database("orders", "@shop", from_table="lines")
    again = call(
        *("import", "orders", "--book", "book", "--from-database", "sqlite:///shop.db"),
        *("--from-table", "lines", "--save-as", "shop"),
    )
    assert again.code == 2
    assert "already" in again.err
    customers = call(
        *("import", "customers", "--book", "book", "--from-database", "sqlite:///shop.db"),
        *("--query", "SELECT DISTINCT customer_id FROM lines", "--save-as", "shop"),
    )
    assert customers.code == 0, customers.err
    assert call("import", "customers", "@shop", "--book", "book").code == 0
    assert call("import", "orders", "@shop", "--book", "book").code == 0


def test_a_saved_source_keeps_its_mapping(call, shop: Path) -> None:
    assert call("new", "book").code == 0
    with sqlite3.connect("shop.db") as database:
        database.execute(
            "CREATE TABLE sales AS SELECT order_id AS a, customer_id AS b, "
            "ordered_at AS c, amount AS d FROM lines"
        )
    Path("sales.yaml").write_text(
        "tables:\n  orders:\n    columns: {order_id: a, customer_id: b, ordered_at: c, amount: d}\n"
    )
    first = call(
        *("import", "orders", "--book", "book", "--from-database", "sqlite:///shop.db"),
        *("--from-table", "sales", "--mapping", "sales.yaml", "--save-as", "sales"),
    )
    assert first.code == 0, first.err
    assert call("import", "orders", "@sales", "--book", "book").code == 0
    assert kefen.open_book("book").import_from_database("orders", "@sales").state == "nothing new"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "no source called erp"),
        ('[sources.erp]\nurl = "sqlite:///shop.db"', "does not say what to read"),
        ('[sources.erp]\nurl = "sqlite:///shop.db"\nspeed = "fast"', "sources.erp.speed"),
        ('[sources.erp]\norders = {table = "lines"}', "sources.erp.url"),
        (
            '[sources.erp]\nurl = "sqlite:///shop.db"\n[sources.erp.orders]\ntabel = "lines"',
            "sources.erp.orders.tabel",
        ),
        (
            '[sources.erp]\nurl = "mysql://me:secret@host/shop"\n'
            '[sources.erp.orders]\ntable = "lines"',
            "in clear",
        ),
        (
            '[sources.erp]\nurl = "mysql://me:${NO_SUCH_WORD}@host/shop"\n'
            '[sources.erp.orders]\ntable = "lines"',
            "NO_SUCH_WORD is not set",
        ),
    ],
)
def test_a_source_that_cannot_be_meant_is_told(call, shop: Path, written: str, said: str) -> None:
    assert call("new", "book").code == 0
    with Path("book/kefen.toml").open("a") as settings:
        settings.write(f"{written}\n")
    done = call("import", "orders", "@erp", "--book", "book")
    assert done.code in (1, 2)
    assert said in done.err
    assert "secret" not in done.err
    with pytest.raises((CallError, BookError), match=r"erp|NO_SUCH_WORD|in clear"):
        kefen.open_book("book").import_from_database("orders", "@erp")


@pytest.mark.parametrize("name", ["orders", "a b", "", "../erp"])
def test_a_name_that_is_none_is_refused_before_anything_is_read(
    call, shop: Path, name: str
) -> None:
    assert call("new", "book").code == 0
    before = Path("book/kefen.toml").read_text()
    done = call(
        *("import", "orders", "--book", "book", "--from-database", "sqlite:///shop.db"),
        *("--from-table", "lines", "--save-as", name),
    )
    assert done.code == 2
    assert kefen.open_book("book").batches == []
    assert Path("book/kefen.toml").read_text() == before
