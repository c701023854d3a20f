"""Journals: what a write was about to do, so that a killed one is completed or taken back.

A batch goes through these steps, each after the one before is on the disk:

1. `journal.json` beside the batch says that it begins.
2. Rejected and replaced rows are written beside the batch, new data files beside the old ones.
3. The journal holds the whole record of the batch.
4. One Delta commit makes the table name the new files: from here on the batch has happened.
5. The record is appended to the list of batches.
6. The journal is removed.

Killed before step 4, the batch has not happened: its files are removed. Killed after, its
record is appended from the journal.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kefen.domain.contract import TABLES
from kefen.lake.book import durable
from kefen.lake.book.batches import Batch, BatchList
from kefen.lake.book.delta import LakeTable, reported

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "journal.json"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A batch that was stopped in the middle.

    Attributes:
        batch: Its number.
        table: Its table, or None where the journal was not written whole.
        outcome: `completed` when its table names its files, `taken back` when it does not.
        record: The batch to be recorded, when completed and not recorded yet.
        leftovers: Files to be removed.
    """

    batch: int
    table: str | None
    outcome: Literal["completed", "taken back"]
    record: Batch | None
    leftovers: tuple[Path, ...]


class Journals:
    """The journals of one book."""

    def __init__(self, lake: Path, batches: BatchList) -> None:
        self._lake = lake
        self._batches = batches

    def begin(self, batch: int, table: str) -> None:
        """Say that a batch begins.

        Raises:
            BookError: The journal cannot be written.
        """
        folder = self._batches.folder(batch)
        with reported(folder):
            folder.mkdir(parents=True, exist_ok=True)
            durable.write_json(folder / _NAME, {"batch": batch, "table": table, "record": None})
            durable.sync_directory(folder.parent)

    def complete(self, batch: Batch) -> None:
        """Put the whole record of a batch into its journal.

        Raises:
            BookError: The journal cannot be written.
        """
        folder = self._batches.folder(batch.id)
        with reported(folder):
            durable.write_json(
                folder / _NAME,
                {"batch": batch.id, "table": batch.table, "record": batch.as_record()},
            )

    def end(self, batch: int) -> None:
        """Remove the journal of a batch that is recorded, and its folder when it is empty.

        Raises:
            BookError: The journal cannot be removed.
        """
        folder = self._batches.folder(batch)
        with reported(folder):
            (folder / _NAME).unlink(missing_ok=True)
            (folder / f"{_NAME}.partial").unlink(missing_ok=True)
            if not any(folder.iterdir()):
                folder.rmdir()

    def unfinished(self) -> list[Unfinished]:
        """Return the batches that were stopped in the middle, without changing anything.

        Raises:
            BookError: The lake cannot be read.
        """
        if not self._batches.files.is_dir():
            return []
        recorded = {batch.id for batch in self._batches.recorded()}
        found = []
        for folder in sorted(self._batches.files.iterdir()):
            if not folder.name.isdigit():
                continue
            number = int(folder.name)
            if (folder / _NAME).is_file() or number not in recorded:
                found.append(self._judged(folder, number, recorded=number in recorded))
        return found

    def settle(self) -> list[Unfinished]:
        """Complete or take back every unfinished batch. The caller holds the lock.

        Returns:
            What was unfinished.

        Raises:
            BookError: The lake cannot be read or written.
        """
        unfinished = self.unfinished()
        for one in unfinished:
            self.settle_one(one)
        return unfinished

    def settle_one(self, one: Unfinished) -> None:
        """Complete or take back one unfinished batch. The caller holds the lock.

        Raises:
            BookError: The lake cannot be read or written.
        """
        if one.record is not None:
            self._batches.append(one.record)
        with reported(self._lake):
            for file in one.leftovers:
                file.unlink(missing_ok=True)
            if one.outcome == "taken back":
                shutil.rmtree(self._batches.folder(one.batch))
        if one.outcome == "taken back" and one.table is not None:
            LakeTable(self._lake / one.table, TABLES[one.table]).remove_if_never_written()
        if one.outcome == "completed":
            self.end(one.batch)

    def _judged(self, folder: Path, number: int, *, recorded: bool) -> Unfinished:
        journal = _read(folder / _NAME)
        name = str(journal.get("table"))
        record = journal.get("record")
        if recorded:
            return Unfinished(number, name, "completed", None, ())
        if name not in TABLES:
            return Unfinished(number, None, "taken back", None, self._orphans_of(number))
        table = LakeTable(self._lake / name, TABLES[name])
        if record is not None and table.snapshot().last_batch == number:
            version = table.snapshot().version
            batch = Batch.from_record({**record, "version_after": version})
            return Unfinished(number, name, "completed", batch, ())
        return Unfinished(number, name, "taken back", None, table.orphans_of(number))

    def _orphans_of(self, number: int) -> tuple[Path, ...]:
        tables = (LakeTable(self._lake / name, TABLES[name]) for name in TABLES)
        return tuple(file for table in tables for file in table.orphans_of(number))


def _read(path: Path) -> dict[str, Any]:
    try:
        journal = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return journal if isinstance(journal, dict) else {}
