"""Actions on many customers, and their export: asked, counted, confirmed, done."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers import services
from kefen.workspace.customers.bulk import ACTIONS, selected
from kefen.workspace.customers.export import workbook
from kefen.workspace.customers.forms import ExportForm
from kefen.workspace.customers.own import with_own
from kefen.workspace.customers.paging import with_value
from kefen.workspace.customers.queries import columns_of, order_of, sight_of
from kefen.workspace.customers.tags import tag_names
from kefen.workspace.shell.language import current_language, said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from kefen.workspace.accounts.models import User
    from kefen.workspace.customers.paging import Order
    from kefen.workspace.customers.sight import ShownColumn

_EXPORT = Text("Export", "导出")
_NAMED = 5
_AT_ONCE = 2_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs(Ability.SEE_CUSTOMERS)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Say how many customers are meant and ask for what the action needs; then do it.

    The count that the page confirms must still be the one that the server finds.
    """
    user = signed_in(request)
    query = QueryDict(request.POST.get("query", ""))
    sight = sight_of(user, query.get("run", ""))
    action = ACTIONS.get(request.POST.get("action", ""))
    if sight is None or action is None:
        raise Http404
    if not user.can(action.ability):
        raise PermissionDenied
    back = f"{reverse('customers:list')}?{query.urlencode()}"
    confirmed = request.POST.get("confirmed")
    form = action.form(None if confirmed is None else request.POST)
    try:
        with transaction.atomic():
            rows = selected(sight, request.POST, query)
            ids = list(rows.order_by("customer_id").values_list("customer_id", flat=True))
            if confirmed == str(len(ids)) and form.is_valid():
                done = action.act(user, ids, form.cleaned_data)
                messages.success(request, said(done))
                return redirect(back)
    except CallError as error:
        messages.error(request, f"{said(error.what)} {said(error.mend)}")
        return redirect(back)
    context = {"title": action.name, "code": action.code, "icon": action.icon, "form": form}
    context |= {"address": reverse("customers:bulk"), "tags": tag_names()}
    context |= {"query": query.urlencode(), "back": back}
    return render(request, "customers/bulk.html", context | _meant(request, rows, ids))


@needs(Ability.EXPORT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Say how many customers are meant; then, that many confirmed, return them as a workbook."""
    user = signed_in(request)
    query = QueryDict(request.POST.get("query", ""))
    sight = sight_of(user, query.get("run", ""))
    if sight is None:
        raise Http404
    back = f"{reverse('customers:list')}?{query.urlencode()}"
    confirmed = request.POST.get("confirmed")
    shown = columns_of(sight, ",".join(query.getlist("columns")))
    form = ExportForm(None if confirmed is None else request.POST, columns=len(shown))
    try:
        rows = selected(sight, request.POST, query)
        ids = list(rows.order_by("customer_id").values_list("customer_id", flat=True))
    except CallError as error:
        messages.error(request, f"{said(error.what)} {said(error.mend)}")
        return redirect(back)
    if confirmed == str(len(ids)) and form.is_valid():
        named = [one for one in shown if one.name != "name"]
        columns = [sight.columns["name"], *named]
        if form.cleaned_data["columns"] == ExportForm.ALL:
            columns = list(sight.every_column.values())
        order = order_of(sight, query.get("sort", ""))
        return _as_file(user, _in_order(rows, order), len(ids), columns)
    context = {"title": _EXPORT, "icon": "download", "form": form}
    context |= {"address": reverse("customers:export"), "query": query.urlencode(), "back": back}
    return render(request, "customers/bulk.html", context | _meant(request, rows, ids))


def _as_file(
    user: User, rows: Iterable[Any], count: int, columns: list[ShownColumn]
) -> HttpResponse:
    content = workbook(
        with_own(rows, columns), columns, current_language(), Text("Customers", "客户")
    )
    services.note_export(user, count, len(columns))
    response = HttpResponse(content, content_type=_XLSX)
    response["Content-Disposition"] = 'attachment; filename="customers.xlsx"'
    return response


def _in_order(rows: QuerySet[Any], order: Order) -> Iterable[Any]:
    """Return rows as the list sorts them."""
    without = rows.order_by("customer_id")
    if order.column is None:
        return without.iterator(chunk_size=_AT_ONCE)
    name = order.column.name
    parts = (
        with_value(rows, name, None, falling=order.falling),
        without.filter(**{f"{name}__isnull": True}),
    )
    return chain.from_iterable(part.iterator(chunk_size=_AT_ONCE) for part in parts)


def _meant(request: HttpRequest, rows: QuerySet[Any], ids: list[str]) -> dict[str, Any]:
    """Return what a page says of who is meant, and sends again."""
    confirmed = request.POST.get("confirmed")
    everything = bool(request.POST.get("all"))
    return {
        "count": len(ids),
        "changed": confirmed is not None and confirmed != str(len(ids)),
        "named": list(rows.order_by("customer_id")[:_NAMED]),
        "further": max(0, len(ids) - _NAMED),
        "chosen": [] if everything else ids,
        "everything": everything,
    }
