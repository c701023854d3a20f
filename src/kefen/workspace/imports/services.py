"""Uploading, trying, committing and undoing; each with its audit entry, in one transaction."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.lake.book.file_import import look_at
from kefen.workspace.audit.services import record
from kefen.workspace.imports.models import Upload, UploadState
from kefen.workspace.imports.queries import REJECTED, file_of
from kefen.workspace.jobs.services import ask_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.files.uploadedfile import UploadedFile

    from kefen.workspace.accounts.models import User
    from kefen.workspace.jobs.models import Job

LARGEST_BYTES = 2 * 1024**3
_GONE = Text("This upload has moved on meanwhile.", "此上传的状态已变化。")
_LOOK = Text("Load the page again to see where it stands.", "请刷新页面查看最新状态。")


def upload_file(actor: User, table: str, file: UploadedFile[Any]) -> Upload:
    """Keep a file that was uploaded, and see whether it can be read at all.

    Raises:
        DataError: It is too large, empty, or of a format that is not read; it is not kept then.
    """
    if (file.size or 0) > LARGEST_BYTES:
        raise DataError(
            Text("The file is larger than 2 GB.", "文件超过 2 GB。"),
            where=str(file.name),
            mend=Text(
                "Import it with kefen import, or split it.", "请用 kefen import 导入，或拆分文件。"
            ),
        )
    token = secrets.token_hex(16)
    folder = settings.UPLOADS / token
    folder.mkdir(parents=True)
    name = _safe_name(file.name or "file")
    digest = hashlib.sha256()
    try:
        with (folder / name).open("wb") as target:
            for piece in file.chunks():
                digest.update(piece)
                target.write(piece)
        guesses = look_at(folder / name, table).guesses
        with transaction.atomic():
            upload = Upload.objects.create(
                table=table,
                file_name=name,
                folder=token,
                size=(folder / name).stat().st_size,
                sha256=digest.hexdigest(),
                chosen=dict(guesses),
                uploaded_by=actor,
            )
            record(actor, "import.uploaded", name, table=table)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return upload


def ask_to_try(actor: User, upload: Upload, chosen: Mapping[str, str], language: str) -> Job:
    """Ask for a dry run with the columns that were chosen.

    Raises:
        CallError: It is being imported, or is over.
    """
    with transaction.atomic():
        kept = Upload.objects.select_for_update().get(pk=upload.pk)
        if kept.state not in (UploadState.UPLOADED, UploadState.TRIED, UploadState.TRYING):
            raise CallError(_GONE, mend=_LOOK)
        kept.chosen, kept.state, kept.dry = dict(chosen), UploadState.TRYING, {}
        kept.save()
        job, _ = ask_for(actor, "try", str(kept.pk), upload=kept.pk, language=language)
        return job


def ask_to_commit(actor: User, upload: Upload) -> Job:
    """Ask that a file which was tried is imported; asked twice, it is imported once.

    Raises:
        CallError: It was not tried, or is over.
    """
    with transaction.atomic():
        kept = Upload.objects.select_for_update().get(pk=upload.pk)
        if kept.state not in (UploadState.TRIED, UploadState.COMMITTING):
            raise CallError(_GONE, mend=_LOOK)
        new = kept.state == UploadState.TRIED
        kept.state = UploadState.COMMITTING
        kept.save(update_fields=["state"])
        job, _ = ask_for(actor, "import", str(kept.pk), upload=kept.pk)
        if new:
            record(actor, "import.asked", kept.file_name, table=kept.table)
        return job


def ask_to_undo(actor: User, batch: int) -> Job:
    """Ask that a batch is undone."""
    with transaction.atomic():
        job, new = ask_for(actor, "undo", str(batch), batch=batch)
        if new:
            record(actor, "import.undone", str(batch))
        return job


def drop_upload(actor: User, upload: Upload) -> None:
    """Give an upload up; its file is removed.

    Raises:
        CallError: It is being imported.
    """
    with transaction.atomic():
        kept = Upload.objects.select_for_update().get(pk=upload.pk)
        if kept.state == UploadState.COMMITTING:
            raise CallError(_GONE, mend=_LOOK)
        kept.state = UploadState.DROPPED
        kept.save(update_fields=["state"])
        record(actor, "import.dropped", kept.file_name)
    shutil.rmtree(file_of(upload).parent, ignore_errors=True)


def _safe_name(name: str) -> str:
    """Return a name that stays within its folder and keeps its ending."""
    cleaned = re.sub(r"[^\w.() -]", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    return cleaned[-120:] if cleaned and cleaned != REJECTED else "upload"
