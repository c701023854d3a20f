"""The standard tables and analyses, each with its keeper, its checker, and as a workbook."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.reports.excel import write_excel
from kefen.reports.model import Report, Section
from kefen.workspace.accounts.access import needs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.customers.services import note_export
from kefen.workspace.shell.language import current_language, said
from kefen.workspace.tables import services
from kefen.workspace.tables.forms import KeepingForm
from kefen.workspace.tables.queries import visible_tables

if TYPE_CHECKING:
    from django.http import HttpRequest

    from kefen.workspace.tables.queries import Kept, VisibleTables

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs(Ability.SEE_RUNS)
def tables(request: HttpRequest) -> HttpResponse:
    """List the tables of the run that pages show."""
    found = visible_tables(signed_in(request))
    return render(request, "tables/tables.html", {"found": found, "today": localdate()})


@needs(Ability.SEE_RUNS)
def table(request: HttpRequest, table: str) -> HttpResponse:
    """Show a table."""
    user = signed_in(request)
    found, one = _found(request, table)
    keeping = one.keeping
    form = None
    if user.can(Ability.SHARE_VIEWS):
        people = {"keeper": keeping.keeper_id, "checker": keeping.checker_id} if keeping else None
        form = KeepingForm(user, keeping, initial=people)
    context = {
        "found": found,
        "one": one,
        "columns": [column for column in one.table.columns if not column.workbook_only],
        "rows": [(row, _cells(one, row.cells)) for row in one.table.rows],
        "totals": _cells(one, one.table.totals.cells) if one.table.totals else None,
        "form": form,
        "may_check": keeping is not None and keeping.checker_id == user.pk and one.check is None,
        "may_export": user.can(Ability.EXPORT),
        "today": localdate(),
    }
    return render(request, "tables/table.html", context)


@needs(Ability.SEE_RUNS)
@require_POST
def excel(request: HttpRequest, table: str) -> HttpResponse:
    """Return a table as a workbook, to who may take lists out."""
    user = signed_in(request)
    if not user.can(Ability.EXPORT):
        raise PermissionDenied
    found, one = _found(request, table)
    report = Report(
        one.table.title,
        found.report.meta,
        (Section(one.section.id, one.section.title, one.section.title, None, (one.table,)),),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        write_excel(report, path, current_language())
        content = path.read_bytes()
    note_export(user, len(one.table.rows), len(one.table.columns))
    response = HttpResponse(content, content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="{one.table.id}.xlsx"'
    return response


@needs(Ability.SHARE_VIEWS)
@require_POST
def keeping(request: HttpRequest, table: str) -> HttpResponse:
    """Say who keeps a table and who checks it."""
    user = signed_in(request)
    _, one = _found(request, table)
    form = KeepingForm(user, one.keeping, request.POST)
    if form.is_valid():
        try:
            services.set_keeping(
                user, table, form.cleaned_data["keeper"], form.cleaned_data["checker"]
            )
        except CallError as error:
            messages.error(request, f"{said(error.what)} {said(error.mend)}")
    else:
        messages.error(request, said(Text("Choose people of the list.", "请从列表中选择人员。")))
    return redirect("tables:table", table=table)


@needs(Ability.SEE_RUNS)
@require_POST
def checked(request: HttpRequest, table: str) -> HttpResponse:
    """Say that a table was checked."""
    found, _ = _found(request, table)
    try:
        services.check_table(signed_in(request), table, found.run_id)
    except CallError as error:
        messages.error(request, f"{said(error.what)} {said(error.mend)}")
    else:
        messages.success(request, said(Text("The table is marked as checked.", "已标记为已审核。")))
    return redirect("tables:table", table=table)


def _found(request: HttpRequest, table: str) -> tuple[VisibleTables, Kept]:
    found = visible_tables(signed_in(request))
    one = next((one for one in found.tables if one.table.id == table), None) if found else None
    if found is None or one is None:
        raise Http404
    return found, one


def _cells(one: Kept, cells: tuple[object, ...]) -> list[tuple[object, str, bool]]:
    return [
        (cell, column.kind, column.bar)
        for cell, column in zip(cells, one.table.columns, strict=True)
        if not column.workbook_only
    ]
