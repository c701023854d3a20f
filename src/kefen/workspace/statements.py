"""Questions to the database that are put into words once and asked with other values.

To put a question of Django's into SQL takes ten times as long as SQLite takes to answer it, and
half as long as a program may wait for one customer.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Asked(str):
    """Stands, in the question that is put into words, for a value given when it is asked."""

    __slots__ = ()


class Statement:
    """A question in the words of the database.

    Args:
        question: What is asked, by `values_list`; an `Asked` in it stands for a value.
    """

    def __init__(self, question: QuerySet[Any, Any]) -> None:
        self._words = ""
        self._values: tuple[Any, ...] = ()
        # Where nothing can meet the conditions there is nothing to ask.
        with suppress(EmptyResultSet):
            self._words, self._values = question.query.sql_with_params()

    def rows(self, value: str | None = None) -> list[tuple[Any, ...]]:
        """Return the rows, as the database has them.

        Args:
            value: What an `Asked` stands for.
        """
        if not self._words:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                self._words,
                [value if isinstance(one, Asked) else one for one in self._values],
            )
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found
