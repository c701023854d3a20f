"""Which values the names of a standard can have: counts from zero on, grades by their codes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES, Kind
from kefen.expressions.tree import Call, Literal, Name
from kefen.expressions.types import ExpressionTypeError, ValueType, type_of, type_of_kind
from kefen.standards.checks import ranges
from kefen.standards.checks.bounds import ANY, Bounds, bounds_of
from kefen.standards.checks.conditions import COMPARED
from kefen.standards.checks.ranges import Scale, Values, scale_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression

_CHOOSING = {"if": 1, "first_known": 0}
"""Operators that give one of their arguments, and from which argument on."""


@dataclass(frozen=True, slots=True)
class Domains:
    """The values that expressions may have; to be called with one.

    Attributes:
        types: The type of each name.
        values: The values of names of which something is known.
    """

    types: Mapping[str, ValueType]
    values: Mapping[str, Values]

    def __call__(self, subject: Expression) -> Values:
        """Return every value that an expression may have, and unknown."""
        if isinstance(subject, Name) and subject.name in self.values:
            return self.values[subject.name]
        if isinstance(subject, Call) and subject.operator == COMPARED:
            return with_unknown(ranges.between(Scale.WHOLE, -1, 1))
        scale = self.scale(subject)
        if scale in (Scale.WHOLE, Scale.NUMBER):
            return with_unknown(ranges.between(scale, *self.bounds(subject)))
        if scale is Scale.TEXT:
            return self._texts(subject)
        return ranges.everything(scale)

    def scale(self, subject: Expression) -> Scale:
        """Return how fine an expression's values are; `OTHER` when that cannot be told."""
        try:
            return scale_of(type_of(subject, self.types))
        except ExpressionTypeError:
            return Scale.OTHER

    def bounds(self, tree: Expression) -> Bounds:
        """Return between which numbers an expression stays."""
        return bounds_of(tree, self._bounds_of_name)

    def with_names(self, types: Mapping[str, ValueType], values: Mapping[str, Values]) -> Domains:
        """Return the domains with further names."""
        return Domains({**self.types, **types}, {**self.values, **values})

    def _bounds_of_name(self, name: str) -> Bounds:
        values = self.values.get(name)
        return bounds_of_values(values) if values is not None else ANY

    def _texts(self, subject: Expression) -> Values:
        if isinstance(subject, Literal):
            return ranges.listed(Scale.TEXT, (subject.value,))
        if isinstance(subject, Call) and subject.operator in _CHOOSING:
            found = ranges.nothing(Scale.TEXT)
            for argument in subject.arguments[_CHOOSING[subject.operator] :]:
                found = found.either(self._one_text(argument))
            return with_unknown(found)
        return ranges.everything(Scale.TEXT)

    def _one_text(self, tree: Expression) -> Values:
        if isinstance(tree, Literal) and tree.value is None:
            return ranges.nothing(Scale.TEXT)
        return self(tree)


def with_unknown(values: Values) -> Values:
    """Return a set with unknown in it."""
    return values.either(ranges.listed(values.scale, (None,)))


def bounds_of_values(values: Values) -> Bounds:
    """Return between which numbers a set lies; `ANY` for what is no numbers."""
    if values.scale not in (Scale.WHOLE, Scale.NUMBER) or not values.spans:
        return ANY
    grain = Decimal(1) if values.scale is Scale.WHOLE else Decimal("0.0001")
    low, high = values.spans[0][0], values.spans[-1][1]
    return (None if low is None else low * grain, None if high is None else high * grain)


def column_domains(table: str, prefix: str) -> Domains:
    """Return the domains of a contract table's columns, named `prefix` + column."""
    types: dict[str, ValueType] = {}
    values: dict[str, Values] = {}
    for column in TABLES[table].columns:
        name = f"{prefix}{column.name}"
        types[name] = type_of_kind(column.kind)
        if column.kind is Kind.CODE:
            values[name] = with_unknown(ranges.listed(Scale.TEXT, column.codes))
    return Domains(types, values)
