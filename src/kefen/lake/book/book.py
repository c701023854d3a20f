"""A book: the directory that holds a company's data, settings and results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kefen.domain.errors import BookError
from kefen.domain.text import Text
from kefen.lake.book.batches import BatchList
from kefen.lake.book.delta import reported
from kefen.lake.book.guard import Guard
from kefen.lake.book.imports import Imports
from kefen.lake.book.journal import Journals
from kefen.lake.book.overrides import OverrideList
from kefen.lake.book.rates import BookRates
from kefen.lake.book.runs import RunList
from kefen.lake.book.settings import FILE_NAME, BookSettings, read_settings, write_settings
from kefen.lake.book.versions import Came, newest_versions, tables_among, tables_at
from kefen.lake.dataset import generated_in
from kefen.lake.reading.attribution import attribute_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kefen.domain.text import Language
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.engines.engine import Engine
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
        lake: The directory of its tables.
        guard: Its lock, and the settling of what a killed write left.
        imports: What came into it, batch by batch, and the undoing.
        runs: The runs that graded it.
        overrides: The grades that people gave.
        rates: Its exchange rates.
    """

    def __init__(self, directory: Path, settings: BookSettings) -> None:
        self.directory = directory
        self.settings = settings
        self.lake = directory / LAKE
        self._batches = BatchList(self.lake)
        journals = Journals(self.lake, self._batches)
        self.guard = Guard(directory, journals)
        self.imports = Imports(self.lake, settings.timezone, self._batches, journals, self.guard)
        self.runs = RunList(self.lake, self.guard)
        self.overrides = OverrideList(self.lake, self.guard)
        self.rates = BookRates(directory, self.lake, self.guard)

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
        rates: Path | None = None,
    ) -> Book:
        """Make a new book. It exists when its `kefen.toml` does, which is written last.

        Args:
            path: Its directory; files that are no book may lie there already.
            name: Its name, for people.
            timezone: An IANA name, such as `Asia/Shanghai`.
            currency: Three capital letters; what an empty currency means.
            country: The country that counts as home.
            language: The language of its results.
            rates: A CSV file of exchange rates into the currency, which the book keeps.

        Raises:
            BookError: There is a book already, a setting is wrong, or the disk refuses.
            DataError: `rates` is no rate table.
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
        book = cls(directory, settings)
        if rates is not None:
            book.rates.check(rates, currency)
        with reported(directory):
            for folder in (directory, directory / LAKE, directory / STANDARDS):
                folder.mkdir(parents=True, exist_ok=True)
            if rates is not None:
                book.rates.take(rates, currency)
            write_settings(directory, settings)
        return book

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

    @property
    def record_logs(self) -> tuple[RecordLog, ...]:
        """Return the lists of batches, of runs and of overrides, for the doctor."""
        return self._batches.log, self.runs.log, self.overrides.log

    def versions(self) -> dict[str, int]:
        """Return the newest version of each table that the book has.

        Raises:
            BookError: A table cannot be read.
        """
        return newest_versions(self.lake)

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
        return tables_at(engine, self.lake, self.imports.batches(), versions)

    def tables_among(
        self,
        engine: DuckDBEngine,
        versions: Mapping[str, int],
        among: str,
        came: Mapping[str, Came],
        unread: Mapping[str, Collection[str]] | None = None,
    ) -> tuple[dict[str, ReadTable], dict[str, ReadTable]]:
        """Return the rows of some customers, and the rows they had before batches came.

        Args:
            engine: The engine that gets them.
            versions: The version of each table to read.
            among: The relation of the customers: all those of whom rows changed.
            came: What came, by table.
            unread: The columns of a table that are not read: whoever looks at one fails.

        Raises:
            BookError: A table cannot be read.
        """
        return tables_among(
            engine, self.lake, self.imports.batches(), versions, among, came, unread
        )

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
            rates: A CSV file of exchange rates into the book's currency; None for those of the
                book.

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
            rates=rates or self.rates.file,
            versions=used,
            generated=generated_in(tables),
        )


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
