"""Forms of tasks."""

from __future__ import annotations

from typing import Any

from django import forms

from kefen.workspace.accounts.models import User
from kefen.workspace.shell.language import said, spoken
from kefen.workspace.work.queries import people_to_give_to
from kefen.workspace.work.words import KINDS, WAYS

_MOST = 500


def _kinds() -> list[tuple[str, str]]:
    return [(kind, said(words)) for kind, (words, _) in KINDS.items()]


def _ways() -> list[tuple[str, str]]:
    return [(kind, said(KINDS[kind][0])) for kind in WAYS]


def _day(**more: Any) -> forms.DateField:
    # Browsers take the value of a date field in this form alone, whatever the reader's language.
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(widget=widget, **more)


class _PersonField(forms.ModelChoiceField[User]):
    """Who is to do it."""

    def label_from_instance(self, person: User) -> str:
        """Return how a person is called."""
        return person.shown_name


class TaskForm(forms.Form):
    """A new task."""

    kind = forms.ChoiceField(label=spoken("Kind", "类型"), choices=_kinds, initial="other")
    words = forms.CharField(label=spoken("What is to be done", "任务内容"), max_length=_MOST)
    due_on = _day(label=spoken("Until", "截止日期"))
    assigned_to = _PersonField(
        people_to_give_to(),
        label=spoken("Who does it", "执行人"),
        required=False,
        empty_label=spoken("Nobody yet", "待分配"),
    )


class ChangeForm(forms.Form):
    """Another day, another person."""

    due_on = _day(label=spoken("Until", "截止日期"))
    assigned_to = _PersonField(
        people_to_give_to(),
        label=spoken("Who does it", "执行人"),
        required=False,
        empty_label=spoken("Nobody yet", "待分配"),
    )


class FinishForm(forms.Form):
    """What came of it, and what follows."""

    way = forms.ChoiceField(label=spoken("Way", "方式"), choices=_ways)
    result = forms.CharField(
        label=spoken("Result", "结果"),
        max_length=_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    next_step = forms.CharField(
        label=spoken("Next step", "下一步"), max_length=_MOST, required=False
    )
    next_on = _day(
        label=spoken("When", "下一步日期"),
        required=False,
        help_text=spoken("A day makes a task of the next step.", "填写日期即生成下一步任务。"),
    )

    def __init__(self, *args: Any, contact: bool, way_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not way_open:
            del self.fields["way"]
        if contact:
            self.fields["result"].required = True


class DropForm(forms.Form):
    """Why it is not done."""

    reason = forms.CharField(label=spoken("Reason", "原因"), max_length=_MOST)
