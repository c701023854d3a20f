"""Rounding, and halving: what is rounded to whole units by a rule of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.domain.decimals import from_units, units
from kefen.domain.text import Text
from kefen.expressions import snippets as s
from kefen.expressions.operators.operator import Operator, add
from kefen.expressions.operators.type_rules import (
    decimal_result,
    numbers,
    so_many,
    wrong,
)
from kefen.expressions.operators.unit_rules import a_plain_second, of_first
from kefen.expressions.types import ExpressionTypeError, ValueType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from kefen.expressions.tree import Call

_PLACES = 4
_FEWEST_PLACES = -6
_MOST_HALVINGS = 126  # half of the widest number that many times is below half a unit


def _places_rule(types: list[ValueType], call: Call) -> ValueType:
    from kefen.expressions.tree import Literal

    numbers(types[:1], call)
    places = call.arguments[1] if len(call.arguments) == 2 else None
    value = places.value if isinstance(places, Literal) else None
    if places is None or type(value) is not int:
        wanted = Text(
            "a number and the places to keep, a whole number from {a} to {b} written out",
            "一个数值和保留的位数（直接写出的 {a} 到 {b} 的整数）",
        )
        raise wrong(call, wanted.filled(a=_FEWEST_PLACES, b=_PLACES))
    if not _FEWEST_PLACES <= value <= _PLACES:
        what = Text("{v} is no number of places from {a} to {b}", "位数 {v} 不在 {a} 到 {b} 之间")
        raise ExpressionTypeError(what.filled(v=value, a=_FEWEST_PLACES, b=_PLACES), places.at)
    return ValueType.DECIMAL


def _half_up(value: int | Decimal, places: int) -> Decimal:
    """Return `value` in whole steps of its last place, half a step away from zero."""
    step = 10 ** (_PLACES - places)
    size = units(abs(value) if isinstance(value, int) else value.copy_abs())
    steps = (size + step // 2) // step
    return from_units(-steps * step if value < 0 else steps * step)


def _steps_sql(arguments: Sequence[exp.Expr], further: int) -> exp.Expr:
    """Return the first argument plus `further` of its units, in whole steps towards zero."""
    step = _step(arguments)
    value = s.in_units(arguments[0])
    size = exp.Add(this=exp.Abs(this=value), expression=s.number(further))
    steps = s.whole_division(size, s.number(step))
    return s.from_units(
        exp.Mul(
            this=exp.Mul(this=exp.Sign(this=value.copy()), expression=s.paren(steps)),
            expression=s.number(step),
        )
    )


def _step(arguments: Sequence[exp.Expr]) -> int:
    """Return the step to which a call rounds, in units of the fourth decimal."""
    return int(10 ** (_PLACES - int(arguments[1].sql("duckdb"))))


def _round_sql(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
    step = _step(arguments)
    if step > 10**_PLACES:
        return _steps_sql(arguments, step // 2)
    narrowed = s.cast_to(s.widened(arguments[0]), f"DECIMAL(38, {arguments[1].name})")
    return s.cast(narrowed, ValueType.DECIMAL)


add(
    Operator(
        "round",
        "round(a, places)",
        Text(
            "The number rounded half up to up to 4 decimals; places below 0 round to tens, "
            "hundreds and so on, up to -6.",
            "四舍五入，最多保留 4 位小数；位数为负时取整到十、百……，最低 -6。",
        ),
        _places_rule,
        lambda v: _half_up(v[0], v[1]),
        _round_sql,
        units=of_first,
        callable=True,
        repeats=2,
    )
)


def _stepped(value: int | Decimal, places: int, *, up: bool) -> Decimal:
    """Return `value` in whole steps of its last place, away from zero or towards it."""
    step = 10 ** (_PLACES - places)
    size = units(abs(value) if isinstance(value, int) else value.copy_abs())
    steps = (size + step - 1) // step if up else size // step
    return from_units(-steps * step if value < 0 else steps * step)


def _stepped_sql(arguments: Sequence[exp.Expr], *, up: bool) -> exp.Expr:
    step = _step(arguments)
    if up:
        return _steps_sql(arguments, step - 1)
    whole = s.whole_division(s.in_units(arguments[0]), s.number(step))
    return s.from_units(exp.Mul(this=s.paren(whole), expression=s.number(step)))


add(
    Operator(
        "round_down",
        "round_down(a, places)",
        Text(
            "The number cut off towards zero after up to 4 decimals; places below 0 cut to tens, "
            "hundreds and so on, up to -6: round_down(a, -4) to whole 10,000.",
            "向零截去，最多保留 4 位小数；位数为负时截到十、百……，最低 -6："
            "round_down(a, -4) 截到整万。",
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
            "The number rounded away from zero to up to 4 decimals, whatever is cut off; places "
            "below 0 round to tens, hundreds and so on, up to -6.",
            "只要有余数就进位（远离零），最多保留 4 位小数；位数为负时进到十、百……，最低 -6。",
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
        expression=s.paren(exp.Sub(this=whole_times, expression=s.number(1))),
    )
    size = exp.BitwiseRightShift(
        this=s.paren(exp.Add(this=s.paren(earlier), expression=s.number(1))),
        expression=s.number(1),
    )
    half = exp.Mul(this=exp.Sign(this=s.in_units(amount)), expression=s.paren(size))

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
