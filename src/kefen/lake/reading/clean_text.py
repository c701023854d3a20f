"""Whether text in place is clean, so that its values can be used as they are.

Trimming every cell of a large file costs more than reading it, and most such files have nothing
to trim. One pass over the columns in use finds out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.lake.reading.nothing import WORDS
from kefen.lake.reading.raw_tables import BLANK
from kefen.lake.reading.sql import SQL, any_of, listed, literal, statement

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

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


def with_clean_columns(
    engine: Engine, file: RawFile, used: Mapping[str, Column], later: Collection[str] = ()
) -> RawFile:
    """Return a file that lies in place with its clean columns of text marked as such.

    Args:
        engine: The engine that reads the file.
        file: The file; one that does not lie in place is returned as it is.
        used: The columns of the contract that are taken from it, by heading.
        later: Columns of the contract that are marked unseen; whoever asks for that asks
            `are_clean` where their cells cost less to look at, before anything rests on them.
    """
    texts = [c for c in file.columns if c.heading in used and c.kind == "text"]
    if not file.in_place or not texts:
        return file
    asked = [c for c in texts if used[c.heading].name not in later]
    bounds = _bounds(engine, file, asked)
    answers = _answers(
        engine,
        file.relation,
        [
            (column.value, bound, _is_no_code(column, used[column.heading]))
            for column, bound in zip(asked, bounds, strict=True)
        ],
    )
    clean = {column.heading for column in texts if column not in asked}
    coded = set[str]()
    doubtful: list[RawColumn] = []
    for column, answer in zip(asked, answers, strict=True):
        if used[column.heading].kind is Kind.CODE and not answer.other:
            coded.add(column.heading)
        if answer.nothing:
            continue
        if answer.ends_shown:
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


def are_clean(
    engine: Engine,
    file: RawFile,
    used: Mapping[str, Column],
    relation: SQL,
    cells: Mapping[str, SQL],
) -> bool:
    """Return whether columns that were marked unseen hold nothing that has to be cleaned.

    Args:
        engine: The engine.
        file: The file.
        used: The columns of the contract that are taken from it, by heading.
        relation: What holds all of their cells that may need it.
        cells: The columns of it, by the names of the contract's.
    """
    columns = [c for c in file.columns if c.heading in used and used[c.heading].name in cells]
    texts = [column for column in columns if column.kind == "text"]
    bounds = _bounds(engine, file, texts)
    asked = [
        (cells[used[column.heading].name], bound, None)
        for column, bound in zip(texts, bounds, strict=True)
    ]
    found = _answers(engine, relation, asked)
    return all(answer.ends_shown and not answer.nothing for answer in found)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is known of the cells of a column.

    Attributes:
        nothing: Whether one is empty, begins with a blank, or means nothing.
        other: Whether one is no code of the column.
        ends_shown: Whether all end with a character that is certainly no blank.
    """

    nothing: bool
    other: bool
    ends_shown: bool


_Bound = tuple[str | None, str | None]


def _bounds(engine: Engine, file: RawFile, columns: Sequence[RawColumn]) -> list[_Bound]:
    """Return the least and the largest cell of columns: as a rule from the file's statistics."""
    if not columns:
        return []
    (found,) = engine.rows(
        statement(
            "SELECT {parts} FROM {file}",
            parts=listed(statement("[min({v}), max({v})]", v=column.value) for column in columns),
            file=file.relation,
        )
    )
    return [(least, largest) for least, largest in found]


def _answers(
    engine: Engine, relation: SQL, asked: Sequence[tuple[SQL, _Bound, SQL | None]]
) -> list[_Answer]:
    """Ask of cells, given their bounds, and what is true of those that are no code."""
    if not asked:
        return []
    (found,) = engine.rows(
        statement(
            "SELECT {parts} FROM {relation}",
            parts=listed(
                statement(
                    "[{q}, {other}, min(unicode({v}[-1])), max(unicode({v}[-1]))]",
                    q=_any_row(_means_nothing(value, *bound)),
                    other=_any_row(other),
                    v=value,
                )
                for value, bound, other in asked
            ),
            relation=relation,
        )
    )
    return [
        _Answer(
            nothing=bool(nothing),
            other=bool(other),
            # Of the characters that cells end with, only those outside these can be blanks.
            ends_shown=least is None or (least >= _FIRST_SHOWN and largest < _FIRST_WIDE_BLANK),
        )
        for nothing, other, least, largest in found
    ]


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


def _means_nothing(value: SQL, least: str | None, largest: str | None) -> SQL | None:
    """Return SQL that is true where a cell is empty, begins with a blank, or means nothing.

    None where the bounds of the column leave no room for such a cell.

    Args:
        value: The cell.
        least: The least of the column in the order of bytes; None when all are null.
        largest: The largest.
    """
    if least is None or largest is None:
        return None
    first, last = least.encode(), largest.encode()
    ranges = [
        statement(
            "({v} >= {low} AND {v} < {high})",
            v=value,
            low=literal(low),
            high=literal(high),
        )
        for low, high in _RANGES
        if first < high.encode() and last >= low.encode()
    ]
    return any_of(ranges) if ranges else None
