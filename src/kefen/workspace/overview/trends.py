"""The figures of the overview in the runs of the past, as lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache

from kefen.grading.history import current_runs, kept_runs
from kefen.grading.over_time import RunFigures, figures_of_runs
from kefen.workspace.accounts.roles import Kind, Scope
from kefen.workspace.book import served_book
from kefen.workspace.overview.queries import scope_key
from kefen.workspace.runs.queries import stored_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from kefen.workspace.customers.sight import ShownColumn, Sight

_MONTHS = 12
_KEPT_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class ClassLine:
    """How many customers a class had, month by month."""

    place: int
    customers: list[int]


@dataclass(frozen=True, slots=True)
class Trends:
    """The lines of the overview, oldest first.

    Attributes:
        first: The first as-of date.
        last: The last.
        customers: How many customers there were.
        revenue: What they bought; none to who may not see it.
        best_share: The share of revenue that the best class bought, in percent.
        classes: A line for each class.
    """

    first: str
    last: str
    customers: list[int]
    revenue: list[Decimal | None]
    best_share: list[Decimal | None]
    classes: list[ClassLine]


def trends_of(sight: Sight, scheme: ShownColumn, team: str = "") -> Trends:
    """Return the lines of the last twelve as-of dates under the standard in use.

    Who sees only some customers, or asks for a team, gets the lines of the customers that are
    theirs now, in every month.

    Raises:
        KefenError: A run cannot be read.
    """
    now = stored_run(sight.publication.run_id)
    held = [
        one
        for one in current_runs(kept_runs(served_book()), now.standard.id)
        if one.as_of <= now.as_of
    ][-_MONTHS:]
    key = (
        f"trends:{sight.publication.pk}:{held[-1].run_id}:{scheme.scheme}:{scope_key(sight, team)}"
    )
    figures: Sequence[RunFigures] | None = cache.get(key)
    if figures is None:
        customers = None
        if team or sight.user.in_role.scope is not Scope.ALL:
            rows = sight.customers().filter(**({"team": team} if team else {}))
            customers = list(rows.order_by().values_list("customer_id", flat=True))
        figures = figures_of_runs(held, scheme.scheme, customers)
        cache.set(key, figures, _KEPT_SECONDS)
    hidden = Kind.MONEY in sight.user.in_role.hidden
    best = scheme.grades[0].id
    return Trends(
        figures[0].as_of.isoformat(),
        figures[-1].as_of.isoformat(),
        [one.customers for one in figures],
        [] if hidden else [one.revenue for one in figures],
        [] if hidden else [_share(one, best) for one in figures],
        [
            ClassLine(
                place,
                [
                    one.classes[grade.id].customers if grade.id in one.classes else 0
                    for one in figures
                ],
            )
            for place, grade in enumerate(scheme.grades)
        ],
    )


def _share(figures: RunFigures, best: str) -> Decimal | None:
    whole, part = figures.revenue, figures.classes.get(best)
    if not whole or part is None or part.revenue is None:
        return None
    return part.revenue * 100 / whole
