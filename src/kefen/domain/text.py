"""Text for people, written once in both languages at the place that needs it."""

from __future__ import annotations

import string
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
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

        In Chinese a blank parts what is put in from what it touches, where one side is a Chinese
        character and the other a letter or digit of another script: `为 A 高价值`, `为高价值`.

        Raises:
            KeyError: A placeholder has no value.
        """
        english, chinese = values, values.copy()
        for name, value in chinese.items():
            if type(value) is Text:  # the type itself: asked for some thousands in an explanation
                english[name], chinese[name] = value.en, value.zh
        if "|" in self.en or "|" in self.zh:
            english, chinese = _agreeing(english), _agreeing(chinese)
        return Text(self.en.format_map(english), _filled_chinese(self.zh, chinese))

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


def beside_in_chinese(left: str, right: str) -> str:
    """Return two pieces of a Chinese text together, a blank where it meets another script."""
    if left and right:
        before, after = left[-1], right[0]
        chinese = _is_chinese(before), _is_chinese(after)
        if chinese[0] != chinese[1] and before.isalnum() and after.isalnum():
            return f"{left} {right}"
    return left + right


def display_width(text: str) -> int:
    """Return how wide a text is in cells of fixed width: two for an ideograph, else one."""
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _filled_chinese(wording: str, values: Mapping[str, object]) -> str:
    pieces = _touching(wording)
    if pieces is None:
        return wording.format_map(values)
    made = ""
    for literal, name, spec in pieces:
        made = beside_in_chinese(made, literal)
        if name is not None:
            made = beside_in_chinese(made, format(values[name], spec))
    return made


@lru_cache(maxsize=4096)
def _touching(wording: str) -> tuple[tuple[str, str | None, str], ...] | None:
    """Return the pieces of a wording: literals, each with the placeholder behind it.

    None where no placeholder touches a Chinese character or another placeholder, so that no blank
    can be wanted.
    """
    parsed = [
        (literal, name, spec or "", how)
        for literal, name, spec, how in string.Formatter().parse(wording)
    ]
    touches = False
    before = ""
    for literal, name, spec, how in parsed:
        if name is not None and (not name.isidentifier() or "{" in spec or how):
            return None
        touches |= before == "}" and (not literal or _is_chinese(literal[0]))
        touches |= name is not None and literal != "" and _is_chinese(literal[-1])
        before = "}" if name is not None else ""
    return tuple((literal, name, spec) for literal, name, spec, _ in parsed) if touches else None


def _is_chinese(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _agreeing(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _Filling(value) for name, value in values.items()}


def _fields(wording: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(wording) if name)
