"""Two records of one customer made one, and taken apart again.

The rows of the lake go over as batches; contacts, notes and files go over here. The record that is
given up leaves the lists at once. Its grades and those of the other follow with the next run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.lake.book.records import customer_row, move_rows
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.services import record
from kefen.workspace.book import served_book
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.jobs.services import ask_for
from kefen.workspace.records.entering import Change, enter, locked_publication
from kefen.workspace.records.fields import OWNERSHIP, sees_field
from kefen.workspace.records.models import (
    Archived,
    Contact,
    CustomValue,
    EditKind,
    EnteredRow,
    Merge,
    MergeState,
    Note,
    StoredFile,
)
from kefen.workspace.records.queries import customer_for, record_of
from kefen.workspace.records.work import write_entered
from kefen.workspace.runs.published import put_row
from kefen.workspace.work.models import Task

if TYPE_CHECKING:
    from collections.abc import Collection

    from kefen.workspace.accounts.models import User
    from kefen.workspace.jobs.progress import Progress

_MOVED = (Contact, Note, StoredFile, EnteredRow, Task)
_STAYS = frozenset({"customer_id", "parent_id", *OWNERSHIP})
_WAIT_SECONDS = 300
_JOINING = Text("Giving everything of one record to the other", "将一条记录的全部内容并入另一条")
_PARTING = Text("Taking the two records apart again", "拆分两条记录")


def differing_fields(user: User, kept: str, gone: str) -> list[tuple[str, str | None, str | None]]:
    """Return the fields that two records have otherwise, as far as a person sees them."""
    one, other = record_of(kept) or {}, record_of(gone) or {}
    return [
        (name, one.get(name), other.get(name))
        for name in dict.fromkeys((*one, *other))
        if name not in _STAYS and one.get(name) != other.get(name) and sees_field(user, name)
    ]


def merge_customers(actor: User, kept: str, gone: str, taken: Collection[str]) -> Merge:
    """Make two records one; sent twice, it is done once.

    Args:
        actor: Who.
        kept: The customer that stays.
        gone: The one whose everything goes over to it.
        taken: Fields in which the value of `gone` is the right one; a field that `kept` does not
            have is taken anyway.

    Raises:
        Http404: The person does not see one of them.
        PermissionDenied: The role may not.
        CallError: They are the same, or one was merged already.
    """
    if not actor.can(Ability.MERGE):
        raise PermissionDenied
    with transaction.atomic():
        publication = locked_publication()
        open_ones = Merge.objects.exclude(state=MergeState.UNDONE)
        same = open_ones.filter(kept=kept, gone=gone).first()
        if same is not None:
            return same
        customer_for(actor, kept)
        customer_for(actor, gone)
        if kept == gone or open_ones.filter(gone__in=(kept, gone)).exists():
            raise CallError(
                Text("These two cannot be merged.", "这两条记录无法合并。"),
                mend=Text(
                    "They are the same, or one of them was merged already.",
                    "二者相同，或其中一条已被合并。",
                ),
            )
        one, other = record_of(kept) or {}, record_of(gone) or {}
        changes = [
            Change(kept, name, one.get(name), value)
            for name, value in other.items()
            if name not in _STAYS and value is not None and (name in taken or one.get(name) is None)
        ]
        changes += _children(actor, kept, gone)
        edit = enter(actor, EditKind.MERGED, changes)
        merge = Merge.objects.create(
            kept=kept, gone=gone, edit=edit, by=actor, moved=_moved_over(kept, gone)
        )
        Archived.objects.update_or_create(
            customer_id=gone, defaults={"reason": f"→ {kept}", "by": actor}
        )
        if publication is not None:
            ask_for(actor, "merge", str(merge.pk), merge=merge.pk)
        record(actor, "customer.joined", kept, gone=gone)
        return merge


def take_apart(actor: User, merge: Merge) -> None:
    """Take a merge back: rows, contacts, notes, files and fields return to where they were.

    Raises:
        PermissionDenied: The role may not.
        CallError: It is under way, or taken back already.
    """
    if not actor.can(Ability.MERGE):
        raise PermissionDenied
    with transaction.atomic():
        locked_publication()
        kept = Merge.objects.select_for_update().get(pk=merge.pk)
        if kept.state != MergeState.DONE:
            raise CallError(
                Text("This merge cannot be taken back now.", "此合并目前无法撤销。"),
                mend=Text(
                    "It is still under way, or taken back already.", "它仍在进行，或已被撤销。"
                ),
            )
        customer_for(actor, kept.kept)
        back = []
        for one in kept.edit.changes.all():
            now = (record_of(one.customer_id) or {}).get(one.field)
            if now == one.after:
                back.append(Change(one.customer_id, one.field, one.after, one.before))
        enter(actor, EditKind.UNDONE, back, undoes=kept.edit)
        for model in _MOVED:
            ids = kept.moved.get(model.__name__, [])
            rows: Any = model._default_manager
            rows.filter(pk__in=ids, customer_id=kept.kept).update(customer_id=kept.gone)
        values = CustomValue.objects.filter(pk__in=kept.moved.get("CustomValue", []))
        values.update(customer_id=kept.gone)
        kept.state = MergeState.UNDOING
        kept.save(update_fields=["state"])
        ask_for(actor, "unmerge", str(kept.pk), merge=kept.pk)
        record(actor, "customer.parted", kept.kept, gone=kept.gone)


def join_rows(progress: Progress, *, merge: int) -> dict[str, Any]:
    """Move the rows of the lake; what a worker that died has moved is found by its note."""
    kept = Merge.objects.get(pk=merge)
    if kept.state != MergeState.UNDER_WAY:
        return {}
    write_entered(progress)
    progress.expect(1)
    progress.begin(_JOINING)
    note = f"merge {merge}"
    move_rows(served_book(), kept.gone, kept.kept, note=note, wait_seconds=_WAIT_SECONDS)
    batches = [one.id for one in served_book().imports.batches() if one.note == note and one.stands]
    Merge.objects.filter(pk=merge).update(state=MergeState.DONE, batches=batches)
    return {"batches": batches}


def part_rows(progress: Progress, *, merge: int) -> dict[str, Any]:
    """Give the rows of the lake back, and the customer to the lists."""
    kept = Merge.objects.get(pk=merge)
    if kept.state != MergeState.UNDOING:
        return {}
    write_entered(progress)
    progress.expect(1)
    progress.begin(_PARTING)
    book = served_book()
    with book.guard.hold("undo", wait_seconds=_WAIT_SECONDS):
        for number in reversed(kept.batches):
            if next(one for one in book.imports.batches() if one.id == number).stands:
                book.imports.undo(number)
            progress.live()
    row = customer_row(book, kept.gone) or {}
    with transaction.atomic():
        publication = locked_publication()
        sight = sight_of(progress.actor)
        there = sight is not None and sight.customers(archived=True).filter(pk=kept.gone).exists()
        if publication is not None and not there:
            put_row(publication, kept.gone, row)
        Archived.objects.filter(pk=kept.gone).delete()
        Merge.objects.filter(pk=merge).update(state=MergeState.UNDONE)
    return {}


def _children(actor: User, kept: str, gone: str) -> list[Change]:
    """Return the changes that put the companies below one record below the other."""
    sight = sight_of(actor)
    if sight is None or "parent_id" not in sight.columns:
        return []
    below = sight.customers(archived=True).filter(parent_id=gone).exclude(pk=kept)
    return [Change(one, "parent_id", gone, kept) for one in below.values_list("pk", flat=True)]


def _moved_over(kept: str, gone: str) -> dict[str, list[int]]:
    """Give contacts, notes, files, entered rows and tasks to the record that stays."""
    moved = {}
    for model in _MOVED:
        rows: Any = model._default_manager
        found = rows.filter(customer_id=gone)
        if model is Task:
            found = found.filter(rule="")  # those of a service plan follow from the grades anew
        ids = list(found.values_list("pk", flat=True))
        rows.filter(pk__in=ids).update(customer_id=kept)
        moved[model.__name__] = ids
    has = CustomValue.objects.filter(customer_id=kept).values("attribute")
    values = CustomValue.objects.filter(customer_id=gone).exclude(attribute__in=has)
    moved["CustomValue"] = list(values.values_list("pk", flat=True))
    CustomValue.objects.filter(pk__in=moved["CustomValue"]).update(customer_id=kept)
    return moved
