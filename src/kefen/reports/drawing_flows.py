"""Flows between classes as inline SVG: bands from side to side, and columns that add up to all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from kefen.reports.drawing import plotted, tone_class
from kefen.reports.wording import grade_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.domain.text import Language
    from kefen.reports.charts import Sankey, StackedColumns
    from kefen.reports.tables import GradeMark

_HEIGHT = 300
_LABEL = 20
"""How high a node is at least, so that its name does not meet the next one's."""
_NODE = 1.6
"""How wide a node is, in percent of the drawing."""


def sankey(chart: Sankey, language: Language) -> Markup:
    """Return bands from the classes on the left to those on the right."""
    sides = [
        [mark for mark in chart.marks if any(flow[side] == mark for flow in chart.flows)]
        for side in (0, 1)
    ]
    total = sum(flow[2] for flow in chart.flows)
    most = max((len(side) for side in sides), default=0)
    height = max(_HEIGHT, 2 * _LABEL * most)
    places = [_nodes(chart, marks, side, total, height) for side, marks in enumerate(sides)]
    parts = [
        Markup('<svg viewBox="0 0 100 {}" preserveAspectRatio="none" class="in">').format(height)
    ]
    parts += _bands(chart, sides, places, total, height, language)
    parts.append(Markup("</svg>"))
    for side, marks in enumerate(sides):
        for mark in marks:
            top, size = places[side][mark]
            parts.append(_node(chart, mark, side, top, size, language))
    return Markup(
        '<div class="flow"><svg role="img" aria-label="{}" height="{}">{}</svg></div>'
    ).format(chart.caption.in_language(language), height, Markup().join(parts))


def _nodes(
    chart: Sankey, marks: Sequence[GradeMark], side: int, total: int, height: int
) -> dict[GradeMark, tuple[float, float]]:
    """Return the top and the size of every node of a side, with room for its name."""
    sums = {mark: sum(flow[2] for flow in chart.flows if flow[side] == mark) for mark in marks}
    scale = _scale(total, height)
    rooms = [max(sums[mark] * scale, _LABEL) for mark in marks]
    gap = (height - sum(rooms)) / max(len(marks) - 1, 1) if len(marks) > 1 else 0.0
    found, top = {}, 0.0
    for mark, room in zip(marks, rooms, strict=True):
        size = sums[mark] * scale
        found[mark] = (top + (room - size) / 2, size)
        top += room + max(gap, 2.0)
    return found


def _scale(total: int, height: int) -> float:
    """Return how high one customer is: half of the drawing is left for the gaps and names."""
    return height * 0.5 / total if total else 0.0


def _bands(
    chart: Sankey,
    sides: Sequence[Sequence[GradeMark]],
    places: Sequence[dict[GradeMark, tuple[float, float]]],
    total: int,
    height: int,
    language: Language,
) -> list[Markup]:
    left = {mark: places[0][mark][0] for mark in sides[0]}
    right = {mark: places[1][mark][0] for mark in sides[1]}
    rank = {mark: place for place, mark in enumerate(chart.marks)}
    scale = _scale(total, height)
    found = []
    for before, after, customers in sorted(chart.flows, key=lambda f: (rank[f[0]], rank[f[1]])):
        size = customers * scale
        start, end = left[before], right[after]
        left[before] += size
        right[after] += size
        found.append(
            Markup(
                '<path class="fb f-{tone}" d="M{x0} {a:.2f}C50 {a:.2f} 50 {b:.2f} {x1} {b:.2f}'
                'V{d:.2f}C50 {d:.2f} 50 {c:.2f} {x0} {c:.2f}Z"><title>{words}</title></path>'
            ).format(
                tone=tone_class(before.tone),
                x0=_NODE,
                x1=100 - _NODE,
                a=start,
                b=end,
                c=start + size,
                d=end + size,
                words=f"{grade_words(before, language)} → {grade_words(after, language)}: "
                f"{customers:,}",
            )
        )
    return found


def _node(
    chart: Sankey, mark: GradeMark, side: int, top: float, size: float, language: Language
) -> Markup:
    customers = sum(flow[2] for flow in chart.flows if flow[side] == mark)
    found: Markup = Markup(
        '<rect class="f-{}" x="{}%" y="{:.2f}" width="{}%" height="{:.2f}"/>'
        '<text class="an" x="{}%" y="{:.2f}" dy="4.5" text-anchor="{}">{} {:,}</text>'
    ).format(
        tone_class(mark.tone),
        0 if side == 0 else 100 - _NODE,
        top,
        _NODE,
        max(size, 1.0),
        _NODE + 1 if side == 0 else 99 - _NODE,
        top + size / 2,
        "start" if side == 0 else "end",
        grade_words(mark, language),
        customers,
    )
    return found


def stacked(chart: StackedColumns, language: Language) -> Markup:
    """Return columns of one height, each divided among the classes."""
    count = len(chart.categories)
    slot = 100 / count if count else 100.0
    parts: list[Markup] = [
        Markup(
            '<line class="gl" x1="0" x2="100%" y1="{0}%" y2="{0}%"/>'
            '<text class="ax" x="-8" y="{0}%" dy="4" text-anchor="end">{1}%</text>'
        ).format(100 - level, level)
        for level in (0, 25, 50, 75, 100)
    ]
    for place, category in enumerate(chart.categories):
        total = sum(values[place] for _, values in chart.series)
        so_far = 0
        for mark, values in reversed(chart.series):
            so_far += values[place]
            if not values[place]:
                continue
            parts.append(
                Markup(
                    '<rect class="f-{}" x="{:.2f}%" y="{:.2f}%" width="{:.2f}%" '
                    'height="{:.2f}%"><title>{}</title></rect>'
                ).format(
                    tone_class(mark.tone),
                    place * slot + slot * 0.15,
                    100 - so_far * 100 / total,
                    slot * 0.7,
                    values[place] * 100 / total,
                    f"{category.in_language(language)}: {grade_words(mark, language)} "
                    f"{values[place]:,}",
                )
            )
        parts.append(
            Markup(
                '<text class="ax{}" x="{:.2f}%" y="100%" dy="18" text-anchor="middle">{}</text>'
            ).format(
                " odd" if place % 3 else "",
                (place + 0.5) * slot,
                category.in_language(language),
            )
        )
    return plotted("cols", chart.caption.in_language(language), parts)
