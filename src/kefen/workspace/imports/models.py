"""Files that were uploaded and are on their way into the book."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from django.conf import settings
from django.db import models

from kefen.domain.contract import TABLES
from kefen.lake.book.file_import import NUMBER, Choices, LookedAt

if TYPE_CHECKING:
    from kefen.domain.contract import Table
    from kefen.lake.book.file_import import Rows


class UploadState(models.TextChoices):
    """How far an upload has come."""

    LOOKING = "looking"
    UPLOADED = "uploaded"
    TRYING = "trying"
    TRIED = "tried"
    COMMITTING = "committing"
    DONE = "done"
    DROPPED = "dropped"


UNDER_WAY = (UploadState.LOOKING, UploadState.TRYING, UploadState.COMMITTING)
"""The states in which the worker is at it."""


class HowItIsRead(models.Model):
    """How a file is read into a table, as somebody chose."""

    table = models.CharField(max_length=30)
    chosen = models.JSONField(default=dict)
    sheet = models.CharField(max_length=100, blank=True)
    encoding = models.CharField(max_length=30, blank=True)
    rows = models.CharField(max_length=5, default="all")
    match = models.CharField(max_length=30, default=NUMBER)

    class Meta:
        abstract = True

    @property
    def contract(self) -> Table:
        """Return the table that it is for."""
        return TABLES[self.table]

    @property
    def choices(self) -> Choices:
        """Return it as the lake takes it."""
        return Choices(
            self.chosen,
            self.sheet or None,
            self.encoding or None,
            cast("Rows", self.rows),
            self.match,
        )


class Upload(HowItIsRead):
    """One file: for which table, with which columns, and what came of trying and importing it.

    `looked` is what the file holds, found once and kept, so that no page reads a file of a
    million rows.
    """

    file_name = models.CharField(max_length=200)
    folder = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(
        max_length=12, choices=UploadState.choices, default=UploadState.UPLOADED
    )
    looked = models.JSONField(default=dict)
    dry = models.JSONField(default=dict)
    batch = models.IntegerField(null=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.file_name

    @property
    def looked_at(self) -> LookedAt:
        """Return what the file holds."""
        return LookedAt(**self.looked)


class SavedMapping(HowItIsRead):
    """How files of one kind are read, kept under a name for the next of them."""

    name = models.CharField(max_length=80)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        """A name is used once for each table."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "name"], name="one_mapping_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name
