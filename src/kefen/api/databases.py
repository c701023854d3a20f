"""Databases from Python: rows to be graded or imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.api.speaking import speaking
from kefen.lake.databases import Question, database_frame, database_url
from kefen.lake.databases.reading import DEFAULT_TIMEOUT

if TYPE_CHECKING:
    from kefen.lake.reading import Frame


@speaking
def from_database(
    url: str, *, table: str | None = None, query: str | None = None, timeout: int = DEFAULT_TIMEOUT
) -> Frame:
    """Return rows of a database, to be given to `grade` or `Book.import_table` once.

    Args:
        url: Such as `postgresql://reader:${SHOP_PASSWORD}@host/shop` or `sqlite:///shop.db`;
            `${NAME}` stands for a variable of the environment.
        table: The table to read.
        query: One SELECT to read instead.
        timeout: Seconds that the database may take.

    Raises:
        CallError: The URL or the question is wrong, or the driver is not installed.
        DataError: The database cannot be reached or does not answer.
    """
    return database_frame(database_url(url), Question(table, query, timeout=timeout))
