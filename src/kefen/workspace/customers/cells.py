"""Values of a list as cells: numbers short, shares in percent, grades with their tone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.workspace.customers.queries import currency
from kefen.workspace.customers.sight import CODES, OWN
from kefen.workspace.shell import formats

if TYPE_CHECKING:
    from kefen.domain.text import Language
    from kefen.workspace.customers.sight import ShownColumn, ShownGrade

_NUMBERS = ("integer", "decimal")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        words: What it says.
        number: Whether it is set as a number.
        grade: The grade it shows, or None.
        moved: 1 where the grade has risen since the run before, -1 where it has fallen, else 0.
        tone: `good` or `bad` where the value says so, else empty.
    """

    words: str
    number: bool = False
    grade: ShownGrade | None = None
    moved: int = 0
    tone: str = ""


def cell(column: ShownColumn, row: Any, language: Language) -> Cell:
    """Return the cell of a column for a customer."""
    value = getattr(row, column.name)
    if column.kind in ("grade", "before"):
        return _grade(column, row, value, language)
    words = value_in_words(column, value, language)
    tone = ""
    if column.name == "metric_growth" and isinstance(value, Decimal) and value:
        tone = "good" if value > 0 else "bad"
        words = f"+{words}" if value > 0 else words
    return Cell(words, column.type in _NUMBERS, tone=tone)


def value_in_words(column: ShownColumn, value: Any, language: Language) -> str:
    """Return a stored value of a column in words."""
    if value is None:
        return formats.NOTHING
    if value in CODES.get(column.name, {}):
        return CODES[column.name][value].in_language(language)
    if column.unit == "money":
        return formats.money(value, currency(), language)
    if column.unit == "share":
        return formats.share_in_words(value, 1)
    if column.kind == "alert":
        known = [column.grade_of(code) for code in str(value).split()]
        names = [one.name.in_language(language) for one in known if one is not None]
        return ("、" if language == "zh" else ", ").join(names) or formats.NOTHING
    if isinstance(value, str) and column.name in formats.CODED:
        return formats.coded_in_words(value, column.name, language)
    if isinstance(value, bool):
        return {"en": ("no", "yes"), "zh": ("否", "是")}[language][value]
    if isinstance(value, date):
        return value.isoformat()
    if column.kind == "score" and abs(value) >= 10_000:
        return formats.short_number(value, language)
    if isinstance(value, Decimal):  # what people entered is shown as they did
        return formats.number_in_words(value, None if column.kind == OWN else 1)
    if isinstance(value, int):
        return formats.count_in_words(value)
    return str(value)


def _grade(column: ShownColumn, row: Any, value: Any, language: Language) -> Cell:
    grade = column.grade_of(value)
    words = grade.name.in_language(language) if grade is not None else formats.NOTHING
    moved = 0
    if column.kind == "grade" and column.type == "rank":
        before = getattr(row, f"before_{column.scheme}", None)
        if before is not None and value is not None:
            moved = (before > value) - (before < value)
    return Cell(words, grade=grade, moved=moved)
