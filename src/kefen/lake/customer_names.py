"""The names of customers, as their records have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.engines.engine import Engine
    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset


def customer_name(dataset: Dataset, customer: str) -> str | None:
    """Return the name of a customer in a dataset; None where it has none."""
    return _name_in(dataset.engine, dataset.tables["customers"].relation, customer)


def name_in_book(book: Book, versions: Mapping[str, int], customer: str) -> str | None:
    """Return the name that a customer had in versions of a book's tables."""
    from kefen.engines.duckdb import DuckDBEngine

    if "customers" not in versions:
        return None
    with DuckDBEngine() as engine:
        tables, _ = book.tables(engine, {"customers": versions["customers"]})
        return _name_in(engine, tables["customers"].relation, customer)


def _name_in(engine: Engine, relation: str, customer: str) -> str | None:
    query = (
        exp.select(exp.column("name", quoted=True))
        .from_(exp.table_(relation, quoted=True))
        .where(exp.EQ(this=exp.column("customer_id", quoted=True), expression=exp.Placeholder()))
    )
    rows = engine.rows(query.sql("duckdb"), [customer])
    return str(rows[0][0]) if rows and rows[0][0] is not None else None
