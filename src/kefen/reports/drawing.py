"""The charts of the page as inline SVG: geometry here, colour in the style sheet.

Positions are shares of the drawing, so that charts stretch with the page while text and strokes
keep their size; nothing here is graded, so plain floats do.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from markupsafe import Markup

from kefen.reports.wording import compact, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.domain.text import Language
    from kefen.reports.charts import ColumnChart, Curve, PairedBars

_GRID = (0, 25, 50, 75, 100)
_TICKS = 4


def tone_class(tone: str | None) -> str:
    """Return the style class of a tier colour; `n` is not graded."""
    return (tone or "n").lower()


_SHARE_BAR = Markup('<svg class="ib" aria-hidden="true"><rect width="{}%" height="100%"/></svg>')
_ACROSS = Markup('<text class="ax" x="{0}%" y="100%" dy="18" text-anchor="middle">{0}%</text>')
_PERIOD = Markup('<text class="ax{}" x="{}%" y="100%" dy="18" text-anchor="middle">{}</text>')
_COLUMN = Markup('<rect class="{}" x="{}%" y="{}%" width="{}%" height="{}%">{}</rect>')


def share_bar(value: Decimal | None) -> Markup:
    """Return the bar behind a share in a cell."""
    if value is None or value <= 0:
        return Markup()
    return Markup(
        '<svg class="ib" aria-hidden="true"><rect width="{}%" height="100%"/></svg>'
    ).format(_short(min(value, Decimal(1)) * 100))


def pair(chart: PairedBars, first: Decimal, second: Decimal | None, tone: str | None) -> Markup:
    """Return the two bars of one class, against the largest share of the chart."""
    largest = max(
        (value for _, _, *both in chart.rows for value in both if value is not None),
        default=Decimal(1),
    )
    scale = Decimal(100) / largest if largest > 0 else Decimal(0)
    bars = Markup('<rect class="f-{}" width="{}%" height="9" rx="2"/>').format(
        tone_class(tone), _short(max(first, Decimal(0)) * scale)
    )
    if second is not None:
        bars += Markup('<rect class="o-{}" y="12.75" width="{}%" height="8.5" rx="2"/>').format(
            tone_class(tone), _short(max(second, Decimal(0)) * scale)
        )
    return Markup('<svg class="pair" aria-hidden="true">{}</svg>').format(bars)


def leaning(difference: Decimal, differs: bool, tone: str | None) -> Markup:
    """Return a bar that leans from the middle to the right (more) or to the left (less).

    Args:
        difference: -1 to 1.
        differs: Whether the bar is filled; what may be chance is drawn as an outline.
        tone: The tier colour.
    """
    width = min(abs(difference), Decimal(1)) * 50
    start = Decimal(50) if difference >= 0 else 50 - width
    return Markup(
        '<svg class="lean" aria-hidden="true"><line class="gz" x1="50%" x2="50%" y1="0" y2="100%"/>'
        '<rect class="{}-{}" x="{}%" y="4" width="{}%" height="10" rx="2"/></svg>'
    ).format("f" if differs else "o", tone_class(tone), _short(start), _short(width))


def curve(chart: Curve, language: Language) -> Markup:
    """Return the Pareto curve with its bands and its marked point."""
    points = [(_percent(x), _percent(y)) for x, y in chart.points]
    parts = [Markup('<svg viewBox="0 0 100 100" preserveAspectRatio="none" class="in">')]
    start = 0.0
    for band in chart.bands:
        until = _percent(band.until)
        inside = [(start, _height_at(points, start))]
        inside += [(x, y) for x, y in points if start < x < until]
        inside.append((until, _height_at(points, until)))
        path = "".join(f"L{x:.2f} {100 - y:.2f}" for x, y in inside)
        parts.append(
            Markup('<path class="bd f-{}" d="M{} 100{}L{} 100Z"/>').format(
                tone_class(band.mark.tone), f"{start:.2f}", path, f"{until:.2f}"
            )
        )
        start = until
    parts.append(Markup("</svg>"))
    parts += [
        Markup(
            '<line class="gl" x1="0" x2="100%" y1="{0}%" y2="{0}%"/>'
            '<text class="ax" x="-8" y="{0}%" dy="4" text-anchor="end">{1}%</text>'
        ).format(100 - level, level)
        for level in _GRID
    ]
    parts += [_ACROSS.format(n) for n in (0, 20, 40, 60, 80, 100)]
    line = "L".join(f"{x:.2f} {100 - y:.2f}" for x, y in points)
    parts.append(
        Markup(
            '<svg viewBox="0 0 100 100" preserveAspectRatio="none" class="in">'
            '<path class="ln" d="M{}"/></svg>'
        ).format(line)
    )
    if chart.marked is not None and chart.label is not None:
        x, y = (_percent(value) for value in chart.marked)
        parts.append(
            Markup(
                '<line class="ds" x1="{x}%" x2="{x}%" y1="100%" y2="{y}%"/>'
                '<line class="ds" x1="0" x2="{x}%" y1="{y}%" y2="{y}%"/>'
                '<circle class="pt" cx="{x}%" cy="{y}%" r="4.5"/>'
                '<text class="an" x="{x}%" y="{y}%" dx="12" dy="22">{label}</text>'
            ).format(x=f"{x:.2f}", y=f"{100 - y:.2f}", label=chart.label.in_language(language))
        )
    return plotted("curve", chart.caption.in_language(language), parts)


def _height_at(points: Sequence[tuple[float, float]], x: float) -> float:
    for (left, low), (right, high) in pairwise(points):
        if left <= x <= right:
            return low if right == left else low + (high - low) * (x - left) / (right - left)
    return points[-1][1]


def columns(chart: ColumnChart, language: Language) -> Markup:
    """Return upright columns along time: gains stacked upwards, losses hatched downwards."""
    count = len(chart.categories)
    ups = [sum(max(s.values[n], 0) for s in chart.series if not s.loss) for n in range(count)]
    downs = [sum(max(s.values[n], 0) for s in chart.series if s.loss) for n in range(count)]
    step = _nice_step(max([*ups, *downs, 1]))
    top = step * max(1, -(-ceil(max(ups)) // step)) if max(ups, default=0) > 0 else 0
    bottom = step * -(-ceil(max(downs)) // step) if max(downs, default=0) > 0 else 0
    span = float(top + bottom or 1)
    parts: list[Markup] = []
    level = -bottom
    while level <= top:
        line = f"{float(top - level) / span * 100:.2f}"
        shown, unit = compact(Decimal(abs(level)), language)
        parts.append(
            Markup(
                '<line class="{3}" x1="0" x2="100%" y1="{0}%" y2="{0}%"/>'
                '<text class="ax" x="-8" y="{0}%" dy="4" text-anchor="end">{1}{2}</text>'
            ).format(line, _tidy(shown), unit, "gz" if level == 0 else "gl")
        )
        level += step
    slot = 100 / count if count else 100
    for n, category in enumerate(chart.categories):
        up = down = 0.0
        for number, series in enumerate(chart.series):
            value = float(max(series.values[n], 0))
            size = value / span * 100
            if series.loss:
                y = (float(top) + down) / span * 100
                down += value
            else:
                up += value
                y = (float(top) - up) / span * 100
            if size > 0:
                parts.append(
                    _COLUMN.format(
                        "dn" if series.loss else f"s{number}",
                        f"{n * slot + slot * 0.2:.2f}",
                        f"{y:.2f}",
                        f"{slot * 0.6:.2f}",
                        f"{size:.2f}",
                        Markup("<title>{}: {} {}</title>").format(
                            category.in_language(language),
                            series.name.in_language(language),
                            written(series.values[n], chart.kind, language),
                        ),
                    )
                )
        parts.append(
            _PERIOD.format(
                " odd" if n % 3 else "",
                f"{(n + 0.5) * slot:.2f}",
                category.in_language(language),
            )
        )
    return plotted("cols", chart.caption.in_language(language), parts)


def plotted(kind: str, label: str, parts: Sequence[Markup]) -> Markup:
    """Return parts of a drawing in a plot of a kind (see the style sheet), with its label."""
    return Markup('<div class="plot {}"><svg role="img" aria-label="{}">{}</svg></div>').format(
        kind, label, Markup().join(parts)
    )


def _nice_step(largest: Decimal | int) -> int:
    rough = max(1, -(-ceil(largest) // _TICKS))
    power = int("1" + "0" * (len(str(rough)) - 1))
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough)


def _tidy(value: str) -> str:
    return value.rstrip("0").rstrip(".") if "." in value else value


def _percent(value: Decimal) -> float:
    return float(value) * 100


def _short(value: Decimal) -> str:
    return f"{value:.2f}"
