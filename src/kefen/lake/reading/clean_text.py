"""Whether text in place is clean, so that its values can be used as they are.

Trimming every cell of a large file costs more than reading it, and most such files have nothing
to trim. One pass over the columns in use finds out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.lake.reading.nothing import WORDS
from kefen.lake.reading.raw_tables import BLANK
from kefen.lake.reading.sql import SQL, any_of, listed, literal, statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.domain.contract import Column
    from kefen.engines.engine import Engine
    from kefen.lake.reading.source import RawColumn, RawFile

_BLANKS = SQL("(" + ", ".join(f"'{c}'" for c in BLANK.strip("'")) + ")")
_FIRST_SHOWN, _FIRST_WIDE_BLANK = 0x21, 0xA0  # `!`, and the blank that does not break
# What is empty or starts with a blank, and the words for nothing, as ranges in byte order, from
# (with) to (without). `!` is the first character that shows.
_RANGES = (
    ("", "!"),
    ("\u00a0", "\u00a1"),
    ("\u200b", "\u2010"),
    ("\u202a", "\u202d"),
    ("\u2060", "\u2061"),
    ("\u3000", "\u3001"),
    ("\ufeff", "\uff00"),
    *((word, f"{word} ") for word in WORDS),
)


def with_clean_columns(engine: Engine, file: RawFile, used: Mapping[str, Column]) -> RawFile:
    """Return a file that lies in place with its clean columns of text marked as such.

    Args:
        engine: The engine that reads the file.
        file: The file; one that does not lie in place is returned as it is.
        used: The columns of the contract that are taken from it, by heading.
    """
    asked = [c for c in file.columns if c.heading in used and c.kind == "text"]
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
                statement(
                    "[{q}, {other}, min(unicode({v}[-1])), max(unicode({v}[-1]))]",
                    q=_any_row(_means_nothing(column, *bound)),
                    other=_any_row(_is_no_code(column, used[column.heading])),
                    v=column.value,
                )
                for column, bound in zip(asked, bounds, strict=True)
            ),
            file=file.relation,
        )
    )[0]
    clean, coded = set[str](), set[str]()
    doubtful: list[RawColumn] = []
    for column, (nothing, other, least, largest) in zip(asked, answers, strict=True):
        if used[column.heading].kind is Kind.CODE and not other:
            coded.add(column.heading)
        if nothing:
            continue
        # Of the characters that cells end with, only those outside these bounds can be blanks.
        if least is None or (least >= _FIRST_SHOWN and largest < _FIRST_WIDE_BLANK):
            clean.add(column.heading)
        else:
            doubtful.append(column)
    if doubtful:
        blank = engine.rows(
            statement(
                "SELECT {parts} FROM {file}",
                parts=listed(
                    statement("bool_or({v}[-1] IN {blanks})", v=column.value, blanks=_BLANKS)
                    for column in doubtful
                ),
                file=file.relation,
            )
        )[0]
        clean |= {c.heading for c, found in zip(doubtful, blank, strict=True) if not found}
    return replace(
        file,
        columns=tuple(
            replace(c, clean=True, codes=used[c.heading].codes if c.heading in coded else ())
            if c.heading in clean
            else c
            for c in file.columns
        ),
    )


def _any_row(condition: SQL | None) -> SQL:
    """Return SQL for 1 where any row meets a condition; nothing is asked where none can."""
    if condition is None:
        return SQL("0")
    return statement("CAST(bool_or({c}) AS INTEGER)", c=condition)


def _is_no_code(column: RawColumn, used: Column) -> SQL | None:
    """Return SQL that is true where a cell is not a code of its column; None where it has none."""
    if used.kind is not Kind.CODE:
        return None
    codes = listed(literal(code) for code in used.codes)
    return statement("{v} NOT IN ({codes})", v=column.value, codes=codes)


def _means_nothing(column: RawColumn, least: str | None, largest: str | None) -> SQL | None:
    """Return SQL that is true where a cell is empty, begins with a blank, or means nothing.

    None where the bounds of the column leave no room for such a cell.

    Args:
        column: The column.
        least: Its least cell in the order of bytes; None when all are null.
        largest: Its largest cell.
    """
    if least is None or largest is None:
        return None
    first, last = least.encode(), largest.encode()
    ranges = [
        statement(
            "({v} >= {low} AND {v} < {high})",
            v=column.value,
            low=literal(low),
            high=literal(high),
        )
        for low, high in _RANGES
        if first < high.encode() and last >= low.encode()
    ]
    return any_of(ranges) if ranges else None
