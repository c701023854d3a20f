"""How many customers the tabs of the list hold: all, one's own, and each saved view."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.http import QueryDict

from kefen.workspace.customers.filters import filters_of, narrowed
from kefen.workspace.customers.matches import matches_of
from kefen.workspace.customers.paging import CAP, counted_up_to_cap
from kefen.workspace.customers.queries import sight_of, visible_views
from kefen.workspace.shell.formats import count_in_words

if TYPE_CHECKING:
    from kefen.workspace.accounts.models import User

_KEPT_SECONDS = 60
ALL, OWN = "all", "own"


def own_query(user: User) -> str:
    """Return the address of a person's own customers; empty for who has none by role or name."""
    if not (user.in_role.owns and user.name):
        return ""
    query = QueryDict(mutable=True)
    query["owner"] = user.name
    return str(query.urlencode())


def tab_counts(user: User) -> dict[str, str]:
    """Return how many customers each tab holds, in words, by `all`, `own` and keys of views.

    They are counted up to the cap of the list, at most once a minute for each person. A view with
    a filter that means nothing has no count.
    """
    asked = {ALL: "", OWN: own_query(user)}
    asked |= {str(view.pk): view.query for view in visible_views(user)}
    counted = {tab: _counted(user, query) for tab, query in asked.items() if query or tab == ALL}
    return {tab: words for tab, words in counted.items() if words}


def _counted(user: User, query: str) -> str:
    asked = QueryDict(query)
    sight = sight_of(user, asked.get("run", ""))
    if sight is None or asked.get("run", "") not in ("", sight.publication.run_id):
        return ""
    digest = sha256(query.encode()).hexdigest()
    key = f"tab:{sight.publication.pk}:{user.pk}:{user.role}:{digest}"
    found: str | None = cache.get(key)
    if found is None:
        filters, meaningless = filters_of(asked, sight)
        matches = matches_of(sight, [one.condition for one in filters])
        number = (
            counted_up_to_cap(narrowed(sight.customers(), filters))
            if matches is None
            else matches.number
        )
        found = f"{count_in_words(CAP)}+" if number > CAP else count_in_words(number)
        found = "" if meaningless else found
        cache.set(key, found, _KEPT_SECONDS)
    return found
