"""Reading records: the customer a person may work with, its present values, and its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404

from kefen.domain.text import Text
from kefen.lake.book.records import batch_changes, customer_row
from kefen.workspace.accounts.roles import Ability, Kind
from kefen.workspace.book import served_book
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.records.fields import field_label, sees_field
from kefen.workspace.records.models import (
    OWN_PREFIX,
    Archived,
    Contact,
    CustomAttribute,
    CustomValue,
    Edit,
    EnteredRow,
    FieldChange,
    Note,
    StoredFile,
)
from kefen.workspace.records.words import EDITS

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from kefen.workspace.accounts.models import User

_MOST_HISTORY = 200


@dataclass(frozen=True, slots=True)
class PastChange:
    """A line of the history of fields.

    Attributes:
        at: When.
        who: Who, or the file that brought it.
        what: What it was.
        field: The name of the field.
        before: The value before, or None.
        after: The value after, or None.
        edit: The edit, where it was one.
        problem: Why the lake refused it, or None.
        waits: Whether it has not reached the lake yet.
        undone: Whether the batch that brought it into the lake was undone there.
    """

    at: datetime
    who: str
    what: Text
    field: Text
    before: str | None
    after: str | None
    edit: Edit | None = None
    problem: Text | None = None
    waits: bool = False
    undone: bool = False


def customer_for(user: User, customer_id: str, ability: Ability = Ability.SEE_CUSTOMERS) -> Any:
    """Return the row of a customer that a person sees, archived or not.

    Raises:
        Http404: There is none, or the person does not see it, or may not do this with it.
    """
    sight = sight_of(user)
    row = (
        sight.customers(archived=True).filter(pk=customer_id).first() if sight is not None else None
    )
    if row is None or not user.can(ability):
        raise Http404
    return row


def record_of(customer_id: str) -> dict[str, str | None] | None:
    """Return the present values of a customer as text: the lake's, with what waits for it.

    None where nobody has entered or imported such a customer.

    Raises:
        BookError: The book cannot be read.
    """
    found = customer_row(served_book(), customer_id)
    waiting = FieldChange.objects.filter(
        customer_id=customer_id, to_lake=True, batch=None, problem={}
    ).order_by("id")
    values = dict(found or {})
    for one in waiting:
        values[one.field] = one.after
    return values if found is not None or values else None


def custom_attributes() -> QuerySet[CustomAttribute]:
    """Return the custom attributes that are in use; everybody may know which there are."""
    return CustomAttribute.objects.filter(removed_at=None)


def visible_attributes(user: User) -> list[CustomAttribute]:
    """Return the custom attributes that a person sees."""
    hides_money = Kind.MONEY in user.in_role.hidden
    return [one for one in custom_attributes() if not (hides_money and one.money)]


def custom_values(user: User, customer_id: str) -> dict[str, str]:
    """Return the values of a customer's custom attributes that a person sees, by field."""
    shown = {one.pk: one for one in visible_attributes(user)}
    values = CustomValue.objects.filter(customer_id=customer_id, attribute__in=shown)
    return {shown[one.attribute_id].field: one.value for one in values}


def sees_contacts(user: User) -> bool:
    """Return whether a person sees how customers are reached."""
    return Kind.CONTACT not in user.in_role.hidden


def visible_contacts(user: User, customer_id: str) -> QuerySet[Contact]:
    """Return the contacts of a customer that a person sees; none to who sees no contacts."""
    found = Contact.objects.filter(customer_id=customer_id, removed_at=None)
    found = found.select_related("by").order_by("-first", "-decides", "name", "id")
    return found if sees_contacts(user) else found.none()


def visible_notes(user: User, customer_id: str) -> QuerySet[Note]:
    """Return the notes on a customer; a note may hold anything, so who sees no contacts sees none.

    The same holds for files: what they say cannot be told from outside.
    """
    found = Note.objects.filter(customer_id=customer_id, removed_at=None)
    found = found.select_related("by").order_by("-id")
    return found if _sees_everything(user) else found.none()


def visible_files(user: User, customer_id: str) -> QuerySet[StoredFile]:
    """Return the files of a customer, to who sees everything of it."""
    found = StoredFile.objects.filter(customer_id=customer_id, removed_at=None)
    found = found.select_related("by").order_by("-id")
    return found if _sees_everything(user) else found.none()


def visible_rows(user: User, customer_id: str) -> QuerySet[EnteredRow]:
    """Return the interactions that were entered for a customer, to who sees everything of it."""
    found = EnteredRow.objects.filter(customer_id=customer_id, table="interactions")
    found = found.select_related("by").order_by("-id")
    return found if _sees_everything(user) else found.none()


def archived(customer_id: str) -> Archived | None:
    """Return that a customer is archived, by whom and why; None where it is not."""
    return Archived.objects.select_related("by").filter(pk=customer_id).first()


def visible_edits(user: User) -> QuerySet[Edit]:
    """Return the edits that a person may take back: the own ones, or all as administrator."""
    edits = Edit.objects.select_related("by").order_by("-id")
    return edits if user.can(Ability.MANAGE_PEOPLE) else edits.filter(by=user)


def history_of(user: User, customer_id: str) -> list[PastChange]:
    """Return what changed in a customer's fields, newest first: edits and imports.

    Fields that the person does not see are left out.

    Raises:
        BookError: The book cannot be read.
    """
    names = {one.field: one.name for one in CustomAttribute.objects.all()}
    visible_own = {one.field for one in visible_attributes(user)}
    entered = FieldChange.objects.filter(customer_id=customer_id).select_related(
        "edit", "edit__by", "edit__undone_by"
    )
    found = []
    own_batches = set()
    undone = {one.id for one in served_book().imports.batches() if one.state == "undone"}
    for one in entered.order_by("-id")[:_MOST_HISTORY]:
        own_batches.add(one.batch)
        if one.field.startswith(OWN_PREFIX):
            if one.field not in visible_own:
                continue
        elif not sees_field(user, one.field):
            continue
        found.append(
            PastChange(
                one.edit.at,
                one.edit.by.shown_name,
                EDITS[one.edit.kind],
                names.get(one.field) or field_label(one.field),
                one.before,
                one.after,
                one.edit,
                Text.from_dict(one.problem) if one.problem else None,
                one.to_lake and one.batch is None and not one.problem,
                one.batch in undone,
            )
        )
    found.extend(
        PastChange(
            one.batch.at,
            ", ".join(str(file.get("name", "")) for file in one.batch.files),
            Text("import, batch {b}", "导入批次 {b}").filled(b=one.batch.id),
            field_label(one.field),
            one.before,
            one.after,
        )
        for one in batch_changes(served_book(), customer_id)
        if one.batch.id not in own_batches and sees_field(user, one.field)
    )
    return sorted(found, key=lambda one: one.at, reverse=True)[:_MOST_HISTORY]


def _sees_everything(user: User) -> bool:
    return not user.in_role.hidden
