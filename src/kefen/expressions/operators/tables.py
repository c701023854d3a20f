"""Small tables within an expression: a value by its key, and read between anchors."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.domain.decimals import from_units, units
from kefen.domain.text import Text
from kefen.expressions import snippets as s
from kefen.expressions.operators.operator import Operator, add
from kefen.expressions.operators.type_rules import alike, numbers, widest, wrong
from kefen.expressions.operators.unit_rules import keyed
from kefen.expressions.types import ExpressionTypeError, ValueType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.expressions.tree import Call, Value


def _choose_rule(types: list[ValueType], call: Call) -> ValueType:
    if len(types) < 4 or len(types) % 2:
        raise wrong(
            call,
            Text(
                "a value, pairs of a key and a value, and last what else holds",
                "一个值、若干“键, 值”，最后是其余情况的值",
            ),
        )
    alike([types[0], *types[1:-1:2]], call)
    return alike([*types[2:-1:2], types[-1]], call)


def _chosen(values: Sequence[Value]) -> Value:
    results = widest([*values[2:-1:2], values[-1]])
    for key, result in zip(values[1:-1:2], results, strict=False):
        if key is not None and key == values[0]:
            return result
    return results[-1]


def _choose_sql(arguments: Sequence[exp.Expr], types: Sequence[ValueType]) -> exp.Expr:
    subject, *keys = s.alike([arguments[0], *arguments[1:-1:2]], [types[0], *types[1:-1:2]])
    *results, otherwise = s.alike([*arguments[2:-1:2], arguments[-1]], [*types[2:-1:2], types[-1]])
    return exp.Case(
        this=subject,
        ifs=[exp.If(this=key, true=result) for key, result in zip(keys, results, strict=True)],
        default=otherwise,
    )


add(
    Operator(
        "choose",
        "choose(a, key, value, key, value, ..., otherwise)",
        Text(
            "The value beside the first key that equals a; otherwise the last, also where a is "
            "unknown.",
            "与 a 相等的第一个键所对应的值；都不相等或 a 未知时取最后一个值。",
        ),
        _choose_rule,
        _chosen,
        _choose_sql,
        units=keyed,
        strict=False,
        callable=True,
    )
)


def _anchors(call: Call) -> list[Decimal]:
    """Return the literal numbers after the first argument; raises ExpressionTypeError."""
    from kefen.expressions.tree import Literal

    anchors = []
    for argument in call.arguments[1:]:
        value = argument.value if isinstance(argument, Literal) else None
        if not isinstance(value, int | Decimal) or isinstance(value, bool):
            raise ExpressionTypeError(
                Text("an anchor is a number written out", "锚点须为直接写出的数值"), argument.at
            )
        anchors.append(Decimal(value))
    return anchors


def _interpolated_rule(types: list[ValueType], call: Call) -> ValueType:
    numbers(types, call)
    if len(types) < 5 or len(types) % 2 == 0:
        raise wrong(
            call,
            Text(
                "a number, and at least two pairs of numbers (at, value)",
                "一个数值和至少两对数值（位置, 值）",
            ),
        )
    places = _anchors(call)[::2]
    for index, (before, place) in enumerate(pairwise(places)):
        if place <= before:
            raise ExpressionTypeError(
                Text(
                    "anchors ascend: {b} stands before {p}", "锚点须递增：{b} 排在 {p} 之前"
                ).filled(b=f"{before:f}", p=f"{place:f}"),
                call.arguments[2 * index + 3].at,
            )
    return ValueType.DECIMAL


def _interpolated(values: Sequence[Any]) -> Decimal:
    value, *anchors = (units(value) for value in values)
    places, heights = anchors[::2], anchors[1::2]
    index = bisect_right(places, value)
    if index in (0, len(places)):
        return from_units(heights[0] if index == 0 else heights[-1])
    width = places[index] - places[index - 1]
    rise = heights[index] - heights[index - 1]
    top = heights[index - 1] * width + rise * (value - places[index - 1])
    size = (2 * abs(top) + width) // (2 * width)
    return from_units(-size if top < 0 else size)


def _interpolated_sql(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
    value = s.widened(arguments[0])
    anchors = [units(s.written_number(argument)) for argument in arguments[1:]]
    places, heights = anchors[::2], anchors[1::2]

    def constant(ten_thousandths: int) -> exp.Expr:
        return s.cast(exp.Literal.string(f"{from_units(ten_thousandths):f}"), ValueType.DECIMAL)

    def up_to(place: int) -> exp.Expr:
        return exp.LTE(this=value.copy(), expression=constant(place))

    def between(index: int) -> exp.Expr:
        width = places[index] - places[index - 1]
        rise = heights[index] - heights[index - 1]
        # The line as one whole number: rise x value + the rest, over the width.
        rest = heights[index - 1] * width - rise * places[index - 1]
        top = s.paren(
            exp.Add(
                this=exp.Mul(this=s.number(rise), expression=s.in_units(value)),
                expression=s.paren(s.number(rest)),
            )
        )
        doubled = exp.Add(
            this=exp.Mul(this=exp.Abs(this=top), expression=s.number(2)),
            expression=s.number(width),
        )
        size = s.whole_division(doubled, s.number(2 * width))
        return s.from_units(exp.Mul(this=exp.Sign(this=top.copy()), expression=s.paren(size)))

    return exp.Case(
        ifs=[
            exp.If(this=exp.Is(this=value.copy(), expression=exp.Null()), true=exp.Null()),
            exp.If(this=up_to(places[0]), true=constant(heights[0])),
            *(
                exp.If(this=up_to(places[index]), true=between(index))
                for index in range(1, len(places))
            ),
        ],
        default=constant(heights[-1]),
    )


add(
    Operator(
        "interpolated",
        "interpolated(a, at, value, at, value, ...)",
        Text(
            "The value on the straight line between the two anchors around a, rounded half up "
            "once to 4 decimals; before the first anchor its value, after the last one its value. "
            "Anchors are numbers written out, their places ascending.",
            "a 所在两锚点之间直线上的值，只四舍五入一次到 4 位小数；在首个锚点之前取首值，"
            "末个锚点之后取末值。锚点为直接写出的数值，位置须递增。",
        ),
        _interpolated_rule,
        _interpolated,
        _interpolated_sql,
        units=keyed,
        callable=True,
        repeats_first=lambda count: 2 + 3 * (count // 2),
    )
)
