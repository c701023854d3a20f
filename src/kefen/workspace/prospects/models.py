"""Where a prospect stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from kefen.workspace.prospects.words import ENDS, FIRST, STAGES

if TYPE_CHECKING:
    from kefen.domain.text import Text


class Prospect(models.Model):
    """Where a prospect stands on its way; one that nobody has moved yet has no row.

    The prospect itself is a customer of the book whose status is `prospect`: notes, tasks and
    interactions belong to the customer, and stay when it is converted.
    """

    customer_id = models.TextField(unique=True)
    stage = models.CharField(
        max_length=12, choices=[(code, code) for code in (*STAGES, *ENDS)], default=FIRST
    )
    next_step = models.CharField(max_length=300, blank=True)
    next_on = models.DateField(null=True)
    expected_on = models.DateField(null=True)
    obstacle = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    moved_on = models.DateField()
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        """The board is read stage by stage."""

        indexes: ClassVar = [
            models.Index(fields=["stage", "next_on"], name="prospects_by_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.stage}"

    @property
    def stage_words(self) -> Text:
        """Return what its stage is called."""
        return {**STAGES, **ENDS}[self.stage]
