"""The list of customers, saved views, export, and each customer's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers import services
from kefen.workspace.customers.cells import cell, value_in_words
from kefen.workspace.customers.customer import customer_page, tried
from kefen.workspace.customers.export import MOST_ROWS, workbook
from kefen.workspace.customers.forms import SaveViewForm
from kefen.workspace.customers.paging import CAP
from kefen.workspace.customers.queries import (
    customer_list,
    matching,
    may_delete,
    order_of,
    sight_of,
    visible_views,
)
from kefen.workspace.shell.language import current_language, said

if TYPE_CHECKING:
    from django.http import HttpRequest

    from kefen.workspace.customers.queries import CustomerList
    from kefen.workspace.customers.sight import Sight

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs(Ability.SEE_CUSTOMERS)
def customers(request: HttpRequest) -> HttpResponse:
    """Show the list as the address asks for it."""
    user = signed_in(request)
    sight = sight_of(user)
    if sight is None:
        return render(request, "customers/none_yet.html")
    found = customer_list(sight, request.GET)
    language = current_language()
    kept = request.GET.copy()
    for name in ("after", "view"):
        kept.pop(name, None)
    views = [
        (view, may_delete(user, view), view.query == kept.urlencode())
        for view in visible_views(user)
    ]
    context = {
        "list": found,
        "rows": [
            (row, [(column, cell(column, row, language)) for column in found.columns])
            for row in found.page.rows
        ],
        "headings": [_heading(found, column.name) for column in found.columns],
        "by_name": _heading(found, "name"),
        "total": f"{CAP:,}+" if found.more else f"{found.counted:,}",
        "views": views,
        "form": SaveViewForm(initial={"query": kept.urlencode()}),
        "kept": kept.urlencode(),
        "may_share": user.can(Ability.SHARE_VIEWS),
        "may_export": user.can(Ability.EXPORT),
        "filterable": _filterable(sight),
        "choosable": [
            (column, column in found.columns)
            for column in sight.columns.values()
            if column.name != "name"
        ],
        "is_all": not found.filters,
    }
    return render(request, "customers/customers.html", context)


@needs(Ability.EXPORT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Return the chosen customers, or all that match, as a workbook."""
    user = signed_in(request)
    sight = sight_of(user)
    if sight is None:
        raise Http404
    query = QueryDict(request.POST.get("query", ""))
    rows = matching(sight, query)
    chosen = request.POST.getlist("customer")
    if chosen and not request.POST.get("all"):
        rows = rows.filter(customer_id__in=chosen)
    count = rows.order_by()[: MOST_ROWS + 1].count()
    if count > MOST_ROWS:
        messages.error(
            request,
            said(
                Text(
                    "More than {n} customers match; narrow the list with a filter first.",
                    "符合条件的客户超过 {n} 位，请先用筛选缩小范围。",
                ).filled(n=f"{MOST_ROWS:,}")
            ),
        )
        return redirect(f"{reverse('customers:list')}?{query.urlencode()}")
    order = order_of(sight, query.get("sort", ""))
    sorts = (
        [f"-{order.column.name}" if order.falling else order.column.name] if order.column else []
    )
    columns = list(sight.columns.values())
    content = workbook(
        rows.order_by(*sorts, "customer_id").iterator(chunk_size=2_000),
        columns,
        current_language(),
        Text("Customers", "客户"),
    )
    services.note_export(user, count, len(columns))
    response = HttpResponse(content, content_type=_XLSX)
    response["Content-Disposition"] = 'attachment; filename="customers.xlsx"'
    return response


@needs(Ability.SEE_CUSTOMERS)
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep a view."""
    form = SaveViewForm(request.POST)
    query = request.POST.get("query", "")
    if form.is_valid():
        values = form.cleaned_data
        view = services.save_view(
            signed_in(request),
            name=values["name"],
            query=QueryDict(values["query"]).urlencode(),
            shared=values["shared"],
        )
        messages.success(
            request, said(Text("The view “{n}” is kept.", "视图“{n}”已保存。").filled(n=view.name))
        )
        query = view.query
    else:
        messages.error(request, said(Text("Give the view a name.", "请为视图命名。")))
    return redirect(f"{reverse('customers:list')}?{query}")


@needs(Ability.SEE_CUSTOMERS)
@require_POST
def delete_view(request: HttpRequest, number: int) -> HttpResponse:
    """Delete a view."""
    user = signed_in(request)
    services.delete_view(user, get_object_or_404(visible_views(user), pk=number))
    messages.success(request, said(Text("The view is deleted.", "视图已删除。")))
    return redirect("customers:list")


@needs(Ability.SEE_CUSTOMERS)
def customer(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Show a customer: its grades, and why."""
    user = signed_in(request)
    sight = sight_of(user)
    row = sight.customers().filter(pk=customer_id).first() if sight is not None else None
    if sight is None or row is None:
        raise Http404
    language = current_language()
    page = customer_page(
        sight, row, request.GET.get("scheme", ""), may_see_why=user.can(Ability.SEE_WHY)
    )
    attributes = [
        (column, value_in_words(column, getattr(row, column.name), language))
        for column in sight.columns.values()
        if column.kind == "attribute"
        and column.name != "name"
        and getattr(row, column.name) is not None
    ]
    context = {"row": row, "page": page, "attributes": attributes, "sight": sight}
    return render(request, "customers/customer.html", context)


@needs(Ability.SEE_WHY)
def what_if(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Return what grades a customer would have with other figures."""
    sight = sight_of(signed_in(request))
    row = sight.customers().filter(pk=customer_id).first() if sight is not None else None
    if sight is None or row is None:
        raise Http404
    context = {"row": row, "tried": tried(sight, row, request.GET)}
    return render(request, "customers/tried.html", context)


def _heading(found: CustomerList, name: str) -> dict[str, Any]:
    """Return how the heading of a column sorts: its next order, and the present one."""
    column = found.sight.columns[name]
    now = found.order.column is not None and found.order.column.name == name
    first_falling = column.type in ("integer", "decimal", "date")
    falling = not found.order.falling if now else first_falling
    return {
        "column": column,
        "next": f"-{name}" if falling else name,
        "sorted": ("descending" if found.order.falling else "ascending") if now else "",
    }


def _filterable(sight: Sight) -> dict[str, list[Any]]:
    """Return what the filter menu offers: grades to tick, and columns with a range."""
    return {
        "grades": [one for one in sight.schemes if one.type == "rank"],
        "ranges": [
            one
            for one in sight.columns.values()
            if one.kind in ("metric", "score")
            and one.type in ("integer", "decimal", "date")
            and one.sorts
        ],
        "texts": [
            one
            for one in sight.columns.values()
            if one.name in ("region", "industry", "owner", "country")
        ],
    }
