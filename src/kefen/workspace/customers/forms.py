"""The form that keeps a view."""

from __future__ import annotations

from django import forms

from kefen.workspace.shell.language import spoken

LONGEST_QUERY = 4_000


class SaveViewForm(forms.Form):
    """A name for the filters, columns and order of the list."""

    name = forms.CharField(label=spoken("Name of the view", "视图名称"), max_length=80)
    shared = forms.BooleanField(label=spoken("For everybody", "所有人可见"), required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_QUERY)
