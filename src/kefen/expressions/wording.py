"""Expressions in words, for explanations and for the standard read aloud."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import Call, Literal, Name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression, Value

_TEMPLATES: dict[str, Text] = {
    "add": Text("{0} + {1}", "{0} + {1}"),
    "subtract": Text("{0} − {1}", "{0} − {1}"),
    "multiply": Text("{0} × {1}", "{0} × {1}"),
    "divide": Text("{0} ÷ {1}", "{0} ÷ {1}"),
    "negate": Text("−{0}", "−{0}"),
    "absolute": Text("|{0}|", "|{0}|"),
    "round": Text("{0} rounded to {1} decimals", "{0} 四舍五入到 {1} 位小数"),
    "round_down": Text("{0} cut off after {1} decimals", "{0} 截至 {1} 位小数"),
    "round_up": Text("{0} rounded up to {1} decimals", "{0} 进位到 {1} 位小数"),
    "halved": Text("{0} halved {1} times", "{0} 减半 {1} 次"),
    "equals": Text("{0} = {1}", "{0} = {1}"),
    "differs": Text("{0} ≠ {1}", "{0} ≠ {1}"),
    "less": Text("{0} < {1}", "{0} < {1}"),
    "at_most": Text("{0} ≤ {1}", "{0} ≤ {1}"),
    "greater": Text("{0} > {1}", "{0} > {1}"),
    "at_least": Text("{0} ≥ {1}", "{0} ≥ {1}"),
    "not": Text("not {0}", "非 {0}"),
    "is_known": Text("{0} is known", "{0} 已知"),
    "is_unknown": Text("{0} is unknown", "{0} 未知"),
    "if": Text("{1} if {0}, otherwise {2}", "若 {0} 则 {1}，否则 {2}"),
    "date_of": Text("the date of {0}", "{0} 的日期"),
    "days_between": Text("days from {0} to {1}", "{0} 到 {1} 的天数"),
    "months_between": Text("whole months from {0} to {1}", "{0} 到 {1} 的整月数"),
    "years_between": Text("whole years from {0} to {1}", "{0} 到 {1} 的整年数"),
    "hours_between": Text("hours from {0} to {1}", "{0} 到 {1} 的小时数"),
    "days_after": Text("{1} days after {0}", "{0} 之后 {1} 天"),
    "months_before": Text("{1} months before {0}", "{0} 之前 {1} 个月"),
    "year_of": Text("the year of {0}", "{0} 的年份"),
    "month_of": Text("the month of {0}", "{0} 的月份"),
    "start_of_month": Text("the first day of the month of {0}", "{0} 所在月份的第一天"),
    "start_of_quarter": Text("the first day of the quarter of {0}", "{0} 所在季度的第一天"),
    "start_of_year": Text("the first day of the year of {0}", "{0} 所在年份的第一天"),
    "lower": Text("{0} in lower case", "{0} 的小写"),
    "country_code": Text("the country code of {0}", "{0} 的国家代码"),
    "contains": Text("{0} contains {1}", "{0} 包含 {1}"),
    "starts_with": Text("{0} starts with {1}", "{0} 以 {1} 开头"),
    "ends_with": Text("{0} ends with {1}", "{0} 以 {1} 结尾"),
    "date": Text("{0} as a date", "{0} 所写的日期"),
    "number": Text("{0} as a number", "{0} 所写的数值"),
}
_JOINED: dict[str, Text] = {
    "and": Text(" and ", " 且 "),
    "or": Text(" or ", " 或 "),
    "first_known": Text(", or if unknown ", "，未知则 "),
    "smallest": Text(", ", "、"),
    "largest": Text(", ", "、"),
}
_LED: dict[str, Text] = {
    "smallest": Text("the smallest of {0}", "{0} 中的最小值"),
    "largest": Text("the largest of {0}", "{0} 中的最大值"),
}
_PAIRED: dict[str, tuple[Text, Text]] = {
    "choose": (
        Text("by {0}: {1}, otherwise {2}", "按 {0}：{1}，其余 {2}"),
        Text("{0} gives {1}", "{0} 取 {1}"),
    ),
    "interpolated": (
        Text("the value at {0} on the line through {1}", "{0} 在折线 {1} 上的值"),
        Text("{0} → {1}", "{0} → {1}"),
    ),
}
"""What holds the pairs of a small table, and a pair."""
_UNIT_IN_TEMPLATE = frozenset({"months_before", "days_after", "halved"})
_UNITS: dict[str, Text] = {
    "days": Text("{0} days", "{0} 天"),
    "months": Text("{0} months", "{0} 个月"),
    "years": Text("{0} years", "{0} 年"),
    "hours": Text("{0} hours", "{0} 小时"),
    "times": Text("{0} times", "{0} 次"),
}
_ONE: dict[str, Text] = {
    "days": Text("{0} day", "{0} 天"),
    "months": Text("{0} month", "{0} 个月"),
    "years": Text("{0} year", "{0} 年"),
    "hours": Text("{0} hour", "{0} 小时"),
    "times": Text("{0} time", "{0} 次"),
}
_LONG = frozenset({"if", "choose", "interpolated", "first_known"})
"""Operators whose words run on: in brackets beside a sign."""
_RANK = {
    "or": 1,
    "and": 2,
    "not": 3,
    "equals": 4,
    "differs": 4,
    "less": 4,
    "at_most": 4,
    "greater": 4,
    "at_least": 4,
    "one_of": 4,
    "is_known": 4,
    "is_unknown": 4,
    "add": 5,
    "subtract": 5,
    "multiply": 6,
    "divide": 6,
    "negate": 7,
}


def in_words(tree: Expression, names: Mapping[str, Text]) -> Text:
    """Return an expression in words of both languages.

    Args:
        tree: The expression.
        names: What names are called; others stay as they are.
    """
    if isinstance(tree, Literal):
        return _literal_in_words(tree)
    if isinstance(tree, Name):
        return names.get(tree.name, _AS_OF if tree.name == "as_of" else Text.same(tree.name))
    parts = [_bracketed(argument, tree, names) for argument in tree.arguments]
    if tree.operator in _UNIT_IN_TEMPLATE and isinstance(tree.arguments[1], Literal):
        parts[1] = value_in_words(tree.arguments[1].value)
    if tree.operator == "one_of":
        members = parts[1:]
        return Text(
            f"{parts[0].en} is one of {', '.join(t.en for t in members)}",
            f"{parts[0].zh} 为 {'、'.join(t.zh for t in members)} 之一",
        )
    if tree.operator == "joined":
        return Text(
            f"{', '.join(t.en for t in parts[1:])} joined by {parts[0].en}",
            f"以{parts[0].zh}连接的 {'、'.join(t.zh for t in parts[1:])}",
        )
    if tree.operator in _PAIRED:
        return _pairs_in_words(*_PAIRED[tree.operator], parts)
    if tree.operator in _JOINED:
        joint = _JOINED[tree.operator]
        joined = Text(joint.en.join(t.en for t in parts), joint.zh.join(t.zh for t in parts))
        lead = _LED.get(tree.operator)
        return _filled(lead, [joined]) if lead is not None else joined
    template = _TEMPLATES.get(tree.operator)
    if template is None:
        return Text.same(tree.operator)
    return _filled(template, parts)


_AS_OF = Text("the as-of date", "评级日")


def value_in_words(value: Value) -> Text:
    """Return a constant in words."""
    if value is None:
        return Text("unknown", "未知")
    if isinstance(value, bool):
        return Text("yes", "是") if value else Text("no", "否")
    if isinstance(value, Decimal):
        plain = format(value, ",f")
        return Text.same(plain.rstrip("0").rstrip(".") if "." in plain else plain)
    if isinstance(value, int):
        return Text.same(format(value, ","))
    if isinstance(value, datetime):
        return Text.same(value.isoformat(sep=" ", timespec="minutes"))
    if isinstance(value, date):
        return Text.same(value.isoformat())
    return Text.same(value)


def _literal_in_words(literal: Literal) -> Text:
    """Return a constant in words, with the unit it was written with; a text in its marks."""
    value, unit = literal.value, literal.unit
    if unit == "share" and isinstance(value, Decimal):
        return Text.same(f"{value_in_words(value.scaleb(2)).en} %")
    words = value_in_words(value)
    if isinstance(value, str):
        return Text(f"“{words.en}”", f"“{words.zh}”")
    if unit not in _UNITS:
        return words
    return _filled((_ONE if value in (1, -1) else _UNITS)[unit], [words])


def _pairs_in_words(whole: Text, pair: Text, parts: list[Text]) -> Text:
    """Return a small table in words: what is looked up, pairs, and a last one without a key."""
    subject, *others = parts
    rest = [others.pop()] if len(others) % 2 else []
    pairs = [
        _filled(pair, [key, value]) for key, value in zip(others[::2], others[1::2], strict=True)
    ]
    listed = Text(", ".join(t.en for t in pairs), "，".join(t.zh for t in pairs))
    return _filled(whole, [subject, listed, *rest])


def _bracketed(argument: Expression, parent: Call, names: Mapping[str, Text]) -> Text:
    words = in_words(argument, names)
    if isinstance(argument, Call):
        if argument.operator in _LONG and parent.operator in _RANK:
            return Text(f"({words.en})", f"（{words.zh}）")
        inner, outer = _RANK.get(argument.operator, 0), _RANK.get(parent.operator, 0)
        strict = parent.operator in ("subtract", "divide")
        # Which of "and" and "or" binds first is no common knowledge: said by brackets.
        mixed = (argument.operator, parent.operator) == ("and", "or")
        if mixed or (inner and outer and (inner < outer or (strict and inner == outer))):
            return Text(f"({words.en})", f"（{words.zh}）")
    return words


def _filled(template: Text, parts: list[Text]) -> Text:
    return Text(
        template.en.format(*(part.en for part in parts)),
        template.zh.format(*(part.zh for part in parts)),
    )
