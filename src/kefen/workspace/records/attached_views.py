"""Contacts, notes, files and interactions of a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from kefen.domain.errors import KefenError
from kefen.domain.text import Text
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.records import attached
from kefen.workspace.records.attached import ChangedMeanwhileError
from kefen.workspace.records.forms import ContactForm, FileForm, InteractionForm, NoteForm
from kefen.workspace.records.models import Contact, Note, StoredFile
from kefen.workspace.records.queries import (
    customer_for,
    sees_contacts,
    visible_contacts,
    visible_files,
    visible_notes,
)
from kefen.workspace.shell.language import said

if TYPE_CHECKING:
    from django import forms
    from django.db.models import Model
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from kefen.workspace.accounts.models import User


@needs(Ability.EDIT)
@require_POST
def add_contact(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Add a contact."""
    user = signed_in(request)
    if not sees_contacts(user):
        raise PermissionDenied
    row = customer_for(user, customer_id, Ability.EDIT)
    form = ContactForm(request.POST)
    if form.is_valid():
        attached.add_contact(user, customer_id, form.cleaned_data, token=_token(request))
        return _back(request, customer_id, Text("The contact is added.", "联系人已添加。"))
    return _again(request, form, row, Text("A contact", "联系人"))


@needs(Ability.EDIT)
@require_http_methods(["GET", "POST"])
def change_contact(request: HttpRequest, number: int) -> HttpResponse:
    """Change a contact."""
    user = signed_in(request)
    contact: Contact = _found(user, Contact, number)
    row = customer_for(user, contact.customer_id, Ability.EDIT)
    start = {name: getattr(contact, name) for name in ContactForm.base_fields}
    form = ContactForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            attached.change_contact(user, contact, form.cleaned_data, _version(request))
        except ChangedMeanwhileError as error:
            form.add_error(None, _words(error))
        else:
            return _back(request, row.customer_id, Text("Saved.", "已保存。"))
    present = contact if form.errors else None
    return _again(request, form, row, Text.same(contact.name), contact, present)


@needs(Ability.EDIT)
@require_POST
def remove_contact(request: HttpRequest, number: int) -> HttpResponse:
    """Take a contact away."""
    user = signed_in(request)
    contact: Contact = _found(user, Contact, number)
    attached.remove_contact(user, contact)
    return _back(request, contact.customer_id, Text("The contact is removed.", "联系人已移除。"))


@needs(Ability.NOTE)
@require_POST
def add_note(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Write a note."""
    user = signed_in(request)
    row = customer_for(user, customer_id, Ability.NOTE)
    form = NoteForm(request.POST)
    if form.is_valid():
        attached.add_note(user, customer_id, form.cleaned_data["text"], token=_token(request))
        return _back(request, customer_id, Text("The note is kept.", "备注已保存。"))
    return _again(request, form, row, Text("A note", "备注"))


@needs(Ability.NOTE)
@require_http_methods(["GET", "POST"])
def change_note(request: HttpRequest, number: int) -> HttpResponse:
    """Change one's own note."""
    user = signed_in(request)
    note: Note = _found(user, Note, number)
    row = customer_for(user, note.customer_id, Ability.NOTE)
    form = NoteForm(request.POST or None, initial={"text": note.text})
    if request.method == "POST" and form.is_valid():
        try:
            attached.change_note(user, note, form.cleaned_data["text"], _version(request))
        except ChangedMeanwhileError as error:
            form.add_error(None, _words(error))
        else:
            return _back(request, row.customer_id, Text("Saved.", "已保存。"))
    present = note if form.errors else None
    return _again(request, form, row, Text("A note", "备注"), note, present)


@needs(Ability.NOTE)
@require_POST
def remove_note(request: HttpRequest, number: int) -> HttpResponse:
    """Take a note away."""
    user = signed_in(request)
    note: Note = _found(user, Note, number)
    attached.remove_note(user, note)
    return _back(request, note.customer_id, Text("The note is removed.", "备注已移除。"))


@needs(Ability.NOTE)
@require_POST
def add_file(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Keep a file."""
    user = signed_in(request)
    row = customer_for(user, customer_id, Ability.NOTE)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            attached.add_file(user, customer_id, form.cleaned_data["file"], token=_token(request))
        except KefenError as error:
            form.add_error("file", _words(error))
        else:
            return _back(request, customer_id, Text("The file is kept.", "文件已保存。"))
    return _again(request, form, row, Text("A file", "文件"), upload=True)


@needs(Ability.SEE_CUSTOMERS)
def file(request: HttpRequest, number: int) -> HttpResponseBase:
    """Return a file of a customer, to be saved and not shown."""
    user = signed_in(request)
    found: StoredFile = _found(user, StoredFile, number)
    path = attached.open_file(user, found)
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type="application/octet-stream",
    )


@needs(Ability.NOTE)
@require_POST
def remove_file(request: HttpRequest, number: int) -> HttpResponse:
    """Take a file away."""
    user = signed_in(request)
    found: StoredFile = _found(user, StoredFile, number)
    attached.remove_file(user, found)
    return _back(request, found.customer_id, Text("The file is removed.", "文件已移除。"))


@needs(Ability.NOTE)
@require_POST
def add_interaction(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Write down what was done with a customer."""
    user = signed_in(request)
    row = customer_for(user, customer_id, Ability.NOTE)
    form = InteractionForm(request.POST)
    if form.is_valid():
        attached.add_interaction(user, customer_id, **form.cleaned_data, token=_token(request))
        return _back(request, customer_id, Text("It is written down.", "已记录。"))
    return _again(request, form, row, Text("An interaction", "往来记录"))


def _found(user: User, model: type[Model], number: int) -> Any:
    """Return a contact, note or file, by the one query that says who sees it."""
    manager: Any = model._default_manager
    one = get_object_or_404(manager, pk=number, removed_at=None)
    customer_for(user, one.customer_id)
    visible: Any = {Contact: visible_contacts, Note: visible_notes, StoredFile: visible_files}
    return get_object_or_404(visible[model](user, one.customer_id), pk=number)


def _token(request: HttpRequest) -> str:
    return str(request.POST.get("token", ""))[:40] or "none"


def _version(request: HttpRequest) -> int:
    given = str(request.POST.get("version", ""))
    return int(given) if given.isdecimal() and len(given) < 9 else 0


def _words(error: KefenError) -> str:
    return f"{said(error.what)} {said(error.mend)}"


def _back(request: HttpRequest, customer_id: str, done: Text) -> HttpResponse:
    messages.success(request, said(done))
    return redirect("customers:customer", customer_id=customer_id)


def _again(
    request: HttpRequest,
    form: forms.Form,
    row: Any,
    title: Text,
    one: Any = None,
    present: Any = None,
    *,
    upload: bool = False,
) -> HttpResponse:
    context = {
        "form": form,
        "row": row,
        "title": title,
        "one": one,
        "present": present,
        "upload": upload,
        "token": _token(request),
    }
    return render(request, "records/attached.html", context)
