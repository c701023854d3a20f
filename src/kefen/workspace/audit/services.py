"""Writing the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.audit.words import ACTIONS

if TYPE_CHECKING:
    from kefen.workspace.accounts.models import User


def record(actor: User, action: str, subject: str = "", **detail: object) -> None:
    """Write down what somebody did, within the transaction that does it.

    Args:
        actor: Who.
        action: What, a code of `ACTIONS`.
        subject: To what: a name or number.
        detail: What else matters; no value of a customer.

    Raises:
        RuntimeError: There is no transaction, so that one could be written without the other.
        KeyError: There is no such action.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{action} is recorded outside a transaction")
    if action not in ACTIONS:
        raise KeyError(action)
    AuditEntry.objects.create(actor=actor, action=action, subject=subject, detail=detail)
