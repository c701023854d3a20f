"""Saved views of the list of customers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A view of the list: its filters, columns and order, as the address holds them."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="views"
    )
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True)
    shared = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Names of one person's views differ."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_view_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name
