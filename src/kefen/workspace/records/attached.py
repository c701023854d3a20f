"""Contacts, notes, files and interactions of a customer: services, each with its audit entry."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.lake.book.book import FILES
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.services import record
from kefen.workspace.book import served_book
from kefen.workspace.records.entering import enter_row
from kefen.workspace.records.models import Attached, Contact, EnteredRow, Note, StoredFile
from kefen.workspace.records.queries import customer_for, sees_contacts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from kefen.workspace.accounts.models import User

LARGEST_FILE = 20 * 1024 * 1024
One = TypeVar("One", bound=Attached)


class ChangedMeanwhileError(CallError):
    """Something was changed or removed by somebody else after its form was opened."""

    def __init__(self) -> None:
        super().__init__(
            Text("Somebody has changed this meanwhile.", "在您编辑期间，内容已被他人修改。"),
            mend=Text(
                "Look at what it says now, then save again to put yours in its place.",
                "请先查看当前内容；再次保存则以您的为准。",
            ),
        )


def add_contact(actor: User, customer_id: str, values: Mapping[str, Any], *, token: str) -> Contact:
    """Add a contact of a customer; the same form sent twice adds it once.

    Raises:
        Http404: The person does not see the customer.
        PermissionDenied: The role may not, or sees no contacts.
    """
    _may(actor, Ability.EDIT)
    if not sees_contacts(actor):
        raise PermissionDenied
    with transaction.atomic():
        customer_for(actor, customer_id, Ability.EDIT)
        sent = Contact.objects.filter(token=token).first()
        if sent is not None:
            return sent
        if values.get("first"):
            _only_one_first(customer_id)
        made = Contact.objects.create(customer_id=customer_id, by=actor, token=token, **values)
        record(actor, "contact.added", customer_id, contact=made.pk)
        return made


def change_contact(actor: User, contact: Contact, values: Mapping[str, Any], version: int) -> None:
    """Change a contact.

    Raises:
        PermissionDenied: The role may not, or sees no contacts.
        ChangedMeanwhileError: Somebody else changed or removed it.
    """
    _may(actor, Ability.EDIT)
    if not sees_contacts(actor):
        raise PermissionDenied
    with transaction.atomic():
        kept = _unchanged(Contact, contact.pk, version)
        customer_for(actor, kept.customer_id, Ability.EDIT)
        if values.get("first"):
            _only_one_first(kept.customer_id)
        for name, value in values.items():
            setattr(kept, name, value)
        kept.version += 1
        kept.save()
        record(actor, "contact.changed", kept.customer_id, contact=kept.pk)


def remove_contact(actor: User, contact: Contact) -> None:
    """Take a contact away; it is kept and no longer shown."""
    _may(actor, Ability.EDIT)
    if not sees_contacts(actor):
        raise PermissionDenied
    _remove(actor, contact, "contact.removed")


def add_note(actor: User, customer_id: str, text: str, *, token: str) -> Note:
    """Write a note on a customer; the same form sent twice writes it once.

    Raises:
        Http404: The person does not see the customer.
        PermissionDenied: The role may not.
    """
    _may_note(actor)
    with transaction.atomic():
        customer_for(actor, customer_id, Ability.NOTE)
        sent = Note.objects.filter(token=token).first()
        if sent is not None:
            return sent
        made = Note.objects.create(customer_id=customer_id, by=actor, token=token, text=text)
        record(actor, "note.added", customer_id, note=made.pk)
        return made


def change_note(actor: User, note: Note, text: str, version: int) -> None:
    """Change a note; only who wrote it may.

    Raises:
        PermissionDenied: Somebody else wrote it.
        ChangedMeanwhileError: It was changed or removed meanwhile.
    """
    _may_note(actor)
    if note.by_id != actor.pk:
        raise PermissionDenied
    with transaction.atomic():
        kept = _unchanged(Note, note.pk, version)
        customer_for(actor, kept.customer_id, Ability.NOTE)
        kept.text, kept.changed_at, kept.version = text, timezone.now(), kept.version + 1
        kept.save()
        record(actor, "note.changed", kept.customer_id, note=kept.pk)


def remove_note(actor: User, note: Note) -> None:
    """Take a note away; who wrote it may, or an administrator."""
    _may_note(actor)
    if note.by_id != actor.pk and not actor.can(Ability.MANAGE_PEOPLE):
        raise PermissionDenied
    _remove(actor, note, "note.removed")


def add_file(actor: User, customer_id: str, file: UploadedFile[Any], *, token: str) -> StoredFile:
    """Keep a file of a customer in the book; the same form sent twice keeps it once.

    Raises:
        Http404: The person does not see the customer.
        PermissionDenied: The role may not.
        DataError: It is too large.
    """
    _may_note(actor)
    customer_for(actor, customer_id, Ability.NOTE)
    sent = StoredFile.objects.filter(token=token).first()
    if sent is not None:
        return sent
    if (file.size or 0) > LARGEST_FILE:
        raise DataError(
            Text("The file is larger than 20 MB.", "文件超过 20 MB。"),
            where=str(file.name),
            mend=Text("Make it smaller, or split it.", "请压缩或拆分。"),
        )
    folder = secrets.token_hex(16)
    name = _safe_name(file.name or "file")
    directory = served_book().directory / FILES / folder
    directory.mkdir(parents=True)
    digest = hashlib.sha256()
    try:
        with (directory / name).open("wb") as target:
            for piece in file.chunks():
                digest.update(piece)
                target.write(piece)
        with transaction.atomic():
            made = StoredFile.objects.create(
                customer_id=customer_id,
                by=actor,
                token=token,
                name=name,
                folder=folder,
                size=(directory / name).stat().st_size,
                sha256=digest.hexdigest(),
            )
            record(actor, "file.added", customer_id, file=made.pk)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return made


def open_file(actor: User, file: StoredFile) -> Path:
    """Return where a file lies, and write down that it was taken out.

    Raises:
        DataError: Its content is gone or another.
    """
    path = served_book().directory / FILES / file.folder / file.name
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
        raise DataError(
            Text("The content of this file is gone or damaged.", "文件内容已丢失或损坏。"),
            where=file.name,
            mend=Text("Restore it from a backup of the book.", "请从账套备份中恢复。"),
        )
    with transaction.atomic():
        record(actor, "file.opened", file.customer_id, file=file.pk)
    return path


def remove_file(actor: User, file: StoredFile) -> None:
    """Take a file away; its content goes with it."""
    _may_note(actor)
    if file.by_id != actor.pk and not actor.can(Ability.MANAGE_PEOPLE):
        raise PermissionDenied
    _remove(actor, file, "file.removed")
    shutil.rmtree(served_book().directory / FILES / file.folder, ignore_errors=True)


def add_interaction(
    actor: User,
    customer_id: str,
    *,
    kind: str,
    at: date,
    contact: str = "",
    purpose: str = "",
    result: str = "",
    next_on: date | None = None,
    planned: bool = False,
    token: str | None = None,
) -> EnteredRow:
    """Write down what was done with a customer; it reaches the lake's interactions as a batch.

    The same form sent twice writes it once.

    Raises:
        Http404: The person does not see the customer.
        PermissionDenied: The role may not.
    """
    if not actor.can(Ability.NOTE):
        raise PermissionDenied
    with transaction.atomic():
        customer_for(actor, customer_id, Ability.NOTE)
        sent = EnteredRow.objects.filter(token=token).first() if token is not None else None
        if sent is not None:
            return sent
        values = {
            "customer_id": customer_id,
            "at": at.isoformat(),
            "kind": kind,
            "contact": contact or None,
            "purpose": purpose or None,
            "result": result or None,
            "next_on": next_on.isoformat() if next_on is not None else None,
            "planned": "true" if planned else "false",
            "employee": actor.shown_name,
            "recorded_on": timezone.localdate().isoformat(),
        }
        return enter_row(actor, "interactions", customer_id, values, token=token)


def _may(actor: User, ability: Ability) -> None:
    if not actor.can(ability):
        raise PermissionDenied


def _may_note(actor: User) -> None:
    """Notes and files are for who sees everything of a customer: they may hold anything."""
    _may(actor, Ability.NOTE)
    if actor.in_role.hidden:
        raise PermissionDenied


def _only_one_first(customer_id: str) -> None:
    Contact.objects.filter(customer_id=customer_id, first=True).update(first=False)


def _unchanged(model: type[One], number: int, version: int) -> One:
    manager: Any = model._default_manager
    kept: One = manager.select_for_update().get(pk=number)
    if kept.removed_at is not None or kept.version != version:
        raise ChangedMeanwhileError
    return kept


def _remove(actor: User, one: Attached, action: str) -> None:
    with transaction.atomic():
        customer_for(actor, one.customer_id)
        if one.removed_at is None:
            one.removed_at = timezone.now()
            one.save(update_fields=["removed_at"])
            record(actor, action, one.customer_id, number=one.pk)


def _safe_name(name: str) -> str:
    """Return a name that stays within its folder and keeps its ending."""
    cleaned = re.sub(r"[^\w.() -]", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    return cleaned[-120:] or "file"
