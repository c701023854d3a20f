"""The forms of an import: the file, and which heading is which column."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django import forms

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.lake.book.file_import import NUMBER, Choices
from kefen.workspace.imports.words import MATCHES, ROWS
from kefen.workspace.shell.language import said, spoken

if TYPE_CHECKING:
    from django.http import QueryDict

    from kefen.lake.book.file_import import Rows
    from kefen.workspace.imports.models import Upload

_NO_NUMBERS = ("phone", "email")
"""What must not become the number of a customer: not every role may see it."""


def _tables() -> list[tuple[str, str]]:
    return [(name, said(table.label)) for name, table in TABLES.items()]


def chosen_in(upload: Upload, sent: QueryDict) -> Choices:
    """Return what a form of columns says; headings that the file does not have count for none."""
    headings = set(upload.looked_at.headings)
    columns = {
        column.name: heading
        for column in upload.contract.columns
        if (heading := sent.get(f"column_{column.name}", "")) in headings
    }
    rows, match = sent.get("rows", "all"), sent.get("match", NUMBER)
    return Choices(
        columns,
        upload.sheet or None,
        upload.encoding or None,
        cast("Rows", rows if rows in ROWS and upload.contract.key else "all"),
        match if match in MATCHES and NUMBER in upload.contract.column_names else NUMBER,
    )


def faults_of(upload: Upload, choices: Choices) -> list[Text]:
    """Return why a file cannot be read as somebody chose; nothing where it can."""
    faults = []
    columns = choices.columns
    found_otherwise = choices.match != NUMBER and upload.table == "customers"
    missing = [
        column
        for column in upload.contract.columns
        if column.required
        and column.name not in columns
        and not (found_otherwise and column.name == NUMBER)
    ]
    if found_otherwise and choices.match not in columns:
        missing.append(upload.contract.column(choices.match))
    if missing:
        names = Text(", ".join(c.label.en for c in missing), "、".join(c.label.zh for c in missing))
        faults.append(Text("Still needed: {n}.", "还需指定：{n}。").filled(n=names))
    if len(set(columns.values())) < len(columns):
        faults.append(Text("One heading serves two columns.", "同一标题被用于两列。"))
    if (
        found_otherwise
        and choices.match in _NO_NUMBERS
        and NUMBER not in columns
        and choices.rows != "known"
    ):
        faults.append(
            Text(
                "New customers need a number: choose its heading, or bring in known rows only.",
                "新客户需要编号：请指定编号列，或选择仅导入已有行。",
            )
        )
    return faults


class UploadForm(forms.Form):
    """A file, and what its rows are."""

    table = forms.ChoiceField(label=spoken("What the rows are", "数据表"), choices=_tables)
    file = forms.FileField(
        label=spoken("File", "文件"),
        help_text=spoken(
            "CSV in any encoding, Excel, Parquet or JSON lines.",
            "CSV（任意编码）、Excel、Parquet 或 JSON lines。",
        ),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.xlsb,.parquet,.json,.jsonl,.ndjson"}
        ),
    )
