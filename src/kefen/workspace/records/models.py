"""Edits of customers and their fields, and what only the workspace knows of a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from kefen.domain.text import Text
from kefen.workspace.runs.published import ExactDecimal

if TYPE_CHECKING:
    from kefen.workspace.accounts.models import User


OWN_PREFIX = "own_"


class EditKind(models.TextChoices):
    """What an edit was."""

    CREATED = "created"
    CHANGED = "changed"
    ASSIGNED = "assigned"
    CLAIMED = "claimed"
    RETURNED = "returned"
    RECALLED = "recalled"
    HANDED_OVER = "handed_over"
    MERGED = "merged"
    UNDONE = "undone"


class Edit(models.Model):
    """One thing that somebody entered: what changed stands in its `FieldChange`s.

    A form carries a `token`, so that one that is sent twice is one edit.
    """

    kind = models.CharField(max_length=12, choices=EditKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    token = models.CharField(max_length=40, null=True, unique=True)
    undoes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="undone_by"
    )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class FieldChange(models.Model):
    """One field of one customer: its value before, and the one that was entered.

    Changes are copied into the lists at once and reach the lake as batches soon after; `batch` is
    the number of that batch. `problem` says why the lake refused one.
    """

    edit = models.ForeignKey(Edit, on_delete=models.CASCADE, related_name="changes")
    customer_id = models.TextField()
    field = models.CharField(max_length=120)
    before = models.TextField(null=True)
    after = models.TextField(null=True)
    to_lake = models.BooleanField(default=True)
    batch = models.IntegerField(null=True, db_index=True)
    problem = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["customer_id", "id"], name="changes_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.field}"


class EnteredRow(models.Model):
    """A row of another table that somebody entered, such as an interaction, for the lake."""

    table = models.CharField(max_length=30)
    customer_id = models.TextField(db_index=True)
    values = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    token = models.CharField(max_length=40, null=True, unique=True)
    batch = models.IntegerField(null=True, db_index=True)
    problem = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.table} {self.pk}"


class Attached(models.Model):
    """What hangs on a customer; taken away, it is kept and no longer shown."""

    customer_id = models.TextField(db_index=True)
    by: models.ForeignKey[User, User] = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    token = models.CharField(max_length=40, null=True, unique=True)
    version = models.IntegerField(default=1)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Contact(Attached):
    """A person at a customer."""

    name = models.CharField(max_length=100)
    position = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    wecom = models.CharField(max_length=60, blank=True)
    decides = models.BooleanField(default=False)
    first = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class Note(Attached):
    """Something that somebody wrote down about a customer."""

    text = models.TextField()
    changed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"note {self.pk}"


class StoredFile(Attached):
    """A file that belongs to a customer; its content lies in the folder `files` of the book."""

    name = models.CharField(max_length=200)
    folder = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class AttributeKind(models.TextChoices):
    """What a custom attribute holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"


class CustomAttribute(models.Model):
    """A field that a company keeps of its customers besides those of the data contract."""

    name_en = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=AttributeKind.choices)
    choices = models.JSONField(default=list)
    money = models.BooleanField(default=False)
    place = models.IntegerField(default=0)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["place", "id"]

    def __str__(self) -> str:
        return self.name_en

    @property
    def name(self) -> Text:
        """Return its name for people."""
        return Text(self.name_en, self.name_zh)

    @property
    def field(self) -> str:
        """Return what it is called among the fields of a customer."""
        return f"{OWN_PREFIX}{self.pk}"

    @staticmethod
    def number_of(field: str) -> int:
        """Return the key of the attribute that is called so among the fields of a customer."""
        return int(field.removeprefix(OWN_PREFIX))


class CustomValue(models.Model):
    """The value of a custom attribute of a customer, as text; of a number, as one too."""

    attribute = models.ForeignKey(CustomAttribute, on_delete=models.CASCADE, related_name="values")
    customer_id = models.TextField(db_index=True)
    value = models.TextField()
    number = ExactDecimal(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["attribute", "customer_id"], name="one_value_of_an_attribute"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["attribute", "value"], name="own_by_value"),
            models.Index(fields=["attribute", "number"], name="own_by_number"),
        ]

    def __str__(self) -> str:
        return self.value


class MergeState(models.TextChoices):
    """How far a merge has come."""

    UNDER_WAY = "under_way"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class Merge(models.Model):
    """Two records of one customer made one: everything of `gone` is given to `kept`.

    `batches` are the numbers of the batches that moved the rows of the lake, `moved` the ids of
    what was moved here, so that all of it can be taken back.
    """

    kept = models.TextField(db_index=True)
    gone = models.TextField(db_index=True)
    edit = models.ForeignKey(Edit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=MergeState.choices, default=MergeState.UNDER_WAY
    )
    moved = models.JSONField(default=dict)
    batches = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.gone} -> {self.kept}"


class Archived(models.Model):
    """A customer that lists no longer show; its record, facts and grades stay."""

    customer_id = models.TextField(primary_key=True)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.customer_id
