"""Schemes and grades as people call them: by id or by name, whatever the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.standards.model import Scheme


def called(wanted: str, known: Iterable[tuple[str, Text]]) -> str | None:
    """Return the id that a word means: the id itself, or the one whose id or name it is.

    Ids go before names, the case as given before any other; a word for several is none.

    Args:
        wanted: The word.
        known: Each id with its name.
    """
    pairs = list(known)
    if any(identifier == wanted for identifier, _ in pairs):
        return wanted
    word = " ".join(wanted.split()).casefold()
    by_id = [identifier for identifier, _ in pairs if identifier.casefold() == word]
    by_name = [
        identifier for identifier, name in pairs if word in (name.en.casefold(), name.zh.casefold())
    ]
    for found in (by_id, by_name):
        if len(found) == 1:
            return found[0]
    return None


def grade_called(scheme: Scheme, wanted: str) -> str:
    """Return the code of the grade that a word means: its code or its name, whatever the case.

    Raises:
        CallError: The scheme has no such grade.
    """
    if not scheme.classes:
        return wanted
    found = called(wanted, ((grade.id, grade.name) for grade in scheme.classes))
    if found is not None:
        return found
    raise CallError(
        Text("{s} has no grade “{g}”", "{s}没有等级“{g}”").filled(s=scheme.name, g=wanted),
        mend=Text("Grades: {g}.", "等级：{g}。").filled(
            g=", ".join(grade.id for grade in scheme.classes)
        ),
    )
