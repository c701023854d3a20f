"""The import wizard: upload, columns, dry run, commit, undo."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from kefen.domain.contract import TABLES
from kefen.domain.errors import KefenError
from kefen.domain.text import Text
from kefen.lake.book.file_import import ENCODINGS, NUMBER
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.book import served_book
from kefen.workspace.imports import services
from kefen.workspace.imports.examples import example_file
from kefen.workspace.imports.forms import UploadForm, chosen_in, faults_of
from kefen.workspace.imports.models import UNDER_WAY, UploadState
from kefen.workspace.imports.queries import (
    open_uploads,
    rejected_of,
    visible_batches,
    visible_mappings,
    visible_uploads,
)
from kefen.workspace.imports.words import BATCH_STATES, MATCHES, ROWS, UPLOAD_STATES
from kefen.workspace.jobs.queries import visible_jobs
from kefen.workspace.shell.language import current_language, said

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from kefen.workspace.imports.models import Upload

_CSV = "text/csv; charset=utf-8"
_LONGEST_NAME = 80


@needs(Ability.IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    """List the batches of the book, and take a file."""
    user = signed_in(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            upload = services.upload_file(user, values["table"], values["file"])
        except KefenError as error:
            form.add_error("file", f"{said(error.what)} {said(error.mend)}")
        else:
            return redirect("imports:columns", number=upload.pk)
    context = {
        "form": form,
        "batches": [
            (batch, TABLES[batch.table], BATCH_STATES[batch.state])
            for batch in visible_batches(user)
        ],
        "uploads": [(upload, UPLOAD_STATES[upload.state]) for upload in open_uploads(user)],
        "tables": TABLES.values(),
    }
    return render(request, "imports/imports.html", context | _jobs(request, ("undo",)))


@needs(Ability.IMPORT)
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, number: int) -> HttpResponse:
    """Choose which heading is which column, and what is done with the rows."""
    user = signed_in(request)
    upload = get_object_or_404(visible_uploads(user), pk=number)
    if upload.state not in (UploadState.UPLOADED, UploadState.TRIED) or not upload.looked:
        return redirect("imports:result", number=number)
    looked = upload.looked_at
    choices = upload.choices
    if request.method == "POST":
        choices = chosen_in(upload, request.POST)
        wrong = faults_of(upload, choices)
        if not wrong:
            services.ask_to_try(user, upload, choices, current_language())
            if name := request.POST.get("save_as", "").strip()[:_LONGEST_NAME]:
                upload.refresh_from_db()
                services.save_mapping(user, upload, name)
            return redirect("imports:result", number=number)
        for one in wrong:
            messages.error(request, said(one))
    used = set(choices.columns.values())
    guessed = set(looked.guesses.values())
    context = {
        "upload": upload,
        "looked": looked,
        "columns": [
            {
                "column": column,
                "chosen": choices.columns.get(column.name, ""),
                "samples": looked.samples.get(choices.columns.get(column.name, ""), ()),
                "ambiguous": column.name in looked.ambiguous,
            }
            for column in upload.contract.columns
        ],
        "kept": [one for one in looked.headings if one not in used | guessed],
        "left_out": [one for one in looked.headings if one in guessed - used],
        "encodings": ENCODINGS if looked.properties.get("format") == "csv" else (),
        "mappings": visible_mappings(user, upload.table),
        "choices": choices,
        "rows": ROWS.items() if upload.contract.key else (),
        "matches": MATCHES.items() if NUMBER in upload.contract.column_names else (),
    }
    return render(request, "imports/columns.html", context)


@needs(Ability.IMPORT)
@require_POST
def look(request: HttpRequest, number: int) -> HttpResponse:
    """Read the file as another sheet or in another encoding."""
    user = signed_in(request)
    upload = get_object_or_404(visible_uploads(user), pk=number)
    encoding = request.POST.get("encoding", "")
    services.look_again(
        user,
        upload,
        sheet=request.POST.get("sheet", ""),
        encoding=encoding if encoding in ENCODINGS else "",
    )
    return redirect("imports:result", number=number)


@needs(Ability.IMPORT)
@require_POST
def use_mapping(request: HttpRequest, number: int) -> HttpResponse:
    """Take over a saved mapping, or delete it."""
    user = signed_in(request)
    upload = get_object_or_404(visible_uploads(user), pk=number)
    chosen = request.POST.get("mapping", "")
    mappings = visible_mappings(user, upload.table)
    mapping = get_object_or_404(mappings, pk=chosen if chosen.isdecimal() else 0)
    if "delete" in request.POST:
        services.delete_mapping(user, mapping)
    else:
        services.use_mapping(upload, mapping)
    return redirect("imports:columns", number=number)


@needs(Ability.IMPORT)
def result(request: HttpRequest, number: int) -> HttpResponse:
    """Show what the dry run found, or how far the import is."""
    user = signed_in(request)
    upload = get_object_or_404(visible_uploads(user), pk=number)
    context = _result(request, upload)
    if upload.state == UploadState.UPLOADED and upload.looked and context["job"] is None:
        return redirect("imports:columns", number=number)
    return render(request, "imports/result.html", context)


@needs(Ability.IMPORT)
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """Return the state of an upload; the page asks again while the worker is at it."""
    user = signed_in(request)
    upload = get_object_or_404(visible_uploads(user), pk=number)
    response = render(request, "imports/state.html", _result(request, upload))
    if upload.state not in UNDER_WAY:
        response["HX-Refresh"] = "true"
    return response


@needs(Ability.IMPORT)
@require_POST
def commit(request: HttpRequest, number: int) -> HttpResponse:
    """Import a file that was tried."""
    user = signed_in(request)
    services.ask_to_commit(user, get_object_or_404(visible_uploads(user), pk=number))
    return redirect("imports:result", number=number)


@needs(Ability.IMPORT)
@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Give an upload up."""
    user = signed_in(request)
    services.drop_upload(user, get_object_or_404(visible_uploads(user), pk=number))
    messages.success(request, said(Text("Nothing was imported.", "未导入任何内容。")))
    return redirect("imports:list")


