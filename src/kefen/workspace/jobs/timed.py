"""What is done at its time: looked at again and again, and begun once for each occasion."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from kefen.workspace.jobs.models import TimedWork

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)
_TIMED = (
    "kefen.workspace.runs.schedule:start_if_due",
    "kefen.workspace.work.daily:start_if_due",
    "kefen.workspace.notices.mail:send_if_due",
    "kefen.workspace.ownership.work:start_if_due",
)


def look(now: datetime | None = None) -> None:
    """Begin what is due; what fails is tried again at the next look, and the log says why."""
    for named in _TIMED:
        module, _, name = named.partition(":")
        try:
            getattr(import_module(module), name)(timezone.localtime(now))
        except Exception:
            log.exception("%s failed", named)


def claim(name: str, occasion: str) -> bool:
    """Return whether an occasion is taken by this call; every occasion is taken once.

    Call it within the transaction that asks for the work: either both stand, or neither does.

    Args:
        name: What is done.
        occasion: When, so written that later ones sort behind earlier ones.

    Raises:
        RuntimeError: There is no transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{name} is claimed outside a transaction")
    row, new = TimedWork.objects.select_for_update().get_or_create(
        name=name, defaults={"done_for": occasion}
    )
    if new:
        return True
    if row.done_for >= occasion:
        return False
    row.done_for = occasion
    row.save(update_fields=["done_for"])
    return True
