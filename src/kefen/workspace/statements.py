"""Questions to the database that are put into words once and asked with other values.

To put a question of Django's into SQL takes ten times as long as SQLite takes to answer it, and
half as long as a program may wait for one customer.
"""

from __future__ import annotations

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


ASKED_NUMBER = Value(Asked(), output_field=TextField())
"""The same where a column holds numbers, to which Django would turn an `Asked`."""


class Statement:
    """A question in the words of the database.

    Args:
        question: What is asked, by `values_list`; an `Asked` in it stands for a value.
    """

    def __init__(self, question: QuerySet[Any, Any]) -> None:
        self._words = ""
        self._values: tuple[Any, ...] = ()
        self._readings: list[tuple[int, Any, list[Callable[..., Any]]]] = []
        # Where nothing can meet the conditions there is nothing to ask.
        with suppress(EmptyResultSet):
            compiler = question.query.get_compiler(connection=connection)
            self._words, self._values = compiler.as_sql()
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
        with connection.cursor() as cursor:
            cursor.execute(
                self._words,
                [value if isinstance(one, Asked) else one for one in self._values],
            )
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return [self._read(row) for row in found] if self._readings else found

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return a row with the values that Django reads otherwise than the database has them."""
        values = list(row)
        for place, column, readings in self._readings:
            for reading in readings:
                values[place] = reading(values[place], column, connection)
        return tuple(values)
