"""Forms of prospects."""

from __future__ import annotations

from django import forms

from kefen.workspace.shell.language import spoken

_MOST = 300
_ISO = "%Y-%m-%d"
"""Browsers take the value of a date field in this form alone, whatever the language."""


class PlanForm(forms.Form):
    """What follows."""

    next_step = forms.CharField(
        label=spoken("Next step", "下一步"), max_length=_MOST, required=False
    )
    next_on = forms.DateField(
        label=spoken("When", "下一步日期"),
        required=False,
        widget=forms.DateInput(format=_ISO, attrs={"type": "date"}),
        help_text=spoken("A day makes a task of it, for you.", "填写日期即为您生成任务。"),
    )
    expected_on = forms.DateField(
        label=spoken("Deal expected on", "预计成交日期"),
        required=False,
        widget=forms.DateInput(format=_ISO, attrs={"type": "date"}),
    )
    obstacle = forms.CharField(
        label=spoken("What stands in the way", "障碍"), max_length=_MOST, required=False
    )


class GiveUpForm(forms.Form):
    """Why it is given up."""

    reason = forms.CharField(label=spoken("Reason", "原因"), max_length=_MOST)
