"""Whether text in place is clean, so that its values can be used as they are.

Trimming every cell of a large file costs more than reading it, and most such files have nothing
to trim. One pass over the columns in use finds out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kefen.lake.reading.sql import SQL, any_of, listed, statement

if TYPE_CHECKING:
    from collections.abc import Collection

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.reading.source import RawColumn, RawFile

# Blanks sort below `!`, but for the three of Unicode; each starts with its own few bytes.
_BLANKS = SQL("(' ', '\t', '\r', '\n', '\u00a0', '\u3000', '\ufeff')")
_LEADING = (
    SQL("{v} < '!'"),
    SQL("({v} >= '\u00a0' AND {v} < '\u00a1')"),
    SQL("({v} >= '\u3000' AND {v} < '\u3001')"),
    SQL("({v} >= '\ufeff' AND {v} < '\uff00')"),
)


def with_clean_columns(engine: DuckDBEngine, file: RawFile, headings: Collection[str]) -> RawFile:
    """Return a file that lies in place with its clean columns of text marked as such.

    Args:
        engine: The engine that reads the file.
        file: The file; one that does not lie in place is returned as it is.
        headings: The columns that are used.
    """
    asked = [c for c in file.columns if c.heading in headings and c.kind == "text"]
    if not file.in_place or not asked:
        return file
    answers = engine.rows(
        statement(
            "SELECT {parts} FROM {file}",
            parts=listed(statement("bool_or({q})", q=_unclean(column)) for column in asked),
            file=file.relation,
        )
    )[0]
    clean = {column.heading for column, found in zip(asked, answers, strict=True) if not found}
    columns = tuple(replace(c, clean=True) if c.heading in clean else c for c in file.columns)
    return replace(file, columns=columns)


def _unclean(column: RawColumn) -> SQL:
    """Return SQL that is true where a cell is empty, has blanks around it, or means nothing."""
    return any_of(
        (
            *(statement(test, v=column.value) for test in _LEADING),
            statement("({v})[-1] IN {blanks}", v=column.value, blanks=_BLANKS),
            statement("{v} IN ('NULL', '\\N')", v=column.value),
        )
    )
