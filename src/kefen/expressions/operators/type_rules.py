"""Type rules that several operators share."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, cast

from kefen.domain.text import Text
from kefen.expressions.operators.operator import CATALOGUE, TypeRule
from kefen.expressions.types import ValueType, WrongArgumentsError, common_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.expressions.tree import Call, Value


def wrong(call: Call, wanted: Text) -> WrongArgumentsError:
    """Return the error of a call whose arguments have the wrong types."""
    operator = CATALOGUE[call.operator]
    return WrongArgumentsError(
        Text("“{u}” needs {w}", "“{u}”需要{w}").filled(u=operator.usage, w=wanted), call.at
    )


_NUMBERS = Text("numbers", "数值")
_TWO_ALIKE = Text("values of one type", "同一类型的值")


def numbers(types: list[ValueType], call: Call) -> ValueType:
    """Return the common type of numbers; raises ExpressionTypeError for anything else."""
    common = common_type(types)
    if common is ValueType.UNKNOWN:
        return ValueType.DECIMAL
    if common is None or not common.is_number:
        raise wrong(call, _NUMBERS)
    return common


def one_number(types: list[ValueType], call: Call) -> ValueType:
    """Return the type of the one number given."""
    if len(types) != 1:
        raise wrong(call, Text("one number", "一个数值"))
    return numbers(types, call)


def so_many(count: int, rule: TypeRule) -> TypeRule:
    """Return `rule` for exactly `count` arguments."""

    def counted(types: list[ValueType], call: Call) -> ValueType:
        if len(types) != count:
            raise wrong(call, Text("{n} values", "{n} 个值").filled(n=count))
        return rule(types, call)

    return counted


def decimal_result(types: list[ValueType], call: Call) -> ValueType:
    """Return the decimal type, for numbers."""
    numbers(types, call)
    return ValueType.DECIMAL


def alike(types: list[ValueType], call: Call) -> ValueType:
    """Return the one type that all arguments fit."""
    common = common_type(types)
    if common is None:
        raise wrong(call, _TWO_ALIKE)
    return common


def comparison(types: list[ValueType], call: Call) -> ValueType:
    """Return the type of a comparison of values of one type."""
    alike(types, call)
    return ValueType.BOOLEAN


def any_type(_types: list[ValueType], _call: Call) -> ValueType:
    """Return the type of a test that any value may be put to."""
    return ValueType.BOOLEAN


def fixed(result: ValueType, *wanted: ValueType) -> TypeRule:
    """Return the rule of an operator whose arguments have just these types."""

    def rule(types: list[ValueType], call: Call) -> ValueType:
        fits = len(types) == len(wanted) and all(
            given in (want, ValueType.UNKNOWN) for given, want in zip(types, wanted, strict=True)
        )
        if not fits:
            labels = [want.label for want in wanted]
            raise wrong(
                call,
                Text(", ".join(t.en for t in labels), "、".join(t.zh for t in labels)),
            )
        return result

    return rule


def truths(types: list[ValueType], call: Call) -> ValueType:
    """Return the type of logic on conditions."""
    if any(t not in (ValueType.BOOLEAN, ValueType.UNKNOWN) for t in types):
        raise wrong(call, Text("conditions (yes or no)", "条件（是或否）"))
    return ValueType.BOOLEAN


def choice(types: list[ValueType], call: Call) -> ValueType:
    """Return the type of a choice between two values of one type."""
    if len(types) != 3 or types[0] not in (ValueType.BOOLEAN, ValueType.UNKNOWN):
        raise wrong(
            call, Text("a condition and two values of one type", "一个条件和两个同类型的值")
        )
    return alike(types[1:], call)


def exact(value: int | Decimal) -> Decimal:
    """Return a number as a decimal."""
    return value if isinstance(value, Decimal) else Decimal(value)


def widest(values: Sequence[Value]) -> Sequence[Value]:
    """Return numbers as decimals where one is a decimal, as the SQL does."""
    if any(isinstance(value, Decimal) for value in values):
        return [exact(cast("int | Decimal", v)) if v is not None else None for v in values]
    return values
