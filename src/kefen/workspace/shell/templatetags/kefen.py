"""Tags and filters of every template: text in both languages, icons, grades, numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kefen.domain.text import Text, display_width
from kefen.reports.tables import GradeMark
from kefen.workspace.book import served_book
from kefen.workspace.shell import formats
from kefen.workspace.shell.language import current_language
from kefen.workspace.shell.language import said as in_language_of_reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from django.template import RequestContext

    from kefen.reports.model import CardItem
    from kefen.reports.tables import Cell

register = template.Library()
_NOT_GRADED = Text("not graded", "未评级")
_LONGEST_LETTER = 3
_FEWEST_POINTS = 3
_NUMBERS = ("number", "money", "percent", "change")
_LONGEST_UNBROKEN = 18


@register.simple_tag
def say(en: str, zh: str, **values: object) -> str:
    """Write a text in the reader's language: `{% say "Sign in" "登录" %}`.

    Placeholders are filled from the further arguments, as `Text.filled` does.
    """
    text = Text(en, zh)
    return in_language_of_reader(text.filled(**values) if values else text)


@register.filter
def said(text: Text | str | None) -> str:
    """Write a `Text` in the reader's language; a plain string as it is."""
    if text is None:
        return ""
    return in_language_of_reader(text) if isinstance(text, Text) else str(text)


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw an icon that says nothing by itself; what it means stands beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        f"icon-{size}" if size else "",
        static("kefen/vendor/tabler-icons.svg"),
        name,
    )


@register.filter
def count(value: int | None) -> str:
    """Write a count."""
    return formats.count_in_words(value)


@register.filter
def number(value: Decimal | int | None) -> str:
    """Write an exact number."""
    return formats.number_in_words(value)


@register.filter
def coded(value: str | None, column: str) -> str:
    """Write a country, region, city or industry; a code with its name."""
    return formats.coded_in_words(value, column, current_language())


@register.filter
def points(value: Decimal | None) -> str:
    """Write points with their sign, in full."""
    written = formats.number_in_words(value)
    return f"+{written}" if value is not None and value > 0 else written


@register.filter
def money(value: Decimal | int | None) -> str:
    """Write an amount in the book's currency, in short."""
    return formats.money(value, served_book().settings.currency, current_language())


