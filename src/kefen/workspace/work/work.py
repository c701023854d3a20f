"""What the worker does for tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from kefen.domain.text import Text
from kefen.workspace.work.planning import bring_up_to_date

if TYPE_CHECKING:
    from kefen.workspace.jobs.progress import Progress

_PLAN = Text("Making tasks of what falls due", "将到期事项生成任务")


def plan_tasks(progress: Progress) -> dict[str, Any]:
    """Make, change and end tasks as the service plans of the current grades ask."""
    progress.expect(1)
    progress.begin(_PLAN)
    return bring_up_to_date(progress.actor, timezone.localdate(), live=progress.live)
