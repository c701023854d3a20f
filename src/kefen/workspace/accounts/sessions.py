"""Sessions as Django keeps them, looked up by a question that is put into words once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as StoredSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from kefen.workspace.statements import Asked, Statement


class SessionStore(StoredSessions):
    """Django's sessions in the database; each request asks the database for its own anew."""

    def load(self) -> dict[str, Any]:
        """Return what a session holds; nothing, and no key, where it is over or was never there."""
        found = _stored().rows(self.session_key)
        if not found or found[0][1] <= timezone.now():
            self._session_key = None
            return {}
        content: dict[str, Any] = self.decode(found[0][0])
        return content


@lru_cache(maxsize=1)
def _stored() -> Statement:
    """Return the question what the session of a key holds, and until when it lasts."""
    asked = Session.objects.filter(session_key=Asked())
    return Statement(asked.values_list("session_data", "expire_date"))