@needs(Ability.IMPORT)
def rejected(request: HttpRequest, number: int) -> HttpResponseBase:
    """Return the rejected rows of a dry run, each with its reason."""
    upload = get_object_or_404(visible_uploads(signed_in(request)), pk=number)
    path = rejected_of(upload)
    if not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename="rejected.csv", content_type=_CSV
    )


@needs(Ability.IMPORT)
def rejected_of_batch(request: HttpRequest, number: int) -> HttpResponse:
    """Return the rejected rows of a batch, each with its reason."""
    if not any(one.id == number for one in visible_batches(signed_in(request))):
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejected.csv"
        served_book().imports.write_rejected(number, path, current_language())
        response = HttpResponse(path.read_bytes(), content_type=_CSV)
    response["Content-Disposition"] = 'attachment; filename="rejected.csv"'
    return response


@needs(Ability.IMPORT)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Undo a batch."""
    user = signed_in(request)
    if not any(one.id == number and one.stands for one in visible_batches(user)):
        raise Http404
    services.ask_to_undo(user, number)
    return redirect("imports:list")


@needs(Ability.IMPORT)
def example(request: HttpRequest, table: str) -> HttpResponse:  # noqa: ARG001
    """Return an example file of a table, with headings in the reader's language."""
    if table not in TABLES:
        raise Http404
    response = HttpResponse(example_file(TABLES[table], current_language()), content_type=_CSV)
    response["Content-Disposition"] = f'attachment; filename="{table}.csv"'
    return response


def _result(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    dry = upload.dry
    return {
        "upload": upload,
        "dry": dry,
        "findings": [Text.from_dict(one) for one in dry.get("findings", [])],
        "share": dry["rejected"] * 100 > dry["rows_in"] if dry else False,
        "batch": next(
            (one for one in visible_batches(signed_in(request)) if one.id == upload.batch), None
        )
        if upload.batch
        else None,
        "under_way": upload.state in UNDER_WAY,
        **_jobs(request, ("look", "try", "import"), str(upload.pk)),
    }


def _jobs(
    request: HttpRequest, kinds: tuple[str, ...], subject: str | None = None
) -> dict[str, Any]:
    jobs = visible_jobs(signed_in(request)).filter(kind__in=kinds)
    if subject is not None:
        jobs = jobs.filter(subject=subject)
    last = jobs.first()
    return {"job": last if last is not None and (last.is_open or last.error) else None}
