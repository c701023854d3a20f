"""The figures of the overview, each with the list that it counts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
from django.core.cache import cache
from django.db.models import F, Q

from kefen.workspace.customers.cells import Cell, cell
from kefen.workspace.customers.figures import NOTHING, exact_sum, figures_of
from kefen.workspace.customers.filters import ANY
from kefen.workspace.customers.paging import Order
from kefen.workspace.customers.queries import first_of
from kefen.workspace.overview.flows import flows_of
from kefen.workspace.overview.growth import growth_of
from kefen.workspace.shell.language import current_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.workspace.customers.figures import Figures
    from kefen.workspace.customers.sight import ShownColumn, ShownGrade, Sight
    from kefen.workspace.overview.flows import Flows
    from kefen.workspace.overview.growth import Growth

REVENUE = "metric_revenue"
REVENUE_BEFORE = "metric_revenue_before"
ALERTS = "alerts"
_REGIONS = 12
_ATTENTION = 4
_POINTS = 60
_KEPT_SECONDS = 3_600
_MOST_TEAMS = 60


@dataclass(frozen=True, slots=True)
class Tier:
    """One class of the scheme in view.

    Attributes:
        grade: The class; None for customers without one.
        customers: How many.
        before: How many in the run before; None without one.
        revenue: What they bought; None to who may not see it.
        address: The list of them.
    """

    grade: ShownGrade | None
    customers: int
    before: int | None
    revenue: Decimal | None
    address: str


@dataclass(frozen=True, slots=True)
class Move:
    """Customers that went from one class to another.

    Attributes:
        customers: How many.
        address: The list of them.
        risen: 1 up, -1 down, 0 stayed.
    """

    customers: int
    address: str
    risen: int


@dataclass(frozen=True, slots=True)
class Region:
    """One region: its customers, its revenue and that of the window before, and its list.

    Attributes:
        column: The column of customers that it stands in: region, or country.
        name: What is written there.
        customers: How many there are.
        revenue: Their revenue, or None.
        before: That of the window before, or None.
        address: What the list of customers is filtered by.
    """

    column: str
    name: str
    customers: int
    revenue: Decimal | None
    before: Decimal | None
    address: str


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of the curve of concentration: shares of customers and of revenue, in percent."""

    customers: Decimal
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class Attention:
    """A customer to look after.

    Attributes:
        row: The customer.
        now: Its grade.
        why: What it is that needs attention: an alert, or its grade before.
        alert: Whether an alert stands.
        revenue: What it bought; None to who may not see it.
    """

    row: Any
    now: Cell
    why: str
    alert: bool
    revenue: Cell | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The overview under one scheme.

    Attributes:
        scheme: The column of the scheme's grade.
        beside: The scope as parameters of an address: empty, or `team=North`.
        customers: How many customers are in it.
        revenue: What they bought in the window; None to who may not see it.
        revenue_before: The same of the window before.
        tiers: The classes, best first, and last those without.
        matrix: For each class before, the moves to each class now; none without a run before.
        flows: The same as a drawing, movers only; None where nobody moved.
        growth: How each class grew and shrank; none without a run before.
        up: How many moved up.
        down: How many moved down.
        regions: The largest regions.
        curve: The curve of concentration; none to who may not see revenue.
        fifth: What the largest fifth of the buyers buys, in percent, or None.
        alerted: How many customers have an alert; None where the run has none.
        attention: Customers to look after, the largest first.
        all_address: The list of all of them.
        up_address: The list of those who moved up.
        down_address: The list of those who moved down.
        alerted_address: The list of those with an alert.
    """

    scheme: ShownColumn
    beside: Mapping[str, str]
    customers: int
    revenue: Decimal | None
    revenue_before: Decimal | None
    tiers: list[Tier]
    matrix: list[tuple[ShownGrade, list[Move | None]]]
    flows: Flows | None
    growth: list[Growth]
    up: int
    down: int
    regions: list[Region]
    curve: list[CurvePoint]
    fifth: Decimal | None
    alerted: int | None
    attention: list[Attention]
    all_address: str
    up_address: str
    down_address: str
    alerted_address: str


class _Scope:
    """The customers that an overview counts, and the addresses of lists of some of them."""

    def __init__(self, sight: Sight, beside: Mapping[str, str]) -> None:
        self.sight = sight
        self.beside = beside

    def conditions(self) -> list[Q]:
        return [Q(**self.beside)] if self.beside else []

    def figures(self, scheme: ShownColumn) -> Figures:
        names = (scheme.name, f"before_{scheme.scheme}", "region", "country")
        amounts = (REVENUE, REVENUE_BEFORE, ALERTS)
        return figures_of(self.sight, self.conditions(), [*names, *amounts])

    def address(self, *parameters: tuple[str, str]) -> str:
        period = [("run", self.sight.period)] if self.sight.period else []
        return f"?{urlencode([*parameters, *self.beside.items(), *period])}"


def teams_of(sight: Sight) -> list[str]:
    """Return the teams that the customers which a person sees belong to."""
    key = f"teams:{sight.publication.pk}:{_who(sight)}"
    found: list[str] | None = cache.get(key)
    if found is None:
        values = figures_of(sight, [], ["team"]).values.get("team")
        found = sorted(values.counts() if values is not None else ())[:_MOST_TEAMS]
        cache.set(key, found, _KEPT_SECONDS)
    return found


def overview_of(sight: Sight, scheme: ShownColumn, team: str = "") -> Overview:
    """Return the overview under a scheme; figures of one copy and one scope are kept a while.

    Args:
        sight: What the person sees.
        scheme: The column of the scheme's grade.
        team: Only the customers of this team; all that the person sees where it is empty.
    """
    scope = _Scope(sight, {"team": team} if team else {})
    key = f"overview:{sight.publication.pk}:{scheme.scheme}:{scope_key(sight, team)}"
    found: tuple[Any, ...] | None = cache.get(key)
    if found is None:
        figures = scope.figures(scheme)
        found = (
            _totals(figures),
            _tiers(scope, scheme, figures),
            _moves(scope, scheme, figures),
            _regions(scope, figures),
            _curve(figures),
        )
        cache.set(key, found, _KEPT_SECONDS)
    (customers, revenue, revenue_before, alerted), tiers, moves, regions, (curve, fifth) = found
    ranked = [
        (was, now, number)
        for (was, now), (number, _) in moves.items()
        if was is not None and now is not None
    ]
    return Overview(
        scheme,
        scope.beside,
        customers,
        revenue,
        revenue_before,
        tiers,
        _matrix(moves, scheme),
        flows_of(moves, scheme.grades),
        growth_of(moves, tiers, scheme, scope.address),
        sum(number for was, now, number in ranked if now < was),
        sum(number for was, now, number in ranked if now > was),
        regions,
        curve,
        fifth,
        alerted,
        _attention(scope, scheme),
        scope.address() if team else scope.address(("all", "1")),
        scope.address((f"move_{scheme.scheme}", "up")),
        scope.address((f"move_{scheme.scheme}", "down")),
        scope.address((ALERTS, ANY)),
    )


def scope_key(sight: Sight, team: str) -> str:
    """Return a key of the customers that are counted, and of the columns that are seen."""
    return f"{_who(sight)}:{_hashed(team)}"


def _who(sight: Sight) -> str:
    """Return a key of what a person sees, the same for people who see the same."""
    user = sight.user
    if user.in_role.scope.name == "ALL":
        return user.role
    return f"{user.role}:{_hashed(f'{user.name}:{user.team_id}')}"


def _hashed(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _totals(figures: Figures) -> tuple[int, Decimal | None, Decimal | None, int | None]:
    revenue, before = (figures.values.get(name) for name in (REVENUE, REVENUE_BEFORE))
    alerts = figures.values.get(ALERTS)
    return (
        figures.count,
        revenue.total() if revenue is not None else None,
        before.total() if before is not None else None,
        int(np.count_nonzero(alerts.known)) if alerts is not None else None,
    )


def _tiers(scope: _Scope, scheme: ShownColumn, figures: Figures) -> list[Tier]:
    grades = figures.values[scheme.name]
    revenue = figures.values.get(REVENUE)
    earlier = figures.values[f"before_{scheme.scheme}"]
    any_before = bool(earlier.known.any())
    tiers = []
    for place, grade in enumerate(scheme.grades):
        now = grades.numbers == place
        before = int(np.count_nonzero(earlier.numbers == place)) if any_before else None
        total = (revenue.total(now) or Decimal(0)) if revenue is not None else None
        address = scope.address((scheme.name, grade.id))
        tiers.append(Tier(grade, int(np.count_nonzero(now)), before, total, address))
    none = ~grades.known
    if none.any():
        total = revenue.total(none) if revenue is not None else None
        address = scope.address((scheme.name, "-"))
        tiers.append(Tier(None, int(np.count_nonzero(none)), None, total, address))
    return tiers


def _moves(
    scope: _Scope, scheme: ShownColumn, figures: Figures
) -> dict[tuple[int | None, int | None], tuple[int, str]]:
    """Return how many went from each class before to each class now, with their lists.

    There is nothing where no customer had a class before: then there was no run before.
    """
    before = f"before_{scheme.scheme}"
    earlier, grades = figures.values[before], figures.values[scheme.name]
    if not earlier.known.any():
        return {}

    def code(place: int | None) -> str:
        return "-" if place is None else scheme.grades[place].id

    known: list[int | None] = [*range(len(scheme.grades)), None]
    found = {}
    for was in known:
        left = earlier.numbers == (NOTHING if was is None else was)
        for now in known:
            came = grades.numbers == (NOTHING if now is None else now)
            number = int(np.count_nonzero(left & came))
            if number:
                address = scope.address((before, code(was)), (scheme.name, code(now)))
                found[was, now] = (number, address)
    return found


def _matrix(
    moves: Mapping[tuple[int | None, int | None], tuple[int, str]], scheme: ShownColumn
) -> list[tuple[ShownGrade, list[Move | None]]]:
    if not moves:
        return []
    matrix = []
    for was, grade in enumerate(scheme.grades):
        row: list[Move | None] = []
        for now in range(len(scheme.grades)):
            found = moves.get((was, now))
            row.append(Move(*found, (was > now) - (was < now)) if found else None)
        matrix.append((grade, row))
    return matrix


def _regions(scope: _Scope, figures: Figures) -> list[Region]:
    revenue, before = (figures.values.get(name) for name in (REVENUE, REVENUE_BEFORE))
    region = figures.values.get("region")
    by = "region" if region is not None and region.known.any() else "country"
    groups = figures.values[by].groups() if by in figures.values else []
    places = [part for _, part in groups]
    nobody: list[Decimal | None] = [None] * len(groups)
    found = [
        Region(by, name, len(part), now, earlier, scope.address((by, name)))
        for (name, part), now, earlier in zip(
            groups,
            revenue.totals(places) if revenue is not None else nobody,
            before.totals(places) if before is not None else nobody,
            strict=True,
        )
    ]
    found.sort(key=lambda one: one.name)
    if revenue is None:
        found.sort(key=lambda one: -one.customers)
    else:
        found.sort(key=lambda one: (one.revenue is None, -(one.revenue or 0)))
    return found[:_REGIONS]


def _curve(figures: Figures) -> tuple[list[CurvePoint], Decimal | None]:
    """Return the curve of concentration over customers with revenue, the largest first."""
    revenue = figures.values.get(REVENUE)
    if revenue is None:
        return [], None
    values = np.sort(revenue.numbers[revenue.numbers > 0])[::-1]
    total = exact_sum(values)
    if not total:
        return [], None
    ends = sorted({max(1, len(values) * step // _POINTS) for step in range(1, _POINTS + 1)})
    curve = [CurvePoint(Decimal(0), Decimal(0))]
    running = done = 0
    for end in ends:
        running += exact_sum(values[done:end])
        done = end
        curve.append(CurvePoint(_percent(end, len(values)), _percent(running, total)))
    first = -(-len(values) // 5)
    return curve, _percent(exact_sum(values[:first]), total)


def _attention(scope: _Scope, scheme: ShownColumn) -> list[Attention]:
    """Return the largest customers with an alert, then the largest that moved down."""
    columns = scope.sight.columns
    language = current_language()
    revenue = columns.get(REVENUE)
    found: list[Attention] = []

    def add(condition: Q, order: str, column: ShownColumn, *, alert: bool) -> None:
        shown = {one.row.pk for one in found}
        largest = first_of(
            scope.sight,
            [*scope.conditions(), condition],
            Order(columns.get(order), falling=True),
            2 * _ATTENTION,
        )
        for row in [one for one in largest if one.pk not in shown][:_ATTENTION]:
            worth = cell(revenue, row, language) if revenue is not None else None
            why = cell(column, row, language).words
            found.append(Attention(row, cell(scheme, row, language), why, alert, worth))

    if ALERTS in columns:
        add(Q(alerts__isnull=False), REVENUE, columns[ALERTS], alert=True)
    before = f"before_{scheme.scheme}"
    add(Q(**{f"{before}__lt": F(scheme.name)}), REVENUE_BEFORE, columns[before], alert=False)
    return found


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"))
