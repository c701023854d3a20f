"""Rows that are no file: a table in memory or a stream of batches, read like any file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from kefen.domain.errors import EngineError
from kefen.domain.text import Text
from kefen.lake.reading.headings import unique_headings
from kefen.lake.reading.limits import refuse_too_wide
from kefen.lake.reading.parquet import typed_column
from kefen.lake.reading.raw_tables import new_name
from kefen.lake.reading.source import RawColumn, RawFile
from kefen.lake.reading.sql import SQL, name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.engines.engine import Engine

_LARGEST_DECIMAL = 38


@dataclass(frozen=True)
class Frame:
    """Rows that are no file: in Arrow, or in a table of Spark.

    Attributes:
        name: What they are called in messages and in the record of a run.
        rows: An Arrow table in memory, Arrow batches that are read once, or a Spark DataFrame,
            whose rows stay where they are.
        kinds: For columns whose cells differ in kind, by position: the position of the column
            that holds the kind of each cell (see `cells.Cell`). Such columns hold text.
        properties: What else the record of a run says of them.
    """

    name: str
    rows: Any
    kinds: Mapping[int, int] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)


def open_frame(engine: Engine, frame: Frame) -> RawFile:
    """Make rows that are no file readable in the engine.

    A table is read where it lies in memory; a stream is written to the engine's scratch
    directory, so that it may be larger than memory.

    Raises:
        DataError: There are more columns than are read.
        EngineError: Memory or disk ran out.
    """
    path = Path(frame.name.replace("/", " "))
    schema = frame.rows.schema
    refuse_too_wide(path, len(schema) - len(frame.kinds))
    fields = [f"c{position}" for position in range(len(schema))]
    checksum = _Checksum()
    made = new_name("frame")
    relation = name(made)
    rows = frame.rows
    taken: Mapping[str, Any] = {}
    if isinstance(rows, pa.RecordBatchReader) and not engine.reads_text:
        rows = rows.read_all()  # no other machine sees what lies on the disk of this one
    if isinstance(rows, pa.Table):
        plain = pa.table([_plain(column) for column in rows.columns], names=fields)
        for batch in plain.to_batches():
            checksum.add(batch)
        numbers = pa.array(range(plain.num_rows), pa.int64())
        engine.divided(made, plain.append_column("file_row_number", numbers))
    elif isinstance(rows, pa.RecordBatchReader):
        file = engine.scratch / f"{made}.parquet"
        _spool(rows, fields, checksum, file)
        relation = SQL(engine.parquet([file]))
    else:
        taken = engine.taken(made, rows, fields)
    return RawFile(
        path=path,
        relation=relation,
        columns=_columns(engine, frame, relation, fields),
        row=SQL("(file_row_number + 1)"),
        identity=SQL("file_row_number"),
        in_place=True,
        properties=frame.properties,
        fingerprint={"name": frame.name, **(taken or checksum.described())},
    )


def _columns(
    engine: Engine, frame: Frame, relation: SQL, fields: list[str]
) -> tuple[RawColumn, ...]:
    types = dict(engine.columns(relation))
    own = [position for position in range(len(fields)) if position not in frame.kinds.values()]
    headings = unique_headings([frame.rows.schema.names[position] for position in own])
    columns = []
    for position, heading in zip(own, headings, strict=True):
        value = name(fields[position])
        if position in frame.kinds:
            kinds = name(fields[frame.kinds[position]])
            columns.append(RawColumn(heading, "mixed", value, kinds))
        else:
            columns.append(typed_column(heading, types[fields[position]], value))
    return tuple(columns)


class _Checksum:
    """The size and SHA-256 of batches, as they pass in Arrow's format for streams."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.size = 0

    def add(self, batch: pa.RecordBatch) -> None:
        content = memoryview(batch.serialize())
        self._digest.update(content)
        self.size += len(content)

    def described(self) -> dict[str, Any]:
        return {"size": self.size, "sha256": self._digest.hexdigest()}


def _spool(
    reader: pa.RecordBatchReader, fields: list[str], checksum: _Checksum, path: Path
) -> None:
    """Write batches to a file, in types that the engine reads, adding them to the checksum."""
    schema = pa.schema(
        [
            (own, _plain(pa.array([], one.type)).type)
            for own, one in zip(fields, reader.schema, strict=True)
        ]
    )
    try:
        with pq.ParquetWriter(path, schema, compression="lz4") as writer:
            for batch in reader:
                columns = [_plain(column) for column in batch.columns]
                made = pa.RecordBatch.from_arrays(
                    [c.cast(one.type) for c, one in zip(columns, schema, strict=True)],
                    schema=schema,
                )
                checksum.add(made)
                writer.write_batch(made)
    except OSError as error:
        raise EngineError(
            Text("The rows cannot be kept on disk: {e}", "无法将数据写入磁盘：{e}").filled(
                e=error.strerror or error
            ),
            mend=Text("Free space on the disk.", "请释放磁盘空间。"),
        ) from error


def _plain(column: Any) -> Any:
    """Return an Arrow array in a type that the engine reads, with the same values."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(column.cast(pa.string()) if kind == pa.uuid() else _storage(column))
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if pa.types.is_decimal256(kind):
        if kind.precision <= _LARGEST_DECIMAL:
            return column.cast(pa.decimal128(kind.precision, kind.scale))
        return column.cast(pa.string())
    if pa.types.is_float16(kind):
        return column.cast(pa.float32())
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_interval(kind) or pa.types.is_duration(kind):
        return pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())
    return column


def _storage(column: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        return pa.chunked_array(
            [chunk.storage for chunk in column.chunks], column.type.storage_type
        )
    return column.storage
