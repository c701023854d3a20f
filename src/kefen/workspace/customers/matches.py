"""Customers that meet conditions, found in the columns of a copy.

The same conditions that a database would be asked with are evaluated on whole columns in memory,
so that any of them together take milliseconds, however many or few customers meet them: no order
of the database suits every list. Who was edited since the columns were written is looked up in the
rows. Where a condition speaks of something that is in no column, there is no answer, and the
database is asked.
"""

from __future__ import annotations

import operator
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import F, Q, QuerySet

from kefen.workspace.customers.paging import CAP, ON_A_PAGE, in_order, page_of_rows, read_place
from kefen.workspace.records.models import Archived
from kefen.workspace.runs.columns import IDS, TEXTS, columns_of, nothing_in
from kefen.workspace.runs.models import EditedRow
from kefen.workspace.runs.published import SEARCHED, ExactDecimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from kefen.workspace.customers.paging import Order, Page
    from kefen.workspace.customers.sight import Sight
    from kefen.workspace.runs.columns import Columns

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_FEW_VALUES = 8
_FEW_OF = 20
_MOST_EDITED = 2_000
_DECIMAL = ExactDecimal()


@dataclass(frozen=True, slots=True)
class Matches:
    """The customers of a list.

    Attributes:
        sight: What the person sees.
        columns: The columns that they were found in.
        among: For each customer of the columns, whether it is one of them.
        edited: Those that were edited since.
    """

    sight: Sight
    columns: Columns
    among: NDArray[np.bool_]
    edited: list[Any]

    @property
    def number(self) -> int:
        """Return how many they are."""
        return int(np.count_nonzero(self.among)) + len(self.edited)

    def ids(self) -> list[str]:
        """Return the ids of all of them, in no order."""
        found = self.columns.ids(np.flatnonzero(self.among))
        return [*found, *(row.pk for row in self.edited)]

    def knows(self, order: Order) -> bool:
        """Return whether they can be put in an order: any but that of texts."""
        return order.column is None or order.column.type != "text"

    def first(self, order: Order, place: tuple[Any, str] | None, wanted: int) -> list[Any]:
        """Return the first rows of the list in an order.

        Args:
            order: An order that they can be put in.
            place: The value and the id behind which they start; None for the beginning.
            wanted: How many at most.
        """
        ids = self.columns.ids(_first_places(self.columns, self.among, order, place, wanted))
        rows = [*self.sight.customers().filter(pk__in=ids), *self.edited] if ids else self.edited
        return in_order(rows, order, place)[:wanted]

    def page(self, order: Order, after: str) -> Page:
        """Return the page of the list that follows a place."""
        rows = self.first(order, read_place(after, order), ON_A_PAGE + 1)
        return page_of_rows(rows, order)


def matches_of(
    sight: Sight, conditions: Sequence[Q], *, beside: Iterable[str] = ()
) -> Matches | None:
    """Return the customers that a person sees and that meet conditions; None where it is unknown.

    Args:
        sight: What the person sees.
        conditions: What they meet, all of it.
        beside: Further columns of which the present values are wanted.
    """
    columns = columns_of(sight.publication)
    if columns is None:
        return None
    among = np.ones(columns.rows, dtype=bool)
    fields = {"", *beside}
    # Texts are looked through last, and only those of who is left.
    last = sorted(conditions, key=lambda one: not _fields(one).isdisjoint(SEARCHED))
    for condition in (sight.condition(), *last):
        meets = met_in(columns, condition, among)
        if meets is None:
            return None
        among &= meets
        fields |= _fields(condition)
    archived = list(Archived.objects.values_list("pk", flat=True)[: CAP + 1])
    known = EditedRow.objects.filter(publication=sight.publication, field__in=fields)
    edited = list(known.values_list("customer_id", flat=True).distinct()[: _MOST_EDITED + 1])
    if len(archived) > CAP or len(edited) > _MOST_EDITED:
        return None
    among[columns.places([*archived, *edited])] = False
    rows: list[Any] = []
    if edited:
        found = sight.customers().filter(pk__in=edited)
        for condition in conditions:
            found = found.filter(condition)
        rows = list(found)
    return Matches(sight, columns, among, rows)


