"""Rejected values of every table as one CSV file."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.lake.reading.rejections import rejection_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kefen.domain.text import Language
    from kefen.engines.engine import Engine

_HEADINGS = (
    Text("Table", "数据表"),
    Text("File", "文件"),
    Text("Row", "行号"),
    Text("Column", "列"),
    Text("Value", "值"),
    Text("Code", "代码"),
    Text("Reason", "原因"),
)
_PIECE = 10_000


def write_rejected_of(
    engine: Engine, relations: Mapping[str, str], path: Path, language: Language
) -> int:
    """Write the rejected values of tables as CSV, each with its reason in words.

    The file is UTF-8 with a mark, so that Excel reads it; a value that a spreadsheet would take
    for a formula stands behind an apostrophe.

    Args:
        engine: The engine that holds the relations.
        relations: The relation of rejected values (`file`, `row`, `column`, `value`, `code`) of
            each table.
        path: The file to write.
        language: The language of headings and reasons.

    Returns:
        How many values it lists.

    Raises:
        OSError: The file cannot be written.
        EngineError: The engine stopped.
    """
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([heading.in_language(language) for heading in _HEADINGS])
        for table, relation in relations.items():
            label = TABLES[table].label.in_language(language)
            for name, row, column, value, code in rejected_values(engine, relation):
                reason = rejection_reason(code).in_language(language)
                writer.writerow(
                    [label, harmless(name), row, harmless(column), harmless(value), code, reason]
                )
                count += 1
    return count


def rejected_values(
    engine: Engine, relation: str
) -> Iterator[tuple[str, int, str | None, str | None, str]]:
    """Yield the rejected values of a relation in order: file, row, column, value, code."""
    names = ("file", "row", "column", "value", "code")
    columns = [exp.column(name, quoted=True) for name in names]
    query = (
        exp.select(*columns)
        .from_(exp.table_(relation, quoted=True))
        .order_by(*(column.copy() for column in columns))
    )
    offset = 0
    while rows := engine.rows(query.limit(_PIECE).offset(offset).sql("duckdb")):
        yield from rows
        offset += len(rows)


def harmless(value: str | None) -> str | None:
    """Return a value that no spreadsheet takes for a formula: behind an apostrophe if need be."""
    if value and value[0] in "=+-@\t\r" and not re.fullmatch(r"[+-]?[\d.,\s]+", value):
        return f"'{value}"
    return value
