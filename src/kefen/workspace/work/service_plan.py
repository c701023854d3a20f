"""What falls due for a customer by what its grades are entitled to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.domain.cadences import Cadence
    from kefen.grading.entitlements import Entitlement

AHEAD = timedelta(days=7)
"""How long before its day a task is made."""
_WORDS = {
    "visit": Text("Visit", "拜访客户"),
    "contact": Text("Get in touch", "联系客户"),
}
_EVERY = {
    "visit": Text("{g} is visited {e}", "{g}应{e}拜访"),
    "contact": Text("{g} is contacted {e}", "{g}应{e}联系"),
}
_LAST = {
    "visit": Text("{r}; the last visit was on {d}.", "{r}；上次拜访为 {d}。"),
    "contact": Text("{r}; the last contact was on {d}.", "{r}；上次联系为 {d}。"),
}
_NEVER = {
    "visit": Text("{r}; no visit is on record.", "{r}；尚无拜访记录。"),
    "contact": Text("{r}; no contact is on record.", "{r}；尚无联系记录。"),
}


@dataclass(slots=True)
class Past:
    """When a customer was last spoken with.

    Attributes:
        visited_on: The day of the last visit, or None.
        spoken_on: The day of the last contact, visits included, or None.
        passed_over: By kind: when a task of a plan was last dropped. It is not asked for again
            before an interval has gone by.
    """

    visited_on: date | None = None
    spoken_on: date | None = None
    passed_over: dict[str, date] = field(default_factory=dict)

    def last(self, kind: str) -> date | None:
        """Return when the customer was last visited, or spoken with."""
        return self.visited_on if kind == "visit" else self.spoken_on


@dataclass(frozen=True, slots=True)
class Due:
    """Something that falls due for a customer.

    Attributes:
        kind: `visit` or `contact`.
        due_on: When.
        words: What is to be done.
        cause: Why, in words.
        grade: The grade that causes it.
        by: Who acts: `owner`, `team` or `service_desk`.
        last: When it was done last, or None.
    """

    kind: str
    due_on: date
    words: Text
    cause: Text
    grade: str
    by: str
    last: date | None


def due_for(
    customer_id: str,
    entitled: Iterable[Entitlement],
    *,
    past: Past,
    today: date,
) -> list[Due]:
    """Return the next visit and the next contact of a customer, where its grades ask for them.

    Of several schemes the tightest cadence counts. A contact that falls no earlier than the next
    visit is left out, since a visit is a contact too. Where nothing is on record, or a whole
    interval more has gone by than it should, the day is spread evenly over the coming interval by
    the customer's number, so that a plan does not begin with a year's arrears on one day.

    Args:
        customer_id: The customer.
        entitled: What its grades are entitled to.
        past: When it was last spoken with.
        today: The day.
    """
    entitled = list(entitled)
    found = []
    for kind in ("visit", "contact"):
        asked = [
            (cadence, one)
            for one in entitled
            if (cadence := one.visit if kind == "visit" else one.contact) is not None
        ]
        if not asked:
            continue
        cadence, why = min(asked, key=lambda entry: entry[0].nominal_days)
        found.append(_due(kind, customer_id, cadence, why, past, today))
    if len(found) == 2 and found[1].due_on >= found[0].due_on:
        found.pop()
    return found


def _due(
    kind: str,
    customer_id: str,
    cadence: Cadence,
    why: Entitlement,
    past: Past,
    today: date,
) -> Due:
    last = past.last(kind)
    since = max((day for day in (last, past.passed_over.get(kind)) if day), default=None)
    rule = _EVERY[kind].filled(g=why.grade_name, e=cadence.in_words)
    due_on = cadence.after(since) if since is not None else None
    if due_on is None or cadence.after(due_on) < today:
        due_on = _spread(customer_id, kind, cadence, today)
    cause = _NEVER[kind].filled(r=rule) if last is None else _LAST[kind].filled(r=rule, d=last)
    return Due(kind, due_on, _WORDS[kind], cause, why.grade, why.by, last)


def _spread(customer_id: str, kind: str, cadence: Cadence, today: date) -> date:
    """Return a customer's own day in each interval: the next one, today included."""
    number = int.from_bytes(hashlib.sha256(f"{kind} {customer_id}".encode()).digest()[:8])
    return today + timedelta(days=(number - today.toordinal()) % cadence.nominal_days)