def met_in(
    columns: Columns, condition: Q, within: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_] | None:
    """Return for each customer of some columns whether it meets a condition.

    Args:
        columns: The columns.
        condition: The condition, as the database would be asked.
        within: Who is asked for; what is said of others may be wrong. Everybody where it is None.

    Returns:
        The truths; None where the condition speaks of what is in no column.
    """
    if condition.connector not in (Q.AND, Q.OR):
        return None
    join = np.logical_and if condition.connector == Q.AND else np.logical_or
    found: NDArray[np.bool_] | None = None
    for child in _children(condition):
        if isinstance(child, Q):
            one = met_in(columns, child, within)
        else:
            asked, value = child
            one = _leaf(columns, asked, value, within)
        if one is None:
            return None
        found = one if found is None else join(found, one)
    if found is None:
        found = np.ones(columns.rows, dtype=bool)
    if not condition.negated:
        return found
    # What is not equal to nothing is unknown to a database: that is left to it.
    if _compares_columns(condition):
        return None
    return np.logical_not(found)


def _leaf(
    columns: Columns, asked: str, value: Any, within: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    name, _, lookup = asked.partition("__")
    lookup = lookup or "exact"
    if name in ("pk", IDS):
        return _of_ids(columns, lookup, value)
    if name == TEXTS:
        if lookup != "contains":
            return None
        few = within is not None and np.count_nonzero(within) <= columns.rows // _FEW_OF
        places = np.flatnonzero(within) if within is not None and few else None
        return _at(columns, columns.texts().find(value, places))
    kind = columns.type_of(name)
    if kind is None:
        return None
    if lookup == "exact" and value is None:
        lookup, value = "isnull", True
    numbers = columns.numbers(name)
    nothing = nothing_in(numbers)
    if lookup == "isnull":
        compare = operator.eq if value else operator.ne
        known: NDArray[np.bool_] = compare(numbers, nothing)
        return known
    if isinstance(value, F):
        return _beside(columns, numbers, kind, lookup, _name_of(value))
    if kind == "text":
        return _of_words(columns.words(name) or [], numbers, lookup, value)
    if lookup == "in":
        return _any_of(numbers, [number_of(kind, one) for one in value])
    if lookup not in _COMPARE:
        return None
    met: NDArray[np.bool_] = _COMPARE[lookup](numbers, number_of(kind, value))
    if lookup in ("lt", "lte"):
        met &= numbers != nothing
    return met


def number_of(kind: str, value: Any) -> int:
    """Return a value as the number that a column keeps it as."""
    if kind == "decimal":
        return int(_DECIMAL.get_prep_value(value))
    return value.toordinal() if isinstance(value, date) else int(value)


def _of_ids(columns: Columns, lookup: str, value: Any) -> NDArray[np.bool_] | None:
    if lookup == "exact":
        return _at(columns, columns.places([value]))
    if lookup != "in":
        return None
    if isinstance(value, QuerySet):
        names = value.query.values_select or ("pk",)
        value = list(value.values_list(*names, flat=True)[: CAP + 1])
        if len(value) > CAP:
            return None
    return _at(columns, columns.places(value))


def _beside(
    columns: Columns, numbers: NDArray[Any], kind: str, lookup: str, name: str
) -> NDArray[np.bool_] | None:
    """Compare a column with another; a customer without a value in either meets nothing."""
    if lookup not in _COMPARE or kind == "text" or columns.type_of(name) != kind:
        return None
    other = columns.numbers(name)
    found: NDArray[np.bool_] = _COMPARE[lookup](numbers, other)
    found &= numbers != nothing_in(numbers)
    found &= other != nothing_in(other)
    return found


def _of_words(
    words: Sequence[str], numbers: NDArray[Any], lookup: str, value: Any
) -> NDArray[np.bool_] | None:
    if lookup == "contains":
        return _any_of(numbers, [place for place, one in enumerate(words) if value in one])
    if lookup == "icontains":
        part = value.lower()
        return _any_of(numbers, [place for place, one in enumerate(words) if part in one.lower()])
    if lookup not in ("exact", "in"):
        return None
    wanted = []
    for one in [value] if lookup == "exact" else value:
        place = bisect_left(words, one)
        if place < len(words) and words[place] == one:
            wanted.append(place)
    return _any_of(numbers, wanted)


def _any_of(numbers: NDArray[Any], wanted: Sequence[int]) -> NDArray[np.bool_]:
    if len(wanted) > _FEW_VALUES:
        return np.isin(numbers, np.array(wanted, dtype=np.int64))
    found = np.zeros(len(numbers), dtype=bool)
    for one in wanted:
        found |= numbers == one
    return found


def _at(columns: Columns, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    found = np.zeros(columns.rows, dtype=bool)
    found[places] = True
    return found


def _first_places(
    columns: Columns,
    among: NDArray[np.bool_],
    order: Order,
    place: tuple[Any, str] | None,
    wanted: int,
) -> NDArray[np.int64]:
    """Return the first places in an order: those with a value, equals by their id, then others."""
    if order.column is None:
        start = 0 if place is None else columns.place_after(place[1], itself=False)
        return start + np.flatnonzero(among[start:])[:wanted]
    numbers = columns.numbers(order.column.name)
    nothing = nothing_in(numbers)
    found = np.zeros(0, dtype=np.int64)
    if place is None or place[0] is not None:
        known = among & (numbers != nothing)
        if place is not None:
            known &= _beyond(columns, numbers, order, place)
        places = np.flatnonzero(known)
        found = _least(numbers[places], places, wanted, falling=order.falling)
    if len(found) < wanted:
        start = 0
        if place is not None and place[0] is None:
            start = columns.place_after(place[1], itself=False)
        without = start + np.flatnonzero((among & (numbers == nothing))[start:])
        found = np.concatenate([found, without[: wanted - len(found)]])
    return found


def _beyond(
    columns: Columns, numbers: NDArray[Any], order: Order, place: tuple[Any, str]
) -> NDArray[np.bool_]:
    assert order.column is not None  # noqa: S101  told apart by the caller
    value = number_of(order.column.type, place[0])
    found: NDArray[np.bool_]
    equal = numbers == value
    if order.falling:
        equal[columns.place_after(place[1], itself=True) :] = False
        found = (numbers < value) | equal
    else:
        equal[: columns.place_after(place[1], itself=False)] = False
        found = (numbers > value) | equal
    return found


def _least(
    values: NDArray[Any], places: NDArray[np.int64], wanted: int, *, falling: bool
) -> NDArray[np.int64]:
    """Return the places of the least values, or the largest if `falling`; equals by their place."""
    if len(values) <= wanted:
        return places
    if falling:
        edge = np.partition(values, len(values) - wanted)[len(values) - wanted]
        beyond = places[values > edge]
        return np.concatenate([beyond, places[values == edge][len(beyond) - wanted :]])
    edge = np.partition(values, wanted - 1)[wanted - 1]
    beyond = places[values < edge]
    return np.concatenate([beyond, places[values == edge][: wanted - len(beyond)]])


def _fields(condition: Q) -> set[str]:
    """Return the columns that a condition speaks of."""
    found: set[str] = set()
    for child in _children(condition):
        if isinstance(child, Q):
            found |= _fields(child)
            continue
        name = child[0].partition("__")[0]
        found |= set(SEARCHED) if name == TEXTS else {name}
        if isinstance(child[1], F):
            found.add(_name_of(child[1]))
    return found


def _children(condition: Q) -> list[Any]:
    """Return what a condition is made of: conditions, and pairs of a lookup and its value."""
    return list(condition.children)


def _name_of(other: Any) -> str:
    """Return the column that a reference names."""
    return str(other.name)


def _compares_columns(condition: Q) -> bool:
    return any(
        _compares_columns(child) if isinstance(child, Q) else isinstance(child[1], F)
        for child in _children(condition)
    )
