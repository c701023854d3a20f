"""The overview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.jobs.queries import visible_jobs
from kefen.workspace.overview.queries import overview_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@needs(Ability.SEE_CUSTOMERS)
def overview(request: HttpRequest) -> HttpResponse:
    """Show where all customers stand, under the scheme that the address names."""
    user = signed_in(request)
    sight = sight_of(user)
    if sight is None or sight.lead is None:
        waiting = user.can(Ability.SEE_RUNS) and any(job.is_open for job in visible_jobs(user)[:3])
        return render(request, "overview/none_yet.html", {"waiting": waiting})
    ranked = [one for one in sight.schemes if one.type == "rank"]
    asked = request.GET.get("scheme")
    scheme = next((one for one in ranked if one.scheme == asked), sight.lead)
    found = overview_of(sight, scheme)
    largest = max((tier.customers for tier in found.tiers), default=0)
    graded = sum(tier.customers for tier in found.tiers)
    context = {
        "overview": found,
        "schemes": ranked,
        "graded": graded,
        "largest": largest,
        "curve": " ".join(f"{p.customers},{100 - p.revenue}" for p in found.curve),
        "most_revenue": max((one.revenue or 0 for one in found.regions), default=0),
        "most_customers": max((one.customers for one in found.regions), default=0),
    }
    return render(request, "overview/overview.html", context)
