"""Whether text in place is clean, so that its values can be used as they are.

Trimming every cell of a large file costs more than reading it, and most such files have nothing
to trim. One pass over the columns in use finds out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kefen.lake.reading.sql import SQL, any_of, listed, literal, statement

if TYPE_CHECKING:
    from collections.abc import Collection

    from kefen.engines.engine import Engine
    from kefen.lake.reading.source import RawColumn, RawFile

_BLANKS = SQL("(' ', '\t', '\r', '\n', '\u00a0', '\u3000', '\ufeff')")
# What is empty or starts with a blank, and the words for nothing, as ranges in byte order, from
# (with) to (without). `!` is the first character that shows.
_RANGES = (
    ("", "!"),
    ("\u00a0", "\u00a1"),
    ("\u3000", "\u3001"),
    ("\ufeff", "\uff00"),
    ("NULL", "NULL "),
    ("\\N", "\\N "),
)


def with_clean_columns(engine: Engine, file: RawFile, headings: Collection[str]) -> RawFile:
    """Return a file that lies in place with its clean columns of text marked as such.

    Args:
        engine: The engine that reads the file.
        file: The file; one that does not lie in place is returned as it is.
        headings: The columns that are used.
    """
    asked = [c for c in file.columns if c.heading in headings and c.kind == "text"]
    if not file.in_place or not asked:
        return file
    # The bounds are in the file's statistics, as a rule: they settle most questions unread.
    bounds = engine.rows(
        statement(
            "SELECT {parts} FROM {file}",
            parts=listed(statement("[min({v}), max({v})]", v=column.value) for column in asked),
            file=file.relation,
        )
    )[0]
    answers = engine.rows(
        statement(
            "SELECT {parts} FROM {file}",
            parts=listed(
                statement("bool_or({q})", q=_unclean(column, *bound))
                for column, bound in zip(asked, bounds, strict=True)
            ),
            file=file.relation,
        )
    )[0]
    clean = {column.heading for column, found in zip(asked, answers, strict=True) if not found}
    columns = tuple(replace(c, clean=True) if c.heading in clean else c for c in file.columns)
    return replace(file, columns=columns)


def _unclean(column: RawColumn, least: str | None, largest: str | None) -> SQL:
    """Return SQL that is true where a cell is empty, has blanks around it, or means nothing.

    Args:
        column: The column.
        least: Its least cell in the order of bytes; None when all are null.
        largest: Its largest cell.
    """
    if least is None or largest is None:
        return SQL("false")
    first, last = least.encode(), largest.encode()
    return any_of(
        (
            *(
                statement(
                    "({v} >= {low} AND {v} < {high})",
                    v=column.value,
                    low=literal(low),
                    high=literal(high),
                )
                for low, high in _RANGES
                if first < high.encode() and last >= low.encode()
            ),
            statement("({v})[-1] IN {blanks}", v=column.value, blanks=_BLANKS),
        )
    )