@register.filter
def day(value: date | None) -> str:
    """Write a day."""
    return formats.date_in_words(value, current_language())


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment."""
    return formats.time_in_words(value, current_language())


@register.filter
def percent_of(part: Decimal | int, whole: Decimal | int) -> str:
    """Write a share of a whole in percent."""
    return formats.share_in_words(part, whole)


@register.filter
def width_of(part: Decimal | int, whole: Decimal | int) -> str:
    """Write a share as the width of a drawn bar."""
    share = Decimal(part) * 100 / Decimal(whole) if whole else Decimal(0)
    return f"{min(max(share, Decimal(0)), Decimal(100)):.2f}%"


@register.filter
def less(one: int, other: int) -> Decimal:
    """Return a difference, to be written with its sign."""
    return Decimal(one) - Decimal(other)


@register.filter
def plus_width(one: str, other: str) -> str:
    """Write the width of two drawn bars together."""
    return f"{Decimal(one.rstrip('%')) + Decimal(other.rstrip('%')):.3f}%"


@register.filter
def of(name: str, values: Any) -> str:
    """Write what a set of parameters holds under a name."""
    return str(values.get(name, ""))


@register.simple_tag
def spark(values: Sequence[Decimal | int | None], label: str = "", tone: str = "") -> SafeString:
    """Draw a small line of values, oldest first; nothing of fewer than three.

    Args:
        values: The values; gaps are left out.
        label: What it shows, for who does not see it; without one it is an ornament.
        tone: `good` or `bad` where the line says so.
    """
    known = [Decimal(one) for one in values if one is not None]
    if len(known) < _FEWEST_POINTS:
        return SafeString("")
    low, span = min(known), (max(known) - min(known)) or Decimal(1)
    step = Decimal(100) / (len(known) - 1)
    points = " ".join(
        f"{place * step:.1f},{28 - (one - low) * 26 / span:.1f}" for place, one in enumerate(known)
    )
    shown = SafeString(' aria-hidden="true"')
    if label:
        shown = format_html(' role="img" aria-label="{}"', label)
    return format_html(
        '<svg class="spark {}" viewBox="0 0 100 30" preserveAspectRatio="none"{}>'
        '<polygon points="0,30 {} 100,30"/><polyline points="{}"/></svg>',
        tone,
        shown,
        points,
        points,
    )


@register.simple_tag
def table_cell(cell: Cell, kind: str) -> str | SafeString:
    """Write a cell of a table as its column is written."""
    if isinstance(cell, GradeMark):
        return tier(cell) if cell.code else plain_cell(cell)
    if isinstance(cell, Decimal | int) and kind == "percent":
        return formats.share_in_words(cell, 1)
    if isinstance(cell, Decimal) and kind == "money":
        return formats.number_in_words(cell, 2)
    if isinstance(cell, Decimal | int) and kind == "change":
        return points(Decimal(cell))
    return plain_cell(cell)


@register.simple_tag
def cell_class(cell: Cell, kind: str) -> SafeString:
    """Write how a cell breaks: numbers and short texts never, names not letter by letter."""
    if kind in _NUMBERS:
        name = "number"
    else:
        name = "words" if display_width(plain_cell(cell)) > _LONGEST_UNBROKEN else "nowrap"
    return format_html('class="{}"', name)


@register.simple_tag
def grown(now: Decimal, before: Decimal) -> SafeString:
    """Write by how much something grew, with its sign."""
    change = now - before
    written = formats.share_in_words(change, abs(before))
    tone = "good" if change > 0 else "bad" if change < 0 else ""
    return format_html('<span class="{}">{}{}</span>', tone, "+" if change > 0 else "", written)


@register.filter
def from_top(percent: Decimal) -> str:
    """Return how far below the top of a square of 100 something stands."""
    return f"{Decimal(100) - percent:f}"


@register.filter
def card_value(item: CardItem) -> str:
    """Write the value of a line of a card."""
    value = item.value
    if isinstance(value, Decimal) and item.kind == "money":
        return money(value)
    if isinstance(value, Decimal) and item.kind == "percent":
        return formats.share_in_words(value, 1)
    return plain_cell(value)


@register.filter
def plain_cell(value: Any) -> str:
    """Write a value of a table: a text, a number, a day or a grade."""
    if value is None:
        return formats.NOTHING
    if isinstance(value, GradeMark):
        return in_language_of_reader(value.name)
    if isinstance(value, Text):
        return in_language_of_reader(value)
    if isinstance(value, Decimal | int):
        return formats.number_in_words(value)
    return str(value)


@register.simple_tag
def tier(grade: Any, size: str = "") -> SafeString:
    """Draw a grade: its letter in the colour of its tier, and its name; a dash without one."""
    if grade is None:
        return format_html(
            '<span class="tier tier-n {}"><b>–</b><span class="unseen">{}</span></span>',
            size,
            in_language_of_reader(_NOT_GRADED),
        )
    name = in_language_of_reader(grade.name)
    code = getattr(grade, "id", None) or grade.code
    tone = (grade.tone or "x").lower()
    letter = code if len(code) <= _LONGEST_LETTER and code.isupper() else ""
    name = name.removeprefix(letter).strip() or ("" if letter else name)
    if not letter:
        return format_html(
            '<span class="tier tier-{} {}"><i class="dot"></i><span>{}</span></span>',
            tone,
            size,
            name,
        )
    return format_html(
        '<span class="tier tier-{} {}"><b>{}</b><span>{}</span></span>',
        "d" if tone == "x" else tone,
        size,
        letter,
        name,
    )


@register.simple_tag(takes_context=True)
def address_with(context: RequestContext, name: str, value: object = None) -> str:
    """Return the page's own address with a parameter changed; None takes it out."""
    request: Any = context["request"]
    query = request.GET.copy()
    query.pop("after", None)
    query.pop(name, None)
    if value is not None:
        query[name] = str(value)
    return f"?{query.urlencode()}"
