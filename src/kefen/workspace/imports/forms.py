"""The form that uploads a file."""

from __future__ import annotations

from django import forms

from kefen.domain.contract import TABLES
from kefen.workspace.shell.language import said, spoken


def _tables() -> list[tuple[str, str]]:
    return [(name, said(table.label)) for name, table in TABLES.items()]


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
