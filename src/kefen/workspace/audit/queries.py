"""Reading the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.models import AuditEntry

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from kefen.workspace.accounts.models import User


def visible_entries(user: User) -> QuerySet[AuditEntry]:
    """Return the entries that a person sees: all with the ability, else one's own."""
    entries = AuditEntry.objects.select_related("actor").order_by("-id")
    return entries if user.can(Ability.SEE_AUDIT) else entries.filter(actor=user)
