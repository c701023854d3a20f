"""Reading customers, saved views, and what explains a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from kefen.workspace.accounts.roles import Ability
from kefen.workspace.book import served_book
from kefen.workspace.customers.filters import Filter, filters_of, narrowed
from kefen.workspace.customers.matches import matches_of
from kefen.workspace.customers.models import DefaultView, SavedView
from kefen.workspace.customers.paging import (
    CAP,
    Order,
    Page,
    counted_up_to_cap,
    first_ids,
    page_of,
)
from kefen.workspace.customers.sight import ShownColumn, Sight
from kefen.workspace.runs.queries import current_publication, publication_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from kefen.workspace.accounts.models import User

_FIRST = ("metric_revenue", "metric_growth", "metric_last_purchase_on", "grade_lifecycle", "owner")
_MOST_COLUMNS = 14


@dataclass(frozen=True, slots=True)
class CustomerList:
    """The list as an address asks for it.

    Attributes:
        sight: What the person sees.
        columns: The columns that are shown, beside the name.
        filters: The filters.
        unknown: Parameters that mean nothing.
        order: How it is sorted.
        page: The page.
        counted: How many customers match, counted up to the cap.
        more: Whether there are more than were counted.
    """

    sight: Sight
    columns: list[ShownColumn]
    filters: list[Filter]
    unknown: list[str]
    order: Order
    page: Page
    counted: int
    more: bool


def sight_of(user: User, run_id: str = "") -> Sight | None:
    """Return what a person sees of the current copy; None before the first run.

    Args:
        user: The person.
        run_id: The run of an earlier period to look at; the current one where there is no copy
            of it.
    """
    current = current_publication()
    if current is None:
        return None
    earlier = publication_of(run_id) if run_id and run_id != current.run_id else None
    return Sight(user, earlier or current, run_id if earlier is not None else "")


def customer_list(sight: Sight, query: QueryDict) -> CustomerList:
    """Return the list that an address asks for."""
    filters, unknown = filters_of(query, sight)
    order = order_of(sight, query.get("sort", ""))
    after = query.get("after", "")
    if filters or not sight.is_whole:
        page, counted = _narrow_page(sight, filters, order, after)
    else:
        page = page_of(sight.customers(), order, after)
        counted = counted_up_to_cap(sight.customers())
    return CustomerList(
        sight,
        columns_of(sight, ",".join(query.getlist("columns"))),
        filters,
        unknown,
        order,
        page,
        min(counted, CAP),
        counted > CAP,
    )


def _narrow_page(sight: Sight, filters: list[Filter], order: Order, after: str) -> tuple[Page, int]:
    """Return a page of some of the customers, and how many they are, counted beyond the cap."""
    found = matches_of(sight, [one.condition for one in filters])
    if found is not None and found.knows(order):
        return found.page(order, after), found.number
    # Few are sorted as they are; many lie close enough in any order to be read along it.
    if found is not None:
        counted = found.number
        ids = found.ids() if counted <= CAP else []
    else:
        ids = first_ids(narrowed(sight.customers(), filters))
        counted = len(ids)
    if counted > CAP and sight.is_whole:
        return page_of(narrowed(sight.customers(), filters), order, after), counted
    if counted > CAP:
        # The first of each part are the first of all, and each part is read along its index.
        parts = [narrowed(part, filters) for part in sight.parts()]
        ids = [row.pk for part in parts for row in page_of(part, order, after).rows_and_next]
    few = sight.customers().filter(pk__in=ids)
    return page_of(few, order, after, few_of=sight.customers()), counted


def first_of(sight: Sight, conditions: list[Q], order: Order, wanted: int) -> list[Any]:
    """Return the first customers, at most a page, of those that a person sees and meet conditions.

    Args:
        sight: What the person sees.
        conditions: What they meet.
        order: How they are sorted.
        wanted: How many at most.
    """
    found = matches_of(sight, conditions)
    if found is not None and found.knows(order):
        return found.first(order, None, wanted)
    rows = sight.customers()
    for one in conditions:
        rows = rows.filter(one)
    return page_of(rows, order, "").rows[:wanted]


def order_of(sight: Sight, asked: str) -> Order:
    """Return the order that an address asks for; by the leading score where it asks for none."""
    column = sight.columns.get(asked.lstrip("-"))
    if column is not None and column.sorts:
        return Order(column, asked.startswith("-"))
    lead = sight.lead
    if lead is None:
        return Order(None, falling=False)
    score = sight.columns.get(f"score_{lead.scheme}")
    return Order(score, falling=True) if score is not None else Order(lead, falling=False)


def columns_of(sight: Sight, asked: str) -> list[ShownColumn]:
    """Return the columns that an address asks for; the usual ones where it asks for none."""
    known = sight.every_column
    names = [name for name in asked.split(",") if name in known]
    if not names:
        lead = sight.lead
        first = [lead.name, f"score_{lead.scheme}"] if lead is not None else []
        names = [name for name in (*first, *_FIRST) if name in sight.columns]
    return [known[name] for name in dict.fromkeys(names)][:_MOST_COLUMNS]


def matching(sight: Sight, query: QueryDict) -> QuerySet[Any]:
    """Return all customers that an address matches, in no order and without pages."""
    filters, _ = filters_of(query, sight)
    found = matches_of(sight, [one.condition for one in filters]) if filters else None
    if found is not None and found.number <= CAP:
        return sight.customers().filter(pk__in=found.ids())
    return narrowed(sight.customers(), filters)


def visible_views(user: User) -> QuerySet[SavedView]:
    """Return the views that a person sees: the own ones, and those that are shared."""
    return (
        SavedView.objects.select_related("owner")
        .filter(Q(owner=user) | Q(shared=True))
        .order_by("name", "id")
    )


def default_view(user: User) -> SavedView | None:
    """Return the view that the list opens with for a person, unless it is not shared any more."""
    found = DefaultView.objects.select_related("view").filter(user=user).first()
    if found is None or not (found.view.shared or found.view.owner_id == user.pk):
        return None
    return found.view


def may_delete(user: User, view: SavedView) -> bool:
    """Return whether a person may delete a view: the own ones, or as administrator any."""
    return view.owner_id == user.pk or user.can(Ability.MANAGE_PEOPLE)


def currency() -> str | None:
    """Return the currency of the book."""
    found: str | None = served_book().settings.currency
    return found
