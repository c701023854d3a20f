"""Reading Parquet where it lies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
from pyarrow import parquet

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.engines.duckdb_errors import first_line
from kefen.lake.reading.limits import refuse_too_wide
from kefen.lake.reading.source import CellKind, RawColumn, RawFile
from kefen.lake.reading.sql import SQL, literal, name, statement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kefen.engines.engine import Engine

_INTEGERS = frozenset(
    sign + kind
    for sign in ("", "U")
    for kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
)
_STORABLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"})
_DIGITS, _PLACES = 14, 4  # of an amount: before the point, and after it
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_INSTANT = "TIMESTAMP WITH TIME ZONE"
_INSTANTS = frozenset({_INSTANT, "TIMESTAMP_NS WITH TIME ZONE", "TIMESTAMPTZ_NS"})


def read_parquet(engine: Engine, path: Path) -> RawFile:
    """Return a Parquet file as it lies, read by the engine whenever its rows are asked for.

    Raises:
        DataError: The file is not Parquet.
    """
    relation = SQL(engine.parquet([path]))
    try:
        parquet.read_metadata(str(path))
        described = engine.columns(relation)
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise DataError(
            Text(
                "This file is not Parquet that can be read ({e}).",
                "该文件不是可读取的 Parquet 文件（{e}）。",
            ).filled(e=first_line(error)),
            where=path.name,
            mend=Text("Write it again.", "请重新生成该文件。"),
        ) from error
    refuse_too_wide(path, len(described))
    return RawFile(
        path=path,
        relation=relation,
        columns=tuple(
            column
            for heading, kind in described
            if heading != "file_row_number"
            for column in _columns(engine, relation, heading, kind, name(heading))
        ),
        row=SQL("(file_row_number + 1)"),
        identity=SQL("file_row_number"),
        in_place=True,
        properties={"format": "parquet"},
    )


def _columns(
    engine: Engine, relation: SQL, heading: str, kind: str, value: SQL
) -> Iterator[RawColumn]:
    """Yield a column; those of a structure one by one, as `customer.id`."""
    if not kind.startswith("STRUCT("):
        yield typed_column(heading, kind, value)
        return
    inner = statement("(SELECT unnest({value}) FROM {relation})", value=value, relation=relation)
    for part, part_kind in engine.columns(inner):
        field = statement("struct_extract({value}, {part})", value=value, part=literal(part))
        yield from _columns(engine, relation, f"{heading}.{part}", part_kind, field)


def typed_column(heading: str, kind: str, value: SQL) -> RawColumn:
    """Return a column with its kind; what is neither text, number nor time becomes text.

    Args:
        heading: Its heading.
        kind: The engine's name of its type.
        value: SQL for its cells.
    """
    cell: CellKind = "text"
    if kind in _INTEGERS:
        cell = "integer"
    elif kind in {"DOUBLE", "FLOAT"}:
        cell = "double"
    elif kind.startswith("DECIMAL"):
        cell = "decimal"
    elif kind == "DATE":
        cell = "date"
    elif kind in _INSTANTS:
        cell = "instant"
        if kind != _INSTANT:
            value = statement("CAST({value} AS TIMESTAMPTZ)", value=value)
    elif kind.startswith("TIMESTAMP"):
        cell = "timestamp"
        if kind != "TIMESTAMP":
            value = statement("CAST({value} AS TIMESTAMP)", value=value)
    elif kind == "BOOLEAN":
        cell = "boolean"
    elif kind == "BLOB":  # older writers do not say that their bytes are text
        value = statement("coalesce(TRY(decode({value})), CAST({value} AS VARCHAR))", value=value)
    elif kind != "VARCHAR":
        value = statement("CAST({value} AS VARCHAR)", value=value)
    return RawColumn(heading, cell, value, storable=_is_storable(kind))


def _is_storable(kind: str) -> bool:
    """Whether every number of a type fits decimal(18,4), and every whole one 64 bits."""
    decimal = _DECIMAL.fullmatch(kind)
    if decimal is None:
        return kind in _STORABLE
    digits, places = int(decimal[1]), int(decimal[2])
    # Rounding to four places may need one more digit before the point.
    return digits - places + (places > _PLACES) <= _DIGITS
