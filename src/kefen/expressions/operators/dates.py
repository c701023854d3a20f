"""Dates: spans between them, their parts, and the starts of their periods."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, cast

from sqlglot import exp

from kefen.domain.calendar import months_before, months_between
from kefen.domain.decimals import from_units
from kefen.domain.text import Text
from kefen.expressions import snippets as s
from kefen.expressions.operators.operator import Operator, TypeRule, add
from kefen.expressions.operators.type_rules import (
    wrong,
)
from kefen.expressions.operators.unit_rules import always, moved_by, plain
from kefen.expressions.types import ValueType
from kefen.expressions.units import DAYS, HOURS, MONTHS, YEARS

_MOST_MONTHS = 2_400

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from kefen.expressions.tree import Call


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time.min)


def _moved(move: Callable[[date, int], date], day: date, count: int) -> date | None:
    """Return the day moved, or None outside the years that dates have."""
    try:
        return move(day, count)
    except (ValueError, OverflowError):
        return None


def _days_rule(result: ValueType, count: int) -> TypeRule:
    def rule(types: list[ValueType], call: Call) -> ValueType:
        days = (ValueType.DATE, ValueType.MOMENT, ValueType.UNKNOWN)
        if len(types) != count or any(t not in days for t in types):
            raise wrong(call, Text("dates", "日期"))
        return result

    return rule


add(
    Operator(
        "date_of",
        "date_of(moment)",
        Text("The date of a date and time.", "日期时间中的日期。"),
        _days_rule(ValueType.DATE, 1),
        lambda v: _day(v[0]),
        lambda a, t: s.cast(a[0], ValueType.DATE),
        units=plain,
        callable=True,
    )
)
add(
    Operator(
        "days_between",
        "days_between(start, end)",
        Text(
            "Days from start to end; negative when end is earlier.",
            "从 start 到 end 的天数，可为负。",
        ),
        _days_rule(ValueType.INTEGER, 2),
        lambda v: (_day(v[1]) - _day(v[0])).days,
        lambda a, t: s.paren(
            exp.Sub(this=s.cast(a[1], ValueType.DATE), expression=s.cast(a[0], ValueType.DATE))
        ),
        units=always(DAYS),
        callable=True,
    )
)
add(
    Operator(
        "months_between",
        "months_between(start, end)",
        Text(
            "Whole months from start to end; a start late in a month completes on a shorter "
            "month's last day.",
            "从 start 到 end 的整月数；月末起算的，在较短月份的最后一天满月。",
        ),
        _days_rule(ValueType.INTEGER, 2),
        lambda v: months_between(_day(v[0]), _day(v[1])),
        lambda a, t: s.months_between(a[0], a[1]),
        units=always(MONTHS),
        repeats=8,
        callable=True,
    )
)


add(
    Operator(
        "years_between",
        "years_between(start, end)",
        Text(
            "Whole years from start to end: the whole months by 12; negative when end is earlier.",
            "从 start 到 end 的整年数，即整月数除以 12 取整，可为负。",
        ),
        _days_rule(ValueType.INTEGER, 2),
        lambda v: _years(months_between(_day(v[0]), _day(v[1]))),
        lambda a, t: s.whole_division(s.months_between(a[0], a[1]), s.number(12)),
        units=always(YEARS),
        callable=True,
        repeats=8,
    )
)


def _hours(start: date, end: date) -> Decimal:
    """Return the hours between two moments, rounded half up to ten-thousandths."""
    apart = (_moment(end) - _moment(start)) // timedelta(microseconds=1)
    rounded = (2 * abs(apart) + s.MICROSECONDS_A_UNIT) // (2 * s.MICROSECONDS_A_UNIT)
    return from_units(-rounded if apart < 0 else rounded)


add(
    Operator(
        "hours_between",
        "hours_between(start, end)",
        Text(
            "Hours from start to end, rounded half up to 4 decimals; a date counts from its "
            "midnight; negative when end is earlier.",
            "从 start 到 end 的小时数，四舍五入到 4 位小数；日期从当日零时起算，可为负。",
        ),
        _days_rule(ValueType.DECIMAL, 2),
        lambda v: _hours(v[0], v[1]),
        lambda a, t: s.hours_between(a[0], a[1]),
        units=always(HOURS),
        callable=True,
        repeats=2,
    )
)


def _years(months: int) -> int:
    return -(-months // 12) if months < 0 else months // 12


def _days_after_rule(types: list[ValueType], call: Call) -> ValueType:
    days = (ValueType.DATE, ValueType.MOMENT, ValueType.UNKNOWN)
    if len(types) != 2 or types[0] not in days or not _may_count(types[1]):
        raise wrong(call, Text("a date and a number of days", "一个日期和天数"))
    return ValueType.DATE


def _may_count(value_type: ValueType) -> bool:
    return value_type.is_number or value_type is ValueType.UNKNOWN


def _days_after_sql(arguments: Sequence[exp.Expr], types: Sequence[ValueType]) -> exp.Expr:
    days = arguments[1]
    if types[1] is not ValueType.INTEGER:
        days = s.whole_division(s.in_units(days), s.number(10_000))
    return s.days_after(arguments[0], days)


add(
    Operator(
        "days_after",
        "days_after(day, days)",
        Text(
            "The day so many days later (the whole part of days counts; earlier when negative); "
            "unknown outside the years 1-9999.",
            "若干天之后的日期（天数取整数部分，为负则在之前）；超出公元 1–9999 年则未知。",
        ),
        _days_after_rule,
        lambda v: _moved(lambda day, days: day + timedelta(days=days), _day(v[0]), int(v[1])),
        _days_after_sql,
        units=moved_by(DAYS),
        callable=True,
        repeats=3,
    )
)


def _months_before_rule(types: list[ValueType], call: Call) -> ValueType:
    from kefen.expressions.tree import Literal

    months = call.arguments[1] if len(call.arguments) == 2 else None
    if (
        types[:1] not in ([ValueType.DATE], [ValueType.UNKNOWN])
        or not isinstance(months, Literal)
        or type(months.value) is not int
        or abs(months.value) > _MOST_MONTHS
    ):
        raise wrong(
            call,
            Text(
                "a date and a whole number of months written out, up to 2400 (for months from a "
                "metric, compare months_between(day, as_of) with them)",
                "一个日期和直接写出的整月数，不超过 2400（月数来自指标时，请改为比较 "
                "months_between(日期, as_of)）",
            ),
        )
    return ValueType.DATE


add(
    Operator(
        "months_before",
        "months_before(day, months)",
        Text(
            "The day so many months before (after, when negative), a whole number written out, up "
            "to 2400; from a month's end, a month's end; unknown outside the years 1-9999.",
            "往前（负数为往后）推若干整月的日期，月数须直接写出整数，不超过 2400；月末对月末；"
            "超出公元 1–9999 年则未知。",
        ),
        _months_before_rule,
        lambda v: _moved(months_before, v[0], v[1]),
        lambda a, t: s.months_before(a[0], a[1]),
        units=moved_by(MONTHS),
        repeats=5,
        callable=True,
    )
)
for _part, _english, _chinese in (
    ("year", "The year of a date.", "日期的年份。"),
    ("month", "The month of a date, 1-12.", "日期的月份，1–12。"),
):
    add(
        Operator(
            f"{_part}_of",
            f"{_part}_of(day)",
            Text(_english, _chinese),
            _days_rule(ValueType.INTEGER, 1),
            lambda v, part=_part: cast("int", getattr(v[0], part)),  # type: ignore[misc]
            lambda a, t, part=_part: s.date_part(part, a[0]),  # type: ignore[misc]
            units=plain,
            callable=True,
        )
    )


def _start(part: str, day: date) -> date:
    """Return the first day of a date's month, quarter or year."""
    months = {"month": day.month, "quarter": day.month - (day.month - 1) % 3, "year": 1}
    return _day(day).replace(month=months[part], day=1)


for _part, _english, _chinese in (
    ("month", "The first day of a date's month.", "日期所在月份的第一天。"),
    (
        "quarter",
        "The first day of a date's quarter of the calendar year.",
        "日期所在自然季度的第一天。",
    ),
    ("year", "The first day of a date's calendar year.", "日期所在自然年的第一天。"),
):
    add(
        Operator(
            f"start_of_{_part}",
            f"start_of_{_part}(day)",
            Text(_english, _chinese),
            _days_rule(ValueType.DATE, 1),
            lambda v, part=_part: _start(part, v[0]),  # type: ignore[misc]
            lambda a, t, part=_part: s.start_of(part, a[0]),  # type: ignore[misc]
            units=plain,
            callable=True,
        )
    )
