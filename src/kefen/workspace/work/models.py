"""Tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from kefen.domain.text import Text
from kefen.workspace.work.words import CONTACTS, KINDS

if TYPE_CHECKING:
    from datetime import date


class TaskState(models.TextChoices):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Task(models.Model):
    """One thing that is to be done for a customer.

    A visit, call or message that is planned is a task of that kind: its words are its purpose,
    and its result and next step are kept when it is done.

    A task that a service plan made carries the `rule` (the kind that falls due), the `grade` that
    asks for it, and the day it counts from; while it is open there is one of a rule for each
    customer, which the database holds. One that was given to the customer's owner keeps that
    name in `of_owner`, and follows when the owner changes.
    """

    customer_id = models.TextField(db_index=True)
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in KINDS])
    words = models.JSONField()
    cause = models.JSONField(default=dict)
    rule = models.CharField(max_length=20, blank=True)
    grade = models.CharField(max_length=200, blank=True)
    counted_from = models.DateField(null=True)
    of_owner = models.TextField(blank=True)
    due_on = models.DateField()
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="tasks"
    )
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    result = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_on = models.DateField(null=True)

    class Meta:
        """A rule has one open task for a customer; lists are read by person and day."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer_id", "rule"],
                condition=models.Q(state="open") & ~models.Q(rule=""),
                name="one_open_task_of_a_rule",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "assigned_to", "due_on"], name="tasks_of_a_person"),
            models.Index(fields=["state", "due_on"], name="tasks_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def kind_words(self) -> Text:
        """Return what its kind is called."""
        return KINDS[self.kind][0]

    @property
    def icon(self) -> str:
        """Return the icon of its kind."""
        return KINDS[self.kind][1]

    @property
    def purpose(self) -> Text:
        """Return what is to be done."""
        return Text.from_dict(self.words)

    @property
    def why(self) -> Text | None:
        """Return why there is this task, or None when a person gave it without saying."""
        return Text.from_dict(self.cause) if self.cause else None

    @property
    def is_contact(self) -> bool:
        """Return whether somebody speaks with the customer, so that a result belongs to it."""
        return self.kind in CONTACTS

    @property
    def is_open(self) -> bool:
        """Return whether it is still to be done."""
        return self.state == TaskState.OPEN

    def is_late(self, today: date) -> bool:
        """Return whether it was due before a day and is still open."""
        return self.is_open and self.due_on < today
