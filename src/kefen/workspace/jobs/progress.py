"""How far a job is, written where the pages read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from kefen.workspace.jobs.models import Job, JobState

if TYPE_CHECKING:
    from kefen.domain.text import Text
    from kefen.workspace.accounts.models import User


class LostJobError(Exception):
    """Another worker has taken the job up, because this one was thought dead."""


class Progress:
    """Tells how far a job is; every word is a sign of life too.

    Attributes:
        job: The job.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._attempt = job.attempt

    @property
    def actor(self) -> User:
        """Return who asked for the job."""
        asker: User = self.job.asked_by
        return asker

    def expect(self, steps: int) -> None:
        """Say how many steps there will be."""
        self._write(steps=steps)

    def begin(self, step: Text) -> None:
        """Say which step starts."""
        self._write(step=step.as_dict(), steps_begun=F("steps_begun") + 1)

    def live(self) -> None:
        """Say that the job is alive."""
        self._write()

    def _write(self, **changes: object) -> None:
        mine = Job.objects.filter(pk=self.job.pk, attempt=self._attempt, state=JobState.RUNNING)
        if not mine.update(heartbeat_at=timezone.now(), **changes):
            raise LostJobError(self.job.pk)
