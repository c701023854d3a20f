"""Tables of Spark and of the driver as rows of pieces, and rows of pieces as tables of Spark."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from kefen.engines.spark import tasks
from kefen.engines.spark.tasks import COUNTED, PIECE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame, SparkSession

_PLAIN = frozenset(
    {
        *("string", "boolean", "byte", "short", "integer", "long", "float", "double", "decimal"),
        *("date", "timestamp", "timestamp_ntz", "binary"),
    }
)
"""Types of Spark (`typeName`) whose cells are read as they are; others are read as text."""


@dataclass(frozen=True)
class Counted:
    """What was counted in pieces.

    Attributes:
        starts: By bucket, the number of its first row, from 0.
        rows: How many rows there are.
        size: Their size in bytes, in Arrow's format for streams.
        sha256: A checksum over the checksums of the pieces.
    """

    starts: dict[int, int]
    rows: int
    size: int
    sha256: str


def pieces_of_rows(
    relation: str, rows: DataFrame, fields: Sequence[str]
) -> tuple[pa.Schema, DataFrame]:
    """Return a table of Spark as rows of pieces, one piece a partition; nothing runs yet.

    Rows of a partition are sorted, so that a partition that is computed again, after an executor
    was lost, has them in the same order.

    Args:
        relation: The relation that they are rows of.
        rows: The table.
        fields: The names that its columns get, in order.

    Returns:
        The columns, with `file_row_number` that `tasks.numbering` adds; and the pieces.
    """
    plain = rows.toDF(*fields)
    for field in plain.schema.fields:
        if field.dataType.typeName() not in _PLAIN:
            plain = plain.withColumn(field.name, plain[field.name].cast("string"))
    schema = plain.limit(0).toArrow().schema.append(pa.field("file_row_number", pa.int64()))
    ordered = plain.sortWithinPartitions(*fields)
    return schema, ordered.mapInArrow(tasks.travelling(relation), PIECE)


def counted(pieces: DataFrame) -> Counted:
    """Count the rows of pieces; one row for each piece comes to the driver."""
    found = sorted(pieces.mapInArrow(tasks.counting, COUNTED).collect(), key=lambda row: row.bucket)
    starts: dict[int, int] = {}
    digest = hashlib.sha256()
    rows = size = 0
    for piece in found:
        starts[piece.bucket] = rows
        rows += piece.rows
        size += piece.size
        digest.update(bytes.fromhex(piece.digest))
    return Counted(starts, rows, size, digest.hexdigest())


def pieces_of_table(
    session: SparkSession, relation: str, table: pa.Table, rows_of_a_piece: int
) -> DataFrame:
    """Return an Arrow table of the driver as rows of pieces."""
    starts = range(0, max(table.num_rows, 1), rows_of_a_piece)
    streams = [tasks.stream_of(table.slice(start, rows_of_a_piece)) for start in starts]
    rows = pa.table(
        {
            "bucket": pa.array(range(len(streams)), pa.int32()),
            "relation": pa.array([relation] * len(streams), pa.string()),
            "scan": pa.array([None] * len(streams), pa.string()),
            "rows": pa.array(streams, pa.binary()),
        }
    )
    pieces = session.createDataFrame(rows, PIECE)
    return pieces.repartitionById(len(streams), pieces["bucket"])


def unpacked(pieces: DataFrame, schema: pa.Schema) -> DataFrame:
    """Return rows of pieces as a table of Spark with a column for each of theirs."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return pieces.mapInArrow(tasks.unpacking, from_arrow_schema(schema))
