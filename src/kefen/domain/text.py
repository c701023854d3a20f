"""Text for people, written once in both languages at the place that needs it."""

from __future__ import annotations

import string
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(slots=True, unsafe_hash=True)
class Text:
    """One message or name in English and Chinese, with `{placeholders}` filled by `filled`.

    `{n:row|rows}` becomes the word for one where `n` is 1, and the word for many else. No text is
    changed once it is made; it is not frozen all the same, because an explanation makes hundreds
    and a frozen one takes more than twice as long.

    Attributes:
        en: The English wording.
        zh: The Chinese wording.
    """

    en: str
    zh: str

    def in_language(self, language: Language) -> str:
        """Return the wording in `language`."""
        return self.zh if language == "zh" else self.en

    def filled(self, **values: object) -> Text:
        """Return the text with its placeholders replaced; a `Text` value is put in per language.

        Raises:
            KeyError: A placeholder has no value.
        """
        english, chinese = values, values.copy()
        for name, value in chinese.items():
            if type(value) is Text:  # the type itself: asked for some thousands in an explanation
                english[name], chinese[name] = value.en, value.zh
        if "|" in self.en or "|" in self.zh:
            english, chinese = _agreeing(english), _agreeing(chinese)
        return Text(self.en.format_map(english), self.zh.format_map(chinese))

    def placeholders(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names of the placeholders in English and in Chinese (they must agree)."""
        return _fields(self.en), _fields(self.zh)

    def as_dict(self) -> dict[str, str]:
        """Return `{"en": ..., "zh": ...}` for JSON."""
        return {"en": self.en, "zh": self.zh}

    @classmethod
    def same(cls, wording: str) -> Text:
        """Return a text that reads alike in both languages (a code, a name from the data)."""
        return cls(wording, wording)

    @classmethod
    def from_dict(cls, wording: Mapping[str, str]) -> Text:
        """Return the text stored by `as_dict`."""
        return cls(en=wording["en"], zh=wording["zh"])


class _Filling:
    """A value put into a text; asked for two words, it gives the one that agrees with it."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def __format__(self, spec: str) -> str:
        one, either, many = spec.partition("|")
        if either:
            return one if str(self._value) == "1" else many
        return format(self._value, spec)

    def __str__(self) -> str:
        return str(self._value)

    def __repr__(self) -> str:
        return repr(self._value)


def display_width(text: str) -> int:
    """Return how wide a text is in cells of fixed width: two for an ideograph, else one."""
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _agreeing(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _Filling(value) for name, value in values.items()}


def _fields(wording: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(wording) if name)
