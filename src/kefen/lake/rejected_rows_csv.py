"""Rejected rows of a file as a file of their own, to be mended and brought in again."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from kefen.domain.text import Text
from kefen.lake.reading.rejections import rejection_reason
from kefen.lake.reading.sql import SQL, listed, literal, name, statement
from kefen.lake.rejected_csv import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kefen.domain.text import Language
    from kefen.engines.engine import Engine
    from kefen.lake.reading.source import RawFile

ROW = Text("Row in the file", "原文件行号")
REASON = Text("Why it was rejected", "拒绝原因")
_PIECE = 5_000
_REASON = Text("{c}: “{v}”: {r}", "{c}：“{v}”：{r}")
_SPLIT = "\x1f"


def write_rejected_rows(
    engine: Engine, file: RawFile, rejected: str, path: Path, language: Language
) -> int:
    """Write the rows of a file that were rejected, as the file has them, each with its reasons.

    The file is UTF-8 with a mark, so that Excel reads it; a value that a spreadsheet would take
    for a formula stands behind an apostrophe. A line that could not be split into columns
    stands whole in the first one.

    Args:
        engine: The engine that holds the rows.
        file: The file, opened in the engine.
        rejected: The relation of its rejected values (`row`, `column`, `value`, `code`).
        path: The file to write.
        language: The language of the reasons.

    Returns:
        How many rows it lists.

    Raises:
        OSError: The file cannot be written.
        EngineError: The engine stopped.
    """
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        reason, row = REASON.in_language(language), ROW.in_language(language)
        writer.writerow([*file.headings, row, reason])
        for cells, number, reasons in _rows(engine, file, rejected):
            told = "；" if language == "zh" else "; "
            writer.writerow(
                [
                    *(harmless(cell) for cell in cells),
                    number,
                    told.join(_in_words(one, language) for one in reasons),
                ]
            )
            count += 1
    return count


def _rows(
    engine: Engine, file: RawFile, rejected: str
) -> Iterator[tuple[list[str | None], int, list[str]]]:
    """Yield rejected rows in order: their cells, their number, and their reasons as stored."""
    query = statement(
        "SELECT {cells}, reasons.number, reasons.told FROM (SELECT *, {row} AS kefen_number "
        'FROM {file}) AS file JOIN (SELECT "row" AS number, list(concat_ws({split}, '
        'coalesce("column", \'\'), coalesce("value", \'\'), code) ORDER BY "column") AS told '
        "FROM {rejected} GROUP BY 1) AS reasons ON file.kefen_number = reasons.number "
        "ORDER BY reasons.number",
        cells=listed(
            statement("CAST({v} AS VARCHAR) AS {n}", v=column.value, n=name(f"cell_{place}"))
            for place, column in enumerate(file.columns)
        ),
        row=file.row,
        file=file.relation,
        split=literal(_SPLIT),
        rejected=name(rejected),
    )
    for *cells, number, told in _pieces(engine, query):
        yield cells, int(number), list(told)
    if file.lost is not None:
        width = len(file.columns)
        lost = statement(
            "SELECT row, value, code FROM {lost} ORDER BY row, value", lost=name(file.lost)
        )
        for number, value, code in _pieces(engine, lost):
            yield [value, *[None] * (width - 1)], int(number), [_SPLIT.join(("", "", code))]


def _pieces(engine: Engine, query: SQL) -> Iterator[tuple[Any, ...]]:
    offset = 0
    while rows := engine.rows(
        statement("{q} LIMIT {n} OFFSET {o}", q=query, n=literal(_PIECE), o=literal(offset))
    ):
        yield from rows
        offset += len(rows)


def _in_words(stored: str, language: Language) -> str:
    column, value, code = stored.split(_SPLIT)
    reason = rejection_reason(code)
    if not column:
        return reason.in_language(language)
    return _REASON.filled(c=column, v=value, r=reason).in_language(language)
