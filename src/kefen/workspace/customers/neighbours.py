"""The customers before and after one, within the list that it was opened from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kefen.workspace.customers.paging import with_value
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

    Each is found by one or two ranges of the index that the list is sorted by.
    """
    rows = matching(sight, query)
    order = order_of(sight, query.get("sort", ""))
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


def _first(rows: QuerySet[Any]) -> str | None:
    found: str | None = rows.values_list("customer_id", flat=True).first()
    return found
