"""Errors that name what is wrong, where, and the mend, in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kefen.domain.text import Language, Text


class KefenError(Exception):
    """Something a user can mend: the data or the standard is wrong.

    Attributes:
        what: What is wrong.
        where: File, line, column, row or field; empty when it has no place.
        mend: What to do about it.
        exit_code: What the command line exits with: 1, the data or the standard is wrong.
    """

    exit_code = 1

    def __init__(self, what: Text, *, mend: Text, where: str = "") -> None:
        self.what = what
        self.where = where
        self.mend = mend
        super().__init__(self.in_language("en"))

    def in_language(self, language: Language) -> str:
        """Return the whole message: place, what is wrong, and the mend."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what.in_language(language)}\n{self.mend.in_language(language)}"


class CallError(KefenError):
    """The call itself is wrong: an option, an argument, a path that is not there (exit 2)."""

    exit_code = 2


class DataError(KefenError):
    """The data handed in cannot be used as it is."""


class StandardError(KefenError):
    """A standard cannot be used as it is written."""


class EngineError(KefenError):
    """The engine stopped: no disk, no memory, or a number too large to be exact."""


class BookError(KefenError):
    """A book is missing, locked, damaged or of another version."""
