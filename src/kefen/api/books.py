"""Books from Python: import, grade, look back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kefen.api.engines import open_for
from kefen.api.given import (
    ChosenStandard,
    calibration_given,
    date_given,
    language_given,
    mapping_given,
    rates_given,
    share_given,
)
from kefen.api.results import Result
from kefen.api.runs import Run
from kefen.api.speaking import speaking, speaking_class
from kefen.api.tables import sources_of
from kefen.domain.checked import checked_memory
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.engines.duckdb import DEFAULT_MEMORY_LIMIT, DuckDBEngine
from kefen.engines.opened import SPARK
from kefen.grading.alerts.raising import run_before_in
from kefen.grading.months.grading import grade_for_book
from kefen.grading.population import default_as_of
from kefen.grading.serving.overrides import serving_from
from kefen.grading.stored import StoredRun
from kefen.lake.book import Book as KeptBook
from kefen.lake.databases import (
    SIGN,
    Question,
    check_parts_of_orders,
    database_url,
    saved_source,
    source_since_last,
)
from kefen.lake.databases.reading import DEFAULT_TIMEOUT
from kefen.lake.reading import ReadingOptions, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from kefen.api.engines import GivenEngine
    from kefen.api.given import GivenCalibration, GivenDate, GivenMapping, GivenStandard
    from kefen.domain.text import Language
    from kefen.lake.book import Batch, UndoReport
    from kefen.lake.databases import DatabaseUrl
    from kefen.lake.reading import Library


@speaking_class
class Book:
    """A book: a company's data, imported batch by batch, and its runs."""

    def __init__(self, book: KeptBook, library: Library, language: Language) -> None:
        self._book = book
        self._library: Library = library
        self._language: Language = language

    @property
    def folder(self) -> Path:
        """Return where the book is."""
        return self._book.directory

    @property
    def batches(self) -> Sequence[Batch]:
        """Return every import and undoing, oldest first, with what has become of it."""
        return self._book.imports.batches()

    @property
    def runs(self) -> Sequence[dict[str, Any]]:
        """Return the records of the runs, oldest first."""
        return self._book.runs.all()

    def import_table(
        self,
        table: str,
        rows: object,
        *,
        mapping: GivenMapping = None,
        sheet: str | None = None,
        max_rejected: Decimal | float | str = "0.01",
        note: str = "",
    ) -> Batch:
        """Bring rows into the book, as one batch that can be undone.

        Args:
            table: The contract table, such as `orders`.
            rows: A path, a frame, a list of rows, or a list of several of these.
            mapping: A mapping file, or its content.
            sheet: The sheet of an Excel file.
            max_rejected: The share of the rows that may be rejected.
            note: A note kept with the batch.

        Returns:
            The batch: how many rows are new, updated, unchanged and rejected.

        Raises:
            CallError: An argument is wrong.
            DataError: The rows cannot be used as they are, or contradict the book.
            BookError: The book is in use or cannot be written; it is as it was.
        """
        source = sources_of({table: rows}, {} if sheet is None else {table: sheet})[table]
        with DuckDBEngine() as engine:
            read, _ = read_table(engine, table, source, self._options(mapping, max_rejected))
            return self._book.imports.import_table(engine, read, note=note)

    def import_from_database(
        self,
        table: str,
        url: str,
        *,
        from_table: str | None = None,
        query: str | None = None,
        since_column: str | None = None,
        mapping: GivenMapping = None,
        max_rejected: Decimal | float | str = "0.01",
        note: str = "",
        timeout: int = DEFAULT_TIMEOUT,
    ) -> Batch:
        """Bring what a database has, or what is new in it, into the book as one batch.

        Args:
            table: The contract table, such as `orders`.
            url: The database, see `from_database`; or `@name`, a source that `kefen.toml` knows,
                which says itself what to read.
            from_table: The table to read.
            query: One SELECT to read instead.
            since_column: Read only what is new by this column since the last import of the same
                source; what equals the last value comes again, and changes nothing. Undoing a
                batch moves the last value back.
            mapping: A mapping file, or its content.
            max_rejected: The share of the rows that may be rejected.
            note: A note kept with the batch.
            timeout: Seconds that the database may take.

        Raises:
            CallError: An argument is wrong, or the driver is not installed.
            DataError: The database does not answer, or the rows cannot be used.
            BookError: The book is in use or cannot be written; it is as it was.
        """
        if url.startswith(SIGN):
            database, asked, mapping = self._saved(
                url.removeprefix(SIGN), table, (from_table, query, since_column), mapping
            )
            asked = replace(asked, timeout=timeout)
        else:
            database = database_url(url)
            asked = Question(from_table, query, since_column, timeout=timeout)
        source = source_since_last(self._book, table, database, asked)
        with DuckDBEngine() as engine:
            read, _ = read_table(engine, table, source, self._options(mapping, max_rejected))
            check_parts_of_orders(read, asked)
            return self._book.imports.import_table(engine, read, note=note)

    def _saved(
        self, name: str, table: str, beside: tuple[str | None, ...], mapping: GivenMapping
    ) -> tuple[DatabaseUrl, Question, GivenMapping]:
        if any(one is not None for one in beside):
            raise CallError(
                Text("A saved source says that itself.", "已保存的数据源已写明该项。"),
                where=f"{SIGN}{name}",
                mend=Text(
                    "Leave from_table, query and since_column out, or change kefen.toml.",
                    "请省略 from_table、query 和 since_column，或修改 kefen.toml。",
                ),
            )
        saved = saved_source(self._book, name, table)
        return saved.url, saved.question, mapping if mapping is not None else saved.mapping

    def _options(
        self, mapping: GivenMapping, max_rejected: Decimal | float | str
    ) -> ReadingOptions:
        settings = self._book.settings
        return ReadingOptions(
            timezone=settings.timezone,
            currency=settings.currency,
            max_rejected=share_given(max_rejected),
            mapping=mapping_given(mapping),
            into_book=True,
        )

    def keep_rates(self, file: str | Path) -> None:
        """Keep a table of exchange rates by which amounts are converted from now on.

        Args:
            file: A CSV file of exchange rates into the book's currency: currency, from (optional)
                and rate. It takes the place of the one that the book has.

        Raises:
            BookError: The book names no currency, is in use or cannot be written.
            DataError: The file is no rate table.
        """
        self._book.rates.take(Path(file), self._book.settings.currency)

    def undo(self, batch: int, *, note: str = "") -> UndoReport:
        """Take an import back: its rows go, the rows it replaced come back.

        Raises:
            CallError: There is no such batch, or it cannot be undone.
            BookError: The book is in use or cannot be written; it is as it was.
        """
        return self._book.imports.undo(batch, note=note)

    def grade(
        self,
        *,
        standard: GivenStandard = None,
        as_of: GivenDate = None,
        calibration: GivenCalibration = None,
        rates: str | Path | None = None,
        report: bool = True,
        engine: GivenEngine = None,
        spark_master: str | None = None,
        memory: str = DEFAULT_MEMORY_LIMIT,
    ) -> Result:
        """Grade every customer of the book; the run is kept in it.

        Args:
            standard: A file, the code of a standard of the book, the name of a ready standard,
                or what `read_standard` returned; None for the default standard.
            as_of: Grades use only what happened by the end of this day; None for the end of the
                last complete month with orders.
            calibration: A frozen calibration.
            rates: A CSV file of exchange rates into the book's currency; None for those that the
                book keeps.
            report: Whether the run gets its reports; of a run on Spark, this machine makes them
                from the written results.
            engine: Where to compute: `duckdb`, `spark`, or a Spark session; None: as `kefen.toml`
                says.
            spark_master: The URL of Spark's master or a Spark Connect address; None: for Spark,
                as `kefen.toml` says, else the session that is open, else this machine.
            memory: The memory limit of DuckDB, in one task where Spark computes.

        Raises:
            KefenError: An argument, the data, the standard or the book is wrong.
        """
        day = date_given(as_of)
        chosen = ChosenStandard(standard, self._book, day)
        table = rates_given(rates)
        opened = open_for(
            *self._computing(engine, spark_master), (), checked_memory(memory, "memory")
        )
        try:
            dataset = self._book.dataset(opened.engine, rates=table)
            versions = dataset.versions
            day = day or default_as_of(dataset)
            found = chosen.on(day)
            frozen = calibration_given(calibration, found)
            serving = serving_from(None, self._book, found, day)
            run = grade_for_book(self._book, dataset, found, day, calibration=frozen)
            result = Result(
                run,
                opened.close,
                self._library,
                self._language,
                again=lambda other: self._book.dataset(other, versions, rates=table),
                serving=serving,
                before=run_before_in(self._book, run),
            )
            result.keep_in(self._book, report=report)
        except BaseException:
            opened.close()
            raise
        return result

    def _computing(
        self, engine: GivenEngine, spark_master: str | None
    ) -> tuple[GivenEngine, str | None]:
        """Return the engine and Spark's master of a call: what it names, else what the book has."""
        settings = self._book.settings
        if engine is None and spark_master is None:
            engine = settings.engine
        if isinstance(engine, str) and engine == SPARK:
            spark_master = spark_master or settings.spark_master
        return engine, spark_master

    def run(self, run: str | None = None) -> Run:
        """Return a run that the book keeps, by its id; by default the newest.

        Raises:
            CallError: There is no such run.
            DataError: A file of it is damaged.
        """
        if run is None:
            newest = self._book.runs.newest()
            if newest is None:
                raise CallError(
                    Text("The book has no run yet.", "账套中尚无评级结果。"),
                    where=str(self.folder),
                    mend=Text("Grade it first: book.grade().", "请先评级：book.grade()。"),
                )
            run = str(newest["run_id"])
        return Run(StoredRun.load(self._book.runs.directory(run)), self._library, self._language)

    def to_pandas(self) -> Book:
        """Return the same book, whose results come as tables of pandas."""
        return Book(self._book, "pandas", self._language)

    def to_polars(self) -> Book:
        """Return the same book, whose results come as tables of polars."""
        return Book(self._book, "polars", self._language)

    def __repr__(self) -> str:
        return f"<Book {self._book.settings.name!r} in {self.folder}>"


