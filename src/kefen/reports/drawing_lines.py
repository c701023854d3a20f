"""Charts of lines as inline SVG: both axes from zero, whiskers where figures have intervals."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from markupsafe import Markup

from kefen.reports.wording import compact

if TYPE_CHECKING:
    from kefen.domain.text import Language
    from kefen.reports.charts import Line, LineChart

_TICKS = 4
_WHISKER = Markup('<line class="w-{s}" x1="{x}%" x2="{x}%" y1="{a}%" y2="{b}%"/>')
_DOT = Markup('<circle class="pt" cx="{}%" cy="{}%" r="3.5"/>')


def lines(chart: LineChart, language: Language) -> Markup:
    """Return the lines of a chart over a grid."""
    across, up = _tops(chart)
    parts: list[Markup] = []
    for tick in range(_TICKS + 1):
        at = tick * 100 / _TICKS
        parts.append(
            Markup(
                '<line class="{z}" x1="0" x2="100%" y1="{y}%" y2="{y}%"/>'
                '<text class="ax" x="-8" y="{y}%" dy="4" text-anchor="end">{v}</text>'
                '<text class="ax" x="{x}%" y="100%" dy="18" text-anchor="middle">{w}</text>'
            ).format(
                z="gz" if tick == 0 else "gl",
                y=_short(100 - at),
                x=_short(at),
                v=_label(up * tick / _TICKS, chart, language),
                w=_label(across * tick / _TICKS, chart, language),
            )
        )
    # The one that matters is drawn last, over the others.
    parts += [_line(line, across, up) for line in reversed(chart.lines)]
    for line in chart.lines:
        parts += _points(line, across, up)
    names = Markup(
        '<text class="ax" x="100%" y="100%" dy="36" text-anchor="end">{}</text>'
        '<text class="ax" x="0" y="0" dy="-10">{}</text>'
    ).format(chart.across.in_language(language), chart.up.in_language(language))
    return Markup('<div class="plot lines"><svg role="img" aria-label="{}">{}</svg></div>').format(
        chart.caption.in_language(language), Markup().join([*parts, names])
    )


def _tops(chart: LineChart) -> tuple[Decimal, Decimal]:
    """Return the ends of both axes."""
    if chart.kind == "percent":
        return Decimal(1), Decimal(1)
    across = [x for line in chart.lines for x, _ in line.points]
    up = [y for line in chart.lines for _, y in line.points]
    up += [high for line in chart.lines for _, high in line.ends]
    return _round(max(across, default=Decimal(1))), _round(max(up, default=Decimal(1)))


def _round(largest: Decimal) -> Decimal:
    """Return the next of 1, 2, 4 and 8 times a power of ten, each of which has four equal parts."""
    power = Decimal(1).scaleb(max(largest, Decimal("0.0001")).adjusted())
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= largest)


def _line(line: Line, across: Decimal, up: Decimal) -> Markup:
    path = "L".join(
        f"{_percent(x, across):.2f} {100 - _percent(y, up):.2f}" for x, y in line.points
    )
    return Markup(
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" class="in">'
        '<path class="l-{}" d="M{}"/></svg>'
    ).format(line.style, path)


def _points(line: Line, across: Decimal, up: Decimal) -> list[Markup]:
    drawn = []
    for (x, y), (low, high) in zip(line.points, line.ends, strict=False):
        at = _short(_percent(x, across))
        drawn.append(
            _WHISKER.format(
                s=line.style,
                x=at,
                a=_short(100 - _percent(high, up)),
                b=_short(100 - _percent(low, up)),
            )
        )
        drawn.append(_DOT.format(at, _short(100 - _percent(y, up))))
    return drawn


def _percent(value: Decimal, top: Decimal) -> float:
    return min(max(float(value / top) * 100, 0.0), 100.0)


def _label(value: Decimal, chart: LineChart, language: Language) -> str:
    if chart.kind == "percent":
        return f"{value * 100:.0f}%"
    shown, unit = compact(value, language)
    return f"{shown.rstrip('0').rstrip('.') if '.' in shown else shown}{unit}"


def _short(value: float) -> str:
    return f"{value:.2f}"
