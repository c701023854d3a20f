"""When a company last spoke with each of its customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from kefen.lake.book import Book

_TABLE = "interactions"
_VISIT = "visit"


@dataclass(frozen=True, slots=True)
class LastContact:
    """When a customer was last spoken with.

    Attributes:
        visited_on: The day of the last visit, or None.
        spoken_on: The day of the last contact of any kind, visits included.
    """

    visited_on: date | None
    spoken_on: date


def last_contacts(book: Book, until: date) -> dict[str, LastContact]:
    """Return the last contacts of every customer that has one, as the book records them.

    Args:
        book: The book.
        until: The last day that counts; what is written down for later has not happened yet.

    Raises:
        BookError: The table cannot be read.
    """
    from kefen.engines.duckdb import DuckDBEngine

    versions = book.versions()
    if _TABLE not in versions:
        return {}
    at = exp.column("at", quoted=True)
    visited = exp.Filter(
        this=exp.Max(this=at.copy()),
        expression=exp.Where(
            this=exp.EQ(this=exp.column("kind", quoted=True), expression=exp.Literal.string(_VISIT))
        ),
    )
    with DuckDBEngine() as engine:
        tables, _ = book.tables(engine, {_TABLE: versions[_TABLE]})
        if _TABLE not in tables:
            return {}  # every import of it was undone
        query = (
            exp.select(
                exp.column("customer_id", quoted=True),
                exp.cast(visited, "DATE"),
                exp.cast(exp.Max(this=at.copy()), "DATE"),
            )
            .from_(exp.table_(tables[_TABLE].relation, quoted=True))
            .where(exp.LT(this=at, expression=exp.cast(exp.Placeholder(), "TIMESTAMP")))
            .where(
                exp.Not(
                    this=exp.Is(this=exp.column("customer_id", quoted=True), expression=exp.Null())
                )
            )
            .group_by(exp.column("customer_id", quoted=True))
        )
        rows = engine.rows(query.sql("duckdb"), [until + timedelta(days=1)])
    return {str(customer): LastContact(visit, spoken) for customer, visit, spoken in rows}
