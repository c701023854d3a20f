"""Undoing an import: its rows go, the rows it replaced come back, later changes stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.lake.book import sql
from kefen.lake.book.batches import LEFT, REPLACED, Batch, BatchList
from kefen.lake.book.layout import BATCH, BUCKET, Layout
from kefen.lake.book.workspace import CHANGES, copy_to, count_changes, create_changes, current_rows
from kefen.lake.book.workspace import REPLACED as OLD_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book.delta import Snapshot

TOUCHED = "kefen_book_touched"
LEFT_UNITS = "kefen_book_left"
_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What undoing a batch did.

    Attributes:
        batch: The batch that records the undoing.
        removed: Rows taken away: those that the import brought.
        restored: Rows put back as they were before the import.
        left: Orders (or rows of a key) that stay because a later import changed them.
        examples: The first of those, as their key columns.
        later: The numbers of the later imports that changed them.
        repeated_by: Later imports of the table that repeated rows already there. What they
            repeated of the undone import is gone with it; importing them again brings it back.
    """

    batch: Batch
    removed: int
    restored: int
    left: int
    examples: tuple[dict[str, Any], ...]
    later: tuple[int, ...]
    repeated_by: tuple[int, ...]


def check_undoable(batch: Batch) -> None:
    """Refuse to undo what cannot be undone.

    Raises:
        CallError: The batch is an undo, is undone already, or changed nothing.
    """
    if batch.kind == "undo":
        raise _refused(
            batch,
            Text(
                "Batch {number} is itself the undoing of batch {undoes} and cannot be undone.",
                "批次 {number} 本身是对批次 {undoes} 的撤销，不能再撤销。",
            ),
            Text(
                "Import the files of batch {undoes} again: {files}.",
                "请重新导入批次 {undoes} 的文件：{files}。",
            ),
        )
    if batch.state == "undone":
        raise _refused(
            batch,
            Text(
                "Batch {number} is undone already, by batch {undone_by}.",
                "批次 {number} 已被批次 {undone_by} 撤销。",
            ),
            Text(
                "To have its rows back, import its files again: {files}.",
                "若要恢复其数据，请重新导入文件：{files}。",
            ),
        )
    if not batch.changed:
        raise _refused(
            batch,
            Text(
                "Batch {number} brought nothing new; there is nothing to undo.",
                "批次 {number} 没有带来新数据，无需撤销。",
            ),
            Text("Choose the batch that brought the rows.", "请选择实际导入这些数据的批次。"),
        )


