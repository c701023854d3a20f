"""Rows of a database as batches of Arrow, read once from the first to the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from kefen.domain.errors import CallError, KefenError
from kefen.domain.text import Text
from kefen.lake.databases.connections import rows_of as connected_rows
from kefen.lake.databases.connections import said
from kefen.lake.databases.statements import question
from kefen.lake.databases.watermarks import Watermark, source_name, watermark
from kefen.lake.reading import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.lake.databases.urls import DatabaseUrl

DEFAULT_TIMEOUT = 600


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a database.

    Attributes:
        table: A table; None with `query`.
        query: One SELECT; None with `table`.
        since_column: The column that says what is new; None reads everything.
        since: What was seen last of it.
        timeout: After how many seconds the database gives up.
    """

    table: str | None = None
    query: str | None = None
    since_column: str | None = None
    since: Watermark | None = None
    timeout: int = DEFAULT_TIMEOUT

    def source(self, url: DatabaseUrl) -> str:
        """Return what tells this source from others."""
        return source_name(url.shown, self.table, self.query, self.since_column or "")


def database_frame(url: DatabaseUrl, asked: Question) -> Frame:
    """Return the rows that a database answers, to be read like any file.

    Decimals keep their digits, moments with a zone are converted like any others, and nothing is
    written: the connection only reads.

    Raises:
        CallError: The question is not one, or the driver is not installed.
        DataError: The database cannot be reached or does not answer.
    """
    if (asked.table is None) == (asked.query is None):
        raise CallError(
            Text("Name a table or a query, one of the two.", "请指定数据表或查询（二选一）。"),
            mend=Text(
                "--from-table shop.orders, or --query 'SELECT ...'; in Python from_table or table, "
                "or query.",
                "例如 --from-table shop.orders 或 --query 'SELECT ...'；"
                "Python 中为 from_table 或 table、query。",
            ),
        )
    sql = question(
        url.kind.dialect,
        table=asked.table,
        query=asked.query,
        since_column=asked.since_column,
        since=asked.since,
    )
    rows, kinds, close = connected_rows(url, sql, asked.timeout)
    if asked.since_column is not None:
        try:
            _place_of(asked.since_column, rows.schema.names)
        except CallError:
            close()  # nobody will read the rows, and an open question holds locks
            raise
    properties: dict[str, Any] = {"format": url.kind.name}
    if asked.since_column is not None:
        properties |= {"source": asked.source(url), "since_column": asked.since_column}
        if asked.since is not None:
            properties["since"] = properties["watermark"] = _stored(asked.since)
    watched = _watched(rows, url, asked, kinds, properties)
    name = f"{url.kind.name} {asked.table or 'query'}"
    return Frame(name, pa.RecordBatchReader.from_batches(rows.schema, watched), kinds, properties)


def _watched(
    rows: pa.RecordBatchReader,
    url: DatabaseUrl,
    asked: Question,
    kinds: dict[int, int],
    properties: dict[str, Any],
) -> Iterator[pa.RecordBatch]:
    """Yield batches; note the largest value of the column that says what is new."""
    place = None
    if asked.since_column is not None:
        place = _place_of(asked.since_column, rows.schema.names)
    largest: Any = None
    try:
        for batch in rows:
            if place is not None:
                values = [value for value in _values(batch, place, kinds) if value is not None]
                here = max(values, default=None)
                if here is not None and (largest is None or here > largest):
                    largest = here
                    properties["watermark"] = _stored(watermark(largest))
            yield batch
    except KefenError:
        raise
    except Exception as error:
        raise said(url, error) from error


def _place_of(column: str, there_are: list[str]) -> int:
    names = [name.lower() for name in there_are]
    if column.lower() not in names:
        raise CallError(
            Text("There is no column {c}.", "没有列 {c}。").filled(c=column),
            where="--since-column",
            mend=Text("There are: {n}.", "现有列：{n}。").filled(n=", ".join(there_are)),
        )
    return names.index(column.lower())


def _values(batch: pa.RecordBatch, place: int, kinds: dict[int, int]) -> list[Any]:
    values: list[Any] = batch.column(place).to_pylist()
    if place not in kinds:
        return values
    from decimal import Decimal

    numbers = batch.column(kinds[place]).to_pylist()
    return [
        None if value is None else Decimal(value) if kind == "number" else value
        for value, kind in zip(values, numbers, strict=True)
    ]


def _stored(found: Watermark) -> dict[str, str]:
    return {"kind": found.kind, "value": found.value}
