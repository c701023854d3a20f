"""The population evaluator: an expression as DuckDB SQL."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.expressions.operators import CATALOGUE
from kefen.expressions.snippets import cast, cast_to, number
from kefen.expressions.tree import Literal, Name
from kefen.expressions.types import ValueType, type_of, type_of_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression, Value


def to_sql(
    tree: Expression,
    columns: Mapping[str, exp.Expr],
    types: Mapping[str, ValueType],
) -> exp.Expr:
    """Return the SQL of `tree`.

    Args:
        tree: A well-typed expression.
        columns: The SQL of each name in it.
        types: The type of each name in it.

    Raises:
        ExpressionTypeError: The tree is not well-typed.
        KeyError: A name has no column.
    """
    if isinstance(tree, Literal):
        return literal(tree.value)
    if isinstance(tree, Name):
        return columns[tree.name].copy()
    operator = CATALOGUE[tree.operator]
    argument_types = [type_of(argument, types) for argument in tree.arguments]
    if operator.strict and ValueType.UNKNOWN in argument_types:
        # Always unknown; and the engine cannot tell which function of bare nulls is meant.
        return cast(exp.Null(), operator.type_rule(argument_types, tree))
    arguments = [to_sql(argument, columns, types) for argument in tree.arguments]
    return operator.rendering(arguments, argument_types)


def literal(value: Value) -> exp.Expr:
    """Return a constant as SQL that carries its type."""
    value_type = type_of_value(value)
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int):
        return number(value)
    if isinstance(value, Decimal):
        # Narrow, as stored columns are: comparisons then stay in 64 bits; arithmetic widens.
        return cast_to(exp.Literal.string(format(value, "f")), "DECIMAL(18, 4)")
    if isinstance(value, datetime):
        return cast(exp.Literal.string(value.isoformat(sep=" ")), value_type)
    if isinstance(value, date):
        return cast(exp.Literal.string(value.isoformat()), value_type)
    return exp.Literal.string(value)
