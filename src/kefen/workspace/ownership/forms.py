"""Forms of assignment and hand-over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from kefen.workspace.ownership.queries import owners
from kefen.workspace.shell.language import spoken

if TYPE_CHECKING:
    from kefen.workspace.accounts.models import User


class _People(forms.ModelChoiceField["User"]):
    """People by name, with their team."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name and the team."""
        return _called(obj)


class _SeveralPeople(forms.ModelMultipleChoiceField["User"]):
    """People by name, several of them."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name and the team."""
        return _called(obj)


class AssignForm(forms.Form):
    """Whose a customer becomes."""

    owner = _People(
        queryset=owners(),
        label=spoken("Owner", "负责人"),
        required=False,
        empty_label=spoken("Public pool", "公海"),
    )


class GiveForm(forms.Form):
    """Whose many customers become; nobody is chosen beforehand."""

    owner = _People(queryset=owners(), label=spoken("Owner", "负责人"), empty_label="–")


class HandOverForm(forms.Form):
    """Who takes over the customers of somebody."""

    people = _SeveralPeople(
        queryset=owners(),
        label=spoken("Who takes over", "接手人"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=spoken(
            "Several people take turns, grade by grade. Nobody chosen: to the public pool.",
            "多人接手时按等级轮流分配；不选则退回公海。",
        ),
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["people"]
        people.queryset = owners().exclude(name=person.name)


def _called(person: User) -> str:
    team = person.team
    return f"{person.shown_name} · {team.name}" if team is not None else person.shown_name
