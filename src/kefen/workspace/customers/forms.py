"""The forms that keep a view, and that take a list out."""

from __future__ import annotations

from typing import Any

from django import forms

from kefen.domain.text import Text
from kefen.workspace.shell.language import said, spoken

LONGEST_QUERY = 4_000


class SaveViewForm(forms.Form):
    """A name for the filters, columns and order of the list."""

    name = forms.CharField(label=spoken("Name of the view", "视图名称"), max_length=80)
    shared = forms.BooleanField(label=spoken("For everybody", "所有人可见"), required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_QUERY)


class ExportForm(forms.Form):
    """Which columns a file holds."""

    SHOWN, ALL = "shown", "all"

    columns = forms.ChoiceField(label=spoken("Columns of the file", "导出的列"))

    def __init__(self, data: Any = None, *, columns: int) -> None:
        super().__init__(data)
        shown = Text("the {n} that the list shows", "列表所显示的 {n} 列").filled(n=columns)
        choices: Any = self.fields["columns"]
        choices.choices = [
            (self.SHOWN, said(shown)),
            (self.ALL, said(Text("every one that I see", "我可见的全部列"))),
        ]
