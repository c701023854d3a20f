"""What runs in Spark's tasks: a small DuckDB over one piece of the data.

This module is sent to the executors by value, so that they need DuckDB and PyArrow and nothing
of ours. It may therefore import nothing of ours.

Between jobs a piece travels as rows of (bucket, relation, scan, rows): the bucket it lies in, the
relation it is part of, and either SQL that reads it where it is stored, or its rows as an Arrow
stream. What DuckDB refuses, such as a number out of range, travels on as a row of the relation
`ERROR` until the driver sees it, so that a task is not tried again in vain.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE = "bucket int, relation string, scan string, rows binary"
ERROR = "error"
_BUCKET = "kefen bucket"
_BLOCK_ROWS = 1 << 17
_SCHEMA = pa.schema(
    [
        ("bucket", pa.int32()),
        ("relation", pa.string()),
        ("scan", pa.string()),
        ("rows", pa.binary()),
    ]
)


@dataclass(frozen=True)
class Leaf:
    """A relation whose rows reach the task as they are.

    Attributes:
        name: Its name.
        columns: Its columns, each with its DuckDB type.
        scan: SQL that gives no rows of it, for one that is read where it is stored.
        everywhere: Its rows as an Arrow stream, for one that every task has whole.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    scan: str | None = None
    everywhere: bytes | None = None


@dataclass(frozen=True)
class Output:
    """What a task gives.

    Attributes:
        relation: The name under which its rows travel on.
        query: The query.
        by: The column that decides the bucket; None keeps rows where they are.
        folder: A folder to write the rows to, as one Parquet file; None hands them on.
        group_rows: How many rows of that file lie together.
    """

    relation: str
    query: str
    by: str | None = None
    folder: str | None = None
    group_rows: int | None = None


@dataclass(frozen=True)
class Work:
    """One task's work.

    Attributes:
        version: The version of DuckDB that the driver has.
        leaves: What reaches it.
        statements: What makes the other relations, in order.
        outputs: What it gives.
        buckets: How many buckets there are.
        memory_limit: Its memory.
    """

    version: str
    leaves: tuple[Leaf, ...]
    statements: tuple[str, ...]
    outputs: tuple[Output, ...]
    buckets: int
    memory_limit: str


def worker(work: Work) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return the function that Spark runs over the rows of each piece."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if duckdb.__version__ != work.version:
            message = f"the driver has DuckDB {work.version}, an executor {duckdb.__version__}"
            yield _piece(0, ERROR, f"VersionMismatch\n{message}".encode())
            return
        scratch = tempfile.mkdtemp(prefix="kefen-task-")
        connection = duckdb.connect()
        try:
            yield from _Task(work, connection, Path(scratch)).run(batches)
        except duckdb.Error as error:
            yield _piece(0, ERROR, f"{type(error).__name__}\n{error}".encode())
        finally:
            connection.close()
            shutil.rmtree(scratch, ignore_errors=True)

    return run


def scans(rows: tuple[tuple[int, str, str], ...]) -> Callable[..., Iterator[pa.RecordBatch]]:
    """Return the function that turns numbers into (bucket, relation, scan) of that place."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                bucket, relation, scan = rows[place]
                yield pa.RecordBatch.from_arrays(
                    [
                        pa.array([bucket], pa.int32()),
                        pa.array([relation], pa.string()),
                        pa.array([scan], pa.string()),
                        pa.array([None], pa.binary()),
                    ],
                    schema=_SCHEMA,
                )

    return run


def travelling(relation: str) -> Callable[..., Iterator[pa.RecordBatch]]:
    """Return the function that turns rows of a Spark table into rows of pieces."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        context = TaskContext.get()
        bucket = 0 if context is None else context.partitionId()
        waiting: list[pa.RecordBatch] = []
        for batch in batches:
            waiting.append(batch)
            if sum(one.num_rows for one in waiting) >= _BLOCK_ROWS:
                yield _piece(bucket, relation, stream_of(pa.Table.from_batches(waiting)))
                waiting = []
        if waiting:
            yield _piece(bucket, relation, stream_of(pa.Table.from_batches(waiting)))

    return run


COUNTED = "bucket int, rows bigint, size bigint, digest string"


