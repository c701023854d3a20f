"""The copy of current grades: which one is read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from kefen.domain.text import Text


class Publication(models.Model):
    """One run copied into a table of its own, for lists to read.

    A copy is filled while nobody reads it. It becomes the one that is read when `Pointer` is
    turned to it, in one write. `in_columns` says how many customers its `ColumnPart`s hold,
    where it has them whole.
    """

    run_id = models.CharField(max_length=128)
    as_of = models.DateField()
    standard_name = models.JSONField()
    standard_version = models.CharField(max_length=40)
    customers = models.IntegerField(default=0)
    columns = models.JSONField(default=list)
    complete = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)
    in_columns = models.IntegerField(null=True)

    def __str__(self) -> str:
        return self.run_id

    @property
    def table(self) -> str:
        """Return the name of the table that holds the copy."""
        return f"kefen_customers_{self.pk}"

    @property
    def standard(self) -> Text:
        """Return the standard's name and version."""
        return Text("{n}, version {v}", "{n}，第 {v} 版").filled(
            n=Text.from_dict(self.standard_name), v=self.standard_version
        )

    def column(self, name: str) -> dict[str, Any] | None:
        """Return what is known of a column."""
        return next((one for one in self.columns if one["name"] == name), None)


class ColumnPart(models.Model):
    """A part of one column of a copy: the values of so many customers, as numbers or as text.

    `kind` is how they are written: the size of the numbers, `text`, or `words` for the different
    texts that the numbers of a column stand for.
    """

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    part = models.IntegerField()
    kind = models.CharField(max_length=8)
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["publication", "name", "part"], name="one_of_a_part")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.part}"


class EditedRow(models.Model):
    """A customer of a copy whose row says otherwise than the columns: a field was changed since.

    An empty `field` is a row that came after the columns were written.
    """

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=200, blank=True)
    customer_id = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["publication", "field", "customer_id"], name="one_edit_of_a_field"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.field}"


class Pointer(models.Model):
    """Points to the copy that is read. There is one row, number 1."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.publication)


class Schedule(models.Model):
    """When the run of each month starts. There is one row, number 1, or none."""

    day = models.SmallIntegerField()
    hour = models.SmallIntegerField()
    standard = models.CharField(max_length=128, blank=True)
    language = models.CharField(max_length=2)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"day {self.day}, {self.hour}:00"
