"""Filling in what another table tells: categories and costs of products, due dates from terms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kefen.lake.reading import messages
from kefen.lake.reading.raw_tables import new_name
from kefen.lake.reading.sql import SQL, listed, name, statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.engines.engine import Engine
    from kefen.lake.dataset import Finding, ReadTable

_AT_ONCE = (
    "货到|现结|现款|现金|款到|预付|先款|cod|cash|prepaid|prepayment|advance|immediate|receipt"
)


def enrich(
    engine: Engine, tables: Mapping[str, ReadTable]
) -> tuple[dict[str, ReadTable], tuple[Finding, ...]]:
    """Fill in categories and costs of order lines and due dates of invoices, where missing.

    Returns:
        The tables, with views in place of those that were filled in, and the findings.
    """
    enriched = dict(tables)
    findings: list[Finding] = []
    if "orders" in tables and "products" in tables:
        enriched["orders"], found = _orders(engine, tables["orders"], tables["products"])
        findings.extend(found)
    if "receivables" in tables:
        enriched["receivables"], found = _receivables(
            engine, tables["receivables"], tables["customers"]
        )
        findings.extend(found)
    return enriched, tuple(findings)


def terms_in_days(terms: SQL) -> SQL:
    """Return SQL for the days that payment terms such as `月结60天` or `net 30` allow.

    Days count from the invoice's date; payment on delivery or in advance is 0; null where the
    text says neither.
    """
    lower = statement("lower({terms})", terms=terms)
    days = statement(
        "coalesce(nullif(regexp_extract({t}, '(?:net|n/?) *([0-9]{{1,3}})', 1), ''), "
        "nullif(regexp_extract({t}, '([0-9]{{1,3}}) *(?:天|日|days?|d$)', 1), ''), "
        "nullif(regexp_extract({t}, '^ *([0-9]{{1,3}}) *$', 1), ''))",
        t=lower,
    )
    return statement(
        "CASE WHEN {days} IS NOT NULL THEN CAST({days} AS INTEGER) "
        "WHEN regexp_matches({t}, '{at_once}') THEN 0 END",
        days=days,
        t=lower,
        at_once=SQL(_AT_ONCE),
    )


def _orders(
    engine: Engine, orders: ReadTable, products: ReadTable
) -> tuple[ReadTable, tuple[Finding, ...]]:
    if "product_id" not in orders.columns:
        return orders, ()
    fill_category = "category" in products.columns
    fill_cost = (
        "unit_cost" in products.columns
        and "cost" not in orders.columns
        and "quantity" in orders.columns
    )
    if not (fill_category or fill_cost):
        return orders, ()
    category = SQL("coalesce(facts.category, products.category)")
    cost = SQL("CAST(facts.quantity * products.unit_cost AS DECIMAL(18,4))")
    source = statement(
        "FROM {orders} AS facts LEFT JOIN {products} AS products "
        "ON facts.product_id = products.product_id",
        orders=name(orders.relation),
        products=name(products.relation),
    )
    categories, costs = engine.rows(
        statement(
            "SELECT count(products.category) FILTER (WHERE facts.category IS NULL), "
            "count(products.unit_cost) FILTER (WHERE facts.quantity IS NOT NULL) {source}",
            source=source,
        )
    )[0]
    replaced = {}
    findings = []
    if fill_category and categories:
        replaced["category"] = category
        findings.append(messages.category_from_products(int(categories)))
    if fill_cost and costs:
        replaced["cost"] = cost
        findings.append(messages.cost_from_products(int(costs)))
    if not replaced:
        return orders, ()
    filled = _view(engine, orders, source, replaced)
    return replace(filled, columns=orders.columns | replaced.keys()), tuple(findings)


def _receivables(
    engine: Engine, receivables: ReadTable, customers: ReadTable
) -> tuple[ReadTable, tuple[Finding, ...]]:
    if "payment_terms" not in customers.columns:
        return receivables, ()
    days = terms_in_days(SQL("customers.payment_terms"))
    source = statement(
        "FROM {receivables} AS facts LEFT JOIN {customers} AS customers "
        "ON facts.customer_id = customers.customer_id",
        receivables=name(receivables.relation),
        customers=name(customers.relation),
    )
    filled, unread = engine.rows(
        statement(
            "SELECT count({days}), count(*) - count({days}) {source} WHERE facts.due_on IS NULL",
            days=days,
            source=source,
        )
    )[0]
    if not filled:
        return receivables, ()
    due_on = statement(
        "coalesce(facts.due_on, facts.issued_on + CAST({days} AS INTEGER))", days=days
    )
    view = _view(engine, receivables, source, {"due_on": due_on})
    return (
        replace(view, columns=receivables.columns | {"due_on"}),
        (messages.due_from_terms(int(filled), int(unread)),),
    )


def _view(engine: Engine, read: ReadTable, source: SQL, replaced: Mapping[str, SQL]) -> ReadTable:
    """Return the table as a view with some columns replaced."""
    made = new_name(f"filled_{read.table.name}")
    columns = listed(
        statement(
            "{value} AS {column}",
            value=replaced.get(column) or statement("facts.{c}", c=name(column)),
            column=name(column),
        )
        for column in (*read.table.column_names, *read.attributes)
    )
    engine.run(
        statement(
            "CREATE VIEW {made} AS SELECT {columns} {source}",
            made=name(made),
            columns=columns,
            source=source,
        )
    )
    return replace(read, relation=made)
