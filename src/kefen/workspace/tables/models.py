"""Who keeps and who checks each table."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class TableKeeping(models.Model):
    """Who keeps a table up to date, and who checks it."""

    table = models.CharField(max_length=80, primary_key=True)
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return self.table


class TableCheck(models.Model):
    """A table of a run that somebody has checked."""

    table = models.CharField(max_length=80)
    run_id = models.CharField(max_length=128)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """A table of a run is checked once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "run_id"], name="one_check_of_a_table")
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.run_id}"
