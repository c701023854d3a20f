"""The SQL that is sent to each kind of database, and that it only asks."""

from __future__ import annotations

import pytest

from kefen.domain.errors import CallError
from kefen.lake.databases.statements import question
from kefen.lake.databases.watermarks import Watermark

MOMENT = Watermark("text", "2026-10-31 12:00:00.997000")


def sql(dialect: str, table: str = "shop.Order Lines", *, since: Watermark | None = None) -> str:
    return question(dialect, table=table, query=None, since_column="updated_at", since=since)


@pytest.mark.parametrize(
    ("dialect", "sent"),
    [
        ("postgres", 'SELECT * FROM "shop"."Order Lines"'),
        ("mysql", "SELECT * FROM `shop`.`Order Lines`"),
        ("tsql", "SELECT * FROM [shop].[Order Lines]"),
        ("snowflake", 'SELECT * FROM "SHOP"."Order Lines"'),
        ("sqlite", 'SELECT * FROM "shop"."Order Lines"'),
    ],
)
def test_names_stand_in_the_quotes_of_the_database(dialect: str, sent: str) -> None:
    assert sql(dialect) == sent


def test_snowflake_keeps_names_in_quotes_as_they_are() -> None:
    assert sql("snowflake", '"shop".Orders.lines') == 'SELECT * FROM "shop"."Orders"."LINES"'


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "tsql", "snowflake", "sqlite"])
def test_a_name_cannot_break_out_of_its_quotes(dialect: str) -> None:
    from sqlglot import parse

    asked = sql(dialect, 'a"b`c]d; DROP TABLE e')
    (only,) = parse(asked, read=dialect)
    assert only is not None
    assert only.key == "select"


@pytest.mark.parametrize(
    ("dialect", "condition"),
    [
        ("postgres", '"updated_at" >= \'2026-10-31 12:00:00.997000\' OR "updated_at" IS NULL'),
        ("mysql", "`updated_at` >= '2026-10-31 12:00:00.997000' OR `updated_at` IS NULL"),
        ("tsql", "[updated_at] >= '2026-10-31T12:00:00.99' OR [updated_at] IS NULL"),
        ("snowflake", '"UPDATED_AT" >= \'2026-10-31 12:00:00.997000\' OR "UPDATED_AT" IS NULL'),
        ("sqlite", '"updated_at" >= \'2026-10-31 12:00:00.997000\' OR "updated_at" IS NULL'),
    ],
)
def test_what_is_new_is_asked_for_with_equals_and_blanks(dialect: str, condition: str) -> None:
    assert sql(dialect, "lines", since=MOMENT).partition(" WHERE ")[2] == condition


@pytest.mark.parametrize(
    ("since", "sent"),
    [
        (Watermark("number", "12.50"), "12.50"),
        (Watermark("moment", "2026-10-31"), "'2026-10-31'"),
        (Watermark("moment", "2026-10-31 12:00:00"), "'2026-10-31T12:00:00'"),
        (Watermark("text", "o'brien"), "'o''brien'"),
    ],
)
def test_values_seen_last_are_sent_as_literals(since: Watermark, sent: str) -> None:
    assert f"[updated_at] >= {sent} OR" in sql("tsql", "lines", since=since)


@pytest.mark.parametrize(
    ("dialect", "query", "sent"),
    [
        ("tsql", "SELECT TOP 5 order_id FROM lines", "SELECT TOP 5 order_id"),
        ("snowflake", "SELECT order_id FROM lines LIMIT 5", "SELECT order_id FROM lines LIMIT 5"),
        ("mysql", "SELECT order_id FROM `lines` LIMIT 5", "SELECT order_id FROM `lines` LIMIT 5"),
    ],
)
def test_a_query_keeps_its_limit_inside(dialect: str, query: str, sent: str) -> None:
    asked = question(dialect, table=None, query=query, since_column=None, since=None)
    assert asked.startswith(f"SELECT * FROM ({sent}")
    assert asked.endswith(") AS asked")


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "tsql", "snowflake", "sqlite"])
@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM lines",
        "SELECT 1; SELECT 2",
        "DROP TABLE lines",
        "UPDATE lines SET amount = 0",
        "SELECT * INTO copied FROM lines",
    ],
)
def test_what_changes_data_is_refused_in_every_dialect(dialect: str, query: str) -> None:
    with pytest.raises(CallError):
        question(dialect, table=None, query=query, since_column=None, since=None)
