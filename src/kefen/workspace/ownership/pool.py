"""The public pool: claiming from it, returning to it, and what the rules allow."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.services import record
from kefen.workspace.ownership.models import AutomaticReturn, Due
from kefen.workspace.ownership.queries import (
    current_rules,
    days_of_cool_down,
    grade_of_row,
    own_customers,
    pool_for,
    visible_due,
)
from kefen.workspace.ownership.services import check_may_own
from kefen.workspace.records.entering import Change, enter, locked_publication
from kefen.workspace.records.models import Edit, EditKind, FieldChange
from kefen.workspace.records.queries import customer_for
from kefen.workspace.runs.published import model_of

if TYPE_CHECKING:
    from datetime import date

    from kefen.workspace.accounts.models import User

_PART = 500


def claim(by: User, customer_id: str) -> None:
    """Take a customer out of the pool as one's own; claimed twice, it is claimed once.

    Raises:
        PermissionDenied: The role may not.
        Http404: The pool that the person sees has no such customer, and never had.
        CallError: Somebody else was faster, or the rules do not allow it.
    """
    if not by.can(Ability.CLAIM):
        raise PermissionDenied
    check_may_own(by)
    with transaction.atomic():
        publication = locked_publication()
        row = pool_for(by).filter(pk=customer_id).first()
        if row is None:
            _say_who_has_it(by, publication, customer_id)
            return
        refusal = refusal_of(by, row)
        if refusal is not None:
            raise refusal
        team = by.team.name if by.team is not None else None
        changes = [
            Change(customer_id, "owner", row.owner, by.name),
            Change(customer_id, "team", row.team, team),
        ]
        enter(by, EditKind.CLAIMED, changes)


def return_customer(by: User, customer_id: str) -> None:
    """Give a customer back to the pool: the own ones, or with the ability ASSIGN any.

    Raises:
        Http404: The person does not see it.
        PermissionDenied: It is somebody else's.
    """
    if not by.can(Ability.CLAIM):
        raise PermissionDenied
    with transaction.atomic():
        locked_publication()
        row = customer_for(by, customer_id)
        if not row.owner:
            return  # sent twice
        if row.owner != by.name and not by.can(Ability.ASSIGN):
            raise PermissionDenied
        enter(by, EditKind.RETURNED, [Change(customer_id, "owner", row.owner, None)])
        Due.objects.filter(pk=customer_id).delete()


def refusal_of(by: User, row: Any) -> CallError | None:
    """Return why the rules do not let a person claim a customer of the pool; None where they do."""
    rules = current_rules()
    if rules is None:
        return None
    today = claims_today(by)
    if rules.claims_a_day is not None and today >= rules.claims_a_day:
        return CallError(
            Text("You have claimed {n} customers today.", "您今天已领取 {n} 位客户。").filled(
                n=today
            ),
            mend=Text("More can be claimed tomorrow.", "明天可继续领取。"),
        )
    grade = grade_of_row(row)
    most = rules.of(rules.at_most, grade)
    if most is not None:
        held = own_customers(by, grade)
        if held >= most:
            return CallError(
                Text(
                    "You have {n} such customers; the rules allow {m}.",
                    "您已有 {n} 位此类客户，规则上限为 {m} 位。",
                ).filled(n=held, m=most),
                mend=Text("Return one first.", "请先退回一位。"),
            )
    free_on = cools_until(by, row.customer_id, days_of_cool_down(grade))
    if free_on is not None:
        return CallError(
            Text(
                "You gave this customer up; you may claim it again on {d}.",
                "您曾退回或失去此客户，{d} 起方可再次领取。",
            ).filled(d=free_on),
            mend=Text("Somebody else may claim it now.", "其他人现在可以领取。"),
        )
    return None


def cools_until(by: User, customer_id: str, days: int | None) -> date | None:
    """Return the day on which a person may claim a customer again; None where now."""
    if not days:
        return None
    last = (
        FieldChange.objects.filter(
            customer_id=customer_id,
            field="owner",
            before=by.name,
            edit__kind__in=(EditKind.RETURNED, EditKind.RECALLED),
        )
        .order_by("-id")
        .values_list("edit__at", flat=True)
        .first()
    )
    if last is None:
        return None
    free = timezone.localtime(last).date() + timedelta(days=days)
    return free if free > timezone.localdate() else None


def claims_today(by: User) -> int:
    """Return how many customers a person has claimed today."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Edit.objects.filter(by=by, kind=EditKind.CLAIMED, at__gte=midnight).count()


def recall_due(by: User) -> int:
    """Return every due customer to the pool; what was looked after since the check stays.

    Raises:
        PermissionDenied: The role may not assign.
    """
    if not by.can(Ability.ASSIGN):
        raise PermissionDenied
    with transaction.atomic():
        publication = locked_publication()
        if publication is None:
            return 0
        due = {one.pk: one for one in visible_due(by).filter(on__lte=timezone.localdate())}
        changes = []
        model: Any = model_of(publication.pk)
        ids = list(due)
        for start in range(0, len(ids), _PART):
            rows = model._default_manager.filter(pk__in=ids[start : start + _PART])
            for customer, owner in rows.values_list("pk", "owner"):
                # Who got it since the check is not the one that let it lie.
                if owner and owner == due[customer].owner:
                    changes.append(Change(customer, "owner", owner, None))
        if changes:
            enter(by, EditKind.RECALLED, changes)
        Due.objects.filter(pk__in=[one.customer_id for one in changes]).delete()
        return len(changes)


def switch_automatic(by: User, *, on: bool) -> None:
    """Let due customers return by themselves every day, or not; they return in one's name.

    Raises:
        PermissionDenied: The role may not assign.
    """
    if not by.can(Ability.ASSIGN):
        raise PermissionDenied
    with transaction.atomic():
        AutomaticReturn.objects.update_or_create(pk=1, defaults={"on": on, "by": by})
        record(by, "pool.automatic", "on" if on else "off")


def _say_who_has_it(by: User, publication: Any, customer_id: str) -> None:
    """Say that a customer has an owner by now; where it is the own one already, that is fine."""
    model: Any = model_of(publication.pk) if publication is not None else None
    row = model._default_manager.filter(pk=customer_id).first() if model is not None else None
    if row is None or not row.owner:
        raise Http404
    if row.owner == by.name:
        return
    raise CallError(
        Text("Somebody else has this customer by now.", "此客户已被他人领取。"),
        mend=Text("Choose another from the pool.", "请从公海中另选一位。"),
    )
