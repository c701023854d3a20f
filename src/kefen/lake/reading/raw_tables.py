"""Raw tables: cells as a file has them, in the engine's scratch database."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from kefen.lake.reading.sql import SQL, any_of, listed, literal, name, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

    from kefen.engines.engine import Engine

ROW = "row_number_in_file"
_numbers = itertools.count(1)


def new_name(stem: str) -> str:
    """Return a relation name that nothing else in this process uses."""
    return f"{stem}_{next(_numbers)}"


def row_below(above: int) -> SQL:
    """Return SQL for a row's number in its file, of a raw table written from below the heading.

    Args:
        above: How many rows the file has above the first written one, with the heading.
    """
    return statement("({row} + {above})", row=name(ROW), above=literal(above))


class BatchWriter:
    """Writes batches of text cells to a new table, with the number of each row.

    Rows whose cells are all blank are numbered but left out, as spreadsheets end in them.

    Args:
        engine: The engine that holds the table.
        fields: The names of the columns.
    """

    def __init__(self, engine: Engine, fields: Sequence[str]) -> None:
        self._engine = engine
        self._fields = tuple(fields)
        self._table = new_name("raw")
        self._rows = 0
        columns = listed(statement("{f} VARCHAR", f=name(field)) for field in self._fields)
        engine.run(
            statement(
                "CREATE TABLE {table} ({columns}, {row} BIGINT)",
                table=name(self._table),
                columns=columns,
                row=name(ROW),
            )
        )
        self._insert = statement(
            "INSERT INTO {table} SELECT * FROM raw_batch WHERE {filled}",
            table=name(self._table),
            filled=any_of(
                statement("{trimmed} <> ''", trimmed=trimmed(name(field))) for field in self._fields
            ),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.unregister("raw_batch")

    def write(self, columns: Iterable[pa.Array]) -> None:
        """Append one batch: an array of strings for each field."""
        arrays = list(columns)
        count = len(arrays[0]) if arrays else 0
        numbers = pa.array(range(self._rows + 1, self._rows + count + 1), pa.int64())
        self._rows += count
        self._engine.register("raw_batch", pa.table([*arrays, numbers], names=[*self._fields, ROW]))
        self._engine.run(self._insert)

    def finish(self, lost: Sequence[int] = ()) -> str:
        """Return the table's name, its rows numbered so that lost lines keep their numbers.

        Args:
            lost: The numbers of the lines that were not written, ascending.
        """
        if not lost:
            return self._table
        shifts = {number - earlier: earlier + 1 for earlier, number in enumerate(lost)}
        self._engine.register(
            "lost_lines",
            pa.table({"first": list(shifts), "shift": list(shifts.values())}),
        )
        shifted = new_name("raw")
        self._engine.run(
            statement(
                "CREATE TABLE {shifted} AS SELECT raw.* REPLACE "
                "(raw.{row} + coalesce(lost_lines.shift, 0) AS {row}) "
                "FROM {table} AS raw ASOF LEFT JOIN lost_lines ON raw.{row} >= lost_lines.first",
                shifted=name(shifted),
                table=name(self._table),
                row=name(ROW),
            )
        )
        self._engine.unregister("lost_lines")
        self._engine.run(statement("DROP TABLE {table}", table=name(self._table)))
        return shifted


BLANK = SQL("' \t\r\n\u00a0\u3000\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060'")
"""The characters that surround a value without meaning: blanks, and what nobody can see."""


def trimmed(text: SQL) -> SQL:
    """Return a text without the blanks around it.

    Most begin and end with a plain letter, a digit or a Chinese character, which is seen faster
    than a text is trimmed.
    """
    shown = "({v}[{place}] BETWEEN '!' AND '~' OR {v}[{place}] BETWEEN '\u3400' AND '\u9fff')"
    return statement(
        f"CASE WHEN {shown.replace('{place}', '1')} AND {shown.replace('{place}', '-1')} "
        "THEN {v} ELSE trim({v}, {blank}) END",
        v=text,
        blank=BLANK,
    )


def lost_table(engine: Engine, rows: Sequence[tuple[int, str, str]]) -> str | None:
    """Keep lines that could not be split into columns: their numbers, their text, and why (a code).

    Returns:
        The name of a table (`row`, `value`, `code`); None where there are none.
    """
    if not rows:
        return None
    made = new_name("lost")
    content: dict[str, Any] = {
        "row": pa.array([number for number, _, _ in rows], pa.int64()),
        "value": pa.array([text for _, text, _ in rows], pa.string()),
        "code": pa.array([code for _, _, code in rows], pa.string()),
    }
    engine.register("lost_rows", pa.table(content))
    engine.run(statement("CREATE TABLE {made} AS SELECT * FROM lost_rows", made=name(made)))
    engine.unregister("lost_rows")
    return made
