"""Whose work a customer is: the person that its column `owner` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.roles import Ability

if TYPE_CHECKING:
    from typing import Any

_MANAGES = "account_manager"


class Owners:
    """The people that customers can belong to, by the names that the column `owner` has."""

    def __init__(self) -> None:
        found: dict[str, list[User]] = {}
        for person in User.objects.filter(is_active=True).order_by("pk"):
            if person.name and person.can(Ability.WORK):
                found.setdefault(person.name, []).append(person)
        self._people = found

    def of(self, row: Any) -> User | None:
        """Return who is responsible for a customer of the published copy."""
        return self.named(row.owner)

    def named(self, name: str | None) -> User | None:
        """Return the person that the column `owner` names.

        None where it is empty, where nobody of that name signs in, or where several do and not
        just one of them is an account manager: it is not guessed then.
        """
        people = self._people.get(name or "", [])
        if len(people) > 1:
            people = [one for one in people if one.role == _MANAGES]
        return people[0] if len(people) == 1 else None
