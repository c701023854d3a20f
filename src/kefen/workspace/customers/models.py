"""Saved views of the list, tags on customers, and earlier periods that can be looked at."""

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


class DefaultView(models.Model):
    """The view with which the list opens for a person."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="default_view"
    )
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.view)


class EarlierPeriod(models.Model):
    """A copy of an earlier run that was made to be looked at, beside the one that pages show."""

    publication = models.OneToOneField(
        "runs.Publication", on_delete=models.CASCADE, related_name="earlier_period"
    )

    def __str__(self) -> str:
        return str(self.publication)


class Tag(models.Model):
    """A word that people put on customers, to find them again."""

    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class TaggedCustomer(models.Model):
    """A customer that has a tag."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged")
    customer_id = models.TextField()

    class Meta:
        """A tag is on a customer once; it is looked for from both sides."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tag", "customer_id"], name="one_tag_of_a_name")
        ]
        indexes: ClassVar = [models.Index(fields=["customer_id", "tag"], name="tags_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.tag}"
