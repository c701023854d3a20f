"""A Delta table of small records, each appended once and never changed."""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, Schema
from deltalake.transaction import AddAction, RemoveAction

from kefen.lake.book import durable
from kefen.lake.book.delta import LOG_IS_KEPT, commits_in, files_named, reported

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kefen.lake.book.delta import Commits

_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("recorded_at", pa.timestamp("us")),
        pa.field("record", pa.string()),
    ]
)
# Every record is a file of its own; so many are put into one now and then.
_FILES_BEFORE_COMPACTION = 50


class RecordLog:
    """Records in the order in which they came: `id`, `recorded_at` (UTC) and JSON."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def append(self, identity: str, record: dict[str, Any]) -> None:
        """Append one record in one commit.

        Raises:
            BookError: The log cannot be written; it is as it was.
        """
        row = {
            "id": identity,
            "recorded_at": datetime.now(UTC).replace(tzinfo=None),
            "record": json.dumps(record, ensure_ascii=False, sort_keys=True),
        }
        with reported(self.directory):
            if not self.exists():
                self.directory.mkdir(parents=True, exist_ok=True)
                DeltaTable.create(self.directory.as_uri(), _SCHEMA, configuration=LOG_IS_KEPT)
            self._commit([row], [])

    def compact(self) -> None:
        """Put the records of many files into one, when there are many.

        Raises:
            BookError: The log cannot be written; it is as it was.
        """
        if not self.exists():
            return
        with reported(self.directory):
            files = self.files()
            if len(files) > _FILES_BEFORE_COMPACTION:
                self._commit(self._rows(), files)

    def records(self) -> list[dict[str, Any]]:
        """Return every record, oldest first.

        Raises:
            BookError: The log cannot be read.
        """
        if not self.exists():
            return []
        with reported(self.directory):
            return [json.loads(row["record"]) for row in self._rows()]

    def files(self) -> list[Path]:
        """Return the data files of the log; none of a log not there yet.

        Raises:
            BookError: The log cannot be read.
        """
        commits = commits_in(self.directory)
        if not commits:
            return []
        with reported(self.directory):
            return list(_files(self.directory, commits))

    def exists(self) -> bool:
        """Return whether the log has a first version."""
        return bool(commits_in(self.directory))

    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for path in self.files():
            known = path.stat()
            rows += _rows_in(path, known.st_mtime_ns, known.st_size)
        return sorted(rows, key=lambda row: (row["recorded_at"], row["id"]))

    def _commit(self, rows: Sequence[dict[str, Any]], replaced: Sequence[Path]) -> None:
        path = self.directory / f"{uuid.uuid4()}.parquet"
        pq.write_table(pa.Table.from_pylist(list(rows), schema=_SCHEMA), path)
        durable.sync_file(path)
        durable.sync_directory(self.directory)
        now = time.time_ns() // 1_000_000
        # Compaction changes no data: it is marked so for readers of changes.
        changes_data = not replaced
        added = AddAction(
            path=path.name,
            size=path.stat().st_size,
            partition_values={},
            modification_time=now,
            data_change=changes_data,
            stats=json.dumps({"numRecords": len(rows)}),
        )
        removed = [
            RemoveAction(path=old.name, data_change=changes_data, deletion_timestamp=now)
            for old in replaced
        ]
        DeltaTable(self.directory.as_uri()).create_write_transaction(
            [added, *removed], mode="append", schema=Schema.from_arrow(_SCHEMA), partition_by=[]
        )


@lru_cache(maxsize=32)
def _files(directory: Path, commits: Commits) -> tuple[Path, ...]:
    """Return the data files that the commits of a log name."""
    del commits  # what was read holds as long as they are the same
    actions = files_named(DeltaTable(directory.as_uri()))
    return tuple(sorted(directory / path for path in actions.column("path").to_pylist()))


@lru_cache(maxsize=1_000)
def _rows_in(path: Path, changed: int, size: int) -> tuple[dict[str, Any], ...]:
    """Return the rows of a file, which nobody changes; `changed` and `size` say that it is it."""
    del changed, size
    return tuple(pq.ParquetFile(path).read().to_pylist())
