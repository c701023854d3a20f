"""Work in the background."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from kefen.domain.text import Text


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class TimedWork(models.Model):
    """The last occasion for which something that is done at its time was begun."""

    name = models.CharField(max_length=30, primary_key=True)
    done_for = models.CharField(max_length=30)

    def __str__(self) -> str:
        return f"{self.name} {self.done_for}"


class Job(models.Model):
    """One piece of work: what was asked, how far it is, what came of it.

    The queue only hands a job's number to a worker; whether the job runs, lives and has ended
    is said here. A running job writes `heartbeat_at` again and again; one that stops is taken
    up anew, or given up with a reason.
    """

    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=120, blank=True)
    asked = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, choices=JobState.choices, default=JobState.WAITING, db_index=True
    )
    step = models.JSONField(default=dict)
    steps_begun = models.IntegerField(default=0)
    steps = models.IntegerField(default=0)
    attempt = models.IntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    error = models.JSONField(default=dict)
    mend = models.JSONField(default=dict)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A thing is worked on once at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_open_job_for_each_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Return whether it waits or runs."""
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def step_words(self) -> Text | None:
        """Return what it does now, in words."""
        return Text.from_dict(self.step) if self.step else None

    @property
    def error_words(self) -> Text | None:
        """Return what went wrong, in words."""
        return Text.from_dict(self.error) if self.error else None

    @property
    def mend_words(self) -> Text | None:
        """Return what to do about it, in words."""
        return Text.from_dict(self.mend) if self.mend else None

    @property
    def percent(self) -> int:
        """Return how far it is, 0 to 100."""
        if self.state == JobState.DONE:
            return 100
        return 100 * max(0, self.steps_begun - 1) // self.steps if self.steps else 0
