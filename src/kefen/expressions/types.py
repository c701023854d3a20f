"""The types of values, and the type of an expression."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression, Value


class ValueType(Enum):
    """The type of a value; `sql` is the DuckDB type that carries it inside expressions."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    MOMENT = "moment"
    BOOLEAN = "boolean"
    UNKNOWN = "unknown"  # the type of the bare literal `unknown`; fits anywhere

    @property
    def sql(self) -> str:
        """Return the DuckDB type."""
        return _SQL[self]

    @property
    def label(self) -> Text:
        """Return the name for people."""
        return _LABELS[self]

    @property
    def is_number(self) -> bool:
        """Return whether values are numbers."""
        return self in (ValueType.INTEGER, ValueType.DECIMAL)


_SQL = {
    ValueType.INTEGER: "BIGINT",
    ValueType.DECIMAL: "DECIMAL(38, 4)",
    ValueType.TEXT: "TEXT",
    ValueType.DATE: "DATE",
    ValueType.MOMENT: "TIMESTAMP",
    ValueType.BOOLEAN: "BOOLEAN",
    ValueType.UNKNOWN: "INT",
}
_LABELS = {
    ValueType.INTEGER: Text("whole number", "整数"),
    ValueType.DECIMAL: Text("number", "数值"),
    ValueType.TEXT: Text("text", "文本"),
    ValueType.DATE: Text("date", "日期"),
    ValueType.MOMENT: Text("date and time", "日期时间"),
    ValueType.BOOLEAN: Text("yes or no", "是或否"),
    ValueType.UNKNOWN: Text("unknown", "未知"),
}
_OF_KIND = {
    Kind.ID: ValueType.TEXT,
    Kind.TEXT: ValueType.TEXT,
    Kind.CODE: ValueType.TEXT,
    Kind.INTEGER: ValueType.INTEGER,
    Kind.MONEY: ValueType.DECIMAL,
    Kind.NUMBER: ValueType.DECIMAL,
    Kind.DATE: ValueType.DATE,
    Kind.TIMESTAMP: ValueType.MOMENT,
    Kind.BOOLEAN: ValueType.BOOLEAN,
}


class ExpressionTypeError(Exception):
    """An expression whose parts do not fit; `at` is the offset of the part, `what` says why."""

    def __init__(self, what: Text, at: int) -> None:
        self.what = what
        self.at = at
        super().__init__(what.en)


def type_of_kind(kind: Kind) -> ValueType:
    """Return the type of values in a contract column of `kind`."""
    return _OF_KIND[kind]


def type_of_value(value: Value) -> ValueType:
    """Return the type of a constant."""
    if value is None:
        return ValueType.UNKNOWN
    for kind, value_type in (
        (bool, ValueType.BOOLEAN),
        (int, ValueType.INTEGER),
        (Decimal, ValueType.DECIMAL),
        (str, ValueType.TEXT),
        (datetime, ValueType.MOMENT),
        (date, ValueType.DATE),
    ):
        if isinstance(value, kind):
            return value_type
    raise TypeError(f"no expression type for {type(value).__name__}")


def type_of(tree: Expression, names: Mapping[str, ValueType]) -> ValueType:
    """Return the type of `tree`, checking every operator's arguments.

    Raises:
        ExpressionTypeError: A name is not in `names`, or an argument has the wrong type.
    """
    from kefen.expressions.operators import CATALOGUE
    from kefen.expressions.tree import Literal, Name

    if isinstance(tree, Literal):
        return type_of_value(tree.value)
    if isinstance(tree, Name):
        if tree.name not in names:
            raise ExpressionTypeError(
                Text("“{n}” is not known here", "此处没有“{n}”").filled(n=tree.name), tree.at
            )
        return names[tree.name]
    argument_types = [type_of(argument, names) for argument in tree.arguments]
    return CATALOGUE[tree.operator].type_rule(argument_types, tree)


def common_type(types: list[ValueType]) -> ValueType | None:
    """Return the one type that all of `types` fit (numbers widen), or None."""
    known = [value_type for value_type in types if value_type is not ValueType.UNKNOWN]
    if not known:
        return ValueType.UNKNOWN
    if all(value_type.is_number for value_type in known):
        return (
            ValueType.INTEGER
            if all(value_type is ValueType.INTEGER for value_type in known)
            else ValueType.DECIMAL
        )
    return known[0] if all(value_type is known[0] for value_type in known) else None
