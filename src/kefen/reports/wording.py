"""How numbers, money, shares and dates are written for people."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import rounded
from kefen.domain.text import Text
from kefen.reports.tables import GradeMark

if TYPE_CHECKING:
    from kefen.domain.text import Language
    from kefen.reports.tables import Cell, ColumnKind

DASH = "–"
MINUS = "−"
_STEPS: dict[Language, tuple[tuple[int, str], ...]] = {
    "en": ((9, "B"), (6, "M"), (3, "K")),
    "zh": ((8, "亿"), (4, "万")),
}
_COMPACT_FROM = Decimal(10_000)


def plain_text(cell: Cell, language: Language) -> str:
    """Return a cell as text, without a number format."""
    if cell is None:
        return DASH
    if isinstance(cell, Text):
        return cell.in_language(language)
    if isinstance(cell, GradeMark):
        return grade_words(cell, language)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def grade_words(mark: GradeMark, language: Language) -> str:
    """Return a class by its name, with its code where that is a short letter."""
    name = name_beside_letter(mark, language)
    return f"{mark.code} {name}".rstrip() if has_letter(mark) else name


def name_beside_letter(mark: GradeMark, language: Language) -> str:
    """Return a class's name without the letter that is shown beside it."""
    name = mark.name.in_language(language)
    if not has_letter(mark):
        return name
    if name == mark.code:
        return ""
    return name.removeprefix(f"{mark.code} ")


def has_letter(mark: GradeMark) -> bool:
    """Return whether a class has a code short enough to be its sign."""
    return 0 < len(mark.code) <= 2 and mark.code.isascii() and mark.code.isalnum()


def written(cell: Cell, kind: ColumnKind, language: Language, *, whole_money: bool = False) -> str:
    """Return a cell as a page shows it.

    Args:
        cell: The value.
        kind: The kind of its column.
        language: The language.
        whole_money: Whether money is shown without its decimals.
    """
    if cell is None:
        return DASH
    if isinstance(cell, (Decimal, int)):
        return _number(cell, kind, whole_money=whole_money)
    return plain_text(cell, language)


def _number(value: Decimal | int, kind: ColumnKind, *, whole_money: bool) -> str:
    if kind == "percent":
        return f"{signed(rounded(Decimal(value).scaleb(2), 2))}%"
    if kind == "money":
        return signed(rounded(Decimal(value), 0 if whole_money else 2))
    if kind == "change":
        return f"{'+' if value > 0 else ''}{signed(value)}"
    return signed(value)


def signed(value: Decimal | int) -> str:
    """Return a number with thousands separators and a true minus sign."""
    return f"{value:,}".replace("-", MINUS)


def compact(value: Decimal, language: Language) -> tuple[str, str]:
    """Return money in a few digits and its unit: (`9.75`, `M`), (`975.00`, `万`)."""
    if abs(value) >= _COMPACT_FROM:
        for power, unit in _STEPS[language]:
            if abs(value) >= Decimal(10) ** power:
                short = value.scaleb(-power).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
                return signed(short), unit
    return signed(rounded(value, 0 if value == value.to_integral_value() else 2)), ""
