"""Values of metrics in words, by their unit, in both languages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import rounded
from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.expressions.tree import Value

_UNITS: dict[str, Text] = {
    "days": Text("{0} days", "{0} 天"),
    "months": Text("{0} months", "{0} 个月"),
    "years": Text("{0} years", "{0} 年"),
    "hours": Text("{0} hours", "{0} 小时"),
    "per_month": Text("{0} a month", "每月 {0}"),
    "per_year": Text("{0} a year", "每年 {0}"),
}
_ONE: dict[str, Text] = {
    "days": Text("{0} day", "{0} 天"),
    "months": Text("{0} month", "{0} 个月"),
    "years": Text("{0} year", "{0} 年"),
    "hours": Text("{0} hour", "{0} 小时"),
}
_UNKNOWN = Text("unknown", "未知")
_YES = Text("yes", "是")
_NO = Text("no", "否")


def metric_in_words(value: Value, unit: str, currency: str | None = None) -> Text:
    """Return a metric's value in words: thousands signs, percent for shares, units named.

    Args:
        value: The stored value.
        unit: The metric's unit.
        currency: The currency of money, if the data names one.
    """
    if type(value) is Decimal or type(value) is int:  # most of an explanation's
        return _number_in_words(value, unit, currency)
    if value is None:
        return _UNKNOWN
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, datetime):
        return Text.same(value.isoformat(sep=" ", timespec="minutes"))
    if isinstance(value, date):
        return Text.same(value.isoformat())
    if isinstance(value, str):
        return Text.same(value)
    return _number_in_words(value, unit, currency)


def _number_in_words(value: Decimal | int, unit: str, currency: str | None) -> Text:
    if unit == "share":
        return Text.same(f"{plain_number(Decimal(value) * 100)} %")
    number = plain_number(value)
    if unit == "money" and currency:
        return Text.same(f"{number} {currency}")
    if unit in _UNITS:
        template = _ONE[unit] if value == 1 and unit in _ONE else _UNITS[unit]
        return Text(template.en.format(number), template.zh.format(number))
    return Text.same(number)


def plain_number(value: Decimal | int) -> str:
    """Return a number exactly, with thousands signs and without trailing zeros."""
    text = format(value, ",f") if isinstance(value, Decimal) else format(value, ",")
    return text.rstrip("0").rstrip(".") if "." in text else text


def points_in_words(value: Decimal) -> str:
    """Return points with all four decimals, as they are stored and add up."""
    return format(rounded(value), "f")


def lowered(name: Text) -> Text:
    """Return a name as it stands within an English sentence: abbreviations stay."""
    first = name.en.split(" ", 1)[0]
    keep = len(first) > 1 and first[1:] != first[1:].lower()
    return name if keep else Text(name.en[:1].lower() + name.en[1:], name.zh)
