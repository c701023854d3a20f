"""The moments between two steps of a write, named so that a test can stop the process there."""

from __future__ import annotations

from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class CommitPoint(Enum):
    """What has just been written when a commit point is reached."""

    INTENT_WRITTEN = "the journal of a batch says that it begins"
    REJECTED_KEPT = "the rejected rows are beside the batch"
    REPLACED_KEPT = "the rows that will be replaced are beside the batch"
    DATA_WRITTEN = "the new data files are on the disk, the table does not name them yet"
    JOURNAL_COMPLETE = "the journal holds the whole record of the batch"
    TABLE_CREATED = "a table that is new to the book has an empty first version"
    TABLE_COMMITTED = "the table names the new data files"
    BATCH_RECORDED = "the batch is in the list of batches"
    JOURNAL_REMOVED = "the journal is gone, the batch is done"
    RUN_SEALED = "the files of a run are on the disk, its row is not there yet"
    RUN_RECORDED = "the row of a run is appended"
    BACKUP_WRITTEN = "a backup is whole but has not its name yet"
    RESTORE_CHECKED = "a restored book is whole but has not its name yet"


_watchers: list[Callable[[CommitPoint], None]] = []


def reached(point: CommitPoint) -> None:
    """Tell every watcher that `point` was reached."""
    for watcher in _watchers:
        watcher(point)


@contextmanager
def watching(watcher: Callable[[CommitPoint], None]) -> Iterator[None]:
    """Call `watcher` at every commit point reached within the block."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)
