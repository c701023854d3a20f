"""SQL fragments that several operators share, built as SQLGlot trees."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.expressions.types import ValueType, common_type

if TYPE_CHECKING:
    from collections.abc import Sequence

_TREE_FROM = 8
_WHOLE_DIGITS = 14  # of a number of 18 digits, 4 of them after the point
_MOST_DAYS = 4_000_000  # more than any two days are apart
MICROSECONDS_A_UNIT = 360_000
"""Microseconds in a ten-thousandth of an hour."""


def cast_to(value: exp.Expr, sql_type: str) -> exp.Expr:
    """Return `value` cast to a DuckDB type.

    SQLGlot's own `cast` leaves a cast out when the value is a cast to another precision already.
    """
    if isinstance(value, exp.Cast) and value.to.args.get("kind") == sql_type:
        return value
    # One node as it is written, where parsing it gives three or five that every cast would copy.
    return exp.Cast(this=value, to=exp.DataType(this=exp.DType.USERDEFINED, kind=sql_type))


def cast(value: exp.Expr, to: ValueType) -> exp.Expr:
    """Return `value` cast to the type that carries `to`."""
    return cast_to(value, to.sql)


def paren(value: exp.Expr) -> exp.Paren:
    """Return `value` in parentheses, itself and not a copy: copying at each level is quadratic."""
    return exp.Paren(this=value)


def widened(value: exp.Expr) -> exp.Expr:
    """Return a number as a wide decimal: stored ones are too narrow for arithmetic."""
    return cast(value.copy(), ValueType.DECIMAL)


def alike(arguments: Sequence[exp.Expr], types: Sequence[ValueType]) -> tuple[exp.Expr, ...]:
    """Return the arguments cast to their common type: who uses one twice copies it."""
    common = common_type(list(types))
    return tuple(
        cast(a, common)
        if common is not None and (t is not common) and common is not ValueType.UNKNOWN
        else a
        for a, t in zip(arguments, types, strict=True)
    )


def paired(
    arguments: Sequence[exp.Expr], types: Sequence[ValueType]
) -> list[tuple[exp.Expr, exp.Expr]]:
    """Return the first argument paired with each further one, in a common type."""
    wide = alike(arguments, types)
    return [(wide[0].copy(), other) for other in wide[1:]]


def truth(value: exp.Expr, of_type: ValueType) -> exp.Expr:
    """Return a condition; a bare unknown becomes a typed null."""
    return cast(value, ValueType.BOOLEAN) if of_type is ValueType.UNKNOWN else value


def choice(arguments: Sequence[exp.Expr], types: Sequence[ValueType]) -> exp.Expr:
    """Return CASE WHEN condition THEN a ELSE b END."""
    yes, no = alike(arguments[1:], types[1:])
    return exp.Case(ifs=[exp.If(this=truth(arguments[0], types[0]), true=yes)], default=no)


def when_all_known(arguments: Sequence[exp.Expr], value: exp.Expr) -> exp.Expr:
    """Return `value`, or null when an argument is null."""
    any_null = exp.or_(
        *(exp.Is(this=paren(a.copy()), expression=exp.Null()) for a in arguments), copy=False
    )
    return exp.Case(ifs=[exp.If(this=any_null, true=exp.Null())], default=value)


def plainly(value: exp.Expr, of_type: ValueType) -> exp.Expr:
    """Return a value as text; a decimal without zeros at its end."""
    text = cast_to(value.copy(), "TEXT")
    if of_type is not ValueType.DECIMAL:
        return text
    exact = cast_to(cast_to(value.copy(), "DECIMAL(38, 4)"), "TEXT")
    return exp.func(
        "rtrim",
        exp.func("rtrim", exact, exp.Literal.string("0")),
        exp.Literal.string("."),
    )


def number(value: int) -> exp.Expr:
    """Return an integer literal."""
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def written_number(value: exp.Expr) -> Decimal:
    """Return the number that a literal's SQL (a number, or text cast to a decimal) holds."""
    if isinstance(value, exp.Cast):
        return Decimal(value.this.name)
    if isinstance(value, exp.Neg):
        return -Decimal(value.this.name)
    return Decimal(value.name)


def in_units(value: exp.Expr) -> exp.Expr:
    """Return a number in ten-thousandths as a 128-bit integer."""
    scaled = exp.Mul(this=widened(value), expression=number(10_000))
    return cast_to(scaled, "INT128")


