"""What an indicator by bands would give at the next better value, found by grading."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.compiler.steps import part
from kefen.domain.decimals import ONE_UNIT, rounded
from kefen.domain.text import Text
from kefen.expressions.operators import OutOfRangeError
from kefen.expressions.tree import Call, Literal, Name
from kefen.grading.explanation_parts import NextPoints
from kefen.grading.wording import metric_in_words, plain_number
from kefen.standards.model import Bands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.expressions.tree import Expression, Value
    from kefen.grading.subject import Subject
    from kefen.standards.model import Indicator

_MOST_TRIED = 6
# How a band is entered: (operator, whether from below) to (steps from the edge, words).
_WAYS: dict[tuple[str, bool], tuple[int, Text]] = {
    ("at_least", True): (0, Text("from {v}", "达到 {v} 则为")),
    ("equals", True): (0, Text("at {v}", "为 {v} 时则为")),
    ("equals", False): (0, Text("at {v}", "为 {v} 时则为")),
    ("greater", True): (1, Text("above {v}", "超过 {v} 则为")),
    ("at_most", False): (0, Text("down to {v}", "降至 {v} 则为")),
    ("less", False): (-1, Text("below {v}", "低于 {v} 则为")),
}
_MIRRORED = {
    "at_least": "at_most",
    "at_most": "at_least",
    "greater": "less",
    "less": "greater",
    "equals": "equals",
}


def next_points(
    subject: Subject, indicator: Indicator, points: Decimal | None
) -> NextPoints | None:
    """Return what the nearest better band would give; None where that is not simple to say.

    Simple are bands of one metric of numbers or dates. The customer is graded with the metric at
    the edge, so that weights, caps and everything else are in what is told.
    """
    value, scoring = indicator.value, indicator.scoring
    if points is None or not isinstance(scoring, Bands) or not isinstance(value, Name):
        return None
    now = subject.own("value", indicator.id)
    metric = subject.run.standard.metrics.get(value.name)
    if metric is None or isinstance(now, bool | str) or now is None:
        return None
    edges = subject.run.kept(("edges", id(indicator)), lambda: _edges_of(scoring, value))
    place = _order(now)
    entries = [_entry(operator, edge, order >= place, now) for operator, edge, order in edges]
    near = sorted(
        dict.fromkeys(entry for entry in entries if entry is not None),
        key=lambda found: (abs(_order(found[0]) - place), str(found[0])),
    )
    for entry, edge, words in near[:_MOST_TRIED]:
        would_be = _graded(subject, indicator, value.name, entry)
        if would_be is not None and would_be > points:
            shown = metric_in_words(edge, metric.unit, subject.currency)
            lead = words.filled(v=shown)
            said = Text("{l} it would be {p}", "{l} {p}").filled(l=lead, p=plain_number(would_be))
            return NextPoints(entry, would_be, said)
    return None


def _graded(subject: Subject, indicator: Indicator, metric: str, value: Value) -> Decimal | None:
    try:
        changed = subject.run.with_changes(subject.values, {metric: value})
        step = part(subject.scheme.id, "points", indicator.id)
        found = subject.run.value_of_step(changed, subject.scheme.id, step)
    except OutOfRangeError:
        return None
    return rounded(Decimal(found)) if isinstance(found, int | Decimal) else None


def _edges_of(scoring: Bands, value: Name) -> tuple[tuple[str, Value, Decimal], ...]:
    """Return the edges of all bands: what is compared how, and where it is in order."""
    conditions = [b.condition for b in scoring.all_bands if b.condition is not None]
    found = (edge for condition in conditions for edge in _edges(condition, value))
    # Once each, in order.
    return tuple(dict.fromkeys((operator, edge, _order(edge)) for operator, edge in found))


def _edges(condition: Expression, value: Name) -> Iterator[tuple[str, Value]]:
    """Yield the edges of a band, each with the operator that compares the value with it."""
    if not isinstance(condition, Call):
        return
    if condition.operator == "and":
        for side in condition.arguments:
            yield from _edges(side, value)
        return
    operator, arguments = condition.operator, condition.arguments
    if operator in _MIRRORED and arguments[1] == value:
        operator, arguments = _MIRRORED[operator], (arguments[1], arguments[0])
    if operator not in _MIRRORED or arguments[0] != value:
        return
    edge = arguments[1].value if isinstance(arguments[1], Literal) else None
    if edge is not None and not isinstance(edge, bool | str):
        yield operator, edge


def _entry(
    operator: str, edge: Value, from_below: bool, now: Value
) -> tuple[Value, Value, Text] | None:
    """Return the nearest value that enters a band past an edge: (value, edge, words)."""
    way = _WAYS.get((operator, from_below))
    if way is None:
        return None
    step, words = way
    entry = _moved(edge, now, step)
    if entry is None or _order(entry) == _order(now):
        return None
    return entry, edge, words


def _moved(edge: Value, now: Value, step: int) -> Value:
    """Return the edge in the type of the value now, and so many smallest units beyond."""
    if isinstance(now, date):
        return edge + timedelta(days=step) if isinstance(edge, date) else None
    if isinstance(now, Decimal) and isinstance(edge, int | Decimal):
        return rounded(Decimal(edge)) + step * ONE_UNIT
    if isinstance(edge, int | Decimal) and edge == int(edge):
        return int(edge) + step
    return None


def _order(value: Value) -> Decimal:
    if isinstance(value, date):
        return Decimal(value.toordinal())
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)
