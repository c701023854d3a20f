"""Rounding, and halving: what is rounded to whole units by a rule of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.domain.decimals import from_units, rounded, units
from kefen.domain.text import Text
from kefen.expressions import snippets as s
from kefen.expressions.operators.operator import Operator, add
from kefen.expressions.operators.type_rules import (
    decimal_result,
    exact,
    numbers,
    so_many,
    wrong,
)
from kefen.expressions.operators.unit_rules import a_plain_second, of_first
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from kefen.expressions.tree import Call

_PLACES = 4
_MOST_HALVINGS = 126  # half of the widest number that many times is below half a unit


def _places_rule(types: list[ValueType], call: Call) -> ValueType:
    from kefen.expressions.tree import Literal

    numbers(types[:1], call)
    places = call.arguments[1] if len(call.arguments) == 2 else None
    if not (isinstance(places, Literal) and type(places.value) is int and 0 <= places.value <= 4):
        raise wrong(call, Text("a number and a literal 0 to 4", "一个数值和 0 到 4 的常数"))
    return ValueType.DECIMAL


def _round_sql(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
    narrowed = s.cast_to(s.widened(arguments[0]), f"DECIMAL(38, {arguments[1].name})")
    return s.cast(narrowed, ValueType.DECIMAL)


add(
    Operator(
        "round",
        "round(a, places)",
        Text("The number rounded half up to 0-4 decimals.", "四舍五入到 0–4 位小数。"),
        _places_rule,
        lambda v: rounded(rounded(exact(v[0]), v[1])),
        _round_sql,
        units=of_first,
        callable=True,
    )
)


def _stepped(value: int | Decimal, places: int, *, up: bool) -> Decimal:
    """Return `value` in whole steps of its last place, away from zero or towards it."""
    step = 10 ** (_PLACES - places)
    size = units(abs(value) if isinstance(value, int) else value.copy_abs())
    steps = (size + step - 1) // step if up else size // step
    return from_units(-steps * step if value < 0 else steps * step)


def _stepped_sql(arguments: Sequence[exp.Expr], *, up: bool) -> exp.Expr:
    step = s.number(10 ** (_PLACES - int(arguments[1].name)))
    value = s.in_units(arguments[0])
    if not up:
        whole = s.whole_division(value, step)
        return s.from_units(exp.Mul(this=exp.paren(whole), expression=step.copy()))
    size = exp.Add(
        this=exp.Abs(this=value), expression=exp.paren(exp.Sub(this=step, expression=s.number(1)))
    )
    steps = s.whole_division(size, step.copy())
    return s.from_units(
        exp.Mul(
            this=exp.Mul(this=exp.Sign(this=value.copy()), expression=exp.paren(steps)),
            expression=step.copy(),
        )
    )


add(
    Operator(
        "round_down",
        "round_down(a, places)",
        Text(
            "The number cut off after 0-4 decimals, towards zero.",
            "在 0–4 位小数后截去，向零取整。",
        ),
        _places_rule,
        lambda v: _stepped(v[0], v[1], up=False),
        lambda a, t: _stepped_sql(a, up=False),
        units=of_first,
        callable=True,
    )
)
add(
    Operator(
        "round_up",
        "round_up(a, places)",
        Text(
            "The number rounded to 0-4 decimals away from zero, whatever is cut off.",
            "保留 0–4 位小数，只要有余数就进位（远离零）。",
        ),
        _places_rule,
        lambda v: _stepped(v[0], v[1], up=True),
        lambda a, t: _stepped_sql(a, up=True),
        units=of_first,
        callable=True,
        repeats=2,
    )
)


def _halved(amount: int | Decimal, times: int | Decimal) -> Decimal | None:
    if times < 0:
        return None
    halvings = int(times)
    if halvings > _MOST_HALVINGS:
        return from_units(0)
    size = units(abs(amount) if isinstance(amount, int) else amount.copy_abs())
    if halvings:
        size = ((size >> (halvings - 1)) + 1) >> 1
    return from_units(-size if amount < 0 else size)


def _halved_sql(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
    amount, times = (s.widened(argument) for argument in arguments)
    whole_times = s.cast_to(s.whole_division(s.in_units(times), s.number(10_000)), "INT")
    earlier = exp.BitwiseRightShift(
        this=exp.Abs(this=s.in_units(amount)),
        expression=exp.paren(exp.Sub(this=whole_times, expression=s.number(1))),
    )
    size = exp.BitwiseRightShift(
        this=exp.paren(exp.Add(this=exp.paren(earlier), expression=s.number(1))),
        expression=s.number(1),
    )
    half = exp.Mul(this=exp.Sign(this=s.in_units(amount)), expression=exp.paren(size))

    def below(limit: int) -> exp.Expr:
        return exp.LT(this=times.copy(), expression=s.number(limit))

    return exp.Case(
        ifs=[
            exp.If(this=exp.Is(this=amount.copy(), expression=exp.Null()), true=exp.Null()),
            exp.If(this=below(0), true=exp.Null()),
            exp.If(this=below(1), true=amount.copy()),
            exp.If(this=below(_MOST_HALVINGS + 1), true=s.from_units(half)),
            exp.If(
                this=exp.Is(this=times.copy(), expression=exp.Null()).not_(),
                true=s.cast(s.number(0), ValueType.DECIMAL),
            ),
        ]
    )


add(
    Operator(
        "halved",
        "halved(a, times)",
        Text(
            "a halved so many times (the whole part of times counts), rounded half up once to 4 "
            "decimals; unknown when times is below 0.",
            "a 减半若干次（次数取整数部分），只四舍五入一次到 4 位小数；次数为负时未知。",
        ),
        so_many(2, decimal_result),
        lambda v: _halved(v[0], v[1]),
        _halved_sql,
        units=a_plain_second,
        callable=True,
        repeats=5,
    )
)
