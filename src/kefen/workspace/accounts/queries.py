"""Reading people and teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone

from kefen.workspace.accounts.models import Team, User
from kefen.workspace.accounts.roles import Ability

if TYPE_CHECKING:
    from django.db.models import QuerySet


def anybody() -> bool:
    """Return whether there is any person yet; before that only the first-run page is open."""
    return User.objects.exists()


def visible_people(user: User) -> QuerySet[User]:
    """Return the people that a person sees: all to who manages them, else only oneself."""
    everybody = User.objects.select_related("team").order_by("username")
    return everybody if user.can(Ability.MANAGE_PEOPLE) else everybody.filter(pk=user.pk)


def visible_teams(user: User) -> QuerySet[Team]:
    """Return the teams that a person sees: all to who manages people, else the own one."""
    teams = Team.objects.order_by("name")
    return teams if user.can(Ability.MANAGE_PEOPLE) else teams.filter(pk=user.team_id or 0)


def locked_names(user: User) -> frozenset[str]:
    """Return the names that are locked after wrong passwords, to who manages people."""
    if not user.can(Ability.MANAGE_PEOPLE):
        return frozenset()
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    locked = AccessAttempt.objects.filter(
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gte=since
    )
    return frozenset(name for name in locked.values_list("username", flat=True) if name)
