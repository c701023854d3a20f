"""Reading the counters of a movement: what is counted, and when counting begins afresh."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.spans import Cadence, Span, parse_cadence, parse_span
from kefen.domain.text import Text
from kefen.expressions.parser import parse
from kefen.expressions.tokens import ExpressionError
from kefen.expressions.tree import Literal
from kefen.expressions.types import ValueType
from kefen.expressions.units import unit_of
from kefen.standards.document import Mapping, Scalar
from kefen.standards.model import EVENTS, Counter
from kefen.standards.naming import name_of, named_parts, needs_named_values

if TYPE_CHECKING:
    from collections.abc import Collection

    from kefen.standards.document import Node
    from kefen.standards.grades import Grades
    from kefen.standards.model import Event, Place
    from kefen.standards.reading import Reading

COUNTER_KEYS = ("name", "counts", "afresh", "carries_above")
MOST_COUNTERS = 20
_COUNTER = Text("a counter", "计数器")


def read_counters(
    reading: Reading,
    section: Mapping | None,
    grades: Grades,
    types: dict[str, ValueType],
    taken: Collection[str],
) -> tuple[Counter, ...]:
    """Return the counters of a movement.

    Args:
        reading: Where problems are noted.
        section: What stands under `counters`.
        grades: The classes of the scheme.
        types: The names that what is counted may use.
        taken: Names that a counter may not have.
    """
    if section is not None:
        count = Text("counters", "计数器")
        reading.at_most(len(section.entries), MOST_COUNTERS, section.place, count)
    found = []
    for identifier, child, place in named_parts(reading, section, _COUNTER, taken):
        if not isinstance(child, Mapping):
            needs_named_values(reading, identifier, place)
            continue
        counter = _counter(reading, grades, types, identifier, child, place)
        if counter is not None:
            found.append(counter)
    return tuple(found)


def _counter(
    reading: Reading,
    grades: Grades,
    types: dict[str, ValueType],
    identifier: str,
    node: Mapping,
    place: Place,
) -> Counter | None:
    reading.only_known(node, COUNTER_KEYS, _COUNTER)
    name = name_of(reading, node, identifier, _COUNTER, place)
    child = reading.scalar(node, "counts", _COUNTER, needed=True)
    numbers = (ValueType.INTEGER, ValueType.DECIMAL)
    read = reading.expression(child, types, numbers) if child is not None else None
    if "afresh" not in node.entries:
        reading.missing(place, "afresh", _COUNTER)
        return None
    events: set[Event] = set()
    every: Span | Cadence | None = None
    for item in reading.items(node.entries["afresh"]):
        if item.text in EVENTS:
            events.add(item.text)
            continue
        recurs = _recurs(item.text)
        if recurs is None:
            reading.problem(
                item.place,
                Text(
                    "“{v}” is no event after which a counter begins afresh",
                    "“{v}”不是计数器重新起算的事件",
                ).filled(v=item.text),
                Text(
                    "Write “rise”, “fall”, “stay”, “every 365 days” or “every 31 December”.",
                    "请写“rise”、“fall”、“stay”、“every 365 days”或“every 31 December”。",
                ),
            )
        elif every is not None:
            reading.problem(
                item.place,
                Text("a counter has one “every”", "一个计数器只能有一个“every”"),
                Text("Remove one of them.", "请删除其一。"),
            )
        every = recurs or every
    above = _carries_above(reading, grades, node)
    if read is None or not (events or every):
        return None
    unit = unit_of(read[0], reading.units)
    return Counter(identifier, name, read[0], unit, frozenset(events), every, above, place)


def _carries_above(reading: Reading, grades: Grades, node: Mapping) -> dict[str | None, Decimal]:
    found: dict[str | None, Decimal] = {}
    for grade, item in grades.one_or_by_grade(reading, node, "carries_above"):
        number = _written_number(item)
        if number is not None and number >= 0:
            found[grade] = number
            continue
        reading.problem(
            item.place,
            Text("“carries_above” is a number from 0 on", "“carries_above”应为不小于 0 的数"),
            Text(
                "Write “carries_above: {{A: 5000, else: 0}}”.",
                "例如写“carries_above: {{A: 5000, else: 0}}”。",
            ).filled(),
        )
    return found


def _written_number(node: Node) -> Decimal | None:
    """Return a number that is written out, `5000` or `5 wan`; None for anything else."""
    try:
        tree = parse(node.text) if isinstance(node, Scalar) else None
    except ExpressionError:
        return None
    value = tree.value if isinstance(tree, Literal) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)


def _recurs(words: str) -> Span | Cadence | None:
    """Return how often a counter begins afresh: `every 365 days`, `every 31 December`; or None."""
    rest = words.removeprefix("every ")
    if rest == words:
        return None
    try:
        span = parse_span(rest)
    except ValueError:
        span = None
    if span is not None:
        return span if span.count is not None else None
    try:
        return parse_cadence("year", rest)
    except ValueError:
        return None
