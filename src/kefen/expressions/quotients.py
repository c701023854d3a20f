"""SQL of quotients in whole numbers of ten-thousandths, rounded half up once."""

from __future__ import annotations

from sqlglot import exp

from kefen.expressions.snippets import (
    cast_to,
    from_units,
    in_units,
    number,
    paren,
    whole_division,
    widened,
)
from kefen.expressions.types import ValueType

_NARROW_BELOW = 9_999_999_999
"""Numbers up to this many: 20,000 times their ten-thousandths fit into 64 bits."""


def quotient(
    dividend: exp.Expr,
    divisor: exp.Expr,
    types: tuple[ValueType, ValueType] | None = None,
) -> exp.Expr:
    """Return the quotient rounded half up to four places in whole-number arithmetic.

    Of columns and constants, if their types are given, and of a difference or sum of two such, the
    numbers below ten billion are divided in 64 bits: the same digits in a quarter of the time.
    Others would be written too often.
    """
    wide = _rounded_quotient(in_units(dividend), in_units(divisor))
    if types is None:
        return from_units(wide)
    sides = list(zip((dividend, divisor), types, strict=True))
    numbers = [one for value, of in sides for one, _ in _terms(value, of)]
    if not all(_is_bare(one) for one in numbers):
        return from_units(wide)
    narrow = _rounded_quotient(*(_terms_in_units(value, of) for value, of in sides))
    small = exp.and_(*(_is_narrow(one) for one in numbers), copy=False)
    return from_units(exp.Case(ifs=[exp.If(this=small, true=narrow)], default=wide))


def _terms(value: exp.Expr, of_type: ValueType) -> list[tuple[exp.Expr, ValueType]]:
    """Return the two numbers of a sum or difference of decimals, or the number itself."""
    inner = _unwrapped(value)
    if isinstance(inner, exp.Add | exp.Sub):
        sides = (inner.this, inner.expression)
        if all(_is_widened(side) for side in sides):  # and no days, which are taken apart as well
            return [(_unwrapped(side), ValueType.DECIMAL) for side in sides]
    return [(value, of_type)]


def _terms_in_units(value: exp.Expr, of_type: ValueType) -> exp.Expr:
    """Return a number, or a sum or difference of two below ten billion, in ten-thousandths."""
    inner = _unwrapped(value)
    units = [_in_narrow_units(one, of) for one, of in _terms(value, of_type)]
    if len(units) == 1:
        return units[0]
    return paren(type(inner)(this=units[0], expression=units[1]))


def _unwrapped(value: exp.Expr) -> exp.Expr:
    """Return a decimal without the casts to a wider one and the parentheses around it."""
    while isinstance(value, exp.Paren) or _is_widened(value):
        if isinstance(value.this, exp.Literal):  # the text of a number
            break
        value = value.this
    return value


def _is_widened(value: exp.Expr) -> bool:
    return isinstance(value, exp.Cast) and value.to.args.get("kind") == ValueType.DECIMAL.sql


def _is_bare(value: exp.Expr) -> bool:
    """Return whether a value is a column or a constant."""
    inner = value.this if isinstance(value, exp.Cast | exp.Neg) else value
    return isinstance(inner, exp.Column | exp.Literal)


def units_of_column(value: exp.Column) -> exp.Expr:
    """Return a column of decimals in ten-thousandths as a 64-bit integer.

    Below ten billion nothing has more than 64 bits on the way: a tenth of the time.
    """
    wide = cast_to(exp.Mul(this=widened(value), expression=number(10_000)), "BIGINT")
    narrow = exp.If(this=_is_narrow(value), true=_in_narrow_units(value, ValueType.DECIMAL))
    return exp.Case(ifs=[narrow], default=wide)


def _is_narrow(value: exp.Expr) -> exp.Expr:
    """Return whether a number has ten-thousandths that 64 bits hold 20,000 times."""
    return exp.Between(this=value.copy(), low=number(-_NARROW_BELOW), high=number(_NARROW_BELOW))


def _in_narrow_units(value: exp.Expr, of_type: ValueType) -> exp.Expr:
    """Return a number below ten billion, in ten-thousandths, as a 64-bit integer."""
    if of_type is ValueType.INTEGER:
        return paren(exp.Mul(this=cast_to(value.copy(), "BIGINT"), expression=number(10_000)))
    scale = cast_to(number(10_000), "DECIMAL(5, 0)")
    return cast_to(exp.Mul(this=value.copy(), expression=scale), "BIGINT")


def _rounded_quotient(top: exp.Expr, bottom: exp.Expr) -> exp.Expr:
    """Return 10,000 times the quotient of whole numbers, rounded half away from zero."""
    # Half the divisor is added with the dividend's sign; division then cuts off towards zero.
    half = exp.Mul(this=exp.Sign(this=top.copy()), expression=exp.Abs(this=bottom.copy()))
    doubled = exp.Add(this=exp.Mul(this=top, expression=number(20_000)), expression=half)
    guarded = exp.Nullif(this=exp.Mul(this=bottom, expression=number(2)), expression=number(0))
    return whole_division(doubled, guarded)


def share_of(points: exp.Expr, part: exp.Expr, whole: exp.Expr) -> exp.Expr:
    """Return points x part / whole, rounded half up once."""
    scaled = cast_to(exp.Mul(this=paren(points), expression=number(10_000)), "BIGINT")
    doubled = exp.Add(
        this=exp.Mul(this=exp.Mul(this=scaled, expression=number(2)), expression=paren(part)),
        expression=whole.copy(),
    )
    return from_units(whole_division(doubled, exp.Mul(this=whole.copy(), expression=number(2))))


def part_of(weight: exp.Expr, earned: exp.Expr, out_of: exp.Expr) -> exp.Expr:
    """Return weight x earned / out_of, rounded half up once; unknown unless out_of is above 0."""
    size = exp.Abs(this=in_units(earned))
    doubled = exp.Add(
        this=exp.Mul(this=exp.Mul(this=in_units(weight), expression=number(2)), expression=size),
        expression=in_units(out_of),
    )
    whole = exp.Mul(this=in_units(out_of), expression=number(2))
    above = exp.If(this=exp.GT(this=out_of.copy(), expression=number(0)), true=whole)
    magnitude = whole_division(doubled, exp.Case(ifs=[above]))
    negative = exp.If(this=exp.LT(this=earned.copy(), expression=number(0)), true=number(-1))
    sign = exp.Case(ifs=[negative], default=number(1))
    return from_units(exp.Mul(this=sign, expression=paren(magnitude)))
