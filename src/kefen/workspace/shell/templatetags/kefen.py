"""Tags and filters of every template: text in both languages, icons, grades, numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

from kefen.domain.text import Text
from kefen.workspace.book import served_book
from kefen.workspace.shell import formats
from kefen.workspace.shell.language import current_language
from kefen.workspace.shell.language import said as in_language_of_reader

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.template import RequestContext
    from django.utils.safestring import SafeString

register = template.Library()
_NOT_GRADED = Text("not graded", "未评级")
_LONGEST_LETTER = 3


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
def tier(grade: Any, size: str = "") -> SafeString:
    """Draw a grade: its letter in the colour of its tier, and its name; a dash without one."""
    if grade is None:
        return format_html(
            '<span class="tier tier-n {}"><b>–</b><span class="unseen">{}</span></span>',
            size,
            in_language_of_reader(_NOT_GRADED),
        )
    name = in_language_of_reader(grade.name)
    letter = grade.id if len(grade.id) <= _LONGEST_LETTER and grade.id.isupper() else ""
    name = name.removeprefix(letter).strip() or ("" if letter else name)
    if not letter:
        return format_html(
            '<span class="tier tier-{} {}"><i class="dot"></i><span>{}</span></span>',
            grade.tone,
            size,
            name,
        )
    return format_html(
        '<span class="tier tier-{} {}"><b>{}</b><span>{}</span></span>',
        "d" if grade.tone == "x" else grade.tone,
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
