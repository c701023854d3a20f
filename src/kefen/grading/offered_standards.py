"""The standards that a book can be graded under, for people to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kefen.standards.library import outline, outlines_in
from kefen.standards.reader import DEFAULT, bundled_text

if TYPE_CHECKING:
    from kefen.domain.text import Text
    from kefen.lake.book import Book


@dataclass(frozen=True, slots=True)
class OfferedStandard:
    """One standard to choose.

    Attributes:
        key: What names it.
        name: Its name for people.
    """

    key: str
    name: Text


def offered_standards(book: Book) -> tuple[OfferedStandard, ...]:
    """Return the default standard, then those of the book, each code once."""
    found = {DEFAULT: _default()}
    for one in outlines_in(book.standards):
        key = one.id or one.source
        found.setdefault(key, OfferedStandard(key, one.name))
    return tuple(found.values())


@cache
def _default() -> OfferedStandard:
    """Return the default standard; reading its document takes over a second."""
    return OfferedStandard(DEFAULT, outline(bundled_text(DEFAULT), f"{DEFAULT}.yaml").name)
