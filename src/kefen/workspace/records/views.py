"""Adding, changing and archiving customers, and what changed in them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.customers.sight import CODES
from kefen.workspace.records import services
from kefen.workspace.records.fields import field_label
from kefen.workspace.records.forms import (
    AttributeForm,
    NewCustomerForm,
    ReasonForm,
    RecordForm,
)
from kefen.workspace.records.models import Archived
from kefen.workspace.records.queries import (
    archived,
    custom_attributes,
    custom_values,
    customer_for,
    history_of,
    record_of,
    visible_attributes,
    visible_edits,
)
from kefen.workspace.records.services import StaleFormError
from kefen.workspace.records.similar import similar_customers
from kefen.workspace.shell.language import said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_MOST_ARCHIVED = 200


@needs(Ability.EDIT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Add a customer, or a prospect where the address says so."""
    user = signed_in(request)
    if sight_of(user) is None:
        return render(request, "customers/none_yet.html")
    form = NewCustomerForm(user, "", (), request.POST or None, token=secrets.token_hex(16))
    asked = request.GET.get("status", "")
    form.initial["status"] = asked if asked in CODES["status"] else "customer"
    if request.method == "POST" and form.is_valid():
        try:
            number = services.create_customer(
                user,
                form.values,
                number=form.cleaned_data["number"].strip(),
                token=form.cleaned_data["token"],
            )
        except CallError as error:
            form.add_error(None, f"{said(error.what)} {said(error.mend)}")
        else:
            messages.success(
                request,
                said(
                    Text(
                        "It is added, and graded with the next run.",
                        "已新建，将在下次评级时评级。",
                    )
                ),
            )
            return redirect("customers:customer", customer_id=number)
    context = {"form": form, "of_prospect": form.initial["status"] == "prospect"}
    return render(request, "records/new.html", context)


@needs(Ability.EDIT)
def similar(request: HttpRequest) -> HttpResponse:
    """Return customers that the one being typed may be already."""
    user = signed_in(request)
    given = {name: request.GET.get(name, "") for name in ("name", "tax_id", "phone", "email")}
    context = {"found": similar_customers(user, given, but=request.GET.get("but", ""))}
    return render(request, "records/similar.html", context)


@needs(Ability.EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Change a customer's fields."""
    user = signed_in(request)
    row = customer_for(user, customer_id, Ability.EDIT)
    values = {**(record_of(customer_id) or {}), **custom_values(user, customer_id)}
    form = RecordForm(
        user,
        values.get("kind") or "",
        visible_attributes(user),
        request.POST or None,
        values=values,
        token=secrets.token_hex(16),
    )
    conflicts: list[dict[str, object]] = []
    if request.method == "POST" and form.is_valid():
        try:
            services.change_customer(
                user,
                customer_id,
                form.values,
                was=form.cleaned_data["was"],
                token=form.cleaned_data["token"],
            )
        except StaleFormError as error:
            form.add_error(None, f"{said(error.what)} {said(error.mend)}")
            now = {one.field: one.now for one in error.conflicts}
            form.remember({**form.cleaned_data["was"], **now})
            names = {one.field: one.name for one in visible_attributes(user)}
            conflicts = [
                {
                    "field": names.get(one.field) or field_label(one.field),
                    "now": one.now,
                    "wanted": one.wanted,
                    "who": one.who,
                }
                for one in error.conflicts
            ]
        else:
            messages.success(request, said(Text("Saved.", "已保存。")))
            return redirect("customers:customer", customer_id=customer_id)
    context = {"form": form, "row": row, "conflicts": conflicts, "archived": archived(customer_id)}
    return render(request, "records/edit.html", context, status=409 if conflicts else 200)


@needs(Ability.SEE_CUSTOMERS)
def history(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Show what changed in a customer's fields, when and by whom."""
    user = signed_in(request)
    row = customer_for(user, customer_id)
    mine = set(
        visible_edits(user).filter(changes__customer_id=customer_id).values_list("pk", flat=True)
    )
    context = {
        "row": row,
        "history": history_of(user, customer_id),
        "may_undo": mine if user.can(Ability.EDIT) else set(),
    }
    return render(request, "records/history.html", context)


@needs(Ability.EDIT)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take an edit back."""
    user = signed_in(request)
    found = get_object_or_404(visible_edits(user), pk=number)
    customer_id = found.changes.values_list("customer_id", flat=True)[0]
    try:
        _, stay = services.undo_edit(user, found)
    except CallError as error:
        messages.error(request, f"{said(error.what)} {said(error.mend)}")
    else:
        if stay:
            names = ", ".join(said(field_label(one)) for one in stay)
            messages.warning(
                request,
                said(
                    Text(
                        "Taken back, except what was changed later: {f}.",
                        "已撤销；之后又被修改的字段未动：{f}。",
                    ).filled(f=names)
                ),
            )
        else:
            messages.success(request, said(Text("Taken back.", "已撤销。")))
    return redirect("records:history", customer_id=customer_id)


@needs(Ability.EDIT)
@require_http_methods(["GET", "POST"])
def archive(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Take a customer out of the lists."""
    user = signed_in(request)
    row = customer_for(user, customer_id, Ability.EDIT)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.archive_customer(user, customer_id, form.cleaned_data["reason"])
        messages.success(request, said(Text("The customer is archived.", "客户已归档。")))
        return redirect("customers:customer", customer_id=customer_id)
    return render(request, "records/archive.html", {"form": form, "row": row})


@needs(Ability.EDIT)
@require_POST
def restore(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Bring an archived customer back."""
    services.restore_customer(signed_in(request), customer_id)
    messages.success(request, said(Text("The customer is back in the lists.", "客户已恢复。")))
    return redirect("customers:customer", customer_id=customer_id)


@needs(Ability.EDIT)
def archive_list(request: HttpRequest) -> HttpResponse:
    """List archived customers, those that the person sees."""
    user = signed_in(request)
    sight = sight_of(user)
    kept = list(Archived.objects.select_related("by").order_by("-at")[:_MOST_ARCHIVED])
    rows = {}
    if sight is not None:
        rows = sight.customers(archived=True).in_bulk([one.pk for one in kept])
    found = [(rows[one.pk], one) for one in kept if one.pk in rows]
    return render(request, "records/archive_list.html", {"found": found})


@needs(Ability.MANAGE_FIELDS)
@require_http_methods(["GET", "POST"])
def attributes(request: HttpRequest) -> HttpResponse:
    """List the custom attributes, and add one."""
    form = AttributeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        services.add_attribute(
            signed_in(request),
            name_en=values["name_en"],
            name_zh=values["name_zh"],
            kind=values["kind"],
            choices=values["choices"],
            money=values["money"],
        )
        messages.success(request, said(Text("The field is added.", "字段已添加。")))
        return redirect("records:attributes")
    context = {"form": form, "attributes": custom_attributes()}
    return render(request, "records/attributes.html", context)


@needs(Ability.MANAGE_FIELDS)
@require_POST
def remove_attribute(request: HttpRequest, number: int) -> HttpResponse:
    """Take a custom attribute out of use."""
    found = get_object_or_404(custom_attributes(), pk=number)
    services.remove_attribute(signed_in(request), found)
    messages.success(
        request,
        said(Text("The field is gone; its values are kept.", "字段已移除，数据仍保留。")),
    )
    return redirect("records:attributes")
