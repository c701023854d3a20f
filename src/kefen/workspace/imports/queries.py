"""Reading uploads and batches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from kefen.lake.book.file_import import LookedAt, look_at
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.book import served_book
from kefen.workspace.imports.models import Upload, UploadState

if TYPE_CHECKING:
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
    return list(reversed(served_book().batches()))


def file_of(upload: Upload) -> Path:
    """Return where the file of an upload lies."""
    return Path(settings.UPLOADS) / upload.folder / upload.file_name


def rejected_of(upload: Upload) -> Path:
    """Return where the rejected rows of the dry run lie."""
    return file_of(upload).parent / REJECTED


def contents_of(upload: Upload) -> LookedAt:
    """Return what a file holds.

    Raises:
        DataError: It cannot be read.
    """
    return look_at(file_of(upload), upload.table)
