"""The figures of the overview, each with the list that it counts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Count, F, Sum

from kefen.workspace.customers.cells import Cell, cell
from kefen.workspace.shell.language import current_language

if TYPE_CHECKING:
    from kefen.workspace.customers.sight import ShownColumn, ShownGrade, Sight

REVENUE = "metric_revenue"
REVENUE_BEFORE = "metric_revenue_before"
_REGIONS = 12
_ATTENTION = 6
_POINTS = 60
_KEPT_SECONDS = 3_600
_UNITS = 10_000


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
    """One region: its customers and revenue, and the list of them."""

    name: str
    customers: int
    revenue: Decimal | None
    address: str


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of the curve of concentration: shares of customers and of revenue, in percent."""

    customers: Decimal
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class Overview:
    """The overview under one scheme.

    Attributes:
        scheme: The column of the scheme's grade.
        customers: How many customers the person sees.
        revenue: What they bought in the window; None to who may not see it.
        revenue_before: The same of the window before.
        tiers: The classes, best first, and last those without.
        matrix: For each class before, the moves to each class now; none without a run before.
        up: How many moved up.
        down: How many moved down.
        regions: The largest regions.
        curve: The curve of concentration; none to who may not see revenue.
        fifth: What the largest fifth of the buyers buys, in percent, or None.
        attention: Customers to look after: moved down, the largest first.
    """

    scheme: ShownColumn
    customers: int
    revenue: Decimal | None
    revenue_before: Decimal | None
    tiers: list[Tier]
    matrix: list[tuple[ShownGrade, list[Move | None]]]
    up: int
    down: int
    regions: list[Region]
    curve: list[CurvePoint]
    fifth: Decimal | None
    attention: list[tuple[Any, Cell, Cell, Cell | None]]


def overview_of(sight: Sight, scheme: ShownColumn) -> Overview:
    """Return the overview under a scheme; figures of one copy and one scope are kept a while."""
    user = sight.user
    scope = f"{user.in_role.scope.name}:{user.name}:{user.team_id}"
    key = f"overview:{sight.publication.pk}:{scheme.scheme}:{user.role}:{hash(scope)}"
    found: tuple[Any, ...] | None = cache.get(key)
    if found is None:
        found = (
            _totals(sight),
            _tiers(sight, scheme),
            _matrix(sight, scheme),
            _regions(sight),
            _curve(sight),
        )
        cache.set(key, found, _KEPT_SECONDS)
    (customers, revenue, revenue_before), tiers, matrix, regions, (curve, fifth) = found
    moves = [move for _, row in matrix for move in row if move is not None]
    return Overview(
        scheme,
        customers,
        revenue,
        revenue_before,
        tiers,
        matrix,
        sum(move.customers for move in moves if move.risen > 0),
        sum(move.customers for move in moves if move.risen < 0),
        regions,
        curve,
        fifth,
        _attention(sight, scheme),
    )


def _totals(sight: Sight) -> tuple[int, Decimal | None, Decimal | None]:
    wanted: dict[str, Any] = {"n": Count("customer_id")}
    for name in (REVENUE, REVENUE_BEFORE):
        if name in sight.columns:
            wanted[name] = Sum(name)
    found = sight.customers().aggregate(**wanted)
    return found["n"], found.get(REVENUE), found.get(REVENUE_BEFORE)


def _tiers(sight: Sight, scheme: ShownColumn) -> list[Tier]:
    wanted: dict[str, Any] = {"n": Count("customer_id")}
    if REVENUE in sight.columns:
        wanted["sum"] = Sum(REVENUE)
    rows = {
        row[scheme.name]: row
        for row in sight.customers().order_by().values(scheme.name).annotate(**wanted)
    }
    earlier_name = f"before_{scheme.scheme}"
    earlier = dict(
        sight.customers()
        .order_by()
        .filter(**{f"{earlier_name}__isnull": False})
        .values_list(earlier_name)
        .annotate(Count("customer_id"))
    )
    tiers = []
    for place, grade in enumerate(scheme.grades):
        row = rows.get(place, {"n": 0})
        tiers.append(
            Tier(
                grade,
                row["n"],
                earlier.get(place, 0) if earlier else None,
                row.get("sum") or (Decimal(0) if "sum" in wanted else None),
                f"?{urlencode({scheme.name: grade.id})}",
            )
        )
    none = rows.get(None)
    if none is not None:
        tiers.append(Tier(None, none["n"], None, none.get("sum"), f"?{scheme.name}=-"))
    return tiers


