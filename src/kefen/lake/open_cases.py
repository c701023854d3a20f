"""Cases that nobody has answered yet, as a book records them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.engines.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from datetime import datetime

    from kefen.lake.book import Book

_TABLE = "cases"
_COLUMNS = ("case_id", "customer_id", "opened_at", "kind", "severity")


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case without an answer.

    Attributes:
        case_id: Its number.
        customer: The customer's id.
        opened_at: When it was opened, in the book's time.
        kind: fault, request, complaint or suggestion; None where that is not recorded.
        severity: How severe it is, in the company's words, or None.
    """

    case_id: str
    customer: str
    opened_at: datetime
    kind: str | None
    severity: str | None


def unanswered_cases(book: Book, most: int) -> list[OpenCase]:
    """Return the cases that are open and have no first response, the oldest first.

    Args:
        book: The book.
        most: How many to return at most.

    Raises:
        BookError: The table cannot be read.
    """
    versions = book.versions()
    if _TABLE not in versions:
        return []
    with DuckDBEngine() as engine:
        tables, _ = book.tables(engine, {_TABLE: versions[_TABLE]})
        if _TABLE not in tables:
            return []  # every import of it was undone
        query = exp.select(*(exp.column(one, quoted=True) for one in _COLUMNS)).from_(
            exp.table_(tables[_TABLE].relation, quoted=True)
        )
        for column, empty in (
            ("closed_at", True),
            ("first_response_at", True),
            ("customer_id", False),
            ("opened_at", False),
        ):
            null = exp.Is(this=exp.column(column, quoted=True), expression=exp.Null())
            query = query.where(null if empty else exp.Not(this=null))
        query = query.order_by(*(exp.column(one, quoted=True) for one in ("opened_at", "case_id")))
        return [OpenCase(*row) for row in engine.rows(query.limit(most).sql("duckdb"))]
