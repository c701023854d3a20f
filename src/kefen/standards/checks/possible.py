"""How many points there can be: of an indicator, a group, a whole scheme."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import from_units, quotient
from kefen.expressions.types import ValueType
from kefen.standards.checks import ranges
from kefen.standards.checks.bounds import ANY, Bounds, added, hull, limited, times
from kefen.standards.checks.conditions import values_where
from kefen.standards.checks.ranges import Scale, Values
from kefen.standards.model import TOTAL, Bands, Formula, OfBest, Position, Tiles

if TYPE_CHECKING:
    from kefen.standards.checks.domains import Domains
    from kefen.standards.model import Band, Group, Indicator, Scheme

SCORE = "score"
"""The name, within a scheme, of its score."""
ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Possible:
    """The points that a scheme can give.

    Attributes:
        indicators: By indicator: its points, lowest and highest.
        uncapped: By group: the sum of its indicators' points, before its own limits.
        groups: By group: its points.
        summed: The sum of all of these, before the scheme's limits.
        stated: The sum within the scheme's limits, when every value is known.
        total: The points in all, whatever weight is handed on.
    """

    indicators: dict[str, Bounds]
    uncapped: dict[str, Bounds]
    groups: dict[str, Bounds]
    summed: Bounds
    stated: Bounds
    total: Bounds


def possible_points(scheme: Scheme, domains: Domains) -> Possible:
    """Return the points that a scheme's indicators, groups and their sum can come to."""
    own = {indicator.id: _points(indicator, domains) for indicator in scheme.indicators}
    uncapped: dict[str, Bounds] = {}
    groups: dict[str, Bounds] = {}
    for group in scheme.groups:
        members = [own[i.id] for i in scheme.indicators if i.group == group.id]
        uncapped[group.id] = added([_start(group), *members])
        groups[group.id] = limited(uncapped[group.id], group.at_most, group.at_least)
    alone = [own[i.id] for i in scheme.indicators if i.group is None]
    summed = added([_start(scheme), *groups.values(), *alone])
    capped = limited(summed, scheme.at_most, scheme.at_least)
    total = _whatever_is_known(scheme, domains, capped)
    return Possible(own, uncapped, groups, summed, capped, total)


def scheme_domains(scheme: Scheme, possible: Possible, domains: Domains) -> Domains:
    """Return domains that know a scheme's own names: points, its parts' points, learned values."""
    types = {learned.id: learned.type for learned in scheme.learns}
    values: dict[str, Values] = {}
    if scheme.indicators:
        parts = {f"{TOTAL}.{key}": b for key, b in (possible.indicators | possible.groups).items()}
        # A weight that is handed on makes more of a part than it has by itself.
        if any(indicator.weight is not None for indicator in scheme.indicators):
            parts = dict.fromkeys(parts, ANY)
        for name, (low, high) in {**parts, TOTAL: possible.total}.items():
            types[name] = ValueType.DECIMAL
            between = ranges.between(Scale.NUMBER, low, high)
            values[name] = between.either(ranges.listed(Scale.NUMBER, (None,)))
    inside = domains.with_names(types, values)
    if not scheme.scored:
        return inside
    low, high = possible.total if scheme.score is None else inside.bounds(scheme.score)
    score = ranges.between(Scale.NUMBER, low, high).either(ranges.listed(Scale.NUMBER, (None,)))
    return inside.with_names({SCORE: ValueType.DECIMAL}, {SCORE: score})


# --- one indicator ----------------------------------------------------------------------------


def reachable(bands: tuple[Band, ...], indicator: Indicator, domains: Domains) -> list[Decimal]:
    """Return the points of those bands that some value reaches."""
    left = domains(indicator.value)
    found: list[Decimal] = []
    for band in bands:
        if band.condition is None:
            if not left.has_no_value:
                found.append(band.points)
            break
        values = values_where(band.condition, indicator.value, domains)
        if values is None:
            found.append(band.points)
            continue
        if not left.both(values).is_empty:
            found.append(band.points)
        left = left.without(values)
    return found


def earned(indicator: Indicator, domains: Domains) -> Bounds:
    """Return what an indicator's scoring gives by itself, before weight and limits."""
    scoring = indicator.scoring
    if isinstance(scoring, Tiles):
        return ONE, Decimal(scoring.count)
    if isinstance(scoring, Position | OfBest):
        return ZERO, ONE
    if isinstance(scoring, Formula):
        value = domains(indicator.value).known()
        named = domains.with_names({}, {"value": value})
        return named.bounds(scoring.points)
    lists = [scoring.bands, *(bands for _, bands in scoring.tables)]
    points = [p for bands in lists for p in reachable(bands, indicator, domains)]
    return (min(points), max(points)) if points else ANY


def _points(indicator: Indicator, domains: Domains) -> Bounds:
    scored = earned(indicator, domains)
    ways = [scored]
    if indicator.if_unknown == "zero":
        ways.append((ZERO, ZERO))
    if indicator.if_unknown == "points" and indicator.unknown_points is not None:
        ways.append((indicator.unknown_points, indicator.unknown_points))
    bounds = hull(ways)
    if indicator.weight is not None:
        bounds = _share(indicator, bounds)
        bounds = times(bounds, (from_units(indicator.weight), from_units(indicator.weight)))
    bounds = limited(bounds, indicator.at_most, indicator.at_least)
    if indicator.applies is not None and indicator.weight is None:
        bounds = hull([bounds, (ZERO, ZERO)])
    return bounds


def _share(indicator: Indicator, bounds: Bounds) -> Bounds:
    """Return points as parts of those that earn the whole weight."""
    whole = _whole(indicator)
    return (
        None if bounds[0] is None else quotient(bounds[0], whole),
        None if bounds[1] is None else quotient(bounds[1], whole),
    )


def _whole(indicator: Indicator) -> Decimal:
    scoring = indicator.scoring
    if indicator.out_of is not None:
        return indicator.out_of
    if isinstance(scoring, Tiles):
        return Decimal(scoring.count)
    if isinstance(scoring, Bands):
        return max((band.points for band in scoring.all_bands), default=ONE)
    return ONE


# --- together ---------------------------------------------------------------------------------


def _start(part: Group | Scheme) -> Bounds:
    start = part.start if part.start is not None else ZERO
    return start, start


def _whatever_is_known(scheme: Scheme, domains: Domains, capped: Bounds) -> Bounds:
    """Return the points in all when weights of unknown indicators may be handed to any other."""
    weighted = [i for i in scheme.indicators if i.weight is not None]
    if not any(i.if_unknown == "left out" or i.applies is not None for i in weighted):
        return capped
    parts = hull([_share(i, earned(i, domains)) for i in weighted] + [(ZERO, ZERO)])
    weight = from_units(sum(i.weight or 0 for i in weighted))
    spread = times(parts, (weight, weight))
    plain = [_points(i, domains) for i in scheme.indicators if i.weight is None]
    summed = added([_start(scheme), *(_start(g) for g in scheme.groups), spread, *plain])
    limits = [(part.at_most, part.at_least) for part in scheme.groups]
    limits += [(part.at_most, part.at_least) for part in scheme.indicators]
    if any(limit is not None for pair in limits for limit in pair):
        summed = ANY  # limits of parts and handed-on weights together: nothing is claimed
    return limited(hull([summed, capped]), scheme.at_most, scheme.at_least)
