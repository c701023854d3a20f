"""Bands and points in words that can be read aloud: the value is named once, not in every band."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import Call, Literal, Name
from kefen.expressions.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression

_PLACES: dict[str, Text] = {
    "at_least": Text("from {v}", "{v} 起"),
    "greater": Text("above {v}", "超过 {v}"),
    "at_most": Text("up to {v}", "{v} 以内"),
    "less": Text("below {v}", "低于 {v}"),
    "equals": Text("at {v}", "为 {v}"),
    "differs": Text("at anything but {v}", "非 {v}"),
}
_MIRRORED = {
    "at_least": "at_most",
    "at_most": "at_least",
    "greater": "less",
    "less": "greater",
    "equals": "equals",
    "differs": "differs",
}
_LOW = {
    "at_least": Text("from {v}", "{v} 起"),
    "greater": Text("above {v}", "超过 {v}"),
}
_HIGH = {
    "at_most": Text("up to {v}", "至 {v}"),
    "less": Text("to below {v}", "至 {v}（不含）"),
}


def place_in_words(condition: Expression, subject: Expression, names: Mapping[str, Text]) -> Text:
    """Return where a value lies that meets a condition, without naming it: `from 60 to below 80`.

    Args:
        condition: What the value must meet.
        subject: The value.
        names: What names are called.
    """
    found = _place(condition, subject, names)
    if found is not None:
        return found
    return Text("where {c}", "当{c}时").filled(c=in_words(condition, names))


def _place(condition: Expression, subject: Expression, names: Mapping[str, Text]) -> Text | None:
    if not isinstance(condition, Call):
        return None
    operator, arguments = condition.operator, condition.arguments
    if operator == "and" and len(arguments) == 2:
        return _interval(arguments[0], arguments[1], subject, names)
    if operator in ("is_unknown", "is_known") and _is_subject(arguments[0], subject):
        known = operator == "is_known"
        return Text("if known", "已知时") if known else Text("if unknown", "未知时")
    if operator == "one_of" and _is_subject(arguments[0], subject):
        members = [in_words(member, names) for member in arguments[1:]]
        return Text(
            f"at {' or '.join(member.en for member in members)}",
            f"为 {'、'.join(member.zh for member in members)}",
        )
    compared = _compared(condition, subject)
    if compared is None:
        return None
    operator, edge = compared
    if operator == "equals" and isinstance(edge, Literal) and isinstance(edge.value, bool):
        return Text("if yes", "为是") if edge.value else Text("if no", "为否")
    return _PLACES[operator].filled(v=in_words(edge, names))


def _interval(
    low: Expression, high: Expression, subject: Expression, names: Mapping[str, Text]
) -> Text | None:
    below, above = _compared(low, subject), _compared(high, subject)
    if below is None or above is None:
        return None
    if below[0] in _HIGH:
        below, above = above, below
    if below[0] not in _LOW or above[0] not in _HIGH:
        return None
    start = _LOW[below[0]].filled(v=in_words(below[1], names))
    end = _HIGH[above[0]].filled(v=in_words(above[1], names))
    return Text(f"{start.en} {end.en}", f"{start.zh}{blank_after(start.zh)}{end.zh}")


def blank_after(chinese: str) -> str:
    """Return a blank where a Chinese text ends with a number or a Latin letter."""
    return " " if chinese[-1:].isascii() else ""


def _compared(condition: Expression, subject: Expression) -> tuple[str, Expression] | None:
    """Return how the value is compared with what, or None where it is not."""
    if not isinstance(condition, Call) or condition.operator not in _MIRRORED:
        return None
    left, right = condition.arguments
    if _is_subject(left, subject):
        return condition.operator, right
    return (_MIRRORED[condition.operator], left) if _is_subject(right, subject) else None


def _is_subject(tree: Expression, subject: Expression) -> bool:
    return tree in (subject, Name("value"))


def points_for_each(points: Expression, value: Expression) -> tuple[Decimal, Decimal] | None:
    """Return (points, for every so much) where points are so many for each; None otherwise.

    `value * -5`, `0 - value * 5` and `-(5 * value)` are -5 for every 1; `value / 1000` is 1 for
    every 1000.
    """
    if _is_subject(points, value):
        return Decimal(1), Decimal(1)
    if not isinstance(points, Call):
        return None
    if points.operator == "negate":
        found = points_for_each(points.arguments[0], value)
        return None if found is None else (-found[0], found[1])
    if len(points.arguments) != 2:
        return None
    left, right = points.arguments
    if points.operator == "subtract" and _number(left) == 0:
        found = points_for_each(right, value)
        return None if found is None else (-found[0], found[1])
    if points.operator == "multiply":
        factor, other = (_number(left), right) if _number(right) is None else (_number(right), left)
        found = points_for_each(other, value)
        return None if found is None or factor is None else (found[0] * factor, found[1])
    if points.operator == "divide":
        divisor, found = _number(right), points_for_each(left, value)
        return None if found is None or not divisor else (found[0], found[1] * divisor)
    return None


def _number(tree: Expression) -> Decimal | None:
    if isinstance(tree, Call) and tree.operator == "negate":
        found = _number(tree.arguments[0])
        return None if found is None else -found
    value = tree.value if isinstance(tree, Literal) else None
    plain = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return Decimal(value) if plain and value is not None else None  # type: ignore[arg-type]
