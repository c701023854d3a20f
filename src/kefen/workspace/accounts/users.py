"""The person behind a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from kefen.workspace.accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


def signed_in(request: HttpRequest) -> User:
    """Return who is signed in.

    Raises:
        PermissionDenied: Nobody is.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
