"""Uploading, trying, committing and undoing; each with its audit entry, in one transaction."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.lake.book.file_import import Choices, LookedAt, look_at
from kefen.workspace.audit.services import record
from kefen.workspace.imports.models import SavedMapping, Upload, UploadState
from kefen.workspace.imports.queries import REJECTED, file_of, fitting_mapping
from kefen.workspace.jobs.services import ask_for

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from kefen.workspace.accounts.models import User
    from kefen.workspace.jobs.models import Job

LARGEST_BYTES = 2 * 1024**3
LOOKED_AT_ONCE = 2 * 1024**2
"""Files up to this size are looked at within the request: less than a second."""
_GONE = Text("This upload has moved on meanwhile.", "此上传的状态已变化。")
_LOOK = Text("Load the page again to see where it stands.", "请刷新页面查看最新状态。")


def upload_file(actor: User, table: str, file: UploadedFile[Any]) -> Upload:
    """Keep a file that was uploaded, and see whether it can be read at all.

    What a large one holds is found out by the worker, so that no page waits for it.

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
        size = (folder / name).stat().st_size
        small = size <= LOOKED_AT_ONCE
        found = fields_of(table, look_at(folder / name, table)) if small else {}
        with transaction.atomic():
            upload = Upload.objects.create(
                table=table,
                file_name=name,
                folder=token,
                size=size,
                sha256=digest.hexdigest(),
                uploaded_by=actor,
                state=UploadState.UPLOADED if small else UploadState.LOOKING,
                **found,
            )
            record(actor, "import.uploaded", name, table=table)
            if not small:
                ask_for(actor, "look", str(upload.pk), upload=upload.pk)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return upload


def fields_of(table: str, looked: LookedAt) -> dict[str, Any]:
    """Return what an upload keeps of a look at its file, with the columns that are proposed.

    A saved mapping whose headings the file has goes before guesses.
    """
    fields: dict[str, Any] = {"looked": asdict(looked), "chosen": dict(looked.guesses)}
    saved = fitting_mapping(table, looked.headings)
    if saved is not None:
        fields |= {"chosen": saved.chosen, "rows": saved.rows, "match": saved.match}
    return fields


def look_again(actor: User, upload: Upload, *, sheet: str, encoding: str) -> None:
    """Look at a file anew, as another sheet or in another encoding.

    Raises:
        CallError: It is being tried or imported, or is over.
    """
    with transaction.atomic():
        kept = Upload.objects.select_for_update().get(pk=upload.pk)
        if kept.state not in (UploadState.UPLOADED, UploadState.TRIED):
            raise CallError(_GONE, mend=_LOOK)
        kept.sheet, kept.encoding = sheet, encoding
        kept.state, kept.dry = UploadState.LOOKING, {}
        kept.save()
        ask_for(actor, "look", str(kept.pk), upload=kept.pk)


def ask_to_try(actor: User, upload: Upload, choices: Choices, language: str) -> Job:
    """Ask for a dry run with what was chosen.

    Raises:
        CallError: It is being imported, or is over.
    """
    with transaction.atomic():
        kept = Upload.objects.select_for_update().get(pk=upload.pk)
        if kept.state not in (UploadState.UPLOADED, UploadState.TRIED, UploadState.TRYING):
            raise CallError(_GONE, mend=_LOOK)
        kept.chosen, kept.rows, kept.match = dict(choices.columns), choices.rows, choices.match
        kept.state, kept.dry = UploadState.TRYING, {}
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


def save_mapping(actor: User, upload: Upload, name: str) -> SavedMapping:
    """Keep how an upload is read under a name; one of that name for the table is replaced."""
    with transaction.atomic():
        saved, _ = SavedMapping.objects.update_or_create(
            table=upload.table,
            name=name,
            defaults={
                "chosen": upload.chosen,
                "sheet": upload.sheet,
                "encoding": upload.encoding,
                "rows": upload.rows,
                "match": upload.match,
                "saved_by": actor,
            },
        )
        record(actor, "mapping.saved", name, table=upload.table)
        return saved


def use_mapping(upload: Upload, mapping: SavedMapping) -> None:
    """Propose for an upload what a saved mapping has, where the file has its headings.

    Raises:
        CallError: The upload has moved on.
    """
    headings = set(upload.looked_at.headings)
    columns = {c: h for c, h in mapping.chosen.items() if h in headings}
    changed = Upload.objects.filter(
        pk=upload.pk, state__in=(UploadState.UPLOADED, UploadState.TRIED)
    ).update(chosen=columns, rows=mapping.rows, match=mapping.match)
    if not changed:
        raise CallError(_GONE, mend=_LOOK)


def delete_mapping(actor: User, mapping: SavedMapping) -> None:
    """Delete a saved mapping."""
    with transaction.atomic():
        record(actor, "mapping.deleted", mapping.name, table=mapping.table)
        mapping.delete()


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
