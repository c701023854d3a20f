"""Batches: what came into a book, when, from which files, and what it did."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.lake.book.record_log import RecordLog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BatchKind: TypeAlias = Literal["import", "undo"]
BatchState: TypeAlias = Literal["imported", "nothing new", "partly undone", "undone", "undo"]

REJECTED = "rejected.parquet"
REPLACED = "replaced.parquet"
LEFT = "left.parquet"


@dataclass(frozen=True, slots=True)
class Batch:
    """One import, or the undoing of one.

    Attributes:
        id: Its number, counted from 1 through the whole book.
        kind: Whether it imports or undoes.
        table: The contract table.
        at: When, with the zone UTC.
        note: What the user said about it.
        files: Name, size, sha256 and rows of each file read.
        columns: The contract columns that the files had.
        rows_in: Rows in the files.
        rows_new: Rows added (for an undo: rows taken away again count as removed).
        rows_updated: Rows that were there with other values; for an undo, rows put back.
        rows_unchanged: Rows that were there just so.
        rows_removed: Lines of replaced orders that the files no longer have; for an undo, rows
            taken away.
        rows_rejected: Rows of the files that could not be read; kept beside the batch.
        version_before: The version of the table it began with; None when there was no table.
        version_after: The version it left; equal to `version_before` when nothing changed.
        undoes: For an undo, the batch that it undoes.
        left: For an undo, orders or rows left as they are because a later batch changed them.
        undone_by: For an import, its last undo, filled in by the list of batches.
        undone_left: What that undo left.
    """

    id: int
    kind: BatchKind
    table: str
    at: datetime
    note: str = ""
    files: tuple[Mapping[str, Any], ...] = ()
    columns: tuple[str, ...] = ()
    rows_in: int = 0
    rows_new: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    rows_removed: int = 0
    rows_rejected: int = 0
    version_before: int | None = None
    version_after: int | None = None
    undoes: int | None = None
    left: int = 0
    undone_by: int | None = field(default=None, compare=False)
    undone_left: int = field(default=0, compare=False)

    @property
    def state(self) -> BatchState:
        """Return what has become of the batch."""
        if self.kind == "undo":
            return "undo"
        if self.undone_by is not None:
            return "partly undone" if self.undone_left else "undone"
        return "imported" if self.changed else "nothing new"

    @property
    def changed(self) -> bool:
        """Return whether the batch made a new version of its table."""
        return self.version_after != self.version_before

    @property
    def stands(self) -> bool:
        """Return whether rows of this import may still be in the book."""
        return self.kind == "import" and self.changed and self.state != "undone"

    def as_record(self) -> dict[str, Any]:
        """Return JSON values, without what the list of batches fills in."""
        record = asdict(self)
        del record["undone_by"], record["undone_left"]
        return {
            **record,
            "at": self.at.isoformat(),
            "files": [dict(file) for file in self.files],
            "columns": list(self.columns),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Batch:
        """Return the batch stored by `as_record`."""
        return cls(
            **{
                **record,
                "at": datetime.fromisoformat(record["at"]),
                "files": tuple(record["files"]),
                "columns": tuple(record["columns"]),
            }
        )


class BatchList:
    """The batches of one book and the files kept beside them."""

    def __init__(self, lake: Path) -> None:
        self.log = RecordLog(lake / "batches")
        self.files = lake / "batch_files"

    def append(self, batch: Batch) -> None:
        """Append a batch to the list.

        Raises:
            BookError: The list cannot be written.
        """
        self.log.append(f"{batch.id:09}", batch.as_record())

    def compact(self) -> None:
        """Keep the list quick to read.

        Raises:
            BookError: The list cannot be written.
        """
        self.log.compact()

    def recorded(self) -> list[Batch]:
        """Return the batches in the list, by number, without what became of them.

        Raises:
            BookError: The list cannot be read.
        """
        batches = (Batch.from_record(record) for record in self.log.records())
        return sorted(batches, key=lambda batch: batch.id)

    def folder(self, batch: int) -> Path:
        """Return the folder of the files kept beside a batch."""
        return self.files / str(batch)


def with_undos(batches: Iterable[Batch]) -> list[Batch]:
    """Return the batches by number, imports with their last undo among them filled in."""
    in_order = sorted(batches, key=lambda batch: batch.id)
    undos = {batch.undoes: batch for batch in in_order if batch.kind == "undo"}
    filled = []
    for batch in in_order:
        undo = undos.get(batch.id)
        filled.append(
            replace(
                batch,
                undone_by=None if undo is None else undo.id,
                undone_left=0 if undo is None else undo.left,
            )
        )
    return filled


def batch_called(batches: Iterable[Batch], number: int) -> Batch:
    """Return the batch of a number.

    Raises:
        CallError: There is none.
    """
    for batch in batches:
        if batch.id == number:
            return batch
    raise CallError(
        Text("The book has no batch {number}.", "账套中没有批次 {number}。").filled(number=number),
        mend=Text(
            "List the batches of the book and take a number from there.",
            "请列出账套的批次，从中选取编号。",
        ),
    )
