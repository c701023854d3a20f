"""Merging two records of one customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.records import merging
from kefen.workspace.records.fields import field_label
from kefen.workspace.records.models import Merge
from kefen.workspace.records.queries import customer_for, record_of
from kefen.workspace.records.similar import similar_customers
from kefen.workspace.shell.language import said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@needs(Ability.MERGE)
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Choose the other record, compare the two, and make them one."""
    user = signed_in(request)
    row = customer_for(user, customer_id)
    other_id = (request.POST.get("with") or request.GET.get("with") or "").strip()
    other = None
    if other_id:
        try:
            other = customer_for(user, other_id)
        except Http404:
            text = Text("There is no customer {n}.", "没有编号为 {n} 的客户。")
            messages.error(request, said(text.filled(n=other_id)))
    if request.method == "POST" and other is not None:
        taken = [one.removeprefix("take_") for one, side in request.POST.items() if side == "other"]
        try:
            merging.merge_customers(user, customer_id, other_id, taken)
        except CallError as error:
            messages.error(request, f"{said(error.what)} {said(error.mend)}")
        else:
            messages.success(
                request,
                said(
                    Text(
                        "The two are one. Grades follow with the next run.",
                        "已合并，等级将在下次评级时更新。",
                    )
                ),
            )
            return redirect("customers:customer", customer_id=customer_id)
    values = record_of(customer_id) or {}
    given = {name: values.get(name) or "" for name in ("name", "tax_id", "phone", "email")}
    found = similar_customers(user, given, but=customer_id) if other is None else []
    differing = merging.differing_fields(user, customer_id, other_id) if other is not None else []
    context = {
        "row": row,
        "other": other,
        "differing": [(name, field_label(name), *both) for name, *both in differing],
        "found": [one for one in found if one.row is not None],
    }
    return render(request, "records/merge.html", context)


@needs(Ability.MERGE)
@require_POST
def take_apart(request: HttpRequest, number: int) -> HttpResponse:
    """Take a merge back."""
    user = signed_in(request)
    found = get_object_or_404(Merge, pk=number)
    customer_for(user, found.kept)
    try:
        merging.take_apart(user, found)
    except CallError as error:
        messages.error(request, f"{said(error.what)} {said(error.mend)}")
    else:
        messages.success(request, said(Text("The two are taken apart.", "已拆分为两条记录。")))
    return redirect("customers:customer", customer_id=found.kept)
