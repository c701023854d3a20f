"""Reading a clause: what a value must meet, as `>= 60 wan`, `[0.46, 0.50)` or `else`.

The one notation of bands, of lines of a score, and of what periods are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tokens import comma_in_number
from kefen.expressions.tree import Call
from kefen.expressions.types import ValueType
from kefen.standards.document import Scalar
from kefen.standards.model import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression
    from kefen.standards.reading import Reading

UNKNOWN = "unknown"
"""The clause of a value that is not known."""
# The ends are expressions themselves, but hold no comma outside brackets in practice.
INTERVAL = re.compile(r"(?P<open>[\[(])(?P<low>[^,]*),(?P<high>[^,]*)(?P<close>[\])])")
_COMPARED = re.compile(r"(?:<=|>=|<>|!=|=|<|>|in\b|not\s+in\b|is\b)")


@dataclass(frozen=True, slots=True)
class Clause:
    """What a value must meet.

    Attributes:
        condition: The condition on the value; None for `else`.
    """

    condition: Expression | None


def read_clause(
    reading: Reading, item: Scalar, subject: str, types: Mapping[str, ValueType]
) -> Clause | None:
    """Return what `item` asks of the value that the expression `subject` gives.

    Args:
        reading: Where problems are noted.
        item: The clause: a comparison without its left side (`>= 60 wan`, `in ('a', 'b')`), an
            interval (`[0.46, 0.50)`: a square bracket includes its end), `unknown`, or `else`.
        subject: The expression that is compared; one that has been read without a problem.
        types: The names both sides may use.

    Returns:
        The clause, or None after noting why it cannot be read.
    """
    words = item.text.strip()
    start = item.text.index(words) if words else 0
    if words == "else":
        return Clause(None)
    if words == UNKNOWN:
        return _joined(_compared(reading, item, f"({subject}) is ", words, start, types))
    interval = INTERVAL.fullmatch(words)
    if interval is not None:
        return _interval(reading, item, interval, subject, start, types)
    if not _COMPARED.match(words):
        error = comma_in_number(words)
        if error is not None:
            at = start + item.quoted + error.at
            place = Place(item.place.line, item.place.column + at)
            reading.problem(place, error.what, error.mend)
            return None
        reading.problem(
            item.place,
            Text(
                "“{v}” does not say what the value must meet", "“{v}”没有说明取值应满足什么"
            ).filled(v=words),
            Text(
                "Write a comparison (“>= 60”, “= 'retail'”, “in ('a', 'b')”), an interval "
                "(“[60, 80)”: a square bracket includes its end), “unknown”, or “else”.",
                "请写比较（“>= 60”、“= 'retail'”、“in ('a', 'b')”）、区间（“[60, 80)”，"
                "方括号含端点）、“unknown”或“else”。",
            ),
        )
        return None
    return _joined(_compared(reading, item, f"({subject}) ", words, start, types))


def _interval(
    reading: Reading,
    item: Scalar,
    match: re.Match[str],
    subject: str,
    start: int,
    types: Mapping[str, ValueType],
) -> Clause | None:
    ends = []
    for end, bracket, including, excluding in (
        ("low", match["open"], ">=", ">"),
        ("high", match["close"], "<=", "<"),
    ):
        words = match[end].strip()
        if not words:
            reading.problem(
                item.place,
                Text("the interval “{v}” lacks an end", "区间“{v}”缺少一端").filled(v=item.text),
                Text(
                    "Write both ends, or a comparison such as “>= 60”.",
                    "请写出两端，或改用“>= 60”这样的比较。",
                ),
            )
            return None
        operator = including if bracket in "[]" else excluding
        at = start + match.start(end) + match[end].index(words)
        ends.append(_compared(reading, item, f"({subject}) {operator} (", words, at, types, ")"))
    return _joined(*ends)


def _joined(*conditions: Expression | None) -> Clause | None:
    read = [condition for condition in conditions if condition is not None]
    if len(read) < len(conditions):
        return None
    return Clause(read[0] if len(read) == 1 else Call("and", tuple(read), read[0].at))


def _compared(
    reading: Reading,
    item: Scalar,
    subject: str,
    words: str,
    at: int,
    types: Mapping[str, ValueType],
    end: str = "",
) -> Expression | None:
    """Return the condition `subject` + `words` + `end`; the words stand at offset `at` of `item`.

    The subject is set before the words, which moves them to the right: the place is moved to the
    left by as much, so that a problem is told at the column of the word itself.
    """
    place = item.place
    before = len(reading.problems)
    moved = Place(place.line, place.column + at - len(subject))
    read = reading.expression(
        Scalar(subject + words + end, moved, item.quoted),
        types,
        (ValueType.BOOLEAN,),
        despite_units=True,
    )
    first = place.column + at
    reading.problems[before:] = [
        replace(found, place=Place(place.line, max(found.place.column, first)))
        for found in reading.problems[before:]
    ]
    return read[0] if read is not None else None
