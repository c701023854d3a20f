"""Delta tables of contract rows: DuckDB writes the files, one Delta commit names them."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable, Schema
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.transaction import (
    AddAction,
    CommitProperties,
    RemoveAction,
    Transaction,
)

from kefen.domain.errors import BookError
from kefen.domain.text import Text
from kefen.lake.book import durable
from kefen.lake.book.commit_points import CommitPoint, reached
from kefen.lake.book.layout import BATCH, BUCKET, CANCELLED_FROM, Layout, contract_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kefen.domain.contract import Table

LOG_IS_KEPT = {
    # Delta forgets old versions after 30 days by default: runs cite them for years.
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
}
Commits: TypeAlias = tuple[tuple[str, int, int], ...]
"""The commits of a table: name, time of the last change in nanoseconds, size in bytes."""
_BUCKETS = "kefen.buckets"
_APPLICATION = "kefen.batch"
_KEPT = 128


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file of a table.

    Attributes:
        path: Where it is.
        bucket: The bucket whose rows it holds.
        rows: How many rows it holds.
        size: Its size in bytes.
    """

    path: Path
    bucket: int
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of a table.

    Attributes:
        version: Its number; None for a table that is not there yet.
        layout: Its columns and buckets.
        files: Its data files, by bucket and name.
        last_batch: The number of the last batch that changed the table; None without one.
    """

    version: int | None
    layout: Layout
    files: tuple[DataFile, ...]
    last_batch: int | None

    @property
    def rows(self) -> int:
        """Return the number of rows of the table."""
        return sum(file.rows for file in self.files)


class LakeTable:
    """One contract table of a book, as a Delta table."""

    def __init__(self, directory: Path, table: Table) -> None:
        self.directory = directory
        self.table = table

    def exists(self) -> bool:
        """Return whether the table has a first version."""
        return bool(commits_in(self.directory))

    def snapshot(self, version: int | None = None) -> Snapshot:
        """Return the newest version, or the one given; an empty one of a table not there yet.

        Raises:
            BookError: There is no such version, or the log of the table is damaged.
        """
        commits = commits_in(self.directory)
        if not commits:
            if version is not None:
                raise self._no_version(version)
            return Snapshot(None, Layout.new(self.table), (), None)
        if version is None:
            # The newest by its number: what was read of it is kept under one name.
            version = int(commits[-1][0].removesuffix(".json"))
        return _as_committed(self.directory, self.table.name, commits, version)

    def read(self, version: int | None) -> Snapshot:
        """Read the newest version, or the one given, from the log.

        Raises:
            BookError: There is no such version, or the log of the table is damaged.
        """
        with reported(self.directory):
            try:
                delta = DeltaTable(self.directory.as_uri(), version=version)
            except DeltaError as error:
                if version is not None and version > self._newest():
                    raise self._no_version(version) from error
                raise
            return Snapshot(
                delta.version(),
                self._layout(delta),
                self._files(delta),
                delta.transaction_version(_APPLICATION),
            )

    def commit(
        self,
        before: Snapshot,
        layout: Layout,
        added: Sequence[DataFile],
        removed: Sequence[DataFile],
        batch: int,
    ) -> int:
        """Make the table name `added` files and no longer the `removed` ones, in one commit.

        Where `layout` has more columns than `before`, `removed` must hold every file of the
        buckets it touches.

        Returns:
            The new version.

        Raises:
            BookError: The commit failed; the table is as it was.
        """
        schema = Schema.from_arrow(layout.arrow_schema())
        properties = CommitProperties(
            custom_metadata={_APPLICATION: str(batch)},
            app_transactions=[Transaction(_APPLICATION, batch)],
        )
        adds: list[AddAction | RemoveAction] = [self._add(file) for file in added]
        uri = self.directory.as_uri()
        with reported(self.directory):
            if before.version is None:
                self._create(schema, layout)
            if before.version is not None and layout.attributes != before.layout.attributes:
                # Only an overwrite changes the columns; it takes away what its buckets held.
                touched = sorted({file.bucket for file in (*added, *removed)})
                DeltaTable(uri).create_write_transaction(
                    adds,
                    mode="overwrite",
                    schema=schema,
                    partition_by=[BUCKET],
                    partition_filters=[(BUCKET, "in", [str(bucket) for bucket in touched])],
                    commit_properties=properties,
                )
            else:
                DeltaTable(uri).create_write_transaction(
                    [*adds, *(self._remove(file) for file in removed)],
                    mode="append",
                    schema=schema,
                    partition_by=[BUCKET],
                    commit_properties=properties,
                )
            return DeltaTable(uri).version()

    def _create(self, schema: Schema, layout: Layout) -> None:
        """Make the first version: no rows, but how long the log is kept and how many buckets.

        A process killed after it leaves an empty table, which counts as none.
        """
        DeltaTable.create(
            self.directory.as_uri(),
            schema,
            partition_by=[BUCKET],
            name=self.table.name,
            configuration={**LOG_IS_KEPT, _BUCKETS: str(layout.buckets)},
            raise_if_key_not_exists=False,
        )
        reached(CommitPoint.TABLE_CREATED)

    def orphans_of(self, batch: int) -> tuple[Path, ...]:
        """Return the data files that the batch wrote and that the table does not name.

        Raises:
            BookError: The table cannot be read.
        """
        named = {file.path for file in self.snapshot().files}
        written = self.directory.glob(f"{BUCKET}=*/{file_prefix(batch)}*")
        return tuple(sorted(set(written) - named))

    def remove_if_never_written(self) -> None:
        """Remove a table whose first batch was taken back.

        Raises:
            BookError: The table cannot be read or removed.
        """
        if self.directory.is_dir() and self.snapshot().last_batch is None:
            with reported(self.directory):
                shutil.rmtree(self.directory)

    def _newest(self) -> int:
        return DeltaTable(self.directory.as_uri()).version()

    def _layout(self, delta: DeltaTable) -> Layout:
        known = {*self.table.column_names, CANCELLED_FROM, BATCH, BUCKET}
        fields = [field.name for field in delta.schema().fields]
        buckets = int(delta.metadata().configuration[_BUCKETS])
        return Layout(self.table, tuple(name for name in fields if name not in known), buckets)

    def _files(self, delta: DeltaTable) -> tuple[DataFile, ...]:
        actions = files_named(delta).select(["path", "size_bytes", "num_records", "partition"])
        files = (
            DataFile(
                self.directory / unquote(action["path"]),
                int(action["partition"][BUCKET]),
                int(action["num_records"]),
                int(action["size_bytes"]),
            )
            for action in actions.to_pylist()
        )
        return tuple(sorted(files, key=lambda file: (file.bucket, file.path.name)))

    def _add(self, file: DataFile) -> AddAction:
        return AddAction(
            path=self._relative(file),
            size=file.size,
            partition_values={BUCKET: str(file.bucket)},
            modification_time=_milliseconds(),
            data_change=True,
            stats=json.dumps({"numRecords": file.rows}),
        )

    def _remove(self, file: DataFile) -> RemoveAction:
        return RemoveAction(
            path=self._relative(file),
            data_change=True,
            deletion_timestamp=_milliseconds(),
            size=file.size,
            partition_values={BUCKET: str(file.bucket)},
        )

    def _relative(self, file: DataFile) -> str:
        return file.path.relative_to(self.directory).as_posix()

    def _no_version(self, version: int) -> BookError:
        return BookError(
            Text("{table} has no version {version}.", "{table} 没有版本 {version}。").filled(
                table=self.table.label, version=version
            ),
            where=str(self.directory),
            mend=Text(
                "Look up the versions with `kefen check`, or restore a backup that has it.",
                "请用 `kefen check` 查看现有版本，或恢复包含该版本的备份。",
            ),
        )


@lru_cache(maxsize=_KEPT)
def _as_committed(directory: Path, table: str, commits: Commits, version: int | None) -> Snapshot:
    del commits  # what was read holds as long as they are the same
    return LakeTable(directory, contract_table(table)).read(version)


def commits_in(directory: Path) -> Commits:
    """Return the commits of a Delta table with their time and size; none of one not there yet.

    Looking at them takes far less than reading the log, for which whoever keeps what was read can
    see by them whether it still holds.
    """
    try:
        with os.scandir(directory / "_delta_log") as entries:
            found = [
                (entry.name, (known := entry.stat()).st_mtime_ns, known.st_size)
                for entry in entries
                if entry.name.endswith(".json")
            ]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple(sorted(found))


def file_prefix(batch: int) -> str:
    """Return how the names of the data files of a batch begin."""
    return f"batch-{batch}-"


def make_durable(files: Sequence[DataFile]) -> None:
    """Wait until the data files and their names are on the disk."""
    for file in files:
        durable.sync_file(file.path)
    for folder in {file.path.parent for file in files}:
        durable.sync_directory(folder)


def files_named(delta: DeltaTable) -> pa.Table:
    """Return what a version says of its files (`pyarrow.table` would import pandas for it)."""
    return pa.RecordBatchReader.from_stream(delta.get_add_actions()).read_all()


@contextmanager
def reported(where: Path) -> Iterator[None]:
    """Turn what the lake or the disk raises within the block into a `BookError`.

    Raises:
        BookError: The disk is full, a file cannot be read or written, or a log is damaged.
    """
    try:
        yield
    except (DeltaError, TableNotFoundError, pa.ArrowException, OSError) as error:
        raise BookError(
            Text("The book could not be read or written: {error}", "账套读写失败：{error}").filled(
                error=_in_one_line(error)
            ),
            where=str(where),
            mend=Text(
                "Check that the disk is not full and that the folder may be written, then run "
                "`kefen doctor`. What was in the book before is still there.",
                "请检查磁盘是否已满、目录是否可写，然后运行 `kefen doctor`。原有数据不受影响。",
            ),
        ) from error


def _in_one_line(error: BaseException) -> str:
    """Return an error's message without the colours and arrows that the libraries put in."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|↳", " ", str(error)).split())[:300]


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000
