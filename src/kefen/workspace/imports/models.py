"""Files that were uploaded and are on their way into the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from kefen.domain.contract import TABLES

if TYPE_CHECKING:
    from kefen.domain.contract import Table


class UploadState(models.TextChoices):
    """How far an upload has come."""

    UPLOADED = "uploaded"
    TRYING = "trying"
    TRIED = "tried"
    COMMITTING = "committing"
    DONE = "done"
    DROPPED = "dropped"


class Upload(models.Model):
    """One file: for which table, with which columns, and what came of trying and importing it."""

    table = models.CharField(max_length=30)
    file_name = models.CharField(max_length=200)
    folder = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    chosen = models.JSONField(default=dict)
    state = models.CharField(
        max_length=12, choices=UploadState.choices, default=UploadState.UPLOADED
    )
    dry = models.JSONField(default=dict)
    batch = models.IntegerField(null=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.file_name

    @property
    def contract(self) -> Table:
        """Return the table that it is for."""
        return TABLES[self.table]
