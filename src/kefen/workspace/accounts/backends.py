"""Who is signed in, looked up by a question that is put into words once."""

from __future__ import annotations

from functools import lru_cache

from django.contrib.auth.backends import ModelBackend
from django.db import DEFAULT_DB_ALIAS

from kefen.workspace.accounts.models import Team, User
from kefen.workspace.statements import ASKED_NUMBER, Statement

_FIELDS = tuple(field.attname for field in User._meta.concrete_fields)


class People(ModelBackend):
    """Signs people in by their password, as Django does.

    Each request asks the database for its person anew, so that who is switched off, or has another
    role, is so from the next request on.
    """

    def get_user(self, user_id: int) -> User | None:
        """Return a person with the team; None where there is none, or one who is switched off."""
        found = _who().rows(user_id)
        if not found:
            return None
        *values, team = found[0]
        person = User.from_db(DEFAULT_DB_ALIAS, _FIELDS, values)
        if person.team_id is not None:
            person.team = Team.from_db(DEFAULT_DB_ALIAS, ("id", "name"), (person.team_id, team))
        return person if self.user_can_authenticate(person) else None


@lru_cache(maxsize=1)
def _who() -> Statement:
    """Return the question who has a number, with the name of the team."""
    return Statement(User.objects.filter(pk=ASKED_NUMBER).values_list(*_FIELDS, "team__name"))
