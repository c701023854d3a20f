"""Saying who keeps and checks a table, and that it was checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.services import record
from kefen.workspace.tables.models import TableCheck, TableKeeping

if TYPE_CHECKING:
    from kefen.workspace.accounts.models import User


def set_keeping(actor: User, table: str, keeper: User | None, checker: User | None) -> None:
    """Say who keeps a table and who checks it.

    Raises:
        PermissionDenied: The role may not share with others.
        CallError: One person is to do both.
    """
    if not actor.can(Ability.SHARE_VIEWS):
        raise PermissionDenied
    if keeper is not None and keeper == checker:
        raise CallError(
            Text("One person cannot check their own table.", "制表人不能审核自己的表。"),
            mend=Text("Choose another checker.", "请另选审核人。"),
        )
    with transaction.atomic():
        TableKeeping.objects.update_or_create(
            table=table, defaults={"keeper": keeper, "checker": checker}
        )
        record(
            actor,
            "table.keeping",
            table,
            keeper=keeper.username if keeper else "",
            checker=checker.username if checker else "",
        )


def check_table(actor: User, table: str, run_id: str) -> None:
    """Say that a table of a run was checked.

    Raises:
        CallError: The person is not its checker.
    """
    keeping = TableKeeping.objects.filter(table=table).first()
    if keeping is None or keeping.checker_id != actor.pk:
        raise CallError(
            Text("Only its checker marks a table as checked.", "只有审核人可以标记为已审核。"),
            mend=Text("Name the checker first.", "请先指定审核人。"),
        )
    with transaction.atomic():
        _, new = TableCheck.objects.get_or_create(
            table=table, run_id=run_id, defaults={"by": actor}
        )
        if new:
            record(actor, "table.checked", table, run=run_id)
