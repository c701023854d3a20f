"""How points arise, in words: indicators, groups, starts, caps and floors."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import from_units
from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.standards.band_words import blank_after, place_in_words, points_for_each
from kefen.standards.decision_words import joined, plain
from kefen.standards.model import Bands, Formula, OfBest, Position, Tiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression
    from kefen.standards.model import Band, Group, Indicator, Scheme

_UNKNOWN: dict[str, Text] = {
    "left out": Text(
        "unknown: left out, its weight goes to the others", "未知：不计，权重由其他指标分担"
    ),
    "zero": Text("unknown: 0", "未知：0 分"),
    "worst": Text("unknown: the fewest points", "未知：按最低分"),
    "points": Text("unknown: {p}", "未知：{p} 分"),
}


def points_in_words(scheme: Scheme, names: Mapping[str, Text]) -> tuple[Text, ...]:
    """Return how the points of a scheme arise, one line each, in order."""
    said: list[Text] = []
    bounds = bounds_in_words(scheme.start, scheme.at_most, scheme.at_least)
    if bounds is not None:
        said.append(Text("All points: {b}", "总得分：{b}").filled(b=bounds))
    groups = {group.id: group for group in scheme.groups}
    for group in scheme.groups:
        group_bounds = bounds_in_words(group.start, group.at_most, group.at_least)
        if group_bounds is not None:
            said.append(Text("{g}: {b}", "{g}：{b}").filled(g=group.name, b=group_bounds))
    said += [indicator_in_words(one, groups, names) for one in scheme.indicators]
    return tuple(said)


def bounds_in_words(
    start: Decimal | None, at_most: Decimal | None, at_least: Decimal | None
) -> Text | None:
    """Return where points start and end: `from 100, at most 100, at least 0`; None: nowhere."""
    parts = [
        template.filled(n=plain(number))
        for template, number in (
            (Text("starting from {n}", "起始 {n} 分"), start),
            (Text("at most {n}", "最多 {n} 分"), at_most),
            (Text("at least {n}", "最少 {n} 分"), at_least),
        )
        if number is not None
    ]
    return joined(parts) if parts else None


def indicator_in_words(
    indicator: Indicator, groups: Mapping[str, Group], names: Mapping[str, Text]
) -> Text:
    """Return how an indicator's value becomes points."""
    value = in_words(indicator.value, names)
    parts = [_scoring(indicator, value, {**names, "value": value})]
    if indicator.weight is not None and not isinstance(indicator.scoring, Position):
        weight = plain(from_units(indicator.weight))
        parts.append(
            Text("as a part of {o}, times {w}", "占 {o} 的比例乘以 {w}").filled(
                o=plain(indicator.out_of), w=weight
            )
            if indicator.out_of is not None
            else Text("of its best, times {w}", "占满分的比例乘以 {w}").filled(w=weight)
        )
    if indicator.better == "lower" and not isinstance(indicator.scoring, Bands):
        parts.append(Text("lower is better", "越低越好"))
    bounds = bounds_in_words(None, indicator.at_most, indicator.at_least)
    if bounds is not None:
        parts.append(bounds)
    if indicator.applies is not None:
        parts.append(Text("only where {c}", "仅当{c}").filled(c=in_words(indicator.applies, names)))
    if indicator.if_unknown in _UNKNOWN and not _left_out_anyway(indicator):
        said = _UNKNOWN[indicator.if_unknown]
        parts.append(said.filled(p=plain(indicator.unknown_points or Decimal(0))))
    lead = indicator.name
    if isinstance(indicator.scoring, Bands) and value != lead:
        lead = Text("{n}, by {v}", "{n}，按{v}").filled(n=lead, v=value)
    if indicator.group is not None:
        group = groups[indicator.group].name
        lead = Text("{g} - {n}", "{g}——{n}").filled(g=group, n=lead)
    return Text("{l}: {h}", "{l}：{h}").filled(l=lead, h=joined(parts))


def _left_out_anyway(indicator: Indicator) -> bool:
    """Return whether an unknown value does what it does for every weighted indicator."""
    return indicator.weight is not None and indicator.if_unknown == "left out"


def _scoring(indicator: Indicator, value: Text, names: Mapping[str, Text]) -> Text:
    scoring = indicator.scoring
    if isinstance(scoring, Bands):
        if scoring.by is None:
            return _bands(scoring.bands, indicator.value, names)
        by = in_words(scoring.by, names)
        tables = [
            Text("{k}: {b}", "{k}：{b}").filled(
                k=Text("any other", "其他") if key is None else key,
                b=_bands(bands, indicator.value, names),
            )
            for key, bands in scoring.tables
        ]
        return Text("by {b} - {t}", "按{b}——{t}").filled(b=by, t=joined(tables, " | ", " | "))
    if isinstance(scoring, Tiles):
        return Text("1 to {n} by rank of {v}", "按{v}排名计 1–{n} 分").filled(
            n=scoring.count, v=value
        )
    if isinstance(scoring, Position):
        return Text("{w} points × position by {v}", "{w} 分 × {v}的位置").filled(
            w=plain(from_units(indicator.weight or 0)), v=value
        )
    if isinstance(scoring, OfBest):
        return Text("{v} as a part of the best one's", "{v}占最优者的比例").filled(v=value)
    assert isinstance(scoring, Formula)  # noqa: S101  the last of the union
    return formula_in_words(scoring, indicator.value, names)


def formula_in_words(scoring: Formula, value: Expression, names: Mapping[str, Text]) -> Text:
    """Return points by an expression in words: `-5 points for each`."""
    found = points_for_each(scoring.points, value)
    if found is None:
        return Text("{f} points", "{f} 分").filled(f=in_words(scoring.points, names))
    points, every = found
    if points == every == 1:
        return Text("as many points as its value", "其值即得分")
    if every == 1:
        return Text("{p} {p:point|points} for each", "每 1 计 {p} 分").filled(p=plain(points))
    return Text("{p} {p:point|points} for every {e}", "每 {e} 计 {p} 分").filled(
        p=plain(points), e=plain(every)
    )


def _bands(bands: tuple[Band, ...], value: Expression, names: Mapping[str, Text]) -> Text:
    """Return bands in words, the unit said once: `30 points from 60, 25 from 40, otherwise 10`."""
    said = []
    for number, band in enumerate(bands):
        points = plain(band.points)
        first = number == 0
        if band.condition is None:
            rest = Text("otherwise {p}", "其余 {p} 分")
            said.append(rest.filled(p=points))
            continue
        place = place_in_words(band.condition, value, names)
        unit = Text("{p} {p:point|points}", "{p}").filled(p=points) if first else Text.same(points)
        worth = Text(unit.en, f"{blank_after(place.zh)}计 {points} 分")
        said.append(Text("{w} {c}", "{c}{w}").filled(w=worth, c=place))
    return joined(said)
