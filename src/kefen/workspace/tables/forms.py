"""Who keeps and who checks a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.queries import visible_people
from kefen.workspace.shell.language import spoken

if TYPE_CHECKING:
    from kefen.workspace.tables.models import TableKeeping


class KeepingForm(forms.Form):
    """A keeper and a checker, of the people that the person may name."""

    keeper = forms.ModelChoiceField(
        User.objects.none(), label=spoken("Kept by", "制表人"), required=False
    )
    checker = forms.ModelChoiceField(
        User.objects.none(), label=spoken("Checked by", "审核人"), required=False
    )

    def __init__(self, user: User, keeping: TableKeeping | None, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        now = [one for one in (keeping.keeper_id, keeping.checker_id) if one] if keeping else []
        people = visible_people(user).filter(is_active=True) | User.objects.filter(pk__in=now)
        for name in ("keeper", "checker"):
            field: Any = self.fields[name]
            field.queryset = people
            field.label_from_instance = lambda one: one.shown_name
