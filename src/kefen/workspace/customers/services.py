"""Saving views and taking lists out; each with its audit entry, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.services import record
from kefen.workspace.customers.models import DefaultView, SavedView
from kefen.workspace.customers.queries import may_delete

if TYPE_CHECKING:
    from kefen.workspace.accounts.models import User


def save_view(actor: User, *, name: str, query: str, shared: bool) -> SavedView:
    """Keep a view under a name; one's own view of that name is replaced.

    Raises:
        PermissionDenied: The role may not share views.
    """
    if shared and not actor.can(Ability.SHARE_VIEWS):
        raise PermissionDenied
    with transaction.atomic():
        view, _ = SavedView.objects.update_or_create(
            owner=actor, name=name, defaults={"query": query, "shared": shared}
        )
        record(actor, "view.saved", name, shared=shared)
        return view


def delete_view(actor: User, view: SavedView) -> None:
    """Delete a view.

    Raises:
        PermissionDenied: It is somebody else's.
    """
    if not may_delete(actor, view):
        raise PermissionDenied
    with transaction.atomic():
        record(actor, "view.deleted", view.name)
        view.delete()


def choose_default(actor: User, view: SavedView | None) -> None:
    """Let the list open with a view for a person; with all customers where it is None."""
    with transaction.atomic():
        if view is None:
            DefaultView.objects.filter(user=actor).delete()
        else:
            DefaultView.objects.update_or_create(user=actor, defaults={"view": view})
        record(actor, "view.default", view.name if view is not None else "")


def note_export(actor: User, rows: int, columns: int) -> None:
    """Write down that a list was taken out of the workspace."""
    with transaction.atomic():
        record(actor, "list.exported", str(rows), columns=columns)
