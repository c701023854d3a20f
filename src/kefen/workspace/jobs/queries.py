"""Reading jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.workspace.accounts.roles import Ability
from kefen.workspace.jobs.models import Job

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from kefen.workspace.accounts.models import User

_ABILITY = {
    "grade": Ability.SEE_RUNS,
    "fill": Ability.SEE_RUNS,
    "publish": Ability.SEE_RUNS,
    "look": Ability.IMPORT,
    "prepare": Ability.SEE_RUNS,
    "tasks": Ability.SEE_RUNS,
    "alerts": Ability.SEE_RUNS,
    "try": Ability.IMPORT,
    "import": Ability.IMPORT,
    "undo": Ability.IMPORT,
}


def visible_jobs(user: User) -> QuerySet[Job]:
    """Return the jobs that a person sees: those of kinds that the role follows."""
    kinds = [kind for kind, ability in _ABILITY.items() if user.can(ability)]
    return Job.objects.select_related("asked_by").filter(kind__in=kinds).order_by("-id")
