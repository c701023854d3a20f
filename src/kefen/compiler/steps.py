"""Named values on the way to a grade, and small trees that several parts write alike."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from kefen.domain.decimals import rounded
from kefen.expressions.tree import Call, Literal, Name

if TYPE_CHECKING:
    from kefen.expressions.tree import Expression, Value
    from kefen.expressions.types import ValueType

ZERO = Literal(Decimal("0.0000"))


@dataclass(frozen=True, slots=True)
class Step:
    """One named value: `scheme:part`."""

    name: str
    expression: Expression
    type: ValueType


class Steps(Protocol):
    """Where the parts of a plan write their steps."""

    def own(self, name: str, item: str = "") -> Name:
        """Return the name of a step of this scheme."""

    def step(
        self, name: str, expression: Expression, item: str = "", of_type: ValueType | None = None
    ) -> None:
        """Write a step."""

    def resolved(self, tree: Expression) -> Expression:
        """Return an expression of the standard with its names bound."""

    def type_of(self, tree: Expression) -> ValueType:
        """Return the type of a resolved expression."""

    def learned(self, values: dict[str | None, Value]) -> Expression:
        """Return a learned value as an expression: one for all, or one a group of customers."""


def part(scheme: str, name: str, item: str = "") -> str:
    """Return the name of a step's value, such as `rfm:points:R`."""
    return f"{scheme}:{name}:{item}" if item else f"{scheme}:{name}"


def chosen(condition: Expression, value: Expression, otherwise: Expression) -> Call:
    """Return `value` where the condition holds, else `otherwise`."""
    return Call("if", (condition, value, otherwise))


def known(value: Expression) -> Call:
    """Return whether there is a value."""
    return Call("is_known", (value,))


def points(number: Decimal) -> Literal:
    """Return points with four decimals."""
    return Literal(rounded(number))


def limited(value: Expression, at_most: Decimal | None, at_least: Decimal | None) -> Expression:
    """Return a value within its stated limits; unknown stays unknown."""
    if at_most is not None:
        value = Call("smallest", (value, points(at_most)))
    if at_least is not None:
        value = Call("largest", (value, points(at_least)))
    return value
