"""Notices, and where they are sent."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from kefen.domain.text import Text


class Notice(models.Model):
    """One thing that a person is told of.

    Its words name no customer: the customer stands beside them, for as long as the person sees it.
    A `subject` is told of once to each person.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=300)
    words = models.JSONField()
    customer_id = models.TextField(blank=True)
    address = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        """A subject is told of once; unread ones are counted on every page."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "subject"], name="one_notice_of_a_subject")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["person"], condition=models.Q(read_at=None), name="unread_notices"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def said(self) -> Text:
        """Return what it tells."""
        return Text.from_dict(self.words)

    @property
    def icon(self) -> str:
        """Return the icon of its kind."""
        return {"alert": "alert-triangle", "task": "checklist"}.get(self.kind, "info-circle")


class MailChoice(models.Model):
    """Where a person wants notices sent, and in which language.

    `problem` says why the last letter could not be sent, after how many vain tries in `failures`.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choice"
    )
    address = models.EmailField()
    language = models.CharField(max_length=2, choices=[("en", "en"), ("zh", "zh")])
    last_sent_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    failures = models.SmallIntegerField(default=0)
    problem = models.JSONField(default=dict)

    @property
    def problem_words(self) -> Text | None:
        """Return why the last letter could not be sent; None where it could."""
        return Text.from_dict(self.problem) if self.problem else None

    def __str__(self) -> str:
        return self.address
