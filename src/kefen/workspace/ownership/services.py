"""Giving customers to people: assignment, claim, return, hand-over.

The columns `owner` and `team` of a customer say whose it is; they are changed like any other
field, so that they have a history, reach the lake and can be read by standards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.ownership.queries import owners, rules_column
from kefen.workspace.records.entering import Change, enter, locked_publication
from kefen.workspace.records.models import EditKind
from kefen.workspace.runs.published import model_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kefen.workspace.accounts.models import User

MOST_AT_ONCE = 100_000
_PART = 500


def assign_owner(by: User, customer_ids: Iterable[str], owner: User | None) -> int:
    """Give customers to a person, or to nobody, so that they lie in the public pool.

    This is the one service for it: the bulk bar of the list calls it with the ids that it has
    resolved on the server, pages of people call it to hand over. The customer becomes visible to
    its new owner, and to the owner's team, at once. Limits and cool-down bind who claims, not who
    assigns.

    Args:
        by: Who assigns; needs the ability ASSIGN.
        customer_ids: The customers; those that `by` does not see are left out.
        owner: The person whose they become; None for the pool.

    Returns:
        How many customers changed hands.

    Raises:
        PermissionDenied: The role may not assign.
        CallError: The person cannot own customers, or there are more than `MOST_AT_ONCE`.
    """
    if not by.can(Ability.ASSIGN):
        raise PermissionDenied
    ids = list(dict.fromkeys(customer_ids))
    if len(ids) > MOST_AT_ONCE:
        raise CallError(
            Text("{n} customers are too many at once.", "一次分配 {n} 位客户过多。").filled(
                n=f"{len(ids):,}"
            ),
            mend=Text("Narrow the list to at most {m}.", "请缩小范围，至多 {m} 位。").filled(
                m=f"{MOST_AT_ONCE:,}"
            ),
        )
    if owner is not None:
        check_may_own(owner)
    with transaction.atomic():
        locked_publication()
        changes = owner_changes(by, ids, owner)
        if changes:
            enter(by, EditKind.ASSIGNED, changes)
        return len({one.customer_id for one in changes})


def check_may_own(person: User) -> None:
    """Refuse a person who cannot own customers.

    Raises:
        CallError: The person is switched off, has no name, or another has the same.
    """
    if not person.is_active:
        raise CallError(
            Text("{p} is switched off.", "{p}已停用。").filled(p=person.shown_name),
            mend=Text("Choose somebody else.", "请选择其他人员。"),
        )
    if not person.name:
        raise CallError(
            Text(
                "{p} has no name, and customers name their owner.",
                "{p}未填写姓名，而客户以姓名标明负责人。",
            ).filled(p=person.username),
            mend=Text("Give the person a name first.", "请先填写其姓名。"),
        )


def owner_changes(by: User, ids: Sequence[str], owner: User | None) -> list[Change]:
    """Return the changes that give customers another owner; a pool customer keeps its team."""
    sight = sight_of(by)
    if sight is None:
        return []
    name = owner.name if owner is not None else None
    changes = []
    for start in range(0, len(ids), _PART):
        rows = sight.customers(archived=True).filter(pk__in=ids[start : start + _PART])
        for customer, now, team in rows.values_list("pk", "owner", "team"):
            wanted = team
            if owner is not None:
                wanted = owner.team.name if owner.team is not None else None
            own = [
                Change(customer, "owner", now, name),
                Change(customer, "team", team, wanted),
            ]
            changes += [one for one in own if one.before != one.after]
    return changes


def hand_over(by: User, person: User, people: Sequence[User]) -> int:
    """Give all customers of a person to others; several take turns, so that each gets as many.

    The customers are dealt out grade by grade, the best first, so that shares are alike. Notes,
    contacts, files and history stay with the customer.

    Args:
        by: Who hands over; needs the ability ASSIGN.
        person: Whose customers; may be switched off already.
        people: Who takes over; nobody: the public pool.

    Returns:
        How many customers changed hands.

    Raises:
        PermissionDenied: The role may not.
        CallError: One of the people cannot own customers.
    """
    if not by.can(Ability.ASSIGN):
        raise PermissionDenied
    for one in people:
        check_may_own(one)
    with transaction.atomic():
        publication = locked_publication()
        if publication is None or not person.name:
            return 0
        model: Any = model_of(publication.pk)
        column = rules_column(publication)
        order = [column, "customer_id"] if column is not None else ["customer_id"]
        owned = model._default_manager.filter(owner=person.name).order_by(*order)
        changes = []
        moved = 0
        for place, (customer, owner, team) in enumerate(
            owned.values_list("pk", "owner", "team").iterator(chunk_size=2_000)
        ):
            new = people[place % len(people)] if people else None
            wanted = team
            if new is not None:
                wanted = new.team.name if new.team is not None else None
            changes.append(Change(customer, "owner", owner, new.name if new is not None else None))
            changes.append(Change(customer, "team", team, wanted))
            moved += 1
        if changes:
            enter(by, EditKind.HANDED_OVER, changes)
        return moved


def rename_owner_team(by: User, before: str, after: str) -> int:
    """Let customers follow a team that is called otherwise now; return how many."""
    with transaction.atomic():
        publication = locked_publication()
        if publication is None:
            return 0
        model: Any = model_of(publication.pk)
        owned = model._default_manager.filter(team=before).values_list("pk", flat=True)
        changes = [Change(one, "team", before, after) for one in owned.iterator()]
        if changes:
            enter(by, EditKind.HANDED_OVER, changes)
        return len(changes)


def rename_owner(by: User, before: str, after: str) -> int:
    """Let customers follow a person who is called otherwise now; return how many.

    Where another active person has the name before, the customers stay with that one.
    """
    if not before or before == after or owners().filter(name=before).exists():
        return 0
    with transaction.atomic():
        publication = locked_publication()
        if publication is None:
            return 0
        model: Any = model_of(publication.pk)
        owned = model._default_manager.filter(owner=before).values_list("pk", flat=True)
        changes = [Change(one, "owner", before, after or None) for one in owned.iterator()]
        if changes:
            enter(by, EditKind.HANDED_OVER, changes)
        return len(changes)
