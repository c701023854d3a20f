"""The form that starts a run."""

from __future__ import annotations

from typing import Any

from django import forms

from kefen.grading.offered_standards import offered_standards
from kefen.workspace.book import served_book
from kefen.workspace.shell.language import said, spoken


def _standards() -> list[tuple[str, str]]:
    return [(one.key, said(one.name)) for one in offered_standards(served_book())]


class StartRunForm(forms.Form):
    """Which standard, and as of which day."""

    standard = forms.ChoiceField(label=spoken("Standard", "分类标准"), choices=_standards)
    as_of = forms.DateField(
        label=spoken("As-of date", "评级日"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=spoken(
            "Nothing later counts. Empty: the end of the last complete month with orders.",
            "此日之后的事不计。留空则为最近一个有订单的完整月份的月末。",
        ),
    )

    def clean_standard(self) -> str | None:
        """Return the name of the standard; None for the default one."""
        chosen: Any = self.cleaned_data["standard"]
        return None if chosen == "default" else str(chosen)
