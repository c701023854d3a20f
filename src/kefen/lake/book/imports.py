"""What came into a book: imports, what they brought, and their undoing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import sql
from kefen.lake.book.batches import REJECTED, Batch, BatchList, batch_called, with_undos
from kefen.lake.book.rejected import write_rejected_csv
from kefen.lake.book.undo import UndoReport, check_undoable
from kefen.lake.book.versions import newest_versions, tables_at
from kefen.lake.book.writer import Writer

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from kefen.domain.text import Language
    from kefen.lake.book.guard import Guard
    from kefen.lake.book.journal import Journals
    from kefen.lake.book.merge import Counts
    from kefen.lake.dataset import ReadTable


class Imports:
    """The imports of one book; each is a batch that commits whole and can be undone.

    Args:
        lake: The directory of the tables.
        timezone: The book's, an IANA name: its days are those on which cancellations become
            known.
        batches: The list of batches.
        journals: The journals of batches.
        guard: The lock of the book.
    """

    def __init__(
        self, lake: Path, timezone: str, batches: BatchList, journals: Journals, guard: Guard
    ) -> None:
        self._lake = lake
        self._timezone = timezone
        self._batches = batches
        self._journals = journals
        self._guard = guard

    def import_table(
        self,
        engine: DuckDBEngine,
        read: ReadTable,
        *,
        note: str = "",
        now: datetime | None = None,
    ) -> Batch:
        """Merge the rows of one read table into the book, whole or not at all.

        A row whose key is in the book replaces the row there, in the columns that the file has;
        the other columns keep their values. An order with a line that has no number, in the
        file or in the book, is replaced as a whole. Rows of tables without a key are added as
        often as the file has them more than the book.

        Args:
            engine: The engine that holds the relation of `read`.
            read: The table as read; its keys are unique, rows of unknown customers are in it.
            note: What the user says about the import.
            now: The time of the import, with a zone; the clock's by default.

        Returns:
            The batch; its `state` is `nothing new` when the book had every row just so.

        Raises:
            DataError: An order of the file is in the book under another customer.
            BookError: The book is in use or cannot be written; it is as it was.
            EngineError: The engine stopped; the book is as it was.
        """
        at = _moment(now)
        with self._guard.hold("import"):
            batch = Batch(
                id=self._next_number(),
                kind="import",
                table=read.table.name,
                at=at,
                note=note,
                files=tuple(dict(file) for file in read.inputs),
                columns=tuple(c for c in read.table.column_names if c in read.columns),
                rows_in=read.rows_in,
                rows_rejected=read.rows_rejected,
            )
            recorded = self._writer().import_table(engine, read, batch, self._day_of(at))
            self._batches.compact()
            return recorded

    def compare(self, engine: DuckDBEngine, read: ReadTable) -> Counts:
        """Return what an import of a read table would do now, in rows; nothing is written.

        Raises:
            DataError: An order of the file is in the book under another customer.
            BookError: The book cannot be read.
            EngineError: The engine stopped.
        """
        return self._writer().compare(engine, read, self._day_of(_moment(None)))

    def move_customer(
        self,
        engine: DuckDBEngine,
        old: str,
        new: str,
        *,
        note: str = "",
        now: datetime | None = None,
    ) -> list[Batch]:
        """Give everything of one customer to another, and take the record of the first away.

        One batch for each table that has rows of it, the table of customers last; each can be
        undone like an import, and all of them undone bring the customer back.

        Args:
            engine: An engine for the work.
            old: The customer that is given up.
            new: The customer that stays.
            note: What is said about it.
            now: The time, with a zone; the clock's by default.

        Raises:
            BookError: The book is in use or cannot be written; the table at fault is as it was.
            EngineError: The engine stopped; the table at fault is as it was.
        """
        at = _moment(now)
        recorded = []
        with self._guard.hold("import"):
            held = newest_versions(self._lake)
            last = [name for name in held if name == "customers"]
            for name in [*(one for one in held if one != "customers"), *last]:
                if not TABLES[name].has_customer or not self._has_rows(
                    engine, name, held[name], old
                ):
                    continue
                batch = Batch(id=self._next_number(), kind="import", table=name, at=at, note=note)
                done = self._writer().move_customer(engine, name, old, new, batch)
                recorded.append(done)
            self._batches.compact()
        return recorded

    def batches(self) -> list[Batch]:
        """Return every batch, oldest first, with what has become of it.

        A batch that was killed after its commit is in the list, recorded or not.

        Raises:
            BookError: The lake cannot be read.
        """
        killed = [one.record for one in self._guard.unfinished() if one.record is not None]
        return with_undos([*self._batches.recorded(), *killed])

    def undo(
        self,
        batch_id: int,
        *,
        note: str = "",
        now: datetime | None = None,
        engine: DuckDBEngine | None = None,
    ) -> UndoReport:
        """Take back an import: its rows go, the rows it replaced come back.

        What a later import changed stays and is listed; undo the batch again after that later
        import has been undone. The undoing is recorded as a batch of its own.

        Args:
            batch_id: The number of the import.
            note: What the user says about it.
            now: The time, with a zone; the clock's by default.
            engine: An engine for the work; a new one by default.

        Raises:
            CallError: There is no such batch, or it is not one that can be undone.
            BookError: The book is in use or cannot be written; it is as it was.
            EngineError: The engine stopped; the book is as it was.
        """
        if engine is None:
            with DuckDBEngine() as own:
                return self.undo(batch_id, note=note, now=now, engine=own)
        at = _moment(now)
        with self._guard.hold("undo"):
            history = self.batches()
            target = batch_called(history, batch_id)
            check_undoable(target)
            report = self._writer().undo(
                engine,
                history,
                target,
                Batch(
                    id=self._next_number(),
                    kind="undo",
                    table=target.table,
                    at=at,
                    note=note,
                    files=target.files,
                    undoes=batch_id,
                ),
            )
            self._batches.compact()
            return report

    def batch_directory(self, batch_id: int) -> Path:
        """Return the folder of the files kept beside a batch; it is there when there are any."""
        return self._batches.folder(batch_id)

    def rejected_rows(self, batch_id: int) -> Path | None:
        """Return the Parquet file of a batch's rejected rows; None when there were none.

        Columns: row, column, value, code.

        Raises:
            CallError: There is no such batch.
            BookError: The lake cannot be read.
        """
        batch = batch_called(self.batches(), batch_id)
        path = self._batches.folder(batch.id) / REJECTED
        return path if path.is_file() else None

    def write_rejected(self, batch_id: int, target: Path, language: Language = "en") -> int:
        """Write the rejected rows of a batch as CSV, each with its reason in words.

        Args:
            batch_id: The number of the import.
            target: The file to write; UTF-8 with a mark, so that Excel reads it.
            language: The language of headings and reasons.

        Returns:
            How many values it lists.

        Raises:
            CallError: There is no such batch.
            BookError: The file cannot be written.
        """
        return write_rejected_csv(self.rejected_rows(batch_id), target, language)

    def _day_of(self, at: datetime) -> date:
        """Return the day of a moment by the clock of the book."""
        return at.astimezone(ZoneInfo(self._timezone)).date()

    def _writer(self) -> Writer:
        return Writer(self._lake, self._batches, self._journals)

    def _has_rows(self, engine: DuckDBEngine, table: str, version: int, customer: str) -> bool:
        tables, _ = tables_at(engine, self._lake, self.batches(), {table: version})
        query = "SELECT count(*) FROM {r} WHERE customer_id = ?"
        return table in tables and bool(
            engine.rows(sql.statement(query, r=sql.name(tables[table].relation)), [customer])[0][0]
        )

    def _next_number(self) -> int:
        return max((batch.id for batch in self._batches.recorded()), default=0) + 1


def _moment(now: datetime | None) -> datetime:
    if now is not None and now.tzinfo is None:
        raise CallError(
            Text("The time of an import needs a zone.", "导入时间必须带时区。"),
            mend=Text("Give a time with a zone.", "请提供带时区的时间。"),
        )
    return (now or datetime.now(UTC)).astimezone(UTC)
