"""The form that starts a run."""

from __future__ import annotations

from typing import Any

from django import forms

from kefen.grading.offered_standards import offered_standards
from kefen.workspace.book import served_book
from kefen.workspace.shell.language import said, spoken


def _standards() -> list[tuple[str, str]]:
    return [(one.key, said(one.name)) for one in offered_standards(served_book())]


class ScheduleForm(forms.Form):
    """On which day of the month, at which hour, by which standard."""

    day = forms.IntegerField(
        label=spoken("Day of the month", "每月几日"), min_value=1, max_value=28, initial=3
    )
    hour = forms.IntegerField(
        label=spoken("Hour", "几点"),
        min_value=0,
        max_value=23,
        initial=6,
        help_text=spoken("In the book's time zone.", "以账套时区为准。"),
    )
    standard = forms.ChoiceField(label=spoken("Standard", "分类标准"), choices=_standards)

    def clean_standard(self) -> str | None:
        """Return the name of the standard; None for the default one."""
        chosen: Any = self.cleaned_data["standard"]
        return None if chosen == "default" else str(chosen)


class StartRunForm(forms.Form):
    """Which standard, and as of which day."""

    standard = forms.ChoiceField(label=spoken("Standard", "分类标准"), choices=_standards)
    as_of = forms.DateField(
        label=spoken("As-of date", "评级日"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=spoken(
            "Nothing later counts. Empty: the end of the last complete month with orders.",
            "此日之后的事不计。留空则为最近一个有订单的完整月份的月末。",
        ),
    )

    def clean_standard(self) -> str | None:
        """Return the name of the standard; None for the default one."""
        chosen: Any = self.cleaned_data["standard"]
        return None if chosen == "default" else str(chosen)
