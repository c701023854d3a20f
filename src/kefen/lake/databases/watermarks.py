"""What was seen last of a source: kept in the record of the batch that brought it.

A watermark exists when its batch does, and is gone when the batch is undone: there is no other
place to keep in step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kefen.lake.book import Batch


@dataclass(frozen=True, slots=True)
class Watermark:
    """The largest value of a column that has come.

    Attributes:
        kind: `number`, `moment` or `text`.
        value: The value as text: digits, or a moment in ISO order.
    """

    kind: Literal["number", "moment", "text"]
    value: str


def watermark(value: Any) -> Watermark:
    """Return a value of a column as a watermark."""
    if isinstance(value, int | float | Decimal):
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return Watermark("number", format(exact, "f"))
    if isinstance(value, datetime):
        return Watermark("moment", value.isoformat(sep=" "))
    if isinstance(value, date):
        return Watermark("moment", value.isoformat())
    return Watermark("text", str(value))


def source_name(shown: str, table: str | None, query: str | None, column: str) -> str:
    """Return what tells one source from another: database, table or query, and column."""
    asked = f"table {table}" if table is not None else f"query {query}"
    return f"{shown} {asked} by {column}"


def watermark_of(batches: Iterable[Batch], table: str, source: str) -> Watermark | None:
    """Return what was seen last of a source; None when everything is to be read.

    Each import of the source moves it on; undoing one moves it back to where that one began, so
    that what the undoing took away comes again.

    Args:
        batches: The batches of a book, oldest first.
        table: The contract table.
        source: The source, as `source_name` calls it.
    """
    found: Watermark | None = None
    began: dict[int, Watermark | None] = {}
    for batch in batches:
        if batch.table != table:
            continue
        if batch.kind == "undo":
            if batch.undoes in began:
                found = _earlier(found, began[batch.undoes])
            continue
        for file in batch.files:
            if file.get("source") == source:
                began[batch.id] = _read(file.get("since"))
                found = _read(file.get("watermark"))
    return found


def _read(stored: Mapping[str, Any] | None) -> Watermark | None:
    return None if stored is None else Watermark(stored["kind"], stored["value"])


def _earlier(one: Watermark | None, other: Watermark | None) -> Watermark | None:
    """Return the earlier of two; None, the beginning, is before all, and so is another kind."""
    if one is None or other is None or one.kind != other.kind:
        return None
    if one.kind == "number":
        return one if Decimal(one.value) <= Decimal(other.value) else other
    return one if one.value <= other.value else other