def counting(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Give, for a piece, (bucket, rows, size, digest) of what travels in it."""
    digest = hashlib.sha256()
    bucket: int | None = None
    rows = size = 0
    for batch in batches:
        parts = (batch.column(0).to_pylist(), batch.column(3).to_pylist())
        for place, stream in zip(*parts, strict=True):
            bucket = place
            for given in rows_of(stream).to_batches():
                content = memoryview(given.serialize())
                digest.update(content)
                rows += given.num_rows
                size += len(content)
    if bucket is not None:
        yield pa.RecordBatch.from_pydict(
            {
                "bucket": pa.array([bucket], pa.int32()),
                "rows": pa.array([rows], pa.int64()),
                "size": pa.array([size], pa.int64()),
                "digest": pa.array([digest.hexdigest()], pa.string()),
            }
        )


def numbering(starts: dict[int, int]) -> Callable[..., Iterator[pa.RecordBatch]]:
    """Return the function that numbers the rows of pieces.

    Args:
        starts: By bucket, the number of its first row.
    """

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        number: int | None = None
        for batch in batches:
            parts = [column.to_pylist() for column in batch.columns]
            for place, relation, _, stream in zip(*parts, strict=True):
                given = rows_of(stream)
                number = starts[place] if number is None else number
                numbers = pa.array(range(number, number + given.num_rows), pa.int64())
                number += given.num_rows
                given = given.append_column("file_row_number", numbers)
                yield _piece(place, relation, stream_of(given))

    return run


def unpacking(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Give the rows that travel in pieces, as rows.

    Raises:
        RuntimeError: DuckDB refused something.
    """
    for batch in batches:
        parts = (batch.column(1).to_pylist(), batch.column(3).to_pylist())
        for relation, stream in zip(*parts, strict=True):
            if relation == ERROR:
                raise RuntimeError(stream.decode())
            yield from rows_of(stream).to_batches()


def computing(
    relation: str, function: Callable[[pa.Table], pa.Table]
) -> Callable[..., Iterator[pa.RecordBatch]]:
    """Return the function that computes rows of a relation from its pieces."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            parts = [column.to_pylist() for column in batch.columns]
            for place, name, _, rows in zip(*parts, strict=True):
                given = rows if name == ERROR else stream_of(function(rows_of(rows)))
                yield _piece(place, ERROR if name == ERROR else relation, given)

    return run


def rows_of(stream: bytes) -> pa.Table:
    """Return the table in an Arrow stream."""
    with pa.ipc.open_stream(stream) as reader:
        return reader.read_all()


def stream_of(table: pa.Table) -> bytes:
    """Return a table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


def _piece(bucket: int, relation: str, rows: bytes) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [
            pa.array([bucket], pa.int32()),
            pa.array([relation], pa.string()),
            pa.array([None], pa.string()),
            pa.array([rows], pa.binary()),
        ],
        schema=_SCHEMA,
    )


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


class _Task:
    """One piece, its relations, and what comes of them."""

    def __init__(self, work: Work, connection: Any, scratch: Path) -> None:
        self.work = work
        self.connection = connection
        for setting, value in (
            ("threads", 1),
            ("memory_limit", work.memory_limit),
            ("temp_directory", str(scratch)),
            ("TimeZone", "UTC"),
            ("autoinstall_known_extensions", False),
            ("autoload_known_extensions", False),
        ):
            connection.execute(f"SET {setting} = ?", [value])

    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        stored = {leaf.name for leaf in self.work.leaves if leaf.scan is None}
        for leaf in self.work.leaves:
            if leaf.scan is None:
                columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in leaf.columns)
                self.connection.execute(f"CREATE TABLE {quoted(leaf.name)} ({columns})")
            if leaf.everywhere is not None:
                self._fill(leaf.name, leaf.everywhere)
        scanned: dict[str, list[str]] = {}
        bucket: int | None = None
        for batch in batches:
            parts = [column.to_pylist() for column in batch.columns]
            for place, relation, scan, rows in zip(*parts, strict=True):
                if relation == ERROR:
                    yield _piece(place, ERROR, rows)
                    return
                bucket = place if bucket is None else bucket
                if scan is not None:
                    scanned.setdefault(relation, []).append(scan)
                elif relation in stored:
                    self._fill(relation, rows)
        if bucket is None:
            return
        for leaf in self.work.leaves:
            if leaf.scan is not None:
                query = " UNION ALL ".join(scanned.get(leaf.name, [leaf.scan]))
                self.connection.execute(f"CREATE VIEW {quoted(leaf.name)} AS {query}")
        for statement in self.work.statements:
            self.connection.execute(statement)
        for output in self.work.outputs:
            yield from self._given(output, bucket)

    def _fill(self, relation: str, rows: bytes) -> None:
        self.connection.register("kefen piece", rows_of(rows))
        self.connection.execute(f'INSERT INTO {quoted(relation)} SELECT * FROM "kefen piece"')
        self.connection.unregister("kefen piece")

    def _given(self, output: Output, bucket: int) -> Iterator[pa.RecordBatch]:
        if output.folder is not None:
            yield _piece(bucket, output.relation, self._written(output, output.folder, bucket))
            return
        if output.by is None:
            given = self.connection.sql(output.query).to_arrow_table()
            for start in range(0, given.num_rows, _BLOCK_ROWS):
                rows = stream_of(given.slice(start, _BLOCK_ROWS))
                yield _piece(bucket, output.relation, rows)
            return
        by = quoted(output.by)
        place = f"CAST(hash({by}) % {self.work.buckets} AS INTEGER)"
        # Rows without a value may lie anywhere: where they are, so that no bucket gets them all.
        spread = bucket % self.work.buckets
        given = self.connection.sql(
            f"SELECT *, CASE WHEN {by} IS NULL THEN {spread} ELSE {place} END AS {quoted(_BUCKET)} "
            f"FROM ({output.query}) ORDER BY {quoted(_BUCKET)}"
        ).to_arrow_table()
        places = given.column(_BUCKET).combine_chunks().to_numpy(zero_copy_only=False)
        content = given.drop_columns([_BUCKET])
        start = 0
        while start < len(places):
            there = int(places[start])
            end = start + int((places[start:] == there).sum())
            for first in range(start, end, _BLOCK_ROWS):
                rows = content.slice(first, min(_BLOCK_ROWS, end - first))
                yield _piece(there, output.relation, stream_of(rows))
            start = end

    def _written(self, output: Output, folder: str, bucket: int) -> bytes:
        """Write a file that takes its place whole, however often the task is tried."""
        final = Path(folder) / f"part-{bucket:05d}.parquet"
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as file:
            partial = Path(file.name)
        try:
            self.connection.sql(output.query).write_parquet(
                str(partial), compression="zstd", row_group_size=output.group_rows
            )
            partial.chmod(0o644)
            partial.replace(final)
        finally:
            partial.unlink(missing_ok=True)
        return final.name.encode()
