"""The public pool, its rules, and hand-over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.grading.ownership import rules_in_words
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers.cells import cell
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.jobs.queries import visible_jobs
from kefen.workspace.jobs.services import ask_for
from kefen.workspace.ownership import pool as pool_services
from kefen.workspace.ownership import services
from kefen.workspace.ownership.forms import AssignForm, HandOverForm
from kefen.workspace.ownership.models import AutomaticReturn
from kefen.workspace.ownership.queries import (
    current_rules,
    number_owned,
    pool_for,
    rules_column,
    visible_due,
)
from kefen.workspace.runs.published import model_of
from kefen.workspace.runs.queries import current_publication, stored_run
from kefen.workspace.shell.language import current_language, said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_ON_A_PAGE = 50
_MOST_DUE = 200


@needs(Ability.CLAIM)
def pool(request: HttpRequest) -> HttpResponse:
    """Show the pool, searched and page by page."""
    user = signed_in(request)
    sight = sight_of(user)
    publication = current_publication()
    if sight is None or publication is None:
        return render(request, "customers/none_yet.html")
    search = request.GET.get("search", "").strip()
    found = pool_for(user)
    if search:
        found = found.filter(searched__contains=search.lower())
    after = request.GET.get("after", "")
    if after:
        found = found.filter(pk__gt=after)
    rows = list(found.order_by("customer_id")[: _ON_A_PAGE + 1])
    column = sight.columns.get(rules_column(publication) or "")
    language = current_language()
    rules = current_rules()
    context = {
        "rows": [
            (row, cell(column, row, language) if column is not None else None)
            for row in rows[:_ON_A_PAGE]
        ],
        "search": search,
        "next": rows[_ON_A_PAGE - 1].pk if len(rows) > _ON_A_PAGE else None,
        "rules": rules,
        "owned": number_owned(user),
        "claims": pool_services.claims_today(user),
        "due": _named(list(visible_due(user).filter(owner=user.name or None)[:_MOST_DUE])),
        "may_assign": user.can(Ability.ASSIGN),
    }
    return render(request, "ownership/pool.html", context)


@needs(Ability.CLAIM)
@require_POST
def claim(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Claim a customer."""
    try:
        pool_services.claim(signed_in(request), customer_id)
    except CallError as error:
        messages.error(request, f"{said(error.what)} {said(error.mend)}")
        return redirect("ownership:pool")
    messages.success(request, said(Text("The customer is yours.", "客户已归您所有。")))
    return redirect("customers:customer", customer_id=customer_id)


@needs(Ability.CLAIM)
@require_POST
def give_back(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Return a customer to the pool."""
    pool_services.return_customer(signed_in(request), customer_id)
    messages.success(request, said(Text("The customer is in the pool again.", "客户已退回公海。")))
    return redirect("ownership:pool")


@needs(Ability.ASSIGN)
@require_POST
def assign(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Give one customer to a person, or to the pool."""
    form = AssignForm(request.POST)
    if form.is_valid():
        try:
            services.assign_owner(signed_in(request), [customer_id], form.cleaned_data["owner"])
        except CallError as error:
            messages.error(request, f"{said(error.what)} {said(error.mend)}")
        else:
            messages.success(request, said(Text("Saved.", "已保存。")))
    else:
        messages.error(request, said(Text("This person is not there.", "没有此人员。")))
    return redirect("customers:customer", customer_id=customer_id)


@needs(Ability.ASSIGN)
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules of the standard, what they return, and whether that happens by itself."""
    user = signed_in(request)
    publication = current_publication()
    if publication is None:
        return render(request, "customers/none_yet.html")
    setting = AutomaticReturn.objects.select_related("by").filter(pk=1).first()
    run = stored_run(publication.run_id)
    lines = said(rules_in_words(run)).replace("；", ";").split(";")
    due = list(visible_due(user)[:_MOST_DUE])
    last = visible_jobs(user).filter(kind="pool").first()
    context = {
        "rules": current_rules(),
        "lines": [one.strip() for one in lines],
        "setting": setting,
        "stands": setting is not None and setting.on and setting.by.can(Ability.ASSIGN),
        "due": _named(due),
        "returnable": visible_due(user).filter(on__lte=localdate()).count(),
        "job": last if last is not None and (last.is_open or last.error) else None,
        "people": [
            (one, number_owned(one)) for one in User.objects.exclude(name="").order_by("name")
        ],
    }
    return render(request, "ownership/rules.html", context)


@needs(Ability.ASSIGN)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Ask for a check of the rules."""
    user = signed_in(request)
    with transaction.atomic():
        ask_for(user, "pool", "now", returns=False)
    return redirect("ownership:rules")


@needs(Ability.ASSIGN)
@require_POST
def recall(request: HttpRequest) -> HttpResponse:
    """Return every due customer to the pool."""
    returned = pool_services.recall_due(signed_in(request))
    messages.success(
        request,
        said(
            Text("{n} {n:customer|customers} returned to the pool.", "已收回 {n} 位客户。").filled(
                n=returned
            )
        ),
    )
    return redirect("ownership:rules")


@needs(Ability.ASSIGN)
@require_POST
def automatic(request: HttpRequest) -> HttpResponse:
    """Switch automatic returns on or off."""
    pool_services.switch_automatic(signed_in(request), on=request.POST.get("on") == "1")
    messages.success(request, said(Text("Saved.", "已保存。")))
    return redirect("ownership:rules")


@needs(Ability.ASSIGN)
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    """Give all customers of a person to others, or to the pool."""
    user = signed_in(request)
    person = get_object_or_404(User.objects.exclude(name=""), pk=number)
    form = HandOverForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            moved = services.hand_over(user, person, form.cleaned_data["people"])
        except CallError as error:
            form.add_error(None, f"{said(error.what)} {said(error.mend)}")
        else:
            messages.success(
                request,
                said(
                    Text("{n} {n:customer|customers} handed over.", "已交接 {n} 位客户。").filled(
                        n=moved
                    )
                ),
            )
            return redirect(reverse("ownership:rules"))
    context = {"form": form, "person": person, "owned": number_owned(person)}
    return render(request, "ownership/hand_over.html", context)


def _named(due: list[Any]) -> list[tuple[Any, str]]:
    """Return due customers with their names."""
    publication = current_publication()
    if publication is None:
        return []
    model: Any = model_of(publication.pk)
    names = dict(
        model._default_manager.filter(pk__in=[one.pk for one in due]).values_list("pk", "name")
    )
    return [(one, names.get(one.pk) or one.pk) for one in due]
