"""Moving, converting and giving up prospects; each with its audit entry, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.services import record
from kefen.workspace.prospects.models import Prospect
from kefen.workspace.prospects.queries import prospect_of
from kefen.workspace.prospects.words import ENDS, FIRST, STAGES
from kefen.workspace.records.queries import record_of
from kefen.workspace.records.services import change_customer
from kefen.workspace.work.services import create_task

if TYPE_CHECKING:
    from datetime import date

    from kefen.workspace.accounts.models import User

_MOVED = Text("{p} moved this prospect meanwhile: {s}.", "{p}已将该潜在客户移至“{s}”。")
_LOOK = Text("Look at the board again, then decide.", "请刷新看板后再操作。")


def move_prospect(by: User, customer_id: str, stage: str, *, was: str) -> Prospect:
    """Put a prospect into another stage.

    Args:
        by: Who.
        customer_id: The prospect.
        stage: One of `STAGES`.
        was: The stage in which `by` saw it.

    Raises:
        PermissionDenied: The role may not, or does not see the prospect.
        CallError: Somebody else moved it meanwhile.
    """
    if stage not in STAGES:
        raise PermissionDenied
    with transaction.atomic():
        kept = _held(by, customer_id)
        _must_be(kept, was)
        if kept.stage != stage:
            _put(kept, by, stage)
            record(by, "prospect.moved", customer_id, stage=[was, stage])
        return kept


def plan_prospect(
    by: User,
    customer_id: str,
    *,
    next_step: str,
    next_on: date | None,
    expected_on: date | None,
    obstacle: str,
) -> Prospect:
    """Keep what follows for a prospect; a next step with a new day becomes a task.

    Raises:
        PermissionDenied: The role may not, or does not see the prospect.
    """
    with transaction.atomic():
        kept = _held(by, customer_id)
        planned = (next_step, next_on) != (kept.next_step, kept.next_on)
        kept.next_step, kept.next_on = next_step, next_on
        kept.expected_on, kept.obstacle = expected_on, obstacle
        kept.save()
        record(by, "prospect.planned", customer_id, next_on=str(next_on or ""))
        if planned and next_step and next_on is not None:
            create_task(
                by,
                customer_id,
                kind="other",
                words=next_step,
                due_on=next_on,
                assigned_to=by,
            )
        return kept


def convert_prospect(by: User, customer_id: str) -> Prospect:
    """Make a customer of a prospect; it keeps its number, and with it all that is known of it.

    Raises:
        PermissionDenied: The role may not change customers, or does not see the prospect.
    """
    with transaction.atomic():
        kept = _held(by, customer_id)
        # The lists show the last run; an import since may have changed the record itself.
        was = (record_of(customer_id) or {}).get("status")
        change_customer(by, customer_id, {"status": "customer"}, was={"status": was})
        _put(kept, by, "won")
        record(by, "prospect.converted", customer_id)
        return kept


def give_up_prospect(by: User, customer_id: str, reason: str) -> Prospect:
    """Give a prospect up, with the reason.

    Raises:
        PermissionDenied: The role may not, or does not see the prospect.
        CallError: It has been given up already.
    """
    with transaction.atomic():
        kept = _held(by, customer_id)
        if kept.stage in ENDS:
            _must_be(kept, "")
        kept.reason = reason
        _put(kept, by, "lost")
        record(by, "prospect.lost", customer_id)
        return kept


def take_up_prospect(by: User, customer_id: str) -> Prospect:
    """Take up a prospect again that was given up: it begins anew.

    Raises:
        PermissionDenied: The role may not, or does not see the prospect.
    """
    with transaction.atomic():
        kept = _held(by, customer_id)
        if kept.stage == "lost":
            _put(kept, by, FIRST)
            record(by, "prospect.moved", customer_id, stage=["lost", FIRST])
        return kept


def _held(by: User, customer_id: str) -> Prospect:
    """Return where a prospect stands, held until the transaction ends."""
    if not by.can(Ability.WORK) or prospect_of(by, customer_id) is None:
        raise PermissionDenied
    start: dict[str, Any] = {"moved_on": timezone.localdate(), "moved_by": by}
    kept, _ = Prospect.objects.select_for_update().get_or_create(
        customer_id=customer_id, defaults=start
    )
    return kept


def _must_be(kept: Prospect, was: str) -> None:
    if kept.stage != was:
        raise CallError(_MOVED.filled(p=kept.moved_by.shown_name, s=kept.stage_words), mend=_LOOK)


def _put(kept: Prospect, by: User, stage: str) -> None:
    kept.stage, kept.moved_on, kept.moved_by = stage, timezone.localdate(), by
    kept.save()
