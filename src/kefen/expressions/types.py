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

    from kefen.expressions.tree import Call, Expression, Value


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
    """An expression whose parts do not fit.

    Attributes:
        what: Why.
        at: The offset of the part.
        name: The name that is not known, where that is why.
    """

    def __init__(self, what: Text, at: int, *, name: str | None = None) -> None:
        self.what = what
        self.at = at
        self.name = name
        super().__init__(what.en)


class WrongArgumentsError(ExpressionTypeError):
    """An operator whose arguments have the wrong types, or are too many or too few."""


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
                Text("“{n}” is not known here", "此处没有“{n}”").filled(n=tree.name),
                tree.at,
                name=tree.name,
            )
        return names[tree.name]
    argument_types = [type_of(argument, names) for argument in tree.arguments]
    try:
        return CATALOGUE[tree.operator].type_rule(argument_types, tree)
    except WrongArgumentsError as error:
        given = _arguments_in_words(tree, argument_types)
        what = Text("{w}, but {g}", "{w}，而{g}").filled(w=error.what, g=given)
        raise WrongArgumentsError(what, error.at) from error


_MOST_NAMED = 3
_LONGEST = 60


def _arguments_in_words(call: Call, types: list[ValueType]) -> Text:
    """Return what the arguments are: `customers.started_on is a text, as_of is a date`."""
    from kefen.expressions.wording import in_words

    if not types:
        return Text("nothing is given", "没有给出任何值")
    template = Text("{a} is {t}", "{a} 是{t}")
    said = [
        template.filled(a=_short(in_words(argument, _PLAINLY)), t=_WITH_ARTICLE[value_type])
        for argument, value_type in zip(call.arguments, types, strict=True)
    ]
    further = len(said) - _MOST_NAMED
    if further > 0:
        more = Text("{n} more are given", "另有 {n} 个值").filled(n=further)
        said = [*said[:_MOST_NAMED], more]
    return Text(", ".join(t.en for t in said), "，".join(t.zh for t in said))


def _short(text: Text) -> Text:
    return Text(*(t if len(t) <= _LONGEST else f"{t[:_LONGEST]}…" for t in (text.en, text.zh)))


_PLAINLY = {"as_of": Text.same("as_of")}
_WITH_ARTICLE = {
    ValueType.INTEGER: Text("a whole number", "整数"),
    ValueType.DECIMAL: Text("a number", "数值"),
    ValueType.TEXT: Text("a text", "文本"),
    ValueType.DATE: Text("a date", "日期"),
    ValueType.MOMENT: Text("a date and time", "日期时间"),
    ValueType.BOOLEAN: Text("yes or no", "是或否"),
    ValueType.UNKNOWN: Text("unknown", "未知"),
}


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
