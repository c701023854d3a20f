"""What a customer's page shows of what people entered: owner, contacts, notes, files, changes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.timezone import localdate

from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.customers.paging import Unindexed
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.ownership.queries import standing_of
from kefen.workspace.records.fields import field_label, sees_field
from kefen.workspace.records.forms import ContactForm, FileForm, InteractionForm, NoteForm
from kefen.workspace.records.models import OWN_PREFIX, FieldChange, Merge, MergeState
from kefen.workspace.records.queries import (
    archived,
    custom_values,
    sees_contacts,
    visible_attributes,
    visible_contacts,
    visible_files,
    visible_notes,
    visible_rows,
)
from kefen.workspace.records.words import EDITS, INTERACTIONS

if TYPE_CHECKING:
    from kefen.workspace.accounts.models import User
    from kefen.workspace.ownership.queries import Standing
    from kefen.workspace.records.models import Archived, Contact, EnteredRow, Note, StoredFile

_FEW = 8
_MOST_CHILDREN = 20


@dataclass(frozen=True, slots=True)
class Dossier:
    """What people entered of a customer, as far as the reader sees it.

    Attributes:
        archived: That it is archived, or None.
        own_fields: Custom attributes with their values.
        contacts: Its contacts; None to who sees none.
        notes: Notes on it; None to who does not see everything.
        files: Its files; None likewise.
        interactions: What was done with it, with the word for its kind.
        parent: The parent company, or None.
        children: Companies below it.
        changes: The latest changes: field, edit, words.
        standing: Whose it is, and what may be done about that.
        forms: New, empty forms by name.
        token: The token of these forms; each puts a letter behind it.
        merges: What was merged into it and stands.
        merged_into: The merge that gave it up, or None.
        may_merge: Whether the reader may merge it with another.
        may_edit: Whether the reader may change it.
        may_note: Whether the reader may write notes.
    """

    archived: Archived | None
    own_fields: list[tuple[Text, str]]
    contacts: list[Contact] | None
    notes: list[Note] | None
    files: list[StoredFile] | None
    interactions: list[tuple[EnteredRow, Text]]
    parent: Any
    children: list[Any]
    changes: list[tuple[Text, FieldChange, Text]]
    standing: Standing
    forms: dict[str, Any]
    token: str
    merges: list[Merge]
    merged_into: Merge | None
    may_merge: bool
    may_edit: bool
    may_note: bool


def dossier_of(user: User, row: Any) -> Dossier:
    """Return what people entered of a customer, as far as a person sees it."""
    customer = row.customer_id
    values = custom_values(user, customer)
    attributes = visible_attributes(user)
    everything = not user.in_role.hidden
    may_note = user.can(Ability.NOTE) and everything
    may_edit = user.can(Ability.EDIT)
    parent, children = _group(user, row)
    merges = list(
        Merge.objects.filter(Q(kept=customer) | Q(gone=customer))
        .exclude(state=MergeState.UNDONE)
        .select_related("by")
        .order_by("-id")
    )
    return Dossier(
        archived=archived(customer),
        own_fields=[(one.name, values[one.field]) for one in attributes if one.field in values],
        contacts=list(visible_contacts(user, customer)) if sees_contacts(user) else None,
        notes=list(visible_notes(user, customer)) if everything else None,
        files=list(visible_files(user, customer)) if everything else None,
        interactions=[
            (one, INTERACTIONS.get(one.values.get("kind"), Text.same("")))
            for one in visible_rows(user, customer)[:_FEW]
        ],
        parent=parent,
        children=children,
        changes=_changes(user, customer, {one.field: one.name for one in attributes}),
        standing=standing_of(user, row),
        forms={
            "contact": ContactForm(auto_id="contact_%s"),
            "note": NoteForm(auto_id="note_%s"),
            "file": FileForm(auto_id="file_%s"),
            "interaction": InteractionForm(auto_id="interaction_%s", initial={"at": localdate()}),
        },
        token=secrets.token_hex(16),
        merges=[one for one in merges if one.kept == customer],
        merged_into=next((one for one in merges if one.gone == customer), None),
        may_merge=user.can(Ability.MERGE),
        may_edit=may_edit,
        may_note=may_note,
    )


def _group(user: User, row: Any) -> tuple[Any, list[Any]]:
    sight = sight_of(user)
    if sight is None or "parent_id" not in sight.columns:
        return None, []
    seen = sight.customers(archived=True)
    parent = seen.filter(pk=row.parent_id).first() if row.parent_id else None
    # Found by their parent and sorted then: along the names a database would read all customers.
    below = seen.filter(parent_id=row.customer_id).annotate(by_name=Unindexed("name"))
    return parent, list(below.order_by("by_name", "customer_id")[:_MOST_CHILDREN])


def _changes(
    user: User, customer: str, own: dict[str, Text]
) -> list[tuple[Text, FieldChange, Text]]:
    latest = (
        FieldChange.objects.filter(customer_id=customer)
        .select_related("edit", "edit__by")
        .order_by("-id")[: 2 * _FEW]
    )
    found = []
    for one in latest:
        hidden = (
            one.field not in own
            if one.field.startswith(OWN_PREFIX)
            else not sees_field(user, one.field)
        )
        if not hidden:
            name = own.get(one.field) or field_label(one.field)
            found.append((name, one, EDITS[one.edit.kind]))
    return found[:_FEW]
