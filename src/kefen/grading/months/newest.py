"""The default as-of date of a book, without reading it whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.calendar import is_month_end, months_before
from kefen.expressions.sql import literal
from kefen.grading.population import default_as_of, last_order_on
from kefen.lake.dataset import Dataset

if TYPE_CHECKING:
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.lake.book import Book

_NEWEST = "newest orders of known customers"


def default_as_of_book(book: Book, engine: Engine) -> date | None:
    """Return the as-of date that a book is graded by where a call names none.

    Only the order lines of the last two months are asked whether their customers are known.

    Args:
        book: The book.
        engine: An engine; it gets views of the book's tables.

    Returns:
        The end of the last complete month with orders; None where that cannot be told from the
        last two months.

    Raises:
        BookError: The book cannot be read.
    """
    tables, _ = book.tables(engine)
    if "orders" not in tables or "customers" not in tables:
        return None
    every = Dataset(engine, tables)
    last = last_order_on(every)
    if last is None:
        return None
    first = months_before(last.replace(day=1), 1)
    same = exp.EQ(
        this=exp.column("customer_id", table="lines"),
        expression=exp.column("customer_id", table="known"),
    )
    newest = (
        exp.select("lines.*")
        .from_(exp.alias_(table(tables["orders"].relation), "lines", table=True))
        .join(
            exp.alias_(table(tables["customers"].relation), "known", table=True),
            on=same,
            join_type="semi",
        )
        .where(exp.GTE(this=exp.cast(column("ordered_at"), "DATE"), expression=literal(first)))
    )
    engine.create("VIEW", _NEWEST, newest)
    some = replace(every, tables={**tables, "orders": replace(tables["orders"], relation=_NEWEST)})
    if last_order_on(some) is None:
        return None
    found = default_as_of(some)
    # With no month complete in these two, an earlier one may be.
    return found if is_month_end(found) and found >= first else None
