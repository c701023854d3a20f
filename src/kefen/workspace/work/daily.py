"""The tasks of each day: what falls due becomes a task without a new run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from kefen.workspace.jobs.services import ask_for
from kefen.workspace.jobs.timed import claim
from kefen.workspace.runs.queries import current_publication
from kefen.workspace.runs.schedule import acting

if TYPE_CHECKING:
    from datetime import datetime


def start_if_due(now: datetime) -> None:
    """Ask once a day that tasks are made of what falls due."""
    if current_publication() is None:
        return
    actor = acting()
    if actor is None:
        return
    with transaction.atomic():
        if claim("tasks", now.date().isoformat()):
            ask_for(actor, "tasks")
