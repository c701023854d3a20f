"""What an operator is, and the catalogue of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlglot import exp

from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from kefen.domain.text import Text
    from kefen.expressions.tree import Call, Value
    from kefen.expressions.units import Unit

TypeRule: TypeAlias = Callable[[list[ValueType], "Call"], ValueType]
UnitRule: TypeAlias = Callable[[list["Unit"], "Call"], "Unit"]
Meaning: TypeAlias = Callable[[Sequence[Any]], "Value"]
Rendering: TypeAlias = Callable[[Sequence[exp.Expr], Sequence[ValueType]], exp.Expr]

_LONG = 2**63
_WIDE_LIMIT = Decimal(10) ** 34
_WIDE_LEAST = -_WIDE_LIMIT
_NEVER_TOO_LARGE = {bool, str, type(None)}


class OutOfRangeError(ArithmeticError):
    """A number grew past what can be stored exactly (the engine refuses it likewise)."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    Attributes:
        name: Its name in the catalogue, and as a function in expressions.
        usage: How it is written.
        description: What it gives, for the reference.
        type_rule: Argument types to result type; raises ExpressionTypeError.
        meaning: Argument values to result value.
        rendering: Argument SQL and types to result SQL.
        units: Argument units to the result's unit; raises ExpressionUnitError.
        of_two: What `meaning` gives for two arguments, given apart: comparisons and sums are most
            of what is evaluated. None: `meaning` gives it.
        of_decimals: What `of_two` gives for each row of two columns that hold decimals alone.
            None: `of_two` is asked row by row.
        strict: Whether an unknown argument makes the result unknown.
        callable: Whether users may write it as `name(...)`.
        repeats: How often, at most, its SQL holds each argument.
        repeats_first: The same for the first argument, by the number of arguments, where it
            depends on that.
        repeats_names: The same for an argument that is a bare name, where that is more often: it
            cannot nest, so that sizes stay as they are.
    """

    name: str
    usage: str
    description: Text
    type_rule: TypeRule
    meaning: Meaning
    rendering: Rendering
    units: UnitRule
    of_two: Callable[[Any, Any], Value] | None = None
    of_decimals: Callable[[Sequence[Any], Sequence[Any]], Sequence[Value]] | None = None
    strict: bool = True
    callable: bool = False
    repeats: int = 1
    repeats_first: Callable[[int], int] | None = None
    repeats_names: int = 0

    @property
    def meaning_of_two(self) -> Callable[[Any, Any], Value]:
        """Return what `meaning` gives for two arguments, given apart."""
        meaning = self.meaning
        return self.of_two or (lambda left, right: meaning((left, right)))

    def value(self, arguments: Sequence[Value]) -> Value:
        """Return the operator's value for argument values.

        Raises:
            OutOfRangeError: The result is too large to be exact.
        """
        if self.strict and any(argument is None for argument in arguments):
            return None
        return self.checked(self.meaning(arguments))

    def checked(self, result: Value) -> Value:
        """Return a result of the operator.

        Raises:
            OutOfRangeError: It is too large to be exact.
        """
        if isinstance(result, Decimal):
            if not _WIDE_LEAST < result < _WIDE_LIMIT:
                raise OutOfRangeError(self.name)
        elif isinstance(result, int) and not -_LONG <= result < _LONG:
            raise OutOfRangeError(self.name)
        return result

    def all_checked(self, results: Sequence[Value]) -> Sequence[Value]:
        """Return results as `checked` gives each.

        Raises:
            OutOfRangeError: One is too large to be exact.
        """
        types = set(map(type, results))
        if types <= _NEVER_TOO_LARGE:
            return results
        if types == {Decimal}:
            numbers: Any = results
            if min(numbers) > _WIDE_LEAST and max(numbers) < _WIDE_LIMIT:
                return results
        return [self.checked(value) for value in results]


CATALOGUE: dict[str, Operator] = {}
"""Every operator by name."""


def add(operator: Operator) -> None:
    """Enter an operator in the catalogue."""
    CATALOGUE[operator.name] = operator