def _matrix(sight: Sight, scheme: ShownColumn) -> list[tuple[ShownGrade, list[Move | None]]]:
    before = f"before_{scheme.scheme}"
    rows = (
        sight.customers()
        .order_by()
        .filter(**{f"{before}__isnull": False, f"{scheme.name}__isnull": False})
        .values_list(before, scheme.name)
        .annotate(n=Count("customer_id"))
    )
    counts = {(was, now): number for was, now, number in rows}
    if not counts:
        return []
    matrix = []
    for was, grade in enumerate(scheme.grades):
        row: list[Move | None] = []
        for now, other in enumerate(scheme.grades):
            number = counts.get((was, now))
            address = f"?{urlencode({before: grade.id, scheme.name: other.id})}"
            row.append(Move(number, address, (was > now) - (was < now)) if number else None)
        matrix.append((grade, row))
    return matrix


def _regions(sight: Sight) -> list[Region]:
    wanted: dict[str, Any] = {"n": Count("customer_id")}
    largest = "-n"
    if REVENUE in sight.columns:
        wanted["sum"] = Sum(REVENUE)
        largest = "-sum"
    by = "region" if sight.customers().filter(region__isnull=False).exists() else "country"
    rows = (
        sight.customers()
        .filter(**{f"{by}__isnull": False})
        .order_by()
        .values(by)
        .annotate(**wanted)
        .order_by(F(largest[1:]).desc(nulls_last=True), by)[:_REGIONS]
    )
    return [
        Region(row[by], row["n"], row.get("sum"), f"?{urlencode({by: row[by]})}") for row in rows
    ]


def _curve(sight: Sight) -> tuple[list[CurvePoint], Decimal | None]:
    """Return the curve of concentration over customers with revenue, the largest first."""
    if REVENUE not in sight.columns:
        return [], None
    values = [
        int(value * _UNITS)
        for value in sight.customers()
        .filter(**{f"{REVENUE}__gt": 0})
        .order_by(f"-{REVENUE}")
        .values_list(REVENUE, flat=True)
        .iterator(chunk_size=20_000)
    ]
    total = sum(values)
    if not total:
        return [], None
    ends = sorted({max(1, len(values) * step // _POINTS) for step in range(1, _POINTS + 1)})
    curve = [CurvePoint(Decimal(0), Decimal(0))]
    running = done = 0
    for end in ends:
        running += sum(values[done:end])
        done = end
        curve.append(CurvePoint(_percent(end, len(values)), _percent(running, total)))
    first = -(-len(values) // 5)
    return curve, _percent(sum(values[:first]), total)


def _attention(sight: Sight, scheme: ShownColumn) -> list[tuple[Any, Cell, Cell, Cell | None]]:
    before = f"before_{scheme.scheme}"
    found = sight.customers().filter(
        **{
            f"{before}__isnull": False,
            f"{scheme.name}__isnull": False,
            f"{before}__lt": F(scheme.name),
        }
    )
    order = REVENUE_BEFORE if REVENUE_BEFORE in sight.columns else None
    rows = found.order_by(*([F(order).desc(nulls_last=True)] if order else []), "customer_id")[
        :_ATTENTION
    ]
    language = current_language()
    revenue = sight.columns.get(REVENUE)
    return [
        (
            row,
            cell(sight.columns[before], row, language),
            cell(scheme, row, language),
            cell(revenue, row, language) if revenue is not None else None,
        )
        for row in rows
    ]


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"))