def from_units(value: exp.Expr) -> exp.Expr:
    """Return a whole number of ten-thousandths as a decimal of four places."""
    return paren(
        exp.Mul(
            this=cast_to(value, "DECIMAL(38, 0)"),
            expression=cast_to(exp.Literal.number("0.0001"), "DECIMAL(5, 4)"),
        )
    )


def whole_division(dividend: exp.Expr, divisor: exp.Expr) -> exp.Expr:
    """Return the quotient of whole numbers, cut off towards zero."""
    return paren(exp.IntDiv(this=paren(dividend), expression=paren(divisor)))


def months_between(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """Return whole months between two dates, as `kefen.domain.calendar.months_between`."""
    first, last = cast(start.copy(), ValueType.DATE), cast(end.copy(), ValueType.DATE)

    def forward(a: exp.Expr, b: exp.Expr) -> exp.Expr:
        apart = exp.Sub(this=_month_index(b), expression=_month_index(a))
        completes = exp.Least(
            this=date_part("day", a.copy()),
            expressions=[date_part("day", exp.func("last_day", b.copy()))],
        )
        short = exp.Case(
            ifs=[
                exp.If(
                    this=exp.LT(this=date_part("day", b.copy()), expression=completes),
                    true=number(1),
                )
            ],
            default=number(0),
        )
        return paren(exp.Sub(this=paren(apart), expression=short))

    return exp.Case(
        ifs=[
            exp.If(
                this=exp.LT(this=last.copy(), expression=first.copy()),
                true=exp.Neg(this=forward(last, first)),
            )
        ],
        default=forward(first, last),
    )


def months_before(day: exp.Expr, months: exp.Expr) -> exp.Expr:
    """Return the day so many months earlier, month ends kept; null outside the years 1-9999."""
    moved = cast(
        exp.Sub(
            this=day.copy(),
            expression=exp.func("to_months", cast_to(months.copy(), "INT")),
        ),
        ValueType.DATE,
    )
    at_end = exp.EQ(this=day.copy(), expression=exp.func("last_day", day.copy()))
    kept = exp.Case(
        ifs=[exp.If(this=at_end, true=exp.func("last_day", moved.copy()))], default=moved
    )
    return exp.Case(ifs=[exp.If(this=within_calendar(moved.copy()), true=kept)])


def days_after(day: exp.Expr, days: exp.Expr) -> exp.Expr:
    """Return the day so many whole days later; null outside the years 1-9999."""
    moved = paren(
        exp.Add(this=cast(day.copy(), ValueType.DATE), expression=cast_to(days.copy(), "INT"))
    )
    near = exp.Between(this=paren(days.copy()), low=number(-_MOST_DAYS), high=number(_MOST_DAYS))
    moved_within = exp.If(this=within_calendar(moved.copy()), true=moved)
    return exp.Case(ifs=[exp.If(this=near, true=exp.Case(ifs=[moved_within]))])


def hours_between(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """Return the hours between two dates or moments, rounded half up to four places."""
    first, last = (
        exp.func("epoch_us", cast(side.copy(), ValueType.MOMENT)) for side in (start, end)
    )
    apart = paren(exp.Sub(this=last, expression=first))
    doubled = exp.Add(
        this=exp.Mul(this=exp.Abs(this=apart), expression=number(2)),
        expression=number(MICROSECONDS_A_UNIT),
    )
    magnitude = whole_division(doubled, number(2 * MICROSECONDS_A_UNIT))
    negative = exp.If(
        this=exp.LT(this=apart.copy(), expression=number(0)),
        true=number(-1),
    )
    sign = exp.Case(ifs=[negative], default=number(1))
    return from_units(exp.Mul(this=sign, expression=magnitude))


def start_of(part: str, day: exp.Expr) -> exp.Expr:
    """Return the first day of a date's `month`, `quarter` or `year`."""
    # As DuckDB has it: SQLGlot knows a function of this name with other arguments.
    cut = exp.Anonymous(this="date_trunc", expressions=[exp.Literal.string(part), day.copy()])
    return cast(cut, ValueType.DATE)


def within_calendar(day: exp.Expr) -> exp.Expr:
    """Return whether a date is one that Python's calendar has too."""
    first, last = (
        cast(exp.Literal.string(text), ValueType.DATE) for text in ("0001-01-01", "9999-12-31")
    )
    return exp.Between(this=day, low=first, high=last)


def date_part(part: str, day: exp.Expr) -> exp.Expr:
    """Return a part of a date (`year`, `month`, `day`) as an integer."""
    return exp.func(part, day)


def _month_index(day: exp.Expr) -> exp.Expr:
    return paren(
        exp.Add(
            this=exp.Mul(this=date_part("year", day.copy()), expression=number(12)),
            expression=date_part("month", day.copy()),
        )
    )


_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def ascii_lower(text: exp.Expr) -> exp.Expr:
    """Return the text with A-Z lowered; other scripts' rules differ between engines."""
    return exp.func(
        "translate", text, exp.Literal.string(_UPPER), exp.Literal.string(_UPPER.lower())
    )


def count_cuts(
    arguments: Sequence[exp.Expr], types: Sequence[ValueType], *, around: bool
) -> exp.Expr:
    """Return how many ascending cuts the value passes: a sum, or a binary tree when many.

    Args:
        arguments: The value and the cuts.
        types: Their types.
        around: Whether the cuts that it reaches are counted too, and those that it passes twice.
    """
    wide = alike(arguments, types)
    value, cuts = wide[0], wide[1:]
    if not cuts:
        return when_all_known([value], number(0))
    passed = 2 if around else 1
    if len(cuts) < _TREE_FROM:
        total: exp.Expr = number(0)
        for cut in cuts:
            ifs = [exp.If(this=exp.GT(this=value.copy(), expression=cut), true=number(passed))]
            if around:
                reaches = exp.EQ(this=value.copy(), expression=cut.copy())
                ifs.append(exp.If(this=reaches, true=number(1)))
            total = exp.Add(this=total, expression=exp.Case(ifs=ifs, default=number(0)))
        return when_all_known([value], paren(total))

    # Equal cuts are passed together: scores of few values have many.
    lines, counts = [cuts[0]], [0]
    known = [_constant(cut) for cut in cuts]
    for place, cut in enumerate(cuts[1:], start=1):
        if known[place] is None or known[place] != known[place - 1]:
            lines.append(cut)
            counts.append(place)
    counts.append(len(cuts))

    # Written at once: a standard has some dozens of such trees, and as thousands of nodes they take
    # longer to make than a small population to grade.
    own = value.sql("duckdb")
    written = [_written(_bare(line)) for line in lines]

    def between(low: int, high: int, sign: str, *, reached: bool) -> str:
        if low == high:
            return str(counts[low] * (1 + reached))
        middle = (low + high) // 2
        line = written[middle]
        below = between(low, middle, sign, reached=reached)
        above = between(middle + 1, high, sign, reached=reached)
        both = counts[middle] + counts[middle + 1]
        equal = f"WHEN {own} = {line} THEN {both} " if reached else ""
        return f"CASE WHEN {own} {sign} {line} THEN {above} {equal}ELSE {below} END"

    whole = (0, len(lines))
    if not around or None not in known:
        return when_all_known([value], exp.Var(this=between(*whole, ">", reached=around)))
    # Which of lines that differ by group are equal is not known here.
    sides = (exp.Var(this=between(*whole, sign, reached=False)) for sign in (">", ">="))
    return when_all_known([value], paren(exp.Add(this=next(sides), expression=next(sides))))


def _constant(cut: exp.Expr) -> Decimal | str | None:
    """Return what a cut is for all rows: equal for equal cuts; None where rows may differ."""
    bare = cut
    while isinstance(bare, exp.Cast | exp.Paren):
        bare = bare.this
    sign = -1 if isinstance(bare, exp.Neg) else 1
    bare = bare.this if isinstance(bare, exp.Neg) else bare
    if not isinstance(bare, exp.Literal):
        return None
    try:
        return sign * Decimal(bare.name)
    except InvalidOperation:
        return cut.sql("duckdb")


def _written(line: exp.Expr) -> str:
    bare = isinstance(line, exp.Literal) and not line.is_string
    return line.name if bare else line.sql("duckdb")


def _bare(cut: exp.Expr) -> exp.Expr:
    """Return a line as a bare number where a comparison with one means the same.

    A hundred casts in a row take an engine longer to read than a small population to grade.
    """
    if not isinstance(cut, exp.Cast) or not isinstance(cut.this, exp.Literal):
        return cut
    text = cut.this.name
    whole, point, places = text.partition(".")
    bare = point and whole.isdecimal() and len(places) == 4 and len(whole) <= _WHOLE_DIGITS
    return exp.Literal.number(text) if bare else cut


def lookup(arguments: Sequence[exp.Expr]) -> exp.Expr:
    """Return CASE value WHEN key THEN result ... END."""
    return exp.Case(
        this=arguments[0],
        ifs=[
            exp.If(this=key, true=result)
            for key, result in zip(arguments[1::2], arguments[2::2], strict=True)
        ],
    )