class Undo:
    """The undoing of one import in the newest version of its table.

    What is undone together is an order with all its lines, or the row of a key. Where a later
    import that still stands changed it, it is left; undone again after that later import has
    been undone, the rest follows. Tables without a key only ever gain rows: theirs always go.

    Args:
        engine: An engine for the work.
        batches: The list of batches with their files.
        history: Every batch of the book, with undos filled in.
        target: The batch to undo.
        snapshot: The newest version of its table.
    """

    def __init__(
        self,
        engine: DuckDBEngine,
        batches: BatchList,
        history: Iterable[Batch],
        target: Batch,
        snapshot: Snapshot,
    ) -> None:
        self._engine = engine
        self._batches = batches
        self._target = target
        self._snapshot = snapshot
        self._layout: Layout = snapshot.layout
        self._unit = self._layout.unit
        self._current = current_rows(snapshot, self._layout, snapshot.files)
        self._later = [
            batch
            for batch in history
            if batch.table == target.table and batch.kind == "import" and batch.id > target.id
        ]

    def plan(self) -> None:
        """Fill the scratch relations with what the undoing changes.

        Raises:
            EngineError: The engine stopped.
        """
        create_changes(self._engine, self._layout)
        if self._unit:
            self._find_touched()
            self._find_left()
        self._take_away()
        self._put_back()

    def report(self, batch: Batch) -> UndoReport:
        """Return what the planned undoing does, recorded by `batch`."""
        counted = count_changes(self._engine)
        left, later = 0, set[int]()
        examples: list[dict[str, Any]] = []
        if self._unit:
            left, examples, later = self._left()
        removed, restored = counted.get("removed", 0), counted.get("restored", 0)
        return UndoReport(
            replace(batch, rows_removed=removed, rows_updated=restored, left=left),
            removed,
            restored,
            left,
            tuple(examples),
            tuple(sorted(later)),
            tuple(one.id for one in self._later if one.rows_unchanged and one.state != "undone"),
        )

    def keep_left(self, batch: Batch) -> None:
        """Write what was left beside the batch of the undoing, for a second undoing.

        Raises:
            EngineError: The engine stopped.
        """
        query = sql.statement(
            "SELECT DISTINCT {unit} FROM {left}", unit=sql.names(self._unit), left=LEFT_UNITS
        )
        copy_to(self._engine, query, self._batches.folder(batch.id) / LEFT)

    def _find_touched(self) -> None:
        """Find every unit that the import changed and that is not yet undone."""
        before = self._target.undone_by
        if before is not None:  # it was undone in part: what was left then is what remains
            queries = [self._units(sql.parquet_file(self._batches.folder(before) / LEFT))]
        else:
            queries = [
                self._units(f"({self._current}) AS rows", self._written_by(self._target.id)),
                *self._replaced_units(self._target.id),
            ]
            for later in self._later:
                # What this import wrote and a later one replaced.
                queries += self._replaced_units(later.id, self._written_by(self._target.id))
        self._engine.run(
            sql.statement(
                "CREATE TABLE {touched} AS {queries}",
                touched=TOUCHED,
                queries=" UNION ".join(queries),
            )
        )

    def _find_left(self) -> None:
        """Find the touched units that a later import, still standing, changed."""
        columns = sql.names(self._unit)
        queries = [
            sql.statement(
                "SELECT {columns}, 0 AS later FROM {touched} WHERE false",
                columns=columns,
                touched=TOUCHED,
            )
        ]
        for later in self._later:
            if not later.stands:
                continue
            if later.undone_by is not None:
                sources = [
                    self._units(sql.parquet_file(self._batches.folder(later.undone_by) / LEFT))
                ]
            else:
                sources = [
                    self._units(f"({self._current}) AS rows", self._written_by(later.id)),
                    *self._replaced_units(later.id),
                ]
            queries += [
                sql.statement(
                    "SELECT {columns}, {later} FROM ({source}) SEMI JOIN {touched} "
                    "USING ({columns})",
                    columns=columns,
                    later=str(int(later.id)),
                    source=source,
                    touched=TOUCHED,
                )
                for source in sources
            ]
        self._engine.run(
            sql.statement(
                "CREATE TABLE {left} AS {queries}", left=LEFT_UNITS, queries=" UNION ".join(queries)
            )
        )

    def _take_away(self) -> None:
        rows = sql.all_of(f"({self._current})", "WHERE", self._written_by(self._target.id))
        self._engine.run(
            sql.statement(
                "INSERT INTO {changes} (_kind, _file, _row, {bucket}, {batch}) "
                "SELECT 'removed', _file, _row, {bucket_of}, {batch} FROM ({rows}) AS old {only}",
                changes=CHANGES,
                bucket=sql.name(BUCKET),
                batch=sql.name(BATCH),
                bucket_of=self._layout.bucket_sql("old"),
                rows=rows,
                only=self._only_free(),
            )
        )
        self._engine.run(
            sql.statement(
                "INSERT INTO {old_rows} SELECT _file, _row, {columns} FROM ({rows}) AS old {only}",
                old_rows=OLD_ROWS,
                columns=sql.names(self._layout.columns, "old"),
                rows=rows,
                only=self._only_free(),
            )
        )

    def _put_back(self) -> None:
        path = self._batches.folder(self._target.id) / REPLACED
        if not path.is_file():
            return
        stored = {
            column
            for (column, *_) in self._engine.rows("DESCRIBE " + sql.all_of(sql.parquet_file(path)))
        }
        columns = ", ".join(
            sql.column(column, "old") if column in stored else "NULL"
            for column in self._layout.columns
        )
        self._engine.run(
            sql.statement(
                "INSERT INTO {changes} SELECT 'restored', NULL, NULL, {columns}, {bucket_of} "
                "FROM {file} AS old {only}",
                changes=CHANGES,
                columns=columns,
                bucket_of=self._layout.bucket_sql("old"),
                file=sql.parquet_file(path),
                only=self._only_free(),
            )
        )

    def _only_free(self) -> str:
        """Return the joins that keep the units of `old` that may be undone."""
        if not self._unit:
            return ""
        unit = sql.names(self._unit)
        return f"SEMI JOIN {TOUCHED} USING ({unit}) ANTI JOIN {LEFT_UNITS} USING ({unit})"

    def _left(self) -> tuple[int, list[dict[str, Any]], set[int]]:
        units = self._units(LEFT_UNITS)
        count = self._engine.rows(sql.statement("SELECT count(*) FROM ({units})", units=units))
        first = self._engine.rows(f"{units} ORDER BY ALL LIMIT {_EXAMPLES}")
        later = self._engine.rows(
            sql.statement("SELECT DISTINCT later FROM {left}", left=LEFT_UNITS)
        )
        examples = [dict(zip(self._unit, row, strict=True)) for row in first]
        return int(count[0][0]), examples, {number for (number,) in later}

    def _units(self, source: str, condition: str = "true") -> str:
        return sql.statement(
            "SELECT DISTINCT {unit} FROM {source} WHERE {condition}",
            unit=sql.names(self._unit),
            source=source,
            condition=condition,
        )

    def _replaced_units(self, batch: int, condition: str = "true") -> list[str]:
        path = self._batches.folder(batch) / REPLACED
        return [self._units(sql.parquet_file(path), condition)] if path.is_file() else []

    def _written_by(self, batch: int) -> str:
        return f"{sql.name(BATCH)} = {int(batch)}"


def _refused(batch: Batch, what: Text, mend: Text) -> CallError:
    values = {
        "number": batch.id,
        "undoes": batch.undoes,
        "undone_by": batch.undone_by,
        "files": ", ".join(str(file.get("name", "?")) for file in batch.files) or "?",
    }
    return CallError(what.filled(**values), mend=mend.filled(**values))
