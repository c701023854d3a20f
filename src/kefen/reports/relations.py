"""The relations that reports read: prepared once, with whole numbers in place of customer ids."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from kefen.domain.calendar import months_before
from kefen.domain.contract import TABLES
from kefen.domain.countries import country_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.grading.run import GradedRun

_FACTS = (
    "orders",
    "receivables",
    "payments",
    "cases",
    "surveys",
    "interactions",
    "assessments",
    "credit_reports",
)
_MOST_COUNTRIES = 10_000
_OTHER_TABLES = ("costs", "customers", "markets", "products")


@contextmanager
def relations(run: GradedRun, months: int) -> Iterator[None]:
    """Prepare the relations that reports read, and drop them at the end.

    `report_base`: one row a customer with its number `key`, its columns, sales, margin, overdue
    and months of purchase. `report_lines`: the order lines of the two years up to the as-of date,
    by customer (`key`), month (`period`, from 1), category and tier of the product.
    `report_grades`, `report_outcomes`, `report_rules` and a `report_<table>` view for each
    contract table, empty where there is none.

    Args:
        run: The run.
        months: Length of a year, in months.
    """
    engine = run.dataset.engine
    made: list[tuple[str, str]] = []
    try:
        _make_views(run, made)
        _make_days(run, months, made)
        _make_countries(run, made)
        _make_tables(engine, made)
        yield
    finally:
        for kind, name in reversed(made):
            engine.run(f"DROP {kind} IF EXISTS {name}")
        engine.unregister("report_days")


def _make_tables(engine: Engine, made: list[tuple[str, str]]) -> None:
    # Nothing reads these tables in their order, and all cores can write where it does not matter.
    engine.run("SET preserve_insertion_order = false")
    try:
        for name, sql in _DERIVED:
            engine.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
            made.append(("TABLE", name))
    finally:
        engine.run("SET preserve_insertion_order = true")


def _make_views(run: GradedRun, made: list[tuple[str, str]]) -> None:
    sources = {"report_grades": run.grades, "report_metrics": run.metrics}
    for table in (*_FACTS, *_OTHER_TABLES):
        read = run.dataset.tables.get(table)
        relation = run.facts.get(table) or (read.relation if read is not None else None)
        if relation is not None:
            sources[f"report_{table}"] = relation
        else:
            _make_view(run, f"report_{table}", _empty(table), made)
    if "purchases" in run.facts:
        sources["report_purchases"] = run.facts["purchases"]
    else:
        _make_view(run, "report_purchases", _EMPTY_PURCHASES, made)
    for name, relation, empty in (
        ("report_outcomes", run.outcomes, _EMPTY_OUTCOMES),
        ("report_rules", run.rules, _EMPTY_RULES),
    ):
        if relation is not None:
            sources[name] = relation
        else:
            _make_view(run, name, empty, made)
    for name, relation in sources.items():
        identifier = exp.to_identifier(relation, quoted=True)
        query = exp.select("*").from_(exp.Table(this=identifier))
        if name == "report_receivables" and "payments" in run.facts:
            # What payments settle is found once, not by every table of the report.
            run.dataset.engine.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {query.sql('duckdb')}")
            made.append(("TABLE", name))
        else:
            _make_view(run, name, query.sql("duckdb"), made)


def _make_view(run: GradedRun, name: str, query: str, made: list[tuple[str, str]]) -> None:
    run.dataset.engine.run(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")
    made.append(("VIEW", name))


def _empty(table: str) -> str:
    contract = TABLES[table]
    columns = [
        exp.alias_(exp.cast(exp.Null(), column.kind.sql_type, dialect="duckdb"), column.name)
        for column in contract.columns
    ]
    if table == "orders":
        columns.append(exp.alias_(exp.cast(exp.Null(), "DATE"), "ordered_on"))
    return exp.select(*columns).where(exp.false()).sql("duckdb")


_EMPTY_PURCHASES = """
SELECT NULL::VARCHAR AS customer_id, NULL::VARCHAR AS order_id, NULL::DATE AS purchased_on,
       NULL::DECIMAL(38, 4) AS amount, NULL::BIGINT AS lines
WHERE FALSE"""

_EMPTY_OUTCOMES = """
SELECT NULL::VARCHAR AS customer_id, NULL::VARCHAR AS scheme, NULL::VARCHAR AS kind,
       NULL::VARCHAR AS id, NULL::DECIMAL(18, 4) AS amount
WHERE FALSE"""
_EMPTY_RULES = """
SELECT NULL::VARCHAR AS scheme, NULL::VARCHAR AS rule, NULL::BOOLEAN AS passed_over,
       NULL::VARCHAR AS before, NULL::VARCHAR AS after, NULL::BIGINT AS customers
