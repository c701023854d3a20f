"""The overview, and its lines over the months."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.jobs.queries import visible_jobs
from kefen.workspace.overview.periods import periods_of
from kefen.workspace.overview.queries import overview_of, teams_of
from kefen.workspace.overview.trends import trends_of
from kefen.workspace.runs.services import ask_to_prepare

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from kefen.workspace.customers.sight import ShownColumn, Sight
    from kefen.workspace.overview.periods import Period


@needs(Ability.SEE_CUSTOMERS)
def overview(request: HttpRequest) -> HttpResponse:
    """Show where all customers stand, under the scheme that the address names."""
    user = signed_in(request)
    asked = request.GET.get("run", "")
    sight = sight_of(user, asked)
    if sight is None or sight.lead is None:
        waiting = user.can(Ability.SEE_RUNS) and any(job.is_open for job in visible_jobs(user)[:3])
        return render(request, "overview/none_yet.html", {"waiting": waiting})
    periods = periods_of(user, sight)
    if asked and asked != sight.publication.run_id:
        return _preparing(request, periods, asked)
    scheme = _scheme(request, sight)
    teams = teams_of(sight)
    team = request.GET.get("team", "")
    team = team if team in teams else ""
    found = overview_of(sight, scheme, team)
    context = {
        "overview": found,
        "schemes": [one for one in sight.schemes if one.type == "rank"],
        "sight": sight,
        "periods": periods,
        "teams": teams,
        "team": team,
        "graded": sum(tier.customers for tier in found.tiers),
        "curve": " ".join(f"{p.customers},{100 - p.revenue}" for p in found.curve),
        "most_revenue": max((one.revenue or 0 for one in found.regions), default=0),
        "most_customers": max((one.customers for one in found.regions), default=0),
    }
    return render(request, "overview/overview.html", context)


@needs(Ability.SEE_CUSTOMERS)
def trends(request: HttpRequest) -> HttpResponse:
    """Return the lines over the months, which the page puts where they belong."""
    sight = sight_of(signed_in(request), request.GET.get("run", ""))
    if sight is None or sight.lead is None:
        raise Http404
    scheme = _scheme(request, sight)
    team = request.GET.get("team", "")
    found = trends_of(sight, scheme, team if team in teams_of(sight) else "")
    return render(
        request,
        "overview/trends.html",
        # A page without growth has no place for the lines of classes.
        {"trends": found, "with_classes": "classes" in request.GET},
    )


@needs(Ability.SEE_RUNS)
@require_POST
def prepare(request: HttpRequest) -> HttpResponse:
    """Ask for a copy of an earlier run, so that its period can be looked at."""
    user = signed_in(request)
    run_id = request.POST.get("run", "")
    sight = sight_of(user)
    if sight is None or run_id not in {one.run_id for one in periods_of(user, sight)}:
        raise Http404
    ask_to_prepare(user, run_id)
    return redirect(f"{reverse('overview:overview')}?{urlencode({'run': run_id})}")


def _preparing(request: HttpRequest, periods: list[Period], asked: str) -> HttpResponse:
    """Show that an earlier period has to be prepared, or is being prepared."""
    period = next((one for one in periods if one.run_id == asked), None)
    if period is None:
        raise Http404
    jobs = visible_jobs(signed_in(request)).filter(kind="prepare", subject=asked)
    job = jobs.first()
    context = {"period": period, "job": job, "waiting": job is not None and job.is_open}
    return render(request, "overview/preparing.html", context)


def _scheme(request: HttpRequest, sight: Sight) -> ShownColumn:
    ranked = {one.scheme: one for one in sight.schemes if one.type == "rank"}
    lead = sight.lead
    if lead is None:
        raise Http404
    return ranked.get(request.GET.get("scheme", ""), lead)
