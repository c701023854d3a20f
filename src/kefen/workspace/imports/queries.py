"""Reading uploads and batches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from kefen.workspace.accounts.roles import Ability
from kefen.workspace.book import served_book
from kefen.workspace.imports.models import SavedMapping, Upload, UploadState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from kefen.lake.book import Batch
    from kefen.workspace.accounts.models import User

REJECTED = "rejected.csv"


def visible_uploads(user: User) -> QuerySet[Upload]:
    """Return the uploads that a person sees: all, to who may import."""
    uploads = Upload.objects.select_related("uploaded_by").order_by("-id")
    return uploads if user.can(Ability.IMPORT) else uploads.none()


def open_uploads(user: User) -> QuerySet[Upload]:
    """Return the uploads that wait for somebody to go on with them."""
    over = (UploadState.DONE, UploadState.DROPPED)
    return visible_uploads(user).exclude(state__in=over)


def visible_batches(user: User) -> list[Batch]:
    """Return the batches of the book, newest first, to who may import."""
    if not user.can(Ability.IMPORT):
        return []
    return list(reversed(served_book().imports.batches()))


def file_of(upload: Upload) -> Path:
    """Return where the file of an upload lies."""
    return Path(settings.UPLOADS) / upload.folder / upload.file_name


def rejected_of(upload: Upload) -> Path:
    """Return where the rejected rows of the dry run lie."""
    return file_of(upload).parent / REJECTED


def visible_mappings(user: User, table: str) -> QuerySet[SavedMapping]:
    """Return the saved mappings of a table, by name, to who may import."""
    mappings = SavedMapping.objects.filter(table=table).order_by("name")
    return mappings if user.can(Ability.IMPORT) else mappings.none()


def fitting_mapping(table: str, headings: Iterable[str]) -> SavedMapping | None:
    """Return the saved mapping whose headings a file has, the one with most; None without one."""
    held = set(headings)
    fitting = [
        one
        for one in SavedMapping.objects.filter(table=table).order_by("-saved_at")
        if one.chosen and set(one.chosen.values()) <= held
    ]
    return max(fitting, key=lambda one: len(one.chosen), default=None)
