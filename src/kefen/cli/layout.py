"""Laying out text in cells of the terminal, where a Chinese character takes two."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from kefen.domain.text import display_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDEST = 100
_NOT_FIRST = "，。；：、！？）》”’】」』％,.;:!?)]}%"
_NOT_LAST = "（《“‘【「『([{"
_PIECES = re.compile(r"\s+|[^\s\u2e80-\u9fff\uff00-\uffef]+|[\u2e80-\u9fff\uff00-\uffef]")


def terminal_width() -> int:
    """Return the width to write in: that of the terminal, at most 100 cells."""
    return min(shutil.get_terminal_size((80, 24)).columns, WIDEST)


def named(first: str, second: str, between: str = "  ") -> str:
    """Return a name and an id beside each other; the first alone where they are one word."""
    return first if first.casefold() == second.casefold() else f"{first}{between}{second}"


def padded(text: str, width: int) -> str:
    """Return a text filled up with spaces to `width` cells."""
    return text + " " * max(0, width - display_width(text))


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Return a text as lines of at most `width` cells, each beginning with `indent`.

    Lines break at spaces and between Chinese characters, never before a closing mark or after an
    opening one. Line breaks in the text stay; a word longer than the line stands alone.
    """
    room = max(20, width - display_width(indent))
    return [
        indent + line if line else ""
        for part in text.split("\n")
        for line in _paragraph(part, room)
    ]


def definition_list(rows: Sequence[tuple[str, str]], width: int) -> Iterable[str]:
    """Yield the lines of a two-column list: a term, and its description beside or below it."""
    longest = max((display_width(term) for term, _ in rows if display_width(term) <= 26), default=0)
    column = min(longest, 26) + 4
    for term, description in rows:
        lines = wrapped(description, width, " " * column)
        if display_width(term) + 4 <= column and lines:
            yield f"  {padded(term, column - 2)}{lines[0].lstrip()}"
            yield from lines[1:]
        else:
            yield f"  {term}"
            yield from lines


def _paragraph(text: str, room: int) -> list[str]:
    start = text[: len(text) - len(text.lstrip())]
    lines, line = [], start
    for piece in _unbreakable(text.strip()):
        if line.strip() and display_width(line) + display_width(piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = start + piece.lstrip()
        else:
            line += piece
    lines.append(line.rstrip())
    return lines


def _unbreakable(text: str) -> list[str]:
    """Return the pieces between which a line may break."""
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        joined = pieces and (
            piece[0] in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST or piece.isspace()
        )
        if joined:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
