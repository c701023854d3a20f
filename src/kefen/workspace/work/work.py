"""What the worker does for tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Scope
from kefen.workspace.runs.schedule import acting
from kefen.workspace.work.planning import bring_up_to_date

if TYPE_CHECKING:
    from kefen.workspace.accounts.models import User
    from kefen.workspace.jobs.progress import Progress

_PLAN = Text("Making tasks of what falls due", "将到期事项生成任务")


def plan_tasks(progress: Progress) -> dict[str, Any]:
    """Make, change and end tasks as the service plans of the current grades ask.

    Who asked may see only some of the customers: then it is done for who the worker acts for.
    """
    progress.expect(1)
    progress.begin(_PLAN)
    actor: User | None = progress.actor
    if progress.actor.in_role.scope is not Scope.ALL:
        actor = acting()
    if actor is None:
        return {}
    return bring_up_to_date(actor, timezone.localdate(), live=progress.live)