@speaking
def open_book(folder: str | Path, *, language: Language | None = None) -> Book:
    """Open a book.

    Args:
        folder: Where it is.
        language: The language of words and reports; None: the book's.

    Raises:
        BookError: It is no book, of a newer format, or damaged.
    """
    book = KeptBook.open(folder)
    return Book(book, "arrow", language_given(language or book.settings.language or "en"))


@speaking
def new_book(
    folder: str | Path,
    *,
    name: str | None = None,
    timezone: str = "UTC",
    currency: str | None = None,
    country: str | None = None,
    language: Language | None = None,
    rates: str | Path | None = None,
) -> Book:
    """Make a new book.

    Args:
        folder: Where.
        name: Its name, for people; None: the folder's.
        timezone: The IANA zone of its times.
        currency: Three capital letters; what an empty currency means.
        country: The country that counts as home.
        language: The language of its results.
        rates: A CSV file of exchange rates into the currency, which the book keeps.

    Raises:
        BookError: There is a book already, a setting is wrong, or the disk refuses.
        DataError: `rates` is no rate table.
    """
    KeptBook.create(
        folder,
        name=name or Path(folder).absolute().name,
        timezone=timezone,
        currency=currency,
        country=country,
        language=language,
        rates=Path(rates) if rates is not None else None,
    )
    return open_book(folder, language=language)
