"""Reading JSON: one object a line, or one array of objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading.cells import BLANK_CELL, Cell, NumberText, as_cell, write_cells
from kefen.lake.reading.encodings import find_encoding
from kefen.lake.reading.limits import refuse_too_wide
from kefen.lake.reading.raw_tables import lost_table
from kefen.lake.reading.source import RawFile
from kefen.lake.reading.sql import SQL, name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kefen.engines.engine import Engine


def read_json_lines(engine: Engine, path: Path) -> RawFile:
    """Read a file of JSON objects into a table of the engine's scratch database.

    Raises:
        DataError: The file holds no objects.
    """
    encoding = find_encoding(path)
    headings: dict[str, None] = {}
    lost: list[tuple[int, str]] = []
    for number, text, record in _records(path, encoding):
        if record is not None:
            headings.update(dict.fromkeys(record))
        elif text:
            lost.append((number, text))
    if not headings:
        raise DataError(
            Text("The file holds no JSON objects.", "文件中没有 JSON 对象。"),
            where=path.name,
            mend=Text(
                'Write one object a line, such as {{"order_id": "1"}}.',
                '请每行写一个对象，例如 {{"order_id": "1"}}。',
            ).filled(),
        )
    refuse_too_wide(path, len(headings))
    order = tuple(headings)

    def rows() -> Iterator[list[Cell]]:
        for _, _, record in _records(path, encoding):
            yield (
                [BLANK_CELL] * len(order)
                if record is None
                else [as_cell(record.get(heading)) for heading in order]
            )

    table, columns = write_cells(engine, order, rows())
    return RawFile(
        path=path,
        relation=name(table),
        columns=columns,
        row=SQL("row_number_in_file"),
        identity=SQL("row_number_in_file"),
        lost=lost_table(engine, [(line, text, "not_json") for line, text in lost]),
        lost_rows=len(lost),
        properties={"format": "json", "encoding": encoding},
    )


def _records(path: Path, encoding: str) -> Iterator[tuple[int, str, dict[str, Any] | None]]:
    """Yield number, text and object of each line; None for a line that holds no object.

    A blank line has its number too, and no text.
    """
    with path.open(encoding=encoding) as file:
        first = file.read(1)
        while first.isspace():
            first = file.read(1)
        file.seek(0)
        if first == "[":
            yield from _of_array(path, file.read())
            return
        for number, line in enumerate(file, 1):
            text = line.strip()
            yield number, text, _parsed(text) if text else None


def _of_array(path: Path, text: str) -> Iterator[tuple[int, str, dict[str, Any] | None]]:
    records = _parsed_value(text)
    if not isinstance(records, list):
        raise DataError(
            Text("The JSON of this file is damaged.", "该文件的 JSON 已损坏。"),
            where=path.name,
            mend=Text("Export it again, one object a line.", "请重新导出，每行一个对象。"),
        )
    for number, record in enumerate(records, 1):
        if isinstance(record, dict):
            yield number, "", _flat(record)
        else:
            yield number, json.dumps(record, ensure_ascii=False), None


def _parsed(line: str) -> dict[str, Any] | None:
    value = _parsed_value(line)
    return _flat(value) if isinstance(value, dict) else None


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return an object with those within it spread out: `customer.id`."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict) and value:
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _parsed_value(text: str) -> Any:
    try:
        return json.loads(
            text,
            parse_float=NumberText,
            parse_int=NumberText,
            parse_constant=NumberText,
        )
    except (ValueError, RecursionError):
        return None
