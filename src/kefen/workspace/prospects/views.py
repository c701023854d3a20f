"""The board of prospects, and each prospect's plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.prospects import services
from kefen.workspace.prospects.forms import GiveUpForm, PlanForm
from kefen.workspace.prospects.queries import (
    board_of,
    ended,
    grade_of,
    kept_of,
    lost_ones,
    prospect_of,
)
from kefen.workspace.prospects.words import STAGES
from kefen.workspace.shell.language import said

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse


@needs(Ability.SEE_CUSTOMERS)
def board(request: HttpRequest) -> HttpResponse:
    """Show the prospects, stage by stage."""
    user = signed_in(request)
    context = {
        "stages": board_of(user, timezone.localdate()),
        "all_stages": STAGES.items(),
        "ended": ended(user),
        "lost": lost_ones(user),
        "may_work": user.can(Ability.WORK),
        "may_add": user.can(Ability.EDIT),
    }
    return render(request, "prospects/board.html", context)


@needs(Ability.WORK)
@require_http_methods(["GET", "POST"])
def prospect(request: HttpRequest) -> HttpResponse:
    """Show a prospect's plan, and keep it."""
    user = signed_in(request)
    customer_id = request.GET.get("customer", "")
    row = _row(request, customer_id)
    kept = kept_of(customer_id)
    start: dict[str, Any] = {}
    if kept is not None:
        names = ("next_step", "next_on", "expected_on", "obstacle")
        start = {name: getattr(kept, name) for name in names}
    form = PlanForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        services.plan_prospect(user, customer_id, **form.cleaned_data)
        messages.success(request, said(Text("Saved.", "已保存。")))
        return _to_board(customer_id)
    return _page(request, row, form=form)


@needs(Ability.WORK)
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Put a prospect into another stage."""
    customer_id = request.POST.get("customer", "")
    _row(request, customer_id)
    stage = request.POST.get("stage", "")
    if stage not in STAGES:
        raise Http404
    try:
        services.move_prospect(
            signed_in(request), customer_id, stage, was=request.POST.get("was", "")
        )
    except CallError as error:
        messages.error(request, f"{said(error.what)} {said(error.mend)}")
    return _to_board(customer_id)


@needs(Ability.EDIT)
@require_POST
def convert(request: HttpRequest) -> HttpResponse:
    """Make a customer of a prospect, and go to its page."""
    customer_id = request.POST.get("customer", "")
    row = _row(request, customer_id)
    services.convert_prospect(signed_in(request), customer_id)
    words = Text(
        "{p} is a customer now; all that was known stays.", "{p}已转为客户，全部资料保留。"
    )
    messages.success(request, said(words.filled(p=row.name or customer_id)))
    return redirect("customers:customer", customer_id=customer_id)


@needs(Ability.WORK)
@require_POST
def give_up(request: HttpRequest) -> HttpResponse:
    """Give a prospect up, with the reason."""
    customer_id = request.POST.get("customer", "")
    row = _row(request, customer_id)
    form = GiveUpForm(request.POST)
    if form.is_valid():
        try:
            services.give_up_prospect(signed_in(request), customer_id, form.cleaned_data["reason"])
        except CallError as error:
            messages.error(request, f"{said(error.what)} {said(error.mend)}")
        return redirect("prospects:board")
    return _page(request, row, give_up=form)


@needs(Ability.WORK)
@require_POST
def take_up(request: HttpRequest) -> HttpResponse:
    """Take up a prospect again that was given up."""
    customer_id = request.POST.get("customer", "")
    _row(request, customer_id)
    services.take_up_prospect(signed_in(request), customer_id)
    return _to_board(customer_id)


def _row(request: HttpRequest, customer_id: str) -> Any:
    row = prospect_of(signed_in(request), customer_id) if customer_id else None
    if row is None:
        raise Http404
    return row


def _page(request: HttpRequest, row: Any, **forms: Form) -> HttpResponse:
    user = signed_in(request)
    kept = kept_of(row.pk)
    sight = sight_of(user)
    context: dict[str, Any] = {
        "row": row,
        "kept": kept,
        "stage": kept.stage_words if kept is not None else STAGES["new"],
        "grade": grade_of(sight, row) if sight is not None else None,
        "form": PlanForm(),
        "give_up": GiveUpForm(),
        "may_convert": user.can(Ability.EDIT),
    }
    return render(request, "prospects/prospect.html", context | forms)


def _to_board(customer_id: str) -> HttpResponse:
    return redirect(f"{reverse('prospects:board')}?{urlencode({'moved': customer_id})}#moved")
