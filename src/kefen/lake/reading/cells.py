"""Cells with a kind of their own, as spreadsheets and JSON have them: numbers are not text."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from kefen.lake.reading.raw_tables import BatchWriter
from kefen.lake.reading.source import RawColumn
from kefen.lake.reading.sql import name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kefen.engines.engine import Engine

_ROWS_PER_BATCH = 20_000
FORMULA_ERRORS = (
    "#N/A",
    "#REF!",
    "#DIV/0!",
    "#VALUE!",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
)


class Cell(NamedTuple):
    """A cell as text, with its kind: text, number, time, boolean or error."""

    text: str
    kind: str


BLANK_CELL = Cell("", "text")


class NumberText(str):
    """A number in the digits it was written with."""


def as_cell(value: Any) -> Cell:
    """Return a Python value as a cell.

    Whole floats lose their point (a spreadsheet has no other whole numbers); other floats are
    written by their shortest decimal; times in ISO order.
    """
    if value is None or value == "":
        return BLANK_CELL
    if isinstance(value, NumberText):
        return Cell(str(value), "number")
    if isinstance(value, str):
        return Cell(value, "error" if value in FORMULA_ERRORS else "text")
    if isinstance(value, bool):
        return Cell("true" if value else "false", "boolean")
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return Cell(str(int(value)) if whole else repr(value), "number")
    if isinstance(value, (int, Decimal)):
        return Cell(str(value), "number")
    if isinstance(value, (datetime.datetime, datetime.date)):
        return Cell(
            value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else value.isoformat(),
            "time",
        )
    if isinstance(value, (dict, list)):
        return Cell(json.dumps(value, ensure_ascii=False), "text")
    return Cell(str(value), "text")


def write_cells(
    engine: Engine, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> tuple[str, tuple[RawColumn, ...]]:
    """Write rows of cells to a raw table.

    Returns:
        The table's name and its columns: `text` where every cell is text, else `mixed`.
    """
    width = len(headings)
    fields = [f"c{position}" for position in range(width)]
    kinds = [f"k{position}" for position in range(width)]
    seen: list[set[str]] = [set() for _ in headings]
    with BatchWriter(engine, [*fields, *kinds]) as writer:
        batch: list[Sequence[Cell]] = []

        def flush() -> None:
            texts = [[row[position].text for row in batch] for position in range(width)]
            codes = [[row[position].kind for row in batch] for position in range(width)]
            for position, column in enumerate(codes):
                seen[position].update(column)
            writer.write(
                [
                    *(pa.array(column, pa.string()) for column in texts),
                    *(_kinds_where_filled(t, k) for t, k in zip(texts, codes, strict=True)),
                ]
            )
            batch.clear()

        for row in rows:
            batch.append(row)
            if len(batch) == _ROWS_PER_BATCH:
                flush()
        if batch:
            flush()
        table = writer.finish()
    columns = tuple(
        RawColumn(heading, "text", name(field))
        if used <= {"text"}
        else RawColumn(heading, "mixed", name(field), name(kind))
        for heading, field, kind, used in zip(headings, fields, kinds, seen, strict=True)
    )
    return table, columns


def _kinds_where_filled(texts: list[str], kinds: list[str]) -> pa.Array:
    """Return the kinds of the cells, empty for blank cells so that blank rows stay blank."""
    return pa.array(
        [kind if text else "" for text, kind in zip(texts, kinds, strict=True)], pa.string()
    )
