"""Actions on many customers: asked, counted, confirmed, done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kefen.domain.errors import CallError
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers.bulk import ACTIONS, selected
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.customers.tags import tag_names
from kefen.workspace.shell.language import said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_NAMED = 5


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
    everything = bool(request.POST.get("all"))
    context = {
        "action": action,
        "form": form,
        "count": len(ids),
        "changed": confirmed is not None and confirmed != str(len(ids)),
        "named": list(rows.order_by("customer_id")[:_NAMED]),
        "further": max(0, len(ids) - _NAMED),
        "chosen": [] if everything else ids,
        "everything": everything,
        "query": query.urlencode(),
        "back": back,
        "tags": tag_names(),
    }
    return render(request, "customers/bulk.html", context)
