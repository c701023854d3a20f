"""Keeping, deleting, choosing and counting saved views of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers import services
from kefen.workspace.customers.forms import SaveViewForm
from kefen.workspace.customers.queries import visible_views
from kefen.workspace.customers.tabs import tab_counts
from kefen.workspace.shell.language import said

if TYPE_CHECKING:
    from django.http import HttpRequest


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
        query = f"{view.query}&view={view.pk}"
    else:
        messages.error(request, said(Text("Give the view a name.", "请为视图命名。")))
    return redirect(f"{reverse('customers:list')}?{query}")


@needs(Ability.SEE_CUSTOMERS)
def counts(request: HttpRequest) -> HttpResponse:
    """Return how many customers each tab of the list holds, which the page puts into the tabs."""
    found = tab_counts(signed_in(request))
    return render(request, "customers/counts.html", {"counts": found})


@needs(Ability.SEE_CUSTOMERS)
@require_POST
def delete_view(request: HttpRequest, number: int) -> HttpResponse:
    """Delete a view."""
    user = signed_in(request)
    services.delete_view(user, get_object_or_404(visible_views(user), pk=number))
    messages.success(request, said(Text("The view is deleted.", "视图已删除。")))
    return redirect(f"{reverse('customers:list')}?all=1")


@needs(Ability.SEE_CUSTOMERS)
@require_POST
def choose_default(request: HttpRequest) -> HttpResponse:
    """Let the list open with a view, or with all customers again."""
    user = signed_in(request)
    number = request.POST.get("view", "")
    view = None
    if number:
        found = visible_views(user).filter(pk=number if number.isdecimal() else 0)
        view = get_object_or_404(found)
    services.choose_default(user, view)
    words = (
        Text("The list opens with all customers.", "客户列表将默认显示全部客户。")
        if view is None
        else Text("The list opens with “{n}”.", "客户列表将默认打开“{n}”。").filled(n=view.name)
    )
    messages.success(request, said(words))
    query = "all=1" if view is None else f"{view.query}&view={view.pk}"
    return redirect(f"{reverse('customers:list')}?{query}")
