"""Reading delimited text: the encoding and the delimiter are found, ragged lines are kept aside."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import csv as arrow_csv

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading.encodings import find_encoding, refuse_other_encoding
from kefen.lake.reading.headings import find_heading_row, unique_headings, units_in_row
from kefen.lake.reading.limits import refuse_too_wide
from kefen.lake.reading.raw_tables import BatchWriter, lost_table, new_name, row_below
from kefen.lake.reading.rows_without_data import is_note
from kefen.lake.reading.source import RawColumn, RawFile
from kefen.lake.reading.sql import SQL, listed, literal, name, statement
from kefen.lake.reading.units import unit_in_titles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine
    from kefen.lake.reading.units import Unit

DELIMITERS = (",", ";", "\t", "|")
_HEAD_CHARACTERS = 1 << 20
_HEAD_ROWS = 50
_BLOCK_BYTES = 16 << 20


@dataclass(frozen=True)
class _Layout:
    delimiter: str
    rows_above: int  # rows above the first of the body, as a spreadsheet shows them
    lines_above: int  # physical lines: a quoted line break begins one, but no row
    headings: tuple[str, ...]
    title_unit: Unit | None
    units_below: Mapping[str, Unit]


def read_delimited(
    engine: Engine, path: Path, table: Table, encoding: str | None = None
) -> RawFile:
    """Read a delimited text file into a table of the engine's scratch database.

    Args:
        engine: The engine that will hold the rows.
        path: The file.
        table: The contract table it is for.
        encoding: Its encoding; None to find it.

    Raises:
        DataError: The file is not text or not of that encoding, has no heading, or its columns
            cannot be told apart.
    """
    if encoding is None:
        encoding = find_encoding(path)
    else:
        refuse_other_encoding(path, encoding)
    layout = _find_layout(path, encoding, table)
    refuse_too_wide(path, len(layout.headings))
    readable = path if encoding == "utf-8" else _as_utf8(engine, path, encoding)
    lost: list[tuple[int, str]] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        lost.append((int(row.number) - layout.lines_above, str(row.text)))
        return "skip"

    fields = [f"c{position}" for position in range(len(layout.headings))]
    try:
        with (
            BatchWriter(engine, fields) as writer,
            arrow_csv.open_csv(
                str(readable),
                read_options=arrow_csv.ReadOptions(
                    use_threads=False,
                    skip_rows=layout.lines_above,
                    column_names=fields,
                    block_size=_BLOCK_BYTES,
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=layout.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=set_aside,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(fields, pa.string()),
                    strings_can_be_null=False,
                ),
            ) as reader,
        ):
            for batch in reader:
                writer.write(batch.columns)
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise _unreadable(path, error) from error
    relation = writer.finish([number for number, _ in lost])
    kept = _kept_as_text(engine, relation, fields)
    lost_rows = [
        (
            n + layout.rows_above,
            text,
            "note_row" if is_note(text, layout.delimiter) else "wrong_number_of_fields",
        )
        for n, text in lost
        if text.strip(f"{layout.delimiter} \t\r\n")
    ]
    return RawFile(
        path=path,
        relation=name(relation),
        columns=tuple(
            RawColumn(
                heading,
                "text",
                _unwrapped(field) if field in kept else name(field),
                from_spreadsheet=True,
            )
            for heading, field in zip(layout.headings, fields, strict=True)
        ),
        row=row_below(layout.rows_above),
        identity=SQL("row_number_in_file"),
        lost=lost_table(engine, lost_rows),
        lost_rows=len(lost_rows),
        title_unit=layout.title_unit,
        units_below=layout.units_below,
        properties={"format": "csv", "encoding": encoding, "delimiter": layout.delimiter},
    )


def _kept_as_text(engine: Engine, relation: str, fields: list[str]) -> set[str]:
    """Return the columns with cells such as `="007"`, which spreadsheets show as `007`."""
    found = engine.rows(
        statement(
            "SELECT {parts} FROM {relation}",
            parts=listed(
                statement("coalesce(bool_or(starts_with({f}, '=\"')), false)", f=name(field))
                for field in fields
            ),
            relation=name(relation),
        )
    )[0]
    return {field for field, wrapped in zip(fields, found, strict=True) if wrapped}


def _unwrapped(field: str) -> SQL:
    return statement(
        "regexp_replace({f}, {wrapped}, '\\1')", f=name(field), wrapped=literal('^="([^"]*)"$')
    )


def _find_layout(path: Path, encoding: str, table: Table) -> _Layout:
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(_HEAD_CHARACTERS)
    if not head.strip():
        raise DataError(
            Text("The file is empty.", "文件是空的。"),
            where=path.name,
            mend=Text(
                "Export it again with its heading and its rows.", "请重新导出，包含标题行和数据行。"
            ),
        )
    best: tuple[tuple[int, int, int], _Layout] | None = None
    for delimiter in DELIMITERS:
        rows, ends = _first_rows(head, delimiter)
        if not rows:
            continue
        found = find_heading_row(rows, table)
        width = len(rows[found.position])
        headings = unique_headings(rows[found.position])
        next_row = rows[found.position + 1] if rows[found.position + 1 :] else []
        below = units_in_row(headings, next_row, table)
        last = found.position + (1 if below else 0)
        alike = sum(len(row) == width for row in rows[found.position :])
        layout = _Layout(
            delimiter,
            last + 1,
            ends[last],
            headings,
            unit_in_titles(cell for row in rows[: found.position] for cell in row),
            below,
        )
        rank = (found.known, alike if width > 1 else 0, width)
        if best is None or rank > best[0]:
            best = (rank, layout)
    if best is None:
        raise _unreadable(path, None)
    return best[1]


def _first_rows(head: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Return the first rows of a text, and after how many physical lines each ends."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
            if len(rows) == _HEAD_ROWS:
                break
    except csv.Error:
        return [], []
    return rows, ends


def _as_utf8(engine: Engine, path: Path, encoding: str) -> Path:
    """Write the file again in UTF-8 into the scratch directory."""
    target = engine.scratch / f"{new_name('utf8')}.csv"
    with (
        path.open(encoding=encoding, newline="") as source,
        target.open("w", encoding="utf-8", newline="") as written,
    ):
        shutil.copyfileobj(source, written, _HEAD_CHARACTERS)
    return target


def _unreadable(path: Path, error: Exception | None) -> DataError:
    reason = str(error).splitlines()[0] if error else ""
    return DataError(
        Text(
            "The columns of this file cannot be told apart. {reason}",
            "无法分辨该文件的各列。{reason}",
        ).filled(reason=reason),
        where=path.name,
        mend=Text(
            "Save it as CSV with one heading line, a comma between columns and quotes around "
            "text that has commas or line breaks; or give the Excel file itself.",
            "请另存为 CSV：一行标题、逗号分隔，含逗号或换行的文字加引号；"
            "也可以直接提供 Excel 文件。",
        ),
    )
