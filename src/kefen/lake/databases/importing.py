"""Bringing what a database has, or what is new in it, into a book as one batch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.lake.databases.reading import Question, database_frame
from kefen.lake.databases.watermarks import watermark_of
from kefen.lake.reading import Source

if TYPE_CHECKING:
    from kefen.lake.book import Book
    from kefen.lake.databases.urls import DatabaseUrl
    from kefen.lake.dataset import ReadTable


def source_since_last(book: Book, table: str, url: DatabaseUrl, asked: Question) -> Source:
    """Return what to read for a table of a book: everything, or what came since the last batch.

    Raises:
        CallError: The question is not one, or the driver is not installed.
        DataError: The database cannot be reached or does not answer.
        BookError: The book cannot be read.
    """
    if asked.since_column is not None:
        since = watermark_of(book.imports.batches(), table, asked.source(url))
        asked = replace(asked, since=since)
    return Source(frames=(database_frame(url, asked),))


def check_parts_of_orders(read: ReadTable, asked: Question) -> None:
    """Refuse new lines of orders that cannot be told from the lines that are there.

    An order whose lines have no number is replaced as a whole, so that a part of it would remove
    the rest.

    Raises:
        CallError: The lines have no number, and only what is new is read.
    """
    if read.table.name == "orders" and asked.since_column and "line" not in read.columns:
        raise CallError(
            Text(
                "Order lines have no number, so new ones cannot be told from those that are there.",
                "订单行没有行号，无法区分新行与已有的行。",
            ),
            where="--since-column",
            mend=Text(
                "Add a column line to the query, or read everything without --since-column (in "
                "Python: since_column).",
                "请在查询中加入行号列 line，或去掉 --since-column"
                "（Python 中为 since_column）读取全部。",
            ),
        )
