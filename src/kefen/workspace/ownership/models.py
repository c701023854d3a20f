"""Customers that are about to return to the public pool, and whether they do so by themselves."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Due(models.Model):
    """A customer that returns to the pool on a day unless it is looked after.

    Worked out anew by each check of the rules; `on` in the past means that it may be returned.
    """

    customer_id = models.TextField(primary_key=True)
    owner = models.TextField(db_index=True)
    grade = models.CharField(max_length=60, blank=True)
    last_on = models.DateField(null=True)
    on = models.DateField(db_index=True)
    checked_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.customer_id


class AutomaticReturn(models.Model):
    """Whether due customers return by themselves every day. There is one row, number 1.

    Returns are written in the name of who switched it on.
    """

    on = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_on = models.DateField(null=True)

    def __str__(self) -> str:
        return "on" if self.on else "off"
