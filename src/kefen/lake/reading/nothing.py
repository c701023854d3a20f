r"""The words that stand for nothing in a cell of text, and how many cells hold one.

Databases export what is null as `NULL` or `\\N`. As a whole cell, so written, they are nothing in
every column. Other words for nothing (`N/A`, `-`, `无`) are left as they are: some are names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.lake.reading.raw_tables import trimmed
from kefen.lake.reading.sql import SQL, listed, literal, statement

if TYPE_CHECKING:
    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine
    from kefen.lake.reading.columns import ColumnChoice
    from kefen.lake.reading.source import RawFile

WORDS = ("NULL", "\\N")
"""The words, as they are exported."""
_WORDS = SQL("(" + listed(literal(word) for word in WORDS) + ")")
_TEXTS = (Kind.ID, Kind.TEXT)


def filled(text: SQL) -> SQL:
    """Return SQL for trimmed text, null where it is a word for nothing."""
    return statement("CASE WHEN {text} NOT IN {nothing} THEN {text} END", text=text, nothing=_WORDS)


def cells_without_content(
    engine: Engine, table: Table, file: RawFile, choice: ColumnChoice
) -> dict[str, int]:
    """Return by heading how many cells of ids and text hold a word for nothing, where any does.

    Args:
        engine: The engine that holds the file's rows.
        table: The contract table.
        file: The file; its columns that are clean have none.
        choice: Which of its columns are read.
    """
    texts = {
        given
        for own, given in choice.columns.items()
        if isinstance(given, str) and table.column(own).kind in _TEXTS
    }
    if table.name == "customers":
        texts.update(choice.unknown)  # kept as attributes
    asked = [
        column
        for column in file.columns
        if column.heading in texts and column.kind in ("text", "mixed") and not column.clean
    ]
    if not asked:
        return {}
    counts = engine.rows(
        statement(
            "SELECT {parts} FROM {file}",
            parts=listed(
                statement(
                    "count(*) FILTER (WHERE {v} IN {nothing})",
                    v=trimmed(column.value),
                    nothing=_WORDS,
                )
                for column in asked
            ),
            file=file.relation,
        )
    )[0]
    return {
        column.heading: int(count) for column, count in zip(asked, counts, strict=True) if count
    }
