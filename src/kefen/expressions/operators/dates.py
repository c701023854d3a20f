"""Dates: spans between them, and their parts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from sqlglot import exp

from kefen.domain.calendar import months_before, months_between
from kefen.domain.text import Text
from kefen.expressions import snippets as s
from kefen.expressions.operators.operator import Operator, TypeRule, add
from kefen.expressions.operators.type_rules import (
    wrong,
)
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from kefen.expressions.tree import Call


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


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
        lambda a, t: exp.paren(
            exp.Sub(this=s.cast(a[1], ValueType.DATE), expression=s.cast(a[0], ValueType.DATE))
        ),
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
        callable=True,
    )
)


def _months_before_rule(types: list[ValueType], call: Call) -> ValueType:
    from kefen.expressions.tree import Literal

    months = call.arguments[1] if len(call.arguments) == 2 else None
    if (
        types[:1] not in ([ValueType.DATE], [ValueType.UNKNOWN])
        or not isinstance(months, Literal)
        or type(months.value) is not int
    ):
        raise wrong(call, Text("a date and a literal number of months", "一个日期和整月常数"))
    return ValueType.DATE


add(
    Operator(
        "months_before",
        "months_before(day, months)",
        Text(
            "The day so many months before; from a month's end, a month's end.",
            "往前推若干整月的日期；月末对月末。",
        ),
        _months_before_rule,
        lambda v: months_before(v[0], v[1]),
        lambda a, t: s.months_before(a[0], a[1]),
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
            callable=True,
        )
    )
