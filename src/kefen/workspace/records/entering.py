"""How what people enter is kept: an edit with its changes, at once in the lists, then in the lake.

An edit is written with its audit entry in one transaction. The same transaction puts the values
into the copy that lists read, and asks for the job that brings them into the lake as a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from kefen.workspace.audit.services import record
from kefen.workspace.jobs.services import ask_for
from kefen.workspace.records.fields import OWNERSHIP
from kefen.workspace.records.models import Edit, EditKind, EnteredRow, FieldChange
from kefen.workspace.runs.models import Pointer
from kefen.workspace.runs.published import put_row, put_values
from kefen.workspace.runs.queries import read_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kefen.workspace.accounts.models import User
    from kefen.workspace.runs.models import Publication

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one customer, before and after; `to_lake` says whether grading may read it."""

    customer_id: str
    field: str
    before: str | None
    after: str | None
    to_lake: bool = True


def enter(
    actor: User,
    kind: EditKind,
    changes: Sequence[Change],
    *,
    token: str | None = None,
    undoes: Edit | None = None,
) -> Edit:
    """Keep what somebody entered, within the transaction of the caller.

    Args:
        actor: Who.
        kind: What it was.
        changes: What changes; those that change nothing are left out.
        token: The token of the form.
        undoes: The edit that it takes back.

    Raises:
        RuntimeError: There is no transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an edit is entered outside a transaction")
    publication = locked_publication()
    edit = Edit.objects.create(kind=kind, by=actor, token=token, undoes=undoes)
    real = [one for one in changes if one.before != one.after]
    FieldChange.objects.bulk_create(
        (
            FieldChange(
                edit=edit,
                customer_id=one.customer_id,
                field=one.field,
                before=one.before,
                after=one.after,
                to_lake=one.to_lake,
            )
            for one in real
        ),
        batch_size=_AT_ONCE,
    )
    put_into_lists(publication, real, new=kind == EditKind.CREATED)
    customers = dict.fromkeys(one.customer_id for one in changes)
    subject = next(iter(customers)) if len(customers) == 1 else str(len(customers))
    fields = sorted({one.field for one in real})
    record(actor, f"customer.{kind.value}", subject, edit=edit.pk, fields=", ".join(fields))
    if any(one.to_lake for one in real):
        ask_for(actor, "records", f"edit {edit.pk}")
    if any(one.field in OWNERSHIP for one in real):
        ask_for(actor, "tasks")  # those of the owner go to the new one
    return edit


def enter_row(
    actor: User,
    table: str,
    customer_id: str,
    values: Mapping[str, str | None],
    *,
    token: str | None = None,
) -> EnteredRow:
    """Keep a row of another table, such as an interaction, within the caller's transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("a row is entered outside a transaction")
    row = EnteredRow.objects.create(
        table=table, customer_id=customer_id, values=dict(values), by=actor, token=token
    )
    record(actor, "row.entered", customer_id, table=table)
    ask_for(actor, "records", f"row {row.pk}")
    return row


def locked_publication() -> Publication | None:
    """Return the copy that is read, held until the transaction ends: no other takes its place."""
    pointer = Pointer.objects.select_for_update().filter(pk=1).first()
    found = pointer.publication if pointer is not None else None
    read_from(found)
    return found


def put_into_lists(
    publication: Publication | None, changes: Iterable[Change], *, new: bool = False
) -> None:
    """Put changes into a copy of a run; customers with the same changes are done together."""
    if publication is None:
        return
    by_customer: dict[str, dict[str, str | None]] = {}
    for one in changes:
        by_customer.setdefault(one.customer_id, {})[one.field] = one.after
    alike: dict[tuple[tuple[str, str | None], ...], list[str]] = {}
    for customer, values in by_customer.items():
        alike.setdefault(tuple(sorted(values.items())), []).append(customer)
    for values_, customers in alike.items():
        if new:
            for customer in customers:
                put_row(publication, customer, dict(values_))
        else:
            put_values(publication, customers, dict(values_))


def put_later_edits(
    publication: Publication, lake_version: int, versions: Mapping[int, int]
) -> None:
    """Put into a new copy what people entered since the version of the lake that it shows.

    Args:
        publication: The copy.
        lake_version: The version of the customers' table that its run read.
        versions: The version that each batch left, by its number.
    """
    created: list[Change] = []
    changed: list[Change] = []
    later = FieldChange.objects.filter(to_lake=True, problem={}).select_related("edit")
    for one in later.order_by("id").iterator(chunk_size=_AT_ONCE):
        if one.batch is not None and versions.get(one.batch, 0) <= lake_version:
            continue
        change = Change(one.customer_id, one.field, one.before, one.after)
        (created if one.edit.kind == EditKind.CREATED else changed).append(change)
    put_into_lists(publication, created, new=True)
    put_into_lists(publication, changed)
