"""The typed tree that both evaluators read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Value: TypeAlias = int | Decimal | str | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: integer, decimal of four places, text, date, truth value, or unknown (None).

    Attributes:
        value: The value, whatever the unit.
        at: The offset in the source text, for messages.
        unit: The unit written after a number: `days`, `months`, `years`, `hours`, `times`,
            `share` (of `%`), or none. It means nothing to the value: 30 days are 30.
    """

    value: Value
    at: int = field(default=0, compare=False)
    unit: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A reference: a metric, a fact's column (`orders.amount`), a scheme's grade."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """An operator of the catalogue applied to arguments.

    Attributes:
        operator: The operator's name in the catalogue.
        arguments: Its arguments, in order.
        at: The offset in the source text, for messages.
    """

    operator: str
    arguments: tuple[Expression, ...]
    at: int = field(default=0, compare=False)


Expression: TypeAlias = Literal | Name | Call


def start_of(tree: Expression) -> int:
    """Return the offset at which a tree begins in the source, brackets aside."""
    at = tree.at
    while isinstance(tree, Call):
        tree = tree.arguments[0]
        at = min(at, tree.at)
    return at


def names_in(tree: Expression) -> tuple[str, ...]:
    """Return every name in `tree`, in order of appearance, each once."""
    found: dict[str, None] = {}
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Name):
            found.setdefault(node.name)
        elif isinstance(node, Call):
            pending.extend(reversed(node.arguments))
    return tuple(found)


def replace_names(tree: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """Return `tree` with names replaced by expressions; other names stay."""
    if isinstance(tree, Name):
        return replacements.get(tree.name, tree)
    if isinstance(tree, Call):
        return Call(
            tree.operator,
            tuple(replace_names(argument, replacements) for argument in tree.arguments),
            tree.at,
        )
    return tree
