"""Text in the language of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.utils.functional import lazystr
from django.utils.translation import get_language

from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.domain.text import Language


def current_language() -> Language:
    """Return the language of the request being answered."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def said(text: Text) -> str:
    """Return a text in the language of the request."""
    return text.in_language(current_language())


class _Spoken:
    """A text that is resolved whenever it is shown, for labels made once for all requests."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def __str__(self) -> str:
        return said(self._text)


def spoken(en: str, zh: str) -> str:
    """Return a lazy string for labels of forms and choices: its language is the reader's."""
    return cast("str", lazystr(_Spoken(Text(en, zh))))
