"""A book: the directory that holds a company's data, settings and results."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kefen.domain.contract import TABLES
from kefen.domain.errors import BookError, CallError
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import sql
from kefen.lake.book.batches import REJECTED, Batch, BatchList, batch_called, with_undos
from kefen.lake.book.delta import LakeTable, reported
from kefen.lake.book.journal import Journals, Unfinished
from kefen.lake.book.lock import BookLock
from kefen.lake.book.overrides import Override, OverrideList
from kefen.lake.book.rejected import write_rejected_csv
from kefen.lake.book.runs import RunList
from kefen.lake.book.settings import FILE_NAME, BookSettings, read_settings, write_settings
from kefen.lake.book.undo import UndoReport, check_undoable
from kefen.lake.book.versions import Came, tables_among, tables_at
from kefen.lake.book.writer import Writer
from kefen.lake.dataset import GENERATED
from kefen.lake.reading.attribution import attribute_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from kefen.domain.text import Language
    from kefen.engines.engine import Engine
    from kefen.lake.book.merge import Counts
    from kefen.lake.book.record_log import RecordLog
    from kefen.lake.dataset import Dataset, ReadTable

LAKE = "lake"
STANDARDS = "standards"
FILES = "files"
"""The files that people keep of customers."""
WORKSPACE = "workspace.sqlite3"
"""What the workspace keeps in a book; it is there once the workspace was started."""


class Book:
    """A book on the disk. Make one with `create`, open one with `open`.

    Attributes:
        directory: Where it is, an absolute path.
        settings: What `kefen.toml` says.
    """

    def __init__(self, directory: Path, settings: BookSettings) -> None:
        self.directory = directory
        self.settings = settings
        self.lake = directory / LAKE
        self._lock = BookLock(directory)
        self._batches = BatchList(self.lake)
        self._journals = Journals(self.lake, self._batches)
        self._runs = RunList(self.lake)
        self._overrides = OverrideList(self.lake)

    # -- making and opening ---------------------------------------------------------------

    @classmethod
    def create(
        cls,
        path: Path | str,
        *,
        name: str,
        timezone: str = "UTC",
        currency: str | None = None,
        country: str | None = None,
        language: Language | None = None,
    ) -> Book:
        """Make a new book. It exists when its `kefen.toml` does, which is written last.

        Args:
            path: Its directory; files that are no book may lie there already.
            name: Its name, for people.
            timezone: An IANA name, such as `Asia/Shanghai`.
            currency: Three capital letters; what an empty currency means.
            country: The country that counts as home.
            language: The language of its results.

        Raises:
            BookError: There is a book already, a setting is wrong, or the disk refuses.
        """
        directory = _usable(Path(path))
        settings = BookSettings(name, timezone, currency, country, language)
        settings.check(str(directory))
        if (directory / FILE_NAME).exists() or _holds_files(directory / LAKE):
            raise BookError(
                Text("There is a book here already.", "此处已有账套。"),
                where=str(directory),
                mend=Text("Choose another directory.", "请选择其他目录。"),
            )
        with reported(directory):
            for folder in (directory, directory / LAKE, directory / STANDARDS):
                folder.mkdir(parents=True, exist_ok=True)
            write_settings(directory, settings)
        return cls(directory, settings)

    @classmethod
    def open(cls, path: Path | str) -> Book:
        """Open a book, without changing anything.

        Raises:
            BookError: It is no book, of a newer format, or damaged.
        """
        directory = _usable(Path(path))
        settings = read_settings(directory)
        if not (directory / LAKE).is_dir():
            raise BookError(
                Text(
                    "The book is damaged: the folder {folder} is missing.",
                    "账套已损坏：缺少目录 {folder}。",
                ).filled(folder=LAKE),
                where=str(directory),
                mend=Text(
                    "Restore a backup with `kefen restore`.", "请用 `kefen restore` 恢复备份。"
                ),
            )
        return cls(directory, settings)

    @property
    def standards(self) -> Path:
        """Return the directory of the book's standards."""
        return self.directory / STANDARDS

    # -- the lock and what was left in the middle -----------------------------------------

    @contextmanager
    def lock(self, purpose: str, *, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold the one lock of the book within the block; the same thread may nest it.

        What a killed write left is completed or taken back first.

        Args:
            purpose: What for, such as `import`, shown to whoever is kept waiting.
            wait_seconds: How long to wait for another holder.

        Raises:
            BookError: Another process or thread holds it (the message says which, since when
                and what for), or the lake cannot be read.
        """
        with self._lock.hold(purpose, wait_seconds=wait_seconds):
            self._journals.settle()
            yield

    @contextmanager
    def lock_without_recovery(self, purpose: str) -> Iterator[None]:
        """Hold the lock and leave unfinished batches as they are, for the doctor.

        Raises:
            BookError: Another process or thread holds it.
        """
        with self._lock.hold(purpose):
            yield

    def lock_holder(self) -> dict[str, Any] | None:
        """Return who holds the lock now (pid, since, purpose); None when it is free."""
        return self._lock.holder()

    def lock_left_behind(self) -> dict[str, Any] | None:
        """Return the process that died with the lock (it is free again), or None."""
        return self._lock.left_behind()

    def unfinished(self) -> list[Unfinished]:
        """Return the batches that a killed write left, without changing anything.

        Raises:
            BookError: The lake cannot be read.
        """
        return self._journals.unfinished()

    def recover(self) -> list[Unfinished]:
        """Complete or take back what a killed write left, and return it.

        Every command that writes does so first; this is for a command that only reports.

        Raises:
            BookError: The book is in use, or the lake cannot be written.
        """
        with self._lock.hold("recover"):
            return self._journals.settle()

    # -- batches --------------------------------------------------------------------------

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
        with self.lock("import"):
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
            today = at.astimezone(ZoneInfo(self.settings.timezone)).date()
            recorded = self._writer().import_table(engine, read, batch, today)
            self._batches.compact()
            return recorded

    def compare(self, engine: DuckDBEngine, read: ReadTable) -> Counts:
        """Return what an import of a read table would do now, in rows; nothing is written.

        Raises:
            DataError: An order of the file is in the book under another customer.
            BookError: The book cannot be read.
            EngineError: The engine stopped.
        """
        return self._writer().compare(engine, read, _moment(None).date())

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
        with self.lock("import"):
            held = self.versions()
            last = [name for name in held if name == "customers"]
            for name in [*(one for one in held if one != "customers"), *last]:
                if not TABLES[name].has_customer or not self._has_rows(engine, name, old):
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
        killed = [one.record for one in self._journals.unfinished() if one.record is not None]
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
        with self.lock("undo"):
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

    def record_logs(self) -> tuple[RecordLog, ...]:
        """Return the lists of batches, of runs and of overrides, for the doctor."""
        return self._batches.log, self._runs.log, self._overrides.log

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

    # -- reading --------------------------------------------------------------------------

    def versions(self) -> dict[str, int]:
        """Return the newest version of each table that the book has.

        Raises:
            BookError: A table cannot be read.
        """
        found = {}
        for name, table in TABLES.items():
            version = LakeTable(self.lake / name, table).snapshot().version
            if version is not None:
                found[name] = version
        return found

    def tables(
        self, engine: Engine, versions: Mapping[str, int] | None = None
    ) -> tuple[dict[str, ReadTable], dict[str, int]]:
        """Return the tables of the book as relations in the engine, before attribution.

        Args:
            engine: The engine that gets the views.
            versions: Which version of which table; the newest of all when None.

        Returns:
            The tables and the versions used.

        Raises:
            BookError: A version is not there, or a table cannot be read.
        """
        return tables_at(engine, self.lake, self.batches(), versions)

    def tables_among(
        self, engine: Engine, versions: Mapping[str, int], among: str, came: Mapping[str, Came]
    ) -> tuple[dict[str, ReadTable], dict[str, ReadTable]]:
        """Return the rows of some customers, and the rows they had before batches came.

        Args:
            engine: The engine that gets them.
            versions: The version of each table to read.
            among: The relation of the customers: all those of whom rows changed.
            came: What came, by table.

        Raises:
            BookError: A table cannot be read.
        """
        return tables_among(engine, self.lake, self.batches(), versions, among, came)

    def dataset(
        self,
        engine: Engine,
        versions: Mapping[str, int] | None = None,
        *,
        rates: Path | None = None,
    ) -> Dataset:
        """Return the book as a dataset to be graded, with what of it is generated sample data.

        The relations are views over the files of the versions: nothing is copied. A
        cancellation without a date counts from the import that brought it.

        Args:
            engine: The engine that gets the views.
            versions: Which version of which table; the newest of all when None.
            rates: A CSV file of exchange rates into the book's currency.

        Raises:
            BookError: A version is not there, or a table cannot be read.
            DataError: Currencies are mixed and cannot be converted.
        """
        tables, used = self.tables(engine, versions)
        return attribute_rows(
            engine,
            tables,
            timezone=self.settings.timezone,
            currency=self.settings.currency,
            rates=rates,
            versions=used,
            generated=generated_in(tables),
        )

    # -- runs -----------------------------------------------------------------------------

    def begin_run(self, run_id: str) -> Path:
        """Make the folder for a new run's files and return it.

        Raises:
            BookError: The run exists, its id is unusable, or the folder cannot be made.
        """
        with self.lock("grade"):
            return self._runs.begin(run_id)

    def append_run(self, record: dict[str, Any]) -> dict[str, Any]:
        """Append the row of a run whose files are in its folder: from then on it exists.

        Args:
            record: JSON values with `run_id`.

        Returns:
            The record with size and sha256 of every file as `files`.

        Raises:
            BookError: The run exists, its `run.json` is missing, or the row cannot be written.
        """
        with self.lock("grade"):
            return self._runs.append(record)

    def runs(self) -> list[dict[str, Any]]:
        """Return the records of the runs, oldest first.

        Raises:
            BookError: The list cannot be read.
        """
        return self._runs.all()

    def runs_with_folders(self) -> list[tuple[dict[str, Any], Path]]:
        """Return the record of each run, oldest first, and the folder of its files.

        Raises:
            BookError: The list cannot be read.
        """
        return [(record, self._runs.folder(str(record["run_id"]))) for record in self.runs()]

    def run_directory(self, run_id: str) -> Path:
        """Return the folder of the files of a run that exists.

        Raises:
            CallError: There is no such run.
            BookError: The list cannot be read.
        """
        if not any(record["run_id"] == run_id for record in self.runs()):
            raise CallError(
                Text("The book has no run {run}.", "账套中没有运行 {run}。").filled(run=run_id),
                mend=Text("List the runs and take an id from there.", "请从运行列表中选取编号。"),
            )
        return self._runs.folder(run_id)

    def unfinished_runs(self) -> list[Path]:
        """Return the folders of runs that were begun and never recorded.

        Raises:
            BookError: The list cannot be read.
        """
        return self._runs.unfinished()

    # -- overrides ------------------------------------------------------------------------

    def overrides(self) -> list[Override]:
        """Return every override of a grade by a person, in the order they were given.

        Raises:
            BookError: The log cannot be read.
        """
        return self._overrides.all()

    def give_override(self, override: Override) -> Override:
        """Record an override under the next free id, and return it.

        Raises:
            BookError: The book is in use, or the log cannot be written.
        """
        with self.lock("override"):
            return self._overrides.give(override)

    def end_override(self, identifier: str, *, on: date, by: str, reason: str) -> Override:
        """Record the end of an override before its time, and return it.

        Args:
            identifier: Its id.
            on: The day from which it holds no more.
            by: Who ends it.
            reason: Why.

        Raises:
            CallError: There is no such override, or it has ended.
            BookError: The book is in use, or the log cannot be written.
        """
        with self.lock("override"):
            now = datetime.now(UTC)
            return self._overrides.end(identifier, on=on, by=by, reason=reason, at=now)

    # -- inside ---------------------------------------------------------------------------

    def _writer(self) -> Writer:
        return Writer(self.lake, self._batches, self._journals)

    def _has_rows(self, engine: DuckDBEngine, table: str, customer: str) -> bool:
        tables, _ = self.tables(engine, {table: self.versions()[table]})
        query = "SELECT count(*) FROM {r} WHERE customer_id = ?"
        return table in tables and bool(
            engine.rows(sql.statement(query, r=sql.name(tables[table].relation)), [customer])[0][0]
        )

    def _next_number(self) -> int:
        return max((batch.id for batch in self._batches.recorded()), default=0) + 1


def generated_in(tables: Mapping[str, ReadTable]) -> tuple[str, ...]:
    """Return what of some tables is generated sample data, as the records of their files say."""
    return tuple(
        dict.fromkeys(
            name
            for read in tables.values()
            for file in read.inputs
            for name in file.get(GENERATED, ())
        )
    )


def _moment(now: datetime | None) -> datetime:
    if now is not None and now.tzinfo is None:
        raise CallError(
            Text("The time of an import needs a zone.", "导入时间必须带时区。"),
            mend=Text("Give a time with a zone.", "请提供带时区的时间。"),
        )
    return (now or datetime.now(UTC)).astimezone(UTC)


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _usable(path: Path) -> Path:
    """Return the absolute path of a book's directory.

    Raises:
        BookError: The lake cannot work under this path.
    """
    directory = path.absolute()
    if "%" in str(directory):
        # The Delta library decodes percent signs of local paths and then misses the folder.
        raise BookError(
            Text("The path of a book cannot hold a percent sign.", "账套路径不能包含百分号。"),
            where=str(directory),
            mend=Text("Rename the folder.", "请重命名该目录。"),
        )
    return directory
