"""The language that the command line speaks, found before anything is said."""

from __future__ import annotations

import os
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.domain.text import Language, Text

_current: ContextVar[Language] = ContextVar("kefen_language", default="en")
_asked: ContextVar[bool] = ContextVar("kefen_language_asked", default=False)
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_WINDOWS_CHINESE = 0x04


def current_language() -> Language:
    """Return the language of this call."""
    return _current.get()


def set_language(language: Language, *, asked: bool) -> None:
    """Speak `language` from now on; `asked` says whether the call named it."""
    _current.set(language)
    _asked.set(asked)


def language_was_asked() -> bool:
    """Return whether the call named its language."""
    return _asked.get()


def say(text: Text) -> str:
    """Return a text in the language of this call."""
    return text.in_language(_current.get())


def language_named(name: str) -> Language | None:
    """Return the language that a name such as `zh`, `zh_CN.UTF-8` or `en-GB` stands for."""
    word = name.strip().lower().replace("_", "-")
    if word == "en" or word.startswith("en-"):
        return "en"
    if word == "zh" or word.startswith(("zh-", "zh.")):
        return "zh"
    return None


def asked_language(arguments: Sequence[str]) -> Language | None:
    """Return the language that `--lang` asks for, wherever it stands; None without one.

    Help and wrong calls are told in it too, so it is found before the arguments are parsed.
    """
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--lang="):
            return language_named(argument.partition("=")[2])
        if argument == "--lang" and position + 1 < len(arguments):
            return language_named(arguments[position + 1])
    return None


def language_of_environment(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language of the locale: Chinese where it says so, else English."""
    for variable in _VARIABLES:
        if environment.get(variable):
            return language_named(environment[variable]) or "en"
    return _language_of_windows()


if sys.platform == "win32":
    import ctypes

    def _language_of_windows() -> Language:
        chosen = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return "zh" if chosen & 0x3FF == _WINDOWS_CHINESE else "en"

else:

    def _language_of_windows() -> Language:
        return "en"
