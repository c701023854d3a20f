"""The points of a scheme: each indicator's, each group's, and their sum."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, assert_never

from kefen.compiler.steps import ZERO, chosen, known, limited, points
from kefen.compiler.weights import effective_weights, weighted_indicators
from kefen.domain.decimals import from_units
from kefen.expressions.tree import Call, Literal, replace_names
from kefen.expressions.types import ValueType
from kefen.standards.model import Bands, Formula, OfBest, Position, Tiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kefen.compiler.steps import Steps
    from kefen.expressions.tree import Expression, Name, Value
    from kefen.standards.model import Band, Indicator, Scheme

POSITION_CUTS = 99
"""How many percentile cuts are stored for positions."""
POSITION_WHOLE = 2 * POSITION_CUTS


def value_steps(steps: Steps, scheme: Scheme, unlearned: frozenset[str]) -> None:
    """Write each indicator's value: unknown where the indicator does not apply.

    Args:
        steps: Where they are written.
        scheme: The scheme.
        unlearned: Indicators that the calibration never saw a value of: unknown for everybody.
    """
    for indicator in scheme.indicators:
        value = steps.resolved(indicator.value)
        if indicator.applies is not None:
            condition = steps.resolved(indicator.applies)
            steps.step("applies", chosen(condition, Literal(True), Literal(False)), indicator.id)
            value = chosen(steps.own("applies", indicator.id), value, Literal(None))
        of_type = steps.type_of(value)
        if indicator.id in unlearned:
            value = Literal(None)
        steps.step("value", value, indicator.id, of_type=of_type)


def earned_steps(
    steps: Steps, scheme: Scheme, cuts: Mapping[str, Sequence[Mapping[str | None, Value]]]
) -> None:
    """Write what each scoring gives by itself, before weights, caps and what unknown does.

    Args:
        steps: Where they are written.
        scheme: The scheme.
        cuts: By indicator: its learned cuts (or its best value), each by group of customers.
    """
    for indicator in scheme.indicators:
        scoring = indicator.scoring
        if not isinstance(scoring, Position):
            earned = _earned(steps, indicator, cuts.get(indicator.id, ()))
            if indicator.applies is not None and isinstance(scoring, Bands):
                # A band's condition may name any metric, and so be met where nothing applies.
                earned = chosen(steps.own("applies", indicator.id), earned, Literal(None))
            of_type = ValueType.INTEGER if isinstance(scoring, Tiles) else ValueType.DECIMAL
            steps.step("earned", earned, indicator.id, of_type=of_type)
    if weighted_indicators(scheme):
        steps.step("pattern", _pattern(steps, scheme))


def points_steps(
    steps: Steps,
    scheme: Scheme,
    cuts: Mapping[str, Sequence[Mapping[str | None, Value]]],
    patterns: Iterable[int],
) -> None:
    """Write each indicator's and group's points, and their sum, after `earned_steps`.

    Args:
        steps: Where they are written.
        scheme: The scheme.
        cuts: By indicator: its learned cuts, each by group of customers.
        patterns: Which sets of weighted indicators are known together, as bit patterns.
    """
    lookups = _weight_lookups(scheme, patterns)
    for indicator in scheme.indicators:
        if indicator.weight is not None:
            pairs = lookups[indicator.id]
            weight = Call("lookup", (steps.own("pattern"), *pairs)) if pairs else Literal(None)
            steps.step("weight", weight, indicator.id, of_type=ValueType.DECIMAL)
        value = (
            _weighted(steps, indicator, cuts.get(indicator.id, ()))
            if indicator.weight is not None
            else _plain(steps, indicator)
        )
        whole = isinstance(indicator.scoring, Tiles) and _is_bare(indicator)
        steps.step(
            "points",
            value,
            indicator.id,
            of_type=ValueType.INTEGER if whole else ValueType.DECIMAL,
        )
    total: Expression = points(scheme.start) if scheme.start is not None else ZERO
    for group in scheme.groups:
        subtotal: Expression = points(group.start) if group.start is not None else ZERO
        for indicator in scheme.indicators:
            if indicator.group == group.id:
                subtotal = Call("add", (subtotal, _counted(steps, indicator)))
        steps.step("sum", subtotal, group.id, of_type=ValueType.DECIMAL)
        capped = limited(steps.own("sum", group.id), group.at_most, group.at_least)
        steps.step("points", capped, group.id, of_type=ValueType.DECIMAL)
        total = Call("add", (total, steps.own("points", group.id)))
    for indicator in scheme.indicators:
        if indicator.group is None:
            total = Call("add", (total, _counted(steps, indicator)))
    if weighted_indicators(scheme):
        some = Call("greater", (steps.own("pattern"), Literal(0)))
        total = chosen(some, total, Literal(None))
    steps.step("sum", total, of_type=ValueType.DECIMAL)
    steps.step(
        "points",
        limited(steps.own("sum"), scheme.at_most, scheme.at_least),
        of_type=ValueType.DECIMAL,
    )


# --- one indicator ----------------------------------------------------------------------------


def _earned(
    steps: Steps, indicator: Indicator, cuts: Sequence[Mapping[str | None, Value]]
) -> Expression:
    """Return what a scoring gives by itself; unknown where the value is or nothing matches."""
    value = steps.own("value", indicator.id)
    scoring = indicator.scoring
    if isinstance(scoring, Tiles):
        goodness, literals = goodness_and_cuts(steps, value, scoring.better, cuts)
        return Call("add", (Literal(1), Call("cuts_below", (goodness, *literals))))
    if isinstance(scoring, OfBest):
        if not cuts:
            return Literal(None)
        return _part_of_best(steps, value, cuts, Literal(Decimal("1.0000")))
    if isinstance(scoring, Formula):
        formula = replace_names(scoring.points, {"value": value})
        return chosen(known(value), steps.resolved(formula), Literal(None))
    if isinstance(scoring, Bands):
        if scoring.by is None:
            return _by_bands(steps, scoring.bands, value)
        result: Expression = Literal(None)
        by = steps.resolved(scoring.by)
        rest = next((bands for key, bands in scoring.tables if key is None), None)
        if rest is not None:
            result = chosen(known(by), _by_bands(steps, rest, value), Literal(None))
        for key, bands in reversed(scoring.tables):
            if key is not None:
                matches = Call("equals", (by, Literal(key)))
                result = chosen(matches, _by_bands(steps, bands, value), result)
        return result
    if isinstance(scoring, Position):
        raise TypeError("a position has no points before its weight")
    assert_never(scoring)


def _part_of_best(
    steps: Steps,
    value: Expression,
    cuts: Sequence[Mapping[str | None, Value]],
    weight: Expression,
) -> Expression:
    """Return the part of a weight that a value earns, rounded once; unknown where it is."""
    best = steps.learned(dict(cuts[0]))
    # Of a frozen best, more than the best is still the best; below zero earns nothing.
    inside = Call("largest", (ZERO, Call("smallest", (value, best))))
    share = Call("part_of", (weight, inside, best))
    none_at_all = Call("at_most", (best, ZERO))
    return chosen(known(value), chosen(none_at_all, ZERO, share), Literal(None))


def _by_bands(steps: Steps, bands: Sequence[Band], value: Name) -> Expression:
    result: Expression = Literal(None)
    for band in reversed(bands):
        worth = points(band.points)
        if band.condition is None:
            # What is unknown is in no band, unless a band says so.
            result = chosen(known(value), worth, Literal(None))
        else:
            result = chosen(steps.resolved(band.condition), worth, result)
    return result


def goodness_and_cuts(
    steps: Steps,
    value: Expression,
    better: str,
    cuts: Sequence[Mapping[str | None, Value]],
) -> tuple[Expression, list[Expression]]:
    """Return a value that grows with goodness, and the cuts likewise, ascending."""
    if better == "lower":
        negated = [{group: _negated(cut) for group, cut in by_group.items()} for by_group in cuts]
        return Call("negate", (value,)), [steps.learned(dict(cut)) for cut in negated]
    return value, [steps.learned(dict(cut)) for cut in cuts]


def _negated(value: Value) -> Value:
    assert isinstance(value, int | Decimal)  # noqa: S101  cuts are numbers
    return -value


def _is_bare(indicator: Indicator) -> bool:
    """Return whether an indicator's points are its scoring's own, untouched."""
    return (
        indicator.weight is None
        and indicator.applies is None
        and indicator.at_most is None
        and indicator.at_least is None
        and indicator.if_unknown == "no grade"
    )


def _plain(steps: Steps, indicator: Indicator) -> Expression:
    """Return the points of an indicator without a weight."""
    earned: Expression = steps.own("earned", indicator.id)
    if _is_bare(indicator):
        return earned
    value = limited(_filled(indicator, earned), indicator.at_most, indicator.at_least)
    if indicator.applies is not None:
        value = chosen(steps.own("applies", indicator.id), value, ZERO)
    return value


def _weighted(
    steps: Steps, indicator: Indicator, cuts: Sequence[Mapping[str | None, Value]]
) -> Expression:
    """Return the points of an indicator with a weight; unknown where its weight is handed on."""
    weight = steps.own("weight", indicator.id)
    scoring = indicator.scoring
    if isinstance(scoring, Position):
        value = steps.own("value", indicator.id)
        goodness, literals = goodness_and_cuts(steps, value, scoring.better, cuts)
        steps.step("position", Call("cuts_around", (goodness, *literals)), indicator.id)
        place: Expression = steps.own("position", indicator.id)
        if indicator.if_unknown != "left out":
            place = Call("first_known", (place, Literal(_unknown_position(indicator))))
        result: Expression = Call("share_of", (weight, place, Literal(POSITION_WHOLE)))
    else:
        earned = _filled(indicator, steps.own("earned", indicator.id))
        result = Call("part_of", (weight, earned, points(out_of(indicator))))
        if isinstance(scoring, OfBest) and cuts and indicator.out_of is None:
            # Straight from the value: a share rounded before its weight would be rounded twice.
            value = steps.own("value", indicator.id)
            exact = _part_of_best(steps, value, cuts, weight)
            result = Call("first_known", (chosen(known(weight), exact, Literal(None)), result))
    return limited(result, indicator.at_most, indicator.at_least)


def _unknown_position(indicator: Indicator) -> int:
    share = unknown_earned(indicator) or Decimal(0)
    return int(share * POSITION_WHOLE)


def _filled(indicator: Indicator, earned: Expression) -> Expression:
    """Return what is earned, with what an unknown value earns in its place."""
    fill = unknown_earned(indicator)
    return earned if fill is None else Call("first_known", (earned, points(fill)))


def unknown_earned(indicator: Indicator) -> Decimal | None:
    """Return what an unknown value earns, or None when that is not said by a number."""
    if indicator.if_unknown == "zero":
        return Decimal(0)
    if indicator.if_unknown == "points":
        return indicator.unknown_points
    if indicator.if_unknown == "worst":
        scoring = indicator.scoring
        if isinstance(scoring, Bands):
            return min(band.points for band in scoring.all_bands)
        if isinstance(scoring, Tiles):
            return Decimal(1)
        return indicator.at_least if indicator.at_least is not None else Decimal(0)
    return None


def out_of(indicator: Indicator) -> Decimal:
    """Return the scoring's points that earn all of a weight."""
    if indicator.out_of is not None:
        return indicator.out_of
    scoring = indicator.scoring
    if isinstance(scoring, Tiles):
        return Decimal(scoring.count)
    if isinstance(scoring, Bands):
        return max(band.points for band in scoring.all_bands)
    return Decimal(1)


