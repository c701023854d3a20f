"""What calibrations are applied with: cuts, shares, lookups."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.domain.decimals import from_units, units
from kefen.domain.text import Text
from kefen.expressions import quotients
from kefen.expressions import snippets as s
from kefen.expressions.operators.operator import Operator, add
from kefen.expressions.operators.type_rules import (
    alike,
    decimal_result,
    fixed,
    wrong,
)
from kefen.expressions.operators.unit_rules import compared, keyed, of_first, part_of_first, plain
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.expressions.tree import Call


def _cuts_rule(types: list[ValueType], call: Call) -> ValueType:
    alike(types, call)
    return ValueType.INTEGER


add(
    Operator(
        "cuts_below",
        "cuts_below(a, cut, ...)",
        Text("How many of the ascending cuts are strictly less than a.", "严格小于 a 的切点个数。"),
        _cuts_rule,
        lambda v: bisect_left(v, v[0], 1) - 1,
        lambda a, t: s.count_cuts(a, t, around=False),
        units=compared,
        repeats_first=lambda count: count,
    )
)
add(
    Operator(
        "cuts_around",
        "cuts_around(a, cut, ...)",
        Text(
            "How many of the ascending cuts are strictly less than a, plus how many are at most a.",
            "严格小于 a 的切点个数与不大于 a 的切点个数之和。",
        ),
        _cuts_rule,
        lambda v: bisect_left(v, v[0], 1) + bisect_right(v, v[0], 1) - 2,
        lambda a, t: s.count_cuts(a, t, around=True),
        units=compared,
        repeats_first=lambda count: 2 * count,
    )
)


def _share_rule(types: list[ValueType], call: Call) -> ValueType:
    return fixed(ValueType.DECIMAL, ValueType.DECIMAL, ValueType.INTEGER, ValueType.INTEGER)(
        types, call
    )


add(
    Operator(
        "share_of",
        "share_of(points, part, whole)",
        Text(
            "points x part / whole, rounded half up once to 4 decimals (points >= 0, whole > 0).",
            "points × part ÷ whole，只四舍五入一次到 4 位小数。",
        ),
        _share_rule,
        lambda v: Decimal((2 * units(v[0]) * v[1] + v[2]) // (2 * v[2])).scaleb(-4),
        lambda a, t: quotients.share_of(a[0], a[1], a[2]),
        units=of_first,
        repeats=2,
    )
)


def _part_of(values: Sequence[Any]) -> Decimal | None:
    weight, earned, out_of = (units(value) for value in values)
    if out_of <= 0:
        return None
    magnitude = (2 * weight * abs(earned) + out_of) // (2 * out_of)
    return from_units(-magnitude if earned < 0 else magnitude)


add(
    Operator(
        "part_of",
        "part_of(weight, earned, out_of)",
        Text(
            "weight x earned / out_of, rounded half up once to 4 decimals (weight >= 0); unknown "
            "unless out_of is above 0.",
            "weight × earned ÷ out_of，只四舍五入一次到 4 位小数；out_of 不大于 0 时未知。",
        ),
        decimal_result,
        _part_of,
        lambda a, t: quotients.part_of(a[0], a[1], a[2]),
        units=part_of_first,
        repeats=3,
    )
)


def _lookup_rule(types: list[ValueType], call: Call) -> ValueType:
    alike(types[:1] + types[1::2], call)
    return alike(types[2::2], call)


def _looked_up(values: Sequence[Any]) -> Any:
    keys = values[1::2]
    return values[2 * keys.index(values[0]) + 2] if values[0] in keys else None


add(
    Operator(
        "lookup",
        "lookup(a, key, value, key, value, ...)",
        Text(
            "The value beside the key that equals a; unknown when none does.",
            "与 a 相等的键所对应的值；没有则未知。",
        ),
        _lookup_rule,
        _looked_up,
        lambda a, t: s.lookup(a),
        units=keyed,
        strict=False,
    )
)

_SEPARATOR_FIRST = Text(
    "a separator in quotes, then texts, numbers or dates",
    "先是带引号的分隔符，然后是文本、数值或日期",
)


def _joined_rule(types: list[ValueType], call: Call) -> ValueType:
    unlike = (ValueType.MOMENT, ValueType.BOOLEAN)
    separator, *parts = types or [ValueType.UNKNOWN]
    wrong_part = not parts or any(part in unlike for part in parts)
    if separator is not ValueType.TEXT or wrong_part:
        raise wrong(call, _SEPARATOR_FIRST)
    return ValueType.TEXT


def _plainly(value: Any) -> str:
    if not isinstance(value, Decimal):
        return str(value)
    return format(value, ".4f").rstrip("0").rstrip(".")


add(
    Operator(
        "joined",
        "joined(separator, a, b, ...)",
        Text(
            "Texts, numbers (without zeros at the end) or dates joined to one text; unknown when "
            "one is.",
            "以分隔符连接文本、数值（不写末尾的零）或日期；任一未知则未知。",
        ),
        _joined_rule,
        lambda v: str(v[0]).join(_plainly(x) for x in v[1:]),
        lambda a, t: s.when_all_known(
            a[1:],
            exp.func(
                "concat_ws", a[0], *(s.plainly(x, k) for x, k in zip(a[1:], t[1:], strict=True))
            ),
        ),
        units=plain,
        repeats=2,
        callable=True,
    )
)
