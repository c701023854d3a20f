"""Figures of many customers at once: counted and summed over columns in memory, exactly.

They come from the columns of the copy, with the rows of those that were edited since; or all from
the rows, where the columns cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from kefen.workspace.customers.matches import matches_of, number_of
from kefen.workspace.runs.columns import nothing_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import Q
    from numpy.typing import NDArray

    from kefen.workspace.customers.matches import Matches
    from kefen.workspace.customers.sight import Sight

NOTHING = int(np.iinfo(np.int64).min)
_HALF = 32
_SHORT = 2**15 - 1
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one column.

    Attributes:
        numbers: A number for each customer; `NOTHING` for none.
        words: What the numbers of texts stand for; None of other columns.
        places: How many decimal places the numbers have.
    """

    numbers: NDArray[np.int64]
    words: Sequence[str] | None
    places: int

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return who has a value."""
        known: NDArray[np.bool_] = np.not_equal(self.numbers, NOTHING)
        return known

    def total(self, among: NDArray[np.bool_] | None = None) -> Decimal | None:
        """Return the exact sum, of some customers or of all; None where nobody has a value."""
        known = self.known if among is None else self.known & among
        if not known.any():
            return None
        return self._as_decimal(exact_sum(self.numbers[known]))

    def groups(self) -> list[tuple[Any, NDArray[np.int64]]]:
        """Return each value that there is, a word or a number, with the places of who has it."""
        places = np.flatnonzero(self.known)
        numbers = self.numbers[places]
        if self.words is not None and len(self.words) <= _SHORT:
            numbers = numbers.astype(np.int16)  # these are sorted by counting
        order = np.argsort(numbers, kind="stable")
        places, numbers = places[order], numbers[order]
        if not len(numbers):
            return []
        starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]])
        found, parts = numbers[starts], np.split(places, starts[1:])
        return [
            (int(one) if self.words is None else self.words[one], part)
            for one, part in zip(found, parts, strict=True)
        ]

    def counts(self) -> dict[str, int]:
        """Return how many customers have each word of a column of texts."""
        words = self.words or ()
        found = np.bincount(self.numbers[self.known], minlength=len(words))
        return {word: int(found[place]) for place, word in enumerate(words) if found[place]}

    def totals(self, groups: Iterable[NDArray[np.int64]]) -> list[Decimal | None]:
        """Return the exact sum of each group of places; None where nobody has a value."""
        sums: list[Decimal | None] = []
        for places in groups:
            numbers = self.numbers[places]
            numbers = numbers[numbers != NOTHING]
            sums.append(self._as_decimal(exact_sum(numbers)) if len(numbers) else None)
        return sums

    def _as_decimal(self, number: int) -> Decimal:
        return Decimal(number).scaleb(-self.places)


@dataclass(frozen=True, slots=True)
class Figures:
    """Columns of the same customers.

    Attributes:
        count: How many customers they are.
        values: The columns, by name.
    """

    count: int
    values: Mapping[str, Values]


def figures_of(sight: Sight, conditions: Sequence[Q], names: Sequence[str]) -> Figures:
    """Return columns of the customers that a person sees and that meet conditions.

    Args:
        sight: What the person sees.
        conditions: What they meet.
        names: The columns; those that the person does not see are left out.
    """
    seen = [name for name in dict.fromkeys(names) if name in sight.columns]
    found = matches_of(sight, conditions, beside=seen)
    if found is None or any(found.columns.type_of(name) is None for name in seen):
        return _from_rows(sight, conditions, seen)
    count = found.number
    return Figures(count, {name: _from_columns(found, name) for name in seen})


def exact_sum(numbers: NDArray[np.int64]) -> int:
    """Return the sum of numbers, which may be larger than any of them could be."""
    high = int(np.sum(numbers >> _HALF))
    low = int(np.sum(numbers & (2**_HALF - 1)))
    return (high << _HALF) + low


def _from_columns(found: Matches, name: str) -> Values:
    kind = found.sight.columns[name].type
    stored = found.columns.numbers(name)[found.among]
    numbers = stored.astype(np.int64)
    numbers[stored == nothing_in(stored)] = NOTHING
    known = found.columns.words(name) if kind == "text" else None
    edited, words = _numbers(kind, [getattr(row, name) for row in found.edited], known)
    return Values(np.concatenate([numbers, edited]), words, _places(kind))


def _from_rows(sight: Sight, conditions: Sequence[Q], names: Sequence[str]) -> Figures:
    rows = sight.customers()
    for condition in conditions:
        rows = rows.filter(condition)
    read = list(rows.order_by().values_list("pk", *names).iterator(chunk_size=_CHUNK))
    values = {}
    for place, name in enumerate(names, 1):
        kind = sight.columns[name].type
        numbers, words = _numbers(kind, [row[place] for row in read], None)
        values[name] = Values(numbers, words, _places(kind))
    return Figures(len(read), values)


def _numbers(
    kind: str, values: Sequence[Any], words: Sequence[str] | None
) -> tuple[NDArray[np.int64], Sequence[str] | None]:
    """Return values as numbers, and the words that these stand for, the known ones first."""
    if kind == "text":
        known = {one: place for place, one in enumerate(words or ())}
        numbers = [NOTHING if one is None else known.setdefault(one, len(known)) for one in values]
        return np.array(numbers, dtype=np.int64), list(known)
    numbers = [NOTHING if one is None else number_of(kind, one) for one in values]
    return np.array(numbers, dtype=np.int64), None


def _places(kind: str) -> int:
    return 4 if kind == "decimal" else 0
