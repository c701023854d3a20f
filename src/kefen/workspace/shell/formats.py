"""Numbers, money and dates as the reader's language writes them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.utils.timezone import localtime

from kefen.domain.text import Text
from kefen.reports.code_names import name_of_code

if TYPE_CHECKING:
    from datetime import date, datetime

    from kefen.domain.text import Language

NOTHING = "–"
MINUS = "−"
_SIGNS = {"CNY": "¥", "GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CHINESE_STEPS = ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"))
_ENGLISH_STEPS = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))


CODED = frozenset({"country", "region", "city", "industry"})
"""The columns of customers that may hold public codes."""


def coded_in_words(value: str | None, column: str, language: Language) -> str:
    """Return what a column of customers says, a public code after its name.

    Args:
        value: What is written; None: nothing.
        column: The column: country, region, city or industry.
        language: The reader's.
    """
    return NOTHING if value is None else coded_name(column, value).in_language(language)


def coded_name(column: str, value: str) -> Text:
    """Return what a column of customers says, a public code after its name."""
    name = name_of_code(column, value)
    if name is None:
        return Text.same(value)
    return Text("{n} ({c})", "{n}（{c}）").filled(n=name, c=value)


def count_in_words(value: int | None) -> str:
    """Return a count with separators of thousands."""
    return NOTHING if value is None else _signed(f"{value:,}")


def number_in_words(value: Decimal | int | None, places: int | None = None) -> str:
    """Return an exact number; trailing zeros after the point are left out."""
    if value is None:
        return NOTHING
    if isinstance(value, int):
        return count_in_words(value)
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        return _signed(f"{value:,f}")
    written = f"{value:,f}"
    return _signed(written.rstrip("0").rstrip(".") if "." in written else written)


def short_number(value: Decimal | int | None, language: Language) -> str:
    """Return a large number as people say it: 3,126 万 in Chinese, 31.3m in English."""
    if value is None:
        return NOTHING
    exact = Decimal(value)
    for step, name in _CHINESE_STEPS if language == "zh" else _ENGLISH_STEPS:
        if abs(exact) >= step:
            shown = (exact / step).quantize(Decimal("0.1"), ROUND_HALF_UP)
            gap = " " if language == "zh" else ""
            return _signed(f"{shown:,f}{gap}{name}")
    return number_in_words(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def money(value: Decimal | int | None, currency: str | None, language: Language) -> str:
    """Return an amount in short, with its currency's sign or code."""
    if value is None:
        return NOTHING
    sign = _SIGNS.get(currency or "", f"{currency} " if currency else "")
    shown = short_number(value, language)
    whole, point, cents = shown.partition(".")
    if point and cents.isdecimal():  # an amount that is not shortened has its cents in full
        shown = f"{whole}.{cents:0<2}"
    return f"{MINUS}{sign}{shown[1:]}" if shown.startswith(MINUS) else f"{sign}{shown}"


def share_in_words(part: Decimal | int, whole: Decimal | int) -> str:
    """Return a share as a percentage with one place; of nothing it is unknown."""
    if not whole:
        return NOTHING
    share = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{_signed(f'{share:f}')} %"


def date_in_words(value: date | None, language: Language) -> str:
    """Return a day: 2026年10月31日, or 31 Oct 2026."""
    if value is None:
        return NOTHING
    if language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def time_in_words(value: datetime | None, language: Language) -> str:
    """Return a moment in the book's time zone, to the minute."""
    if value is None:
        return NOTHING
    local = localtime(value)
    return f"{date_in_words(local.date(), language)} {local:%H:%M}"


def _signed(written: str) -> str:
    return written.replace("-", MINUS)
