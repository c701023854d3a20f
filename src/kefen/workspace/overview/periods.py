"""The periods that the overview can show: the runs under the standard in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.grading.history import current_runs, kept_runs
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.book import served_book
from kefen.workspace.runs.models import Publication
from kefen.workspace.runs.queries import current_publication, stored_run

if TYPE_CHECKING:
    from datetime import date

    from kefen.workspace.accounts.models import User
    from kefen.workspace.customers.sight import Sight

_MOST = 24


@dataclass(frozen=True, slots=True)
class Period:
    """One period.

    Attributes:
        run_id: Its run.
        as_of: Its as-of date.
        current: Whether it is the one that pages show.
        ready: Whether there is a copy of it to read.
    """

    run_id: str
    as_of: date
    current: bool
    ready: bool


def periods_of(user: User, sight: Sight) -> list[Period]:
    """Return the periods that a person may look at, newest first.

    Who does not see runs sees those that somebody has prepared.

    Raises:
        KefenError: The runs cannot be read.
    """
    pointed = current_publication()
    current = pointed.run_id if pointed is not None else ""
    ready = set(Publication.objects.filter(complete=True).values_list("run_id", flat=True))
    standard = stored_run(sight.publication.run_id).standard.id
    kept = kept_runs(served_book())
    runs = {one.as_of: one for one in current_runs(kept, standard)}
    for one in kept:
        if one.run_id == current:
            runs[one.as_of] = one  # the one shown stands for its date, even if it was restated
    found = [
        Period(one.run_id, as_of, one.run_id == current, one.run_id in ready)
        for as_of, one in sorted(runs.items(), reverse=True)
    ]
    if not user.can(Ability.SEE_RUNS):
        found = [one for one in found if one.ready]
    return found[:_MOST]
