"""The copy of current grades: which one is read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from kefen.domain.text import Text


class Publication(models.Model):
    """One run copied into a table of its own, for lists to read.

    A copy is filled while nobody reads it. It becomes the one that is read when `Pointer` is
    turned to it, in one write.
    """

    run_id = models.CharField(max_length=128)
    as_of = models.DateField()
    standard_name = models.JSONField()
    standard_version = models.CharField(max_length=40)
    customers = models.IntegerField(default=0)
    columns = models.JSONField(default=list)
    complete = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

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
