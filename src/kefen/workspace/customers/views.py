"""The list of customers, and each customer's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers.bulk import actions_of
from kefen.workspace.customers.cells import cell, value_in_words
from kefen.workspace.customers.customer import customer_page, tried
from kefen.workspace.customers.fields import fields_of
from kefen.workspace.customers.finding import found_for
from kefen.workspace.customers.forms import SaveViewForm
from kefen.workspace.customers.further_views import part_of_page, seen
from kefen.workspace.customers.neighbours import neighbours_of
from kefen.workspace.customers.own import with_own
from kefen.workspace.customers.paging import CAP
from kefen.workspace.customers.queries import (
    customer_list,
    default_view,
    may_delete,
    sight_of,
    visible_views,
)
from kefen.workspace.customers.tabs import own_query
from kefen.workspace.customers.tags import tags_of
from kefen.workspace.customers.then import seen_customer
from kefen.workspace.records.dossier import dossier_of
from kefen.workspace.shell.language import current_language, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from kefen.workspace.accounts.models import User
    from kefen.workspace.customers.models import SavedView
    from kefen.workspace.customers.neighbours import Neighbours
    from kefen.workspace.customers.queries import CustomerList

_NOT_KEPT = ("after", "view", "all")


@needs(Ability.SEE_CUSTOMERS)
def customers(request: HttpRequest) -> HttpResponse:
    """Show the list as the address asks for it; as the person's default view where it does not."""
    user = signed_in(request)
    sight = sight_of(user, request.GET.get("run", ""))
    if sight is None:
        return render(request, "customers/none_yet.html")
    asked_run = request.GET.get("run", "")
    if asked_run not in ("", sight.publication.run_id):
        # There is no copy of that period: it can be prepared, and the present is not taken for it.
        return redirect(f"{reverse('overview:overview')}?{urlencode({'run': asked_run})}")
    opens_with = default_view(user)
    if not request.GET and opens_with is not None:
        return redirect(f"{reverse('customers:list')}?{opens_with.query}&view={opens_with.pk}")
    asked = _without_empty(request.GET)
    if len(asked.urlencode()) < len(request.GET.urlencode()):
        return redirect(f"{reverse('customers:list')}?{asked.urlencode() or 'all=1'}")
    found = customer_list(sight, request.GET)
    language = current_language()
    kept = request.GET.copy()
    for name in _NOT_KEPT:
        kept.pop(name, None)
    tags = tags_of([row.customer_id for row in found.page.rows])
    context = {
        "list": found,
        "rows": [
            (
                row,
                [(column, cell(column, row, language)) for column in found.columns],
                tags.get(row.customer_id, ()),
            )
            for row in with_own(found.page.rows, found.columns)
        ],
        "headings": [_heading(found, column.name) for column in found.columns],
        "by_name": _heading(found, "name"),
        "total": f"{CAP:,}+" if found.more else f"{found.counted:,}",
        "form": SaveViewForm(initial={"query": kept.urlencode()}),
        "kept": kept.urlencode(),
        "within": quote(kept.urlencode() or "all=1"),
        "may_share": user.can(Ability.SHARE_VIEWS),
        "may_export": user.can(Ability.EXPORT),
        "bulk_actions": actions_of(user),
        "may_edit": user.can(Ability.EDIT),
        "choosable": [
            (column, column in found.columns)
            for column in sight.every_column.values()
            if column.name != "name"
        ],
        "own_query": own_query(user),
        "is_all": not found.filters,
        "dense": bool(request.GET.get("dense")),
    }
    context |= _views(user, kept.urlencode(), request.GET.get("view", ""), opens_with)
    return render(request, "customers/customers.html", context)


@needs(Ability.SEE_CUSTOMERS)
def filters(request: HttpRequest) -> HttpResponse:
    """Return the form of every field to filter by; a page of its own where no script asks."""
    user = signed_in(request)
    sight = sight_of(user)
    if sight is None:
        return redirect("customers:list")
    beside = [
        (name, value)
        for name, values in request.GET.lists()
        if name in ("sort", "columns", "dense", "view", "search", "run")
        for value in values
    ]
    context = {"groups": fields_of(sight, request.GET), "beside": beside}
    inside = request.headers.get("HX-Request")
    return render(
        request, "customers/filter_form.html" if inside else "customers/filters.html", context
    )


