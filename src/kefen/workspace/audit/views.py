"""The audit log as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.audit.queries import visible_entries
from kefen.workspace.audit.words import ACTIONS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_ON_A_PAGE = 100


@needs(Ability.SEE_AUDIT)
def entries(request: HttpRequest) -> HttpResponse:
    """Show who did what, newest first."""
    found = visible_entries(signed_in(request))
    after = request.GET.get("after", "")
    if after.isdecimal():
        found = found.filter(id__lt=int(after))
    page = list(found[: _ON_A_PAGE + 1])
    context = {
        "entries": [(entry, ACTIONS[entry.action]) for entry in page[:_ON_A_PAGE]],
        "next": page[_ON_A_PAGE - 1].id if len(page) > _ON_A_PAGE else None,
    }
    return render(request, "audit/entries.html", context)
