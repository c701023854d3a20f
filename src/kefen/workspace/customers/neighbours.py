"""The customers before and after one, within the list that it was opened from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kefen.workspace.customers.filters import filters_of
from kefen.workspace.customers.matches import matches_of
from kefen.workspace.customers.paging import Order, with_value
from kefen.workspace.customers.queries import matching, order_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from kefen.workspace.customers.sight import Sight


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ids of the customers before and after; None at an end."""

    before: str | None
    after: str | None


def neighbours_of(sight: Sight, query: QueryDict, row: Any) -> Neighbours:
    """Return the neighbours of a customer in the list of an address.

    Each is found in the columns, or by one or two ranges of the index that the list is sorted by.
    """
    order = order_of(sight, query.get("sort", ""))
    in_columns = _in_columns(sight, query, row, order)
    if in_columns is not None:
        return in_columns
    rows = matching(sight, query)
    if order.column is None:
        ids = rows.order_by("customer_id")
        return Neighbours(
            _first(ids.filter(customer_id__lt=row.pk).reverse()),
            _first(ids.filter(customer_id__gt=row.pk)),
        )
    name, value = order.column.name, getattr(row, order.column.name)
    without = rows.filter(**{f"{name}__isnull": True}).order_by("customer_id")
    if value is None:
        before = _first(without.filter(customer_id__lt=row.pk).reverse()) or _first(
            with_value(rows, name, None, falling=not order.falling)
        )
        return Neighbours(before, _first(without.filter(customer_id__gt=row.pk)))
    place = (value, row.pk)
    return Neighbours(
        _first(with_value(rows, name, place, falling=not order.falling)),
        _first(with_value(rows, name, place, falling=order.falling)) or _first(without),
    )


def _in_columns(sight: Sight, query: QueryDict, row: Any, order: Order) -> Neighbours | None:
    """Return the neighbours as columns find them; None where they cannot."""
    value = getattr(row, order.column.name) if order.column is not None else None
    if order.column is None or value is None:
        return None
    filters, _ = filters_of(query, sight)
    found = matches_of(sight, [one.condition for one in filters]) if filters else None
    if found is None or not found.knows(order):
        return None
    place = (value, row.pk)
    backwards = Order(order.column, not order.falling)
    before, after = (found.first(one, place, 1) for one in (backwards, order))
    # Who has no value comes last, whichever way.
    has_value = before and getattr(before[0], order.column.name) is not None
    return Neighbours(before[0].pk if has_value else None, after[0].pk if after else None)


def _first(rows: QuerySet[Any]) -> str | None:
    found: str | None = rows.values_list("customer_id", flat=True).first()
    return found