@needs(Ability.SEE_CUSTOMERS)
def find(request: HttpRequest) -> HttpResponse:
    """Return what the palette finds."""
    user = signed_in(request)
    found = found_for(user, sight_of(user), request.GET.get("search", ""))
    return render(request, "customers/found.html", {"found": found})


@needs(Ability.SEE_CUSTOMERS)
def customer(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Show a customer: its grades, and why."""
    user = signed_in(request)
    found = seen_customer(user, customer_id, request.GET.get("run", ""), archived=True)
    within = request.GET.get("in", "")
    if found is None:
        words = Text(
            "This customer was not there yet in that period.", "该客户在所选评级期尚不存在。"
        )
        messages.info(request, said(words))
        return redirect(f"{request.path}?{urlencode({'in': within})}")
    sight, row = found.sight, found.row_now
    tags = tags_of([row.customer_id]).get(row.customer_id, ())
    language = current_language()
    page = customer_page(
        sight, found.row, request.GET.get("scheme", ""), may_see_why=user.can(Ability.SEE_WHY)
    )
    attributes = [
        (column, value_in_words(column, getattr(row, column.name), language))
        for column in found.sight_now.columns.values()
        if column.kind in ("attribute", "further")
        and column.name != "name"
        and getattr(row, column.name) is not None
    ]
    context = {
        "row": row,
        "page": page,
        "attributes": attributes,
        "sight": sight,
        "sight_now": found.sight_now,
        "and_run": f"&run={quote(sight.period)}" if sight.period else "",
        "within": within,
        "neighbours": _neighbours(user, within, row) if within else None,
        "tags": tags,
        "bulk_actions": [
            one for one in actions_of(user) if one.code == "tag" or (one.code == "untag" and tags)
        ],
        "may_see_why": user.can(Ability.SEE_WHY),
        "dossier": dossier_of(user, row),
    }
    return render(request, "customers/customer.html", context)


@needs(Ability.SEE_WHY)
def what_if(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Return what grades a customer would have with other figures."""
    sight, row = seen(request, customer_id)
    context = {"sight": sight, "row": row, "tried": tried(sight, row, request.GET)}
    return part_of_page(request, "customers/tried.html", context, bare=True)


def _neighbours(user: User, within: str, row: Any) -> Neighbours | None:
    """Return the neighbours in the list that the page was opened from, of its own period."""
    query = QueryDict(within)
    sight = sight_of(user, query.get("run", ""))
    own = sight.customers().filter(pk=row.pk).first() if sight is not None and sight.period else row
    return neighbours_of(sight, query, own) if sight is not None and own is not None else None


def _views(user: User, kept: str, asked: str, opens_with: SavedView | None) -> dict[str, Any]:
    """Return the views as tabs, the one that is open, and whether the list has left it."""
    views = list(visible_views(user))
    opened = next((one for one in views if str(one.pk) == asked), None)
    if opened is None:
        opened = next((one for one in views if one.query == kept), None)
    return {
        "views": views,
        "opened": opened,
        "left_view": opened is not None and opened.query != kept,
        "may_delete": opened is not None and may_delete(user, opened),
        "is_own": opened is not None and opened.owner_id == user.pk,
        "opens_with": opens_with,
    }


def _without_empty(query: QueryDict) -> QueryDict:
    """Return an address without the fields of a form that were left empty."""
    full = QueryDict(mutable=True)
    for name, values in query.lists():
        full.setlist(name, [value for value in values if value.strip()])
    return full


def _heading(found: CustomerList, name: str) -> dict[str, Any]:
    """Return how the heading of a column sorts: its next order, and the present one."""
    column = found.sight.every_column[name]
    now = found.order.column is not None and found.order.column.name == name
    first_falling = column.type in ("integer", "decimal", "date")
    falling = not found.order.falling if now else first_falling
    return {
        "column": column,
        "next": f"-{name}" if falling else name,
        "sorted": ("descending" if found.order.falling else "ascending") if now else "",
    }
