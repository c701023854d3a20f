"""Pages of a sorted list by where the last one ended, so that the thousandth is as fast."""

from __future__ import annotations

import base64
import binascii
import json
import operator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Func, Q

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from kefen.workspace.customers.sight import ShownColumn

ON_A_PAGE = 50
CAP = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted; customers without a value come last, equals by their id.

    Attributes:
        column: The column; None for the id.
        falling: Whether the largest come first.
    """

    column: ShownColumn | None
    falling: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        rows: Its customers.
        after: Where the next page starts; None on the last.
        rows_and_next: Its customers, and the first of the next page.
    """

    rows: list[Any]
    after: str | None
    rows_and_next: list[Any]


class Unindexed(Func):
    """A column as it is, which no index is used for: what is asked for besides is found first."""

    template = "NULLIF(%(expressions)s, NULL)"
    arity = 1


def page_of(
    customers: QuerySet[Any], order: Order, after: str, *, few_of: QuerySet[Any] | None = None
) -> Page:
    """Return the page of a sorted list that follows a place.

    The values come from one range of an index, and those without a value from another.

    Args:
        customers: The customers of the list.
        order: How it is sorted.
        after: The place, as the page before wrote it; empty for the first page.
        few_of: Where they are so few that they are found first and sorted then: all that they are
            among, which their rows are read from.
    """
    place = read_place(after, order)
    name = order.column.name if order.column else None
    if few_of is not None and name is not None:
        # Ids alone are sorted, and not all that is known of each; no index is to lead the way.
        found = customers.annotate(kefen_order=Unindexed(name))
        ids = _along("kefen_order", found.values_list("pk", flat=True), order, place)
        rows = few_of.in_bulk(ids) if ids else {}
        return page_of_rows([rows[one] for one in ids if one in rows], order)
    return page_of_rows(_along(name, customers, order, place), order)


def _along(
    name: str | None, customers: QuerySet[Any], order: Order, place: tuple[Any, str] | None
) -> list[Any]:
    """Return the customers of a page and the first of the next, sorted by a column or their id."""
    wanted = ON_A_PAGE + 1
    by_id = customers.order_by("customer_id")
    if name is None:
        return list((by_id if place is None else by_id.filter(customer_id__gt=place[1]))[:wanted])
    found: list[Any] = []
    if place is None or place[0] is not None:
        found = list(with_value(customers, name, place, falling=order.falling)[:wanted])
    if len(found) < wanted:
        without = by_id.filter(**{f"{name}__isnull": True})
        if place is not None and place[0] is None:
            without = without.filter(customer_id__gt=place[1])
        found += without[: wanted - len(found)]
    return found


def page_of_rows(rows: list[Any], order: Order) -> Page:
    """Return the page that rows make, which are one more than it holds where others follow."""
    shown = rows[:ON_A_PAGE]
    name = order.column.name if order.column else None
    more = len(rows) > ON_A_PAGE
    return Page(shown, _written(shown[-1], name) if more else None, rows)


def in_order(rows: Iterable[Any], order: Order, place: tuple[Any, str] | None) -> list[Any]:
    """Return rows in an order of anything but texts, those from after a place."""
    name = order.column.name if order.column else None
    with_value: list[tuple[Any, str, Any]] = []
    without: list[tuple[str, Any]] = []
    for row in rows:
        value = getattr(row, name) if name else None
        if value is None:
            without.append((row.pk, row))
        else:
            with_value.append((value, row.pk, row))
    with_value.sort(key=itemgetter(0, 1), reverse=order.falling)
    without.sort(key=itemgetter(0))
    if place is not None and place[0] is None:
        with_value, without = [], [one for one in without if one[0] > place[1]]
    elif place is not None:
        beyond = operator.lt if order.falling else operator.gt
        with_value = [one for one in with_value if beyond(one[:2], place)]
    return [one[-1] for one in (*with_value, *without)]


def first_ids(customers: QuerySet[Any]) -> list[str]:
    """Return the ids of the customers, one more than `CAP` at most, in no order."""
    return list(customers.order_by().values_list("pk", flat=True)[: CAP + 1])


def counted_up_to_cap(customers: QuerySet[Any]) -> int:
    """Return how many there are, one more than `CAP` at most."""
    return customers.order_by()[: CAP + 1].count()


def with_value(
    customers: QuerySet[Any], name: str, place: tuple[Any, str] | None, *, falling: bool
) -> QuerySet[Any]:
    """Return the customers that have a value, sorted by it, from after a place."""
    found = customers.filter(**{f"{name}__isnull": False})
    found = found.order_by(
        f"-{name}" if falling else name, "-customer_id" if falling else "customer_id"
    )
    if place is None:
        return found
    further = "lt" if falling else "gt"
    beyond = Q(**{f"{name}__{further}": place[0]})
    equal = Q(**{name: place[0], f"customer_id__{further}": place[1]})
    # The plain bound lets the index start at the place; the rest settles the equals.
    return found.filter(**{f"{name}__{further}e": place[0]}).filter(beyond | equal)


def _written(row: Any, name: str | None) -> str:
    value = getattr(row, name) if name else None
    if isinstance(value, Decimal | date):
        value = str(value)
    content = json.dumps([value, row.customer_id], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(content).decode()


def read_place(after: str, order: Order) -> tuple[Any, str] | None:
    """Return the place that a link holds; one that makes no sense begins at the start."""
    if not after:
        return None
    try:
        value, customer = json.loads(base64.urlsafe_b64decode(after.encode()))
        kind = order.column.type if order.column else "text"
        if value is not None:
            if kind == "decimal":
                value = Decimal(value)
            elif kind == "date":
                value = date.fromisoformat(value)
            elif kind in ("integer", "rank"):
                value = int(value)
        return value, str(customer)
    except (ValueError, TypeError, ArithmeticError, binascii.Error):
        return None
