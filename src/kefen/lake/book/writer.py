"""Writing batches into a book: an import or its undoing, whole or not at all."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from kefen.domain.errors import DataError, KefenError
from kefen.domain.text import Text
from kefen.lake.book import sql
from kefen.lake.book.batches import REJECTED, REPLACED, Batch, BatchList
from kefen.lake.book.commit_points import CommitPoint, reached
from kefen.lake.book.delta import LakeTable, Snapshot
from kefen.lake.book.layout import BATCH, BUCKET, CANCELLED_FROM, Layout, contract_table
from kefen.lake.book.merge import Counts, Merge
from kefen.lake.book.moving import plan_move
from kefen.lake.book.undo import Undo, UndoReport
from kefen.lake.book.workspace import copy_to, drop_scratch, keep_replaced, write_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book.journal import Journals
    from kefen.lake.dataset import ReadTable


class Writer:
    """Writes batches into the tables of one book; the caller holds the lock.

    Args:
        lake: The directory of the tables.
        batches: The list of batches.
        journals: The journals of batches.
    """

    def __init__(self, lake: Path, batches: BatchList, journals: Journals) -> None:
        self._lake = lake
        self._batches = batches
        self._journals = journals

    def import_table(
        self, engine: DuckDBEngine, read: ReadTable, batch: Batch, today: date
    ) -> Batch:
        """Merge the rows of `read` into its table.

        Args:
            engine: The engine that holds the rows.
            read: The table as read; its keys are unique.
            batch: The batch with its number, time, note and files.
            today: The day on which cancellations of this file become known.

        Returns:
            The batch as recorded.

        Raises:
            DataError: The rows contradict the book.
            BookError: The book cannot be written; it is as it was.
            EngineError: The engine stopped; the book is as it was.
        """
        lake, before, layout = self._place_of(read)
        batch = replace(batch, version_before=before.version, version_after=before.version)
        with self._taken_back_on_error(batch, engine):
            self._journals.begin(batch.id, batch.table)
            reached(CommitPoint.INTENT_WRITTEN)
            self._keep_rejected(engine, read, batch)
            reached(CommitPoint.REJECTED_KEPT)
            counts = _merge(engine, read, before, layout, batch.id, today).plan()
            batch = replace(
                batch,
                rows_new=counts.new,
                rows_updated=counts.updated,
                rows_unchanged=counts.unchanged,
                rows_removed=counts.removed,
            )
            changes = counts.new + counts.updated + counts.removed > 0
            return self._publish(engine, lake, before, layout, batch, changes=changes)

    def compare(self, engine: DuckDBEngine, read: ReadTable, today: date) -> Counts:
        """Return what importing the rows of `read` would do, and write nothing.

        Raises:
            DataError: The rows contradict the book.
            BookError: The book cannot be read.
            EngineError: The engine stopped.
        """
        _, before, layout = self._place_of(read)
        try:
            return _merge(engine, read, before, layout, 0, today).plan()
        finally:
            drop_scratch(engine)

    def move_customer(
        self, engine: DuckDBEngine, table: str, old: str, new: str, batch: Batch
    ) -> Batch:
        """Give the rows of one customer to another; of the table of customers, take its row away.

        Args:
            engine: An engine for the work.
            table: The contract table.
            old: The customer whose rows they are.
            new: The customer whose they become.
            batch: The batch with its number, time and note.

        Returns:
            The batch as recorded.

        Raises:
            BookError: The book cannot be written; it is as it was.
            EngineError: The engine stopped; the book is as it was.
        """
        lake = LakeTable(self._lake / table, contract_table(table))
        before = lake.snapshot()
        batch = replace(batch, version_before=before.version, version_after=before.version)
        with self._taken_back_on_error(batch, engine):
            self._journals.begin(batch.id, batch.table)
            reached(CommitPoint.INTENT_WRITTEN)
            moved = plan_move(engine, before, old, new, batch.id)
            if table == "customers":
                batch = replace(batch, rows_in=moved, rows_removed=moved)
            else:
                batch = replace(batch, rows_in=moved, rows_updated=moved)
            return self._publish(engine, lake, before, before.layout, batch, changes=moved > 0)

    def undo(
        self, engine: DuckDBEngine, history: Sequence[Batch], target: Batch, batch: Batch
    ) -> UndoReport:
        """Take back an import.

        Args:
            engine: An engine for the work.
            history: Every batch of the book, with undos filled in.
            target: The import to undo.
            batch: The batch of the undoing, with its number, time and note.

        Returns:
            What it did, with the batch as recorded.

        Raises:
            BookError: The book cannot be written; it is as it was.
            EngineError: The engine stopped; the book is as it was.
        """
        lake = LakeTable(self._lake / target.table, contract_table(target.table))
        before = lake.snapshot()
        batch = replace(batch, version_before=before.version, version_after=before.version)
        with self._taken_back_on_error(batch, engine):
            self._journals.begin(batch.id, batch.table)
            reached(CommitPoint.INTENT_WRITTEN)
            undo = Undo(engine, self._batches, history, target, before)
            undo.plan()
            report = undo.report(batch)
            if report.left:
                undo.keep_left(batch)
            recorded = self._publish(
                engine,
                lake,
                before,
                before.layout,
                report.batch,
                changes=report.removed + report.restored > 0,
            )
            return replace(report, batch=recorded)

    def _place_of(self, read: ReadTable) -> tuple[LakeTable, Snapshot, Layout]:
        """Return where the rows of `read` go: the table, its version, and its layout then."""
        lake = LakeTable(self._lake / read.table.name, read.table)
        before = lake.snapshot()
        given = Layout(read.table, before.layout.attributes).with_attributes(read.attributes)
        _refuse_reserved(read)
        return lake, before, replace(given, buckets=before.layout.buckets)

    def _publish(
        self,
        engine: DuckDBEngine,
        lake: LakeTable,
        before: Snapshot,
        layout: Layout,
        batch: Batch,
        *,
        changes: bool,
    ) -> Batch:
        """Write what the scratch relations say, commit it, and record the batch.

        Returns:
            The batch as recorded.

        Raises:
            BookError: The book cannot be written.
            EngineError: The engine stopped.
        """
        if changes:
            keep_replaced(engine, self._batches.folder(batch.id) / REPLACED, layout)
            reached(CommitPoint.REPLACED_KEPT)
            added, removed = write_changes(engine, lake, before, layout, batch.id)
            reached(CommitPoint.DATA_WRITTEN)
            self._journals.complete(batch)
            reached(CommitPoint.JOURNAL_COMPLETE)
            version = lake.commit(before, layout, added, removed, batch.id)
            batch = replace(batch, version_after=version)
            reached(CommitPoint.TABLE_COMMITTED)
        self._batches.append(batch)
        reached(CommitPoint.BATCH_RECORDED)
        self._journals.end(batch.id)
        reached(CommitPoint.JOURNAL_REMOVED)
        drop_scratch(engine)
        return batch

    def _keep_rejected(self, engine: DuckDBEngine, read: ReadTable, batch: Batch) -> None:
        if not read.rows_rejected:
            return
        copy_to(
            engine,
            sql.statement(
                'SELECT "row", "column", "value", "code" FROM {rejected} ORDER BY ALL',
                rejected=sql.name(read.rejected),
            ),
            self._batches.folder(batch.id) / REJECTED,
        )

    @contextmanager
    def _taken_back_on_error(self, batch: Batch, engine: DuckDBEngine) -> Iterator[None]:
        """Settle a batch that an error stops: files are removed, or the record is completed."""
        try:
            yield
        except BaseException:
            # The first error says what is wrong; what cannot be settled now, the next command
            # settles.
            with suppress(KefenError):
                for one in self._journals.unfinished():
                    if one.batch == batch.id:
                        self._journals.settle_one(one)
            with suppress(KefenError):
                drop_scratch(engine)
            raise


def _merge(
    engine: DuckDBEngine,
    read: ReadTable,
    before: Snapshot,
    layout: Layout,
    batch: int,
    today: date,
) -> Merge:
    attributes = {layout.spelling(attribute): attribute for attribute in read.attributes}
    return Merge(engine, read.relation, read.columns, attributes, before, layout, batch, today)


def _refuse_reserved(read: ReadTable) -> None:
    reserved = {name.casefold() for name in (*read.table.column_names, BATCH, BUCKET)}
    reserved.add(CANCELLED_FROM.casefold())
    reserved |= {"_file", "_row", "_kind", "filename", "file_row_number"}
    for attribute in read.attributes:
        if attribute.casefold() in reserved:
            raise DataError(
                Text(
                    'A column cannot be called "{name}" in a book.',
                    "账套中的列不能命名为“{name}”。",
                ).filled(name=attribute),
                mend=Text(
                    "Rename the column in the file, or map it onto a column of the contract.",
                    "请在文件中改列名，或把它映射到数据规范中的列。",
                ),
            )
