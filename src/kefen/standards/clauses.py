"""Reading a clause: what a value must meet, as `>= 60 wan`, `[0.46, 0.50)` or `else`.

The one notation of bands, of lines of a score, and of what periods are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.parser import ExpressionError, parse
from kefen.expressions.types import ValueType
from kefen.standards.document import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression
    from kefen.standards.reading import Reading

# The ends are expressions themselves, but hold no comma outside brackets in practice.
_INTERVAL = re.compile(r"(?P<open>[\[(])(?P<low>[^,]*),(?P<high>[^,]*)(?P<close>[\])])")
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
        subject: The expression that is compared.
        types: The names both sides may use.

    Returns:
        The clause, or None after noting why it cannot be read.
    """
    words = item.text.strip()
    if words == "else":
        return Clause(None)
    if words == "unknown":
        words = "is unknown"
    interval = _INTERVAL.fullmatch(words)
    if interval is not None:
        return _interval(reading, item, interval, subject, types)
    if not _COMPARED.match(words):
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
    return _read(reading, item, f"({subject}) {words}", types)


def _interval(
    reading: Reading,
    item: Scalar,
    match: re.Match[str],
    subject: str,
    types: Mapping[str, ValueType],
) -> Clause | None:
    low, high = match["low"].strip(), match["high"].strip()
    above = ">=" if match["open"] == "[" else ">"
    below = "<=" if match["close"] == "]" else "<"
    if not low or not high:
        reading.problem(
            item.place,
            Text("the interval “{v}” lacks an end", "区间“{v}”缺少一端").filled(v=item.text),
            Text(
                "Write both ends, or a comparison such as “>= 60”.",
                "请写出两端，或改用“>= 60”这样的比较。",
            ),
        )
        return None
    for end in (low, high):
        try:
            parse(end)
        except ExpressionError as error:
            reading.problem(item.place, error.what, error.mend)
            return None
    return _read(
        reading,
        item,
        f"({subject}) {above} ({low}) and ({subject}) {below} ({high})",
        types,
    )


def _read(
    reading: Reading, item: Scalar, words: str, types: Mapping[str, ValueType]
) -> Clause | None:
    whole = Scalar(words, item.place, quoted=item.quoted)
    read = reading.expression(whole, types, (ValueType.BOOLEAN,))
    return Clause(read[0]) if read is not None else None
