"""What the worker does for imports."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.book.file_import import (
    STEPS_OF_IMPORT,
    STEPS_OF_TRYING,
    import_file,
    look_at,
    try_file,
)
from kefen.workspace.book import served_book
from kefen.workspace.imports.models import Upload, UploadState
from kefen.workspace.imports.queries import file_of, rejected_of
from kefen.workspace.imports.services import fields_of

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.domain.text import Language
    from kefen.workspace.jobs.progress import Progress

_WAIT_SECONDS = 300
_BLOCK = 1 << 20
_READING = Text("Reading the file", "读取文件")
_UNDOING = Text("Undoing the batch", "撤销批次")


def look_at_upload(progress: Progress, *, upload: int) -> dict[str, Any]:
    """Find out what a large upload holds; a small one was looked at when it came."""
    progress.expect(1)
    progress.begin(_READING)
    kept = Upload.objects.get(pk=upload)
    path = _unchanged(kept)
    try:
        looked = look_at(path, kept.table, sheet=kept.sheet or None, encoding=kept.encoding or None)
    except DataError:
        _move(kept, UploadState.LOOKING, UploadState.UPLOADED)
        raise
    _move(kept, UploadState.LOOKING, UploadState.UPLOADED, **fields_of(kept.table, looked))
    return {}


def try_upload(progress: Progress, *, upload: int, language: Language) -> dict[str, Any]:
    """Read an uploaded file as an import would, and say what it would do."""
    progress.expect(STEPS_OF_TRYING)
    kept = Upload.objects.get(pk=upload)
    path = _unchanged(kept)
    try:
        dry = try_file(
            served_book(),
            path,
            kept.table,
            kept.choices,
            rejected_to=rejected_of(kept),
            language=language,
            begin=progress.begin,
        )
    except DataError:
        _move(kept, UploadState.TRYING, UploadState.UPLOADED)
        raise
    found = {
        "rows_in": dry.rows_in,
        "usable": dry.rows_usable,
        "rejected": dry.rows_rejected,
        "duplicate": dry.rows_duplicate,
        "left_out": dry.rows_left_out,
        "new": dry.new,
        "updated": dry.updated,
        "unchanged": dry.unchanged,
        "removed": dry.removed,
        "findings": [finding.message.as_dict() for finding in dry.findings],
    }
    _move(kept, UploadState.TRYING, UploadState.TRIED, dry=found)
    return {}


def commit_upload(progress: Progress, *, upload: int) -> dict[str, Any]:
    """Import an uploaded file as one batch.

    A job that is taken up after its worker died imports again: rows that are in the book just
    so change nothing, and rows without a key are added only as often as the file has them more.
    """
    progress.expect(STEPS_OF_IMPORT)
    kept = Upload.objects.get(pk=upload)
    if kept.batch is not None:
        return {"batch": kept.batch}
    path = _unchanged(kept)
    try:
        batch = import_file(
            served_book(),
            path,
            kept.table,
            kept.choices,
            note="",
            wait_seconds=_WAIT_SECONDS,
            begin=progress.begin,
        )
    except DataError:
        _move(kept, UploadState.COMMITTING, UploadState.TRIED)
        raise
    _move(kept, UploadState.COMMITTING, UploadState.DONE, batch=batch.id)
    shutil.rmtree(path.parent, ignore_errors=True)
    return {"batch": batch.id}


def undo_batch(progress: Progress, *, batch: int) -> dict[str, Any]:
    """Undo a batch; one that has been undone meanwhile is left alone."""
    progress.expect(1)
    progress.begin(_UNDOING)
    book = served_book()
    with book.guard.hold("undo", wait_seconds=_WAIT_SECONDS):
        found = next((one for one in book.imports.batches() if one.id == batch), None)
        if found is not None and found.state == "undone":
            return {}
        book.imports.undo(batch)
    return {}


def _move(upload: Upload, before: UploadState, after: UploadState, **changes: object) -> None:
    Upload.objects.filter(pk=upload.pk, state=before).update(state=after, **changes)


def _unchanged(upload: Upload) -> Path:
    """Return the file of an upload, once it is sure to be the one that was uploaded.

    Raises:
        DataError: It is another one, or gone.
    """
    path = file_of(upload)
    digest = hashlib.sha256()
    if path.is_file():
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    if digest.hexdigest() != upload.sha256:
        raise DataError(
            Text("The file is no longer what was uploaded.", "文件已不是当初上传的内容。"),
            where=upload.file_name,
            mend=Text("Upload it again.", "请重新上传。"),
        )
    return path