WHERE FALSE"""


def _make_days(run: GradedRun, months: int, made: list[tuple[str, str]]) -> None:
    days: list[date] = []
    periods: list[int] = []
    for period in range(1, 2 * months + 1):
        start = months_before(run.as_of, 2 * months - period + 1)
        end = months_before(run.as_of, 2 * months - period)
        span = (end - start).days
        days += [start + timedelta(days=n) for n in range(1, span + 1)]
        periods += [period] * span
    table = pa.table({"day": pa.array(days, pa.date32()), "period": pa.array(periods, pa.int8())})
    run.dataset.engine.register("report_days", table)
    dates = pa.table(
        {
            "as_of": pa.array([run.as_of], pa.date32()),
            "window_start": pa.array([months_before(run.as_of, months)], pa.date32()),
            "months": pa.array([months], pa.int32()),
            "with_sales": pa.array(["orders" in run.facts]),
            "with_receivables": pa.array(["receivables" in run.facts]),
        }
    )
    run.dataset.engine.register("report_dates_source", dates)
    run.dataset.engine.run(
        "CREATE OR REPLACE TEMP TABLE report_dates AS SELECT * FROM report_dates_source"
    )
    run.dataset.engine.unregister("report_dates_source")
    made.append(("TABLE", "report_dates"))


def _make_countries(run: GradedRun, made: list[tuple[str, str]]) -> None:
    """Make the table of the countries that customers have, as written, with their codes."""
    engine = run.dataset.engine
    found = {
        str(written): country_code(str(written))
        for (written,) in engine.rows(
            "SELECT DISTINCT country FROM report_customers WHERE country IS NOT NULL LIMIT ?",
            [_MOST_COUNTRIES],
        )
    }
    known = {written: code for written, code in found.items() if code is not None}
    table = pa.table(
        {
            "written": pa.array(list(known), pa.string()),
            "code": pa.array(known.values(), pa.string()),
        }
    )
    engine.register("report_countries_source", table)
    engine.run(
        "CREATE OR REPLACE TEMP TABLE report_countries AS SELECT * FROM report_countries_source"
    )
    engine.unregister("report_countries_source")
    made.append(("TABLE", "report_countries"))


# Customers, categories and months are small whole numbers in the lines, because most tables of a
# report go over all lines: ids and dates are looked up once, here.
_DERIVED = (
    (
        "report_keys",
        "SELECT customer_id, (row_number() OVER ())::INTEGER AS key FROM report_metrics",
    ),
    (
        "report_categories",
        """
        SELECT category, (row_number() OVER ())::INTEGER AS number
        FROM (SELECT DISTINCT category FROM report_orders WHERE category IS NOT NULL)""",
    ),
    (
        "report_lines",
        """
        SELECT k.key, d.period, c.number AS category, t.tier, o.amount, o.cost
        FROM report_orders o
        JOIN report_days d ON o.ordered_on = d.day
        JOIN report_keys k ON k.customer_id = o.customer_id
        LEFT JOIN report_categories c ON c.category = o.category
        LEFT JOIN (
          SELECT product_id,
                 min(CASE tier WHEN 'high' THEN 1 WHEN 'middle' THEN 2 ELSE 3 END)::TINYINT AS tier
          FROM report_products WHERE tier IS NOT NULL GROUP BY product_id
        ) t ON t.product_id = o.product_id""",
    ),
    (
        "report_bought",
        """
        SELECT customer_id, min(purchased_on) AS first_on, max(purchased_on) AS last_on,
               bit_or(CASE WHEN period IS NULL THEN 0::BIGINT
                           ELSE 1::BIGINT << (period - 1)::INTEGER END) AS months_bought,
               bool_or(period IS NULL) AS bought_earlier,
               count(*) FILTER (WHERE period > months) AS purchases
        FROM report_purchases LEFT JOIN report_days ON purchased_on = day
        CROSS JOIN report_dates
        GROUP BY customer_id""",
    ),
    (
        "report_open",
        """
        SELECT r.customer_id, r.due_on, coalesce(r.disputed, FALSE) AS disputed,
               as_of - r.due_on AS days_late,
               CASE WHEN r.settled_on IS NOT NULL THEN 0::DECIMAL(18, 4)
                    ELSE r.amount - coalesce(r.settled_amount, 0) END AS open_amount
        FROM report_receivables r
        CROSS JOIN report_dates
        WHERE open_amount <> 0""",
    ),
    (
        "report_base",
        """
        WITH sales AS (
          SELECT key,
                 sum(amount) FILTER (WHERE period > months) AS sales,
                 sum(amount) FILTER (WHERE period <= months) AS sales_before,
                 sum(amount - cost) FILTER (WHERE period > months) AS margin,
                 sum(amount) FILTER (WHERE period > months AND cost IS NOT NULL) AS costed
          FROM report_lines CROSS JOIN report_dates GROUP BY key
        ), late AS (
          SELECT customer_id, sum(open_amount) AS overdue FROM report_open
          WHERE days_late > 0 GROUP BY customer_id
        )
        SELECT p.key, p.customer_id, c.name, c.kind, c.status,
               coalesce(n.code, c.country) AS country, c.region, c.city,
               c.industry, c.owner, c.source, c.employees,
               CASE WHEN d.with_sales THEN coalesce(s.sales, 0)::DECIMAL(38, 4) END AS sales,
               CASE WHEN d.with_sales
                    THEN coalesce(s.sales_before, 0)::DECIMAL(38, 4) END AS sales_before,
               s.sales IS NOT NULL AS traded,
               s.margin, coalesce(s.costed, 0)::DECIMAL(38, 4) AS costed,
               coalesce(v.purchases, 0) AS purchases,
               v.first_on, v.last_on,
               coalesce(v.months_bought, 0) AS months_bought,
               coalesce(v.bought_earlier, FALSE) AS bought_earlier,
               CASE WHEN d.with_sales THEN v.first_on IS NOT NULL
                    ELSE c.status IS DISTINCT FROM 'prospect' END AS existing,
               CASE WHEN d.with_receivables
                    THEN coalesce(l.overdue, 0)::DECIMAL(38, 4) END AS overdue,
               coalesce(v.first_on > d.window_start, FALSE) AS gained,
               coalesce((v.months_bought >> d.months) = 0
                        AND (v.months_bought & ((1::BIGINT << d.months) - 1)) <> 0, FALSE) AS lost
        FROM report_keys p
        CROSS JOIN report_dates d
        LEFT JOIN report_customers c ON c.customer_id = p.customer_id
        LEFT JOIN report_countries n ON n.written = c.country
        LEFT JOIN sales s ON s.key = p.key
        LEFT JOIN report_bought v ON v.customer_id = p.customer_id
        LEFT JOIN late l ON l.customer_id = p.customer_id""",
    ),
)
