"""Arithmetic on exact numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.domain.decimals import (
    added,
    all_added,
    all_subtracted,
    negated,
    product,
    quotient,
    subtracted,
)
from kefen.domain.text import Text
from kefen.expressions import quotients
from kefen.expressions import snippets as s
from kefen.expressions.operators.operator import Operator, add
from kefen.expressions.operators.type_rules import (
    decimal_result,
    exact,
    numbers,
    one_number,
)
from kefen.expressions.operators.unit_rules import of_first, of_product, of_quotient, same
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _arithmetic(
    name: str,
    usage: str,
    description: Text,
    whole: Callable[[int, int], int],
    of_decimals: Callable[[Decimal, Decimal], Decimal],
    of_columns: Callable[[Sequence[Decimal], Sequence[Decimal]], Sequence[Decimal]],
    node: type[exp.Binary],
) -> None:
    def rendering(arguments: Sequence[exp.Expr], types: Sequence[ValueType]) -> exp.Expr:
        if all(value_type is ValueType.INTEGER for value_type in types):
            return s.paren(node(this=arguments[0], expression=arguments[1]))
        return s.paren(node(this=s.widened(arguments[0]), expression=s.widened(arguments[1])))

    def of_two(left: Any, right: Any) -> int | Decimal:
        if type(left) is Decimal and type(right) is Decimal:
            return of_decimals(left, right)
        if isinstance(left, int) and isinstance(right, int):
            return whole(left, right)
        return of_decimals(exact(left), exact(right))

    add(
        Operator(
            name,
            usage,
            description,
            numbers,
            lambda v: of_two(v[0], v[1]),
            rendering,
            units=same,
            of_two=of_two,
            of_decimals=of_columns,
        )
    )


_arithmetic(
    "add",
    "a + b",
    Text("The sum.", "和。"),
    lambda a, b: a + b,
    added,
    all_added,
    exp.Add,
)
_arithmetic(
    "subtract",
    "a - b",
    Text("The difference.", "差。"),
    lambda a, b: a - b,
    subtracted,
    all_subtracted,
    exp.Sub,
)


def _multiply_sql(arguments: Sequence[exp.Expr], types: Sequence[ValueType]) -> exp.Expr:
    if all(value_type is ValueType.INTEGER for value_type in types):
        return s.paren(exp.Mul(this=arguments[0], expression=arguments[1]))
    wide = exp.Mul(this=s.widened(arguments[0]), expression=s.widened(arguments[1]))
    return s.cast(wide, ValueType.DECIMAL)


add(
    Operator(
        "multiply",
        "a * b",
        Text("The product, rounded half up to 4 decimals.", "积，四舍五入到 4 位小数。"),
        numbers,
        lambda v: (
            v[0] * v[1]
            if isinstance(v[0], int) and isinstance(v[1], int)
            else product(exact(v[0]), exact(v[1]))
        ),
        _multiply_sql,
        units=of_product,
    )
)
add(
    Operator(
        "divide",
        "a / b",
        Text(
            "The quotient, rounded half up to 4 decimals; unknown when b is 0.",
            "商，四舍五入到 4 位小数；除数为 0 时为未知。",
        ),
        decimal_result,
        lambda v: quotient(v[0], v[1]),
        lambda a, t: quotients.quotient(a[0], a[1], (t[0], t[1])),
        units=of_quotient,
        repeats=3,
        repeats_names=5,
    )
)
add(
    Operator(
        "negate",
        "-a",
        Text("The number with its sign turned.", "相反数。"),
        numbers,
        lambda v: negated(v[0]) if isinstance(v[0], Decimal) else -v[0],
        lambda a, t: s.paren(exp.Neg(this=s.paren(a[0]))),
        units=of_first,
    )
)
add(
    Operator(
        "absolute",
        "absolute(a)",
        Text("The number without its sign.", "绝对值。"),
        one_number,
        lambda v: v[0].copy_abs() if isinstance(v[0], Decimal) else abs(v[0]),
        lambda a, t: exp.Abs(this=a[0]),
        units=of_first,
        callable=True,
    )
)