def _counted(steps: Steps, indicator: Indicator) -> Expression:
    """Return an indicator's points as they enter the sum."""
    own = steps.own("points", indicator.id)
    if indicator.weight is None or indicator.if_unknown == "no grade":
        # An unknown value without a rule leaves the whole sum unknown.
        if indicator.weight is not None and indicator.applies is not None:
            return chosen(
                steps.own("applies", indicator.id), own, ZERO
            )  # what does not apply has handed its weight on
        return own
    return Call("first_known", (own, ZERO))  # its weight was handed on


# --- weights handed on ------------------------------------------------------------------------


def _pattern(steps: Steps, scheme: Scheme) -> Expression:
    total: Expression = Literal(0)
    for bit, indicator in enumerate(weighted_indicators(scheme)):
        there: Expression = (
            known(steps.own("value", indicator.id))
            if isinstance(indicator.scoring, Position)
            else known(steps.own("earned", indicator.id))
        )
        if indicator.if_unknown != "left out":
            there = (
                steps.own("applies", indicator.id)
                if indicator.applies is not None
                else Literal(True)
            )
        total = Call("add", (total, chosen(there, Literal(1 << bit), Literal(0))))
    return total


def _weight_lookups(scheme: Scheme, patterns: Iterable[int]) -> dict[str, list[Literal]]:
    """Return, by indicator, the pairs (pattern, weight) of a lookup."""
    weighted = weighted_indicators(scheme)
    pairs: dict[str, list[Literal]] = {indicator.id: [] for indicator in weighted}
    for pattern in sorted(set(patterns)):
        for indicator, weight in zip(weighted, effective_weights(scheme, pattern), strict=True):
            if weight:
                pairs[indicator.id] += [Literal(pattern), Literal(from_units(weight))]
    return pairs
