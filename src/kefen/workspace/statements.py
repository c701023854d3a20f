"""Questions to the database that are put into words once and asked with other values.

To put a question of Django's into SQL takes ten times as long as SQLite takes to answer it, and
half as long as a program may wait for one customer.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import TextField, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet


class Asked(str):
    """Stands, in the question that is put into words, for a value given when it is asked."""

    __slots__ = ()


_PLACE = re.compile("(?<!%)%s")
ASKED_NUMBER = Value(Asked(), output_field=TextField())
"""The same where a column holds numbers, to which Django would turn an `Asked`."""


class Statement:
    """A question in the words of the database.

    Args:
        question: What is asked, by `values_list`; an `Asked` in it stands for a value.
    """

    def __init__(self, question: QuerySet[Any, Any]) -> None:
        self._words = self._own_words = ""
        self._values: tuple[Any, ...] = ()
        self._readings: list[tuple[int, Any, list[Callable[..., Any]]]] = []
        # Where nothing can meet the conditions there is nothing to ask.
        with suppress(EmptyResultSet):
            compiler = question.query.get_compiler(connection=connection)
            self._words, self._values = compiler.as_sql()
            # As Django would turn them at each asking.
            self._own_words = _PLACE.sub("?", self._words).replace("%%", "%")
            shown = [column for column, _, _ in compiler.select]
            self._readings = [
                (place, column, readings)
                for place, (readings, column) in compiler.get_converters(shown).items()
            ]

    def rows(self, value: str | int | None = None) -> list[tuple[Any, ...]]:
        """Return the rows, as `values_list` gives them.

        Args:
            value: What an `Asked` stands for.
        """
        if not self._words:
            return []
        values = [value if type(one) is Asked else one for one in self._values]
        found: list[tuple[Any, ...]]
        if connection.vendor == "sqlite" and not connection.queries_logged:
            found = self._asked_of_sqlite(values)
        else:
            with connection.cursor() as cursor:
                cursor.execute(self._words, values)
                found = cursor.fetchall()
        return [self._read(row) for row in found] if self._readings else found

    def _asked_of_sqlite(self, values: list[Any]) -> list[tuple[Any, ...]]:
        """Return the rows, asked of SQLite without what Django does around each question.

        Its connection and its errors are Django's all the same; questions that are to be logged
        go Django's way.
        """
        connection.ensure_connection()
        connection.validate_no_broken_transaction()
        with connection.wrap_database_errors:
            found: list[tuple[Any, ...]] = connection.connection.execute(
                self._own_words, values
            ).fetchall()
        return found

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return a row with the values that Django reads otherwise than the database has them."""
        values = list(row)
        for place, column, readings in self._readings:
            for reading in readings:
                values[place] = reading(values[place], column, connection)
        return tuple(values)
