"""Rejected values of every table as one CSV file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from kefen.cli.language import say
from kefen.domain.contract import TABLES
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

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


def write_rejected_of(engine: Engine, relations: Mapping[str, str], path: Path) -> int:
    """Write the rejected values of tables as CSV, each with its reason in words.

    The file is UTF-8 with a mark, so that Excel reads it; a value that a spreadsheet would take
    for a formula stands behind an apostrophe.

    Args:
        engine: The engine that holds the relations.
        relations: The relation of rejected values (`file`, `row`, `column`, `value`, `code`) of
            each table.
        path: The file to write.

    Returns:
        How many values it lists.

    Raises:
        OSError: The file cannot be written.
        EngineError: The engine stopped.
    """
    from kefen.lake.book.rejected import harmless
    from kefen.lake.reading import rejection_reason

    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([say(heading) for heading in _HEADINGS])
        for table, relation in relations.items():
            label = say(TABLES[table].label)
            for name, row, column, value, code in _values(engine, relation):
                reason = say(rejection_reason(code))
                writer.writerow(
                    [label, harmless(name), row, harmless(column), harmless(value), code, reason]
                )
                count += 1
    return count


def _values(
    engine: Engine, relation: str
) -> Iterator[tuple[str, int, str | None, str | None, str]]:
    from sqlglot import exp

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
