"""A table or query of a database as one text, where the path of a file could stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.lake.databases.reading import Question, database_frame
from kefen.lake.databases.urls import DatabaseUrl, database_url

if TYPE_CHECKING:
    from kefen.lake.reading import Frame

_QUERY = re.compile(r"(select|with)\s", re.IGNORECASE)


def is_url(text: str) -> bool:
    """Return whether a text is a URL and no path of a file."""
    return "://" in text


@dataclass(frozen=True, slots=True)
class Located:
    """A table or query of a database.

    Attributes:
        url: The database.
        question: What is asked of it.
    """

    url: DatabaseUrl
    question: Question

    def frame(self) -> Frame:
        """Return its rows, to be read once.

        Raises:
            CallError: The question is not one, or the driver is not installed.
            DataError: The database cannot be reached or does not answer.
        """
        return database_frame(self.url, self.question)


def located(text: str) -> Located:
    """Return what a text such as `postgresql://reader:${PASSWORD}@host/shop#shop.lines` names.

    Args:
        text: A URL; after `#` the table, or one SELECT.

    Raises:
        CallError: It is no URL of a database that is read, or says no table.
    """
    scheme, sign, after = text.partition("://")
    host, slash, rest = after.partition("/")
    name, _, asked = rest.partition("#")
    url = database_url(f"{scheme}{sign}{host}{slash}{name}")
    asked = asked.strip()
    if not asked:
        raise CallError(
            Text("The URL does not say which table to read.", "该地址没有说明读取哪个数据表。"),
            where=url.shown,
            mend=Text(
                "Write the table after it, or one SELECT: {u}#shop.lines",
                "请在其后写明数据表或一条 SELECT：{u}#shop.lines",
            ).filled(u=url.shown),
        )
    if _QUERY.match(asked):
        return Located(url, Question(query=asked))
    return Located(url, Question(table=asked))
