"""The data of a call: files, or a book."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kefen.cli.language import current_language
from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kefen.engines.engine import Engine
    from kefen.lake.book import Book
    from kefen.lake.databases import Located
    from kefen.lake.dataset import Dataset, Finding, LinesWanted, ReadTable
    from kefen.lake.fingerprints import Fingerprints
    from kefen.lake.reading import ReadingOptions, Source

_READING = Text("Reading {table}", "读取{table}")
_ARRANGING = Text("Bringing the tables together", "汇总各数据表")
_BOOK = Text("Reading the book", "读取账套")


@dataclass(frozen=True)
class Data:
    """Where the data of a call is.

    Attributes:
        book: The book; None in file mode.
        sources: The files of each table; empty in book mode.
        options: How the files are read; None in book mode.
        rates: A table of exchange rates, or None.
        rejected_to: Where rejected values are written even when they stop the call, or None.
        databases: By table, what is read from databases after the files.
    """

    book: Book | None
    sources: Mapping[str, Source]
    options: ReadingOptions | None
    rates: Path | None = None
    rejected_to: Path | None = None
    databases: Mapping[str, tuple[Located, ...]] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the files to read, without the names of sheets."""
        from kefen.lake.reading.files import sheet_of

        return tuple(sheet_of(path)[0] for one in self.sources.values() for path in one.paths)

    @property
    def steps(self) -> int:
        """Return how many steps `read` has."""
        return len(self.sources) + 1

    def read(
        self,
        engine: Engine,
        begin: Callable[[Text], None],
        wanted: LinesWanted | None = None,
        fingerprints: Fingerprints | None = None,
    ) -> Dataset:
        """Read everything into the engine.

        Args:
            engine: The engine.
            begin: Called with the name of each step as it starts.
            wanted: What will be asked of order lines of files; None: that is not known yet.
            fingerprints: Those of the files; None: nobody has begun to take them.

        Raises:
            DataError: The files cannot be used as they are.
            BookError: The book cannot be read.
        """
        if self.book is not None:
            begin(_BOOK)
            return self.book.dataset(engine, rates=self.rates)
        return self._read_files(engine, begin, wanted, fingerprints)

    def _read_files(
        self,
        engine: Engine,
        begin: Callable[[Text], None],
        wanted: LinesWanted | None,
        fingerprints: Fingerprints | None,
    ) -> Dataset:
        from kefen.lake.reading import attribute_rows
        from kefen.lake.rejected_csv import write_rejected_of

        options = self.options
        if options is None:
            raise AssertionError("files have reading options")
        tables: dict[str, ReadTable] = {}
        findings: list[Finding] = []
        for name, files in self.sources.items():
            begin(_READING.filled(table=TABLES[name].label))
            frames = tuple(one.frame() for one in self.databases.get(name, ()))
            source = replace(files, frames=frames)
            tables[name], found = read_one(
                engine,
                name,
                source,
                options,
                self.rejected_to,
                wanted=None if "products" in self.sources else wanted,  # they fill in order lines
                customers=tables.get("customers"),
                fingerprints=fingerprints,
            )
            findings.extend(found)
        begin(_ARRANGING)
        dataset = attribute_rows(
            engine,
            tables,
            timezone=options.timezone,
            currency=options.currency,
            rates=options.rates,
            findings=tuple(findings),
        )
        if self.rejected_to is not None:
            rejected = {name: read.rejected for name, read in tables.items()}
            write_rejected_of(engine, rejected, self.rejected_to, current_language())
        return dataset


def read_one(
    engine: Engine,
    table: str,
    source: Source,
    options: ReadingOptions,
    rejected_to: Path | None,
    *,
    wanted: LinesWanted | None = None,
    customers: ReadTable | None = None,
    fingerprints: Fingerprints | None = None,
) -> tuple[ReadTable, tuple[Finding, ...]]:
    """Read the files of one table, as `read_table` does.

    Rejected values that stop the reading are written to `rejected_to`, and the error says so.

    Raises:
        CallError: There is no such table or file.
        DataError: The files cannot be used as they are.
    """
    from kefen.lake.reading import TooManyRejectedError, read_table
    from kefen.lake.rejected_csv import write_rejected_of

    try:
        read, findings = read_table(
            engine,
            table,
            source,
            options,
            wanted=wanted,
            customers=customers,
            fingerprints=fingerprints,
        )
    except TooManyRejectedError as error:
        if rejected_to is None:
            how = Text(
                "To see them all, add --rejected FILE.", "要查看全部，请加 --rejected 文件。"
            )
        else:
            write_rejected_of(engine, {table: error.rejected}, rejected_to, current_language())
            how = Text("All of them are in {f}.", "全部清单见 {f}。").filled(f=rejected_to)
        error.mend = Text("{m} {h}", "{m}{h}").filled(m=error.mend, h=how)
        raise
    if rejected_to is not None:
        write_rejected_of(engine, {table: read.rejected}, rejected_to, current_language())
    return read, findings


def find_data(book: Path | None, given: dict[str, Any]) -> Data:
    """Return the data that the options of a call name: its files, or else a book.

    Args:
        book: The value of `--book`.
        given: The values of the table options and of the reading options, by name.

    Raises:
        CallError: Both are named, or neither is there.
        BookError: There is no book where `--book` says.
    """
    files = named_files(given)
    if files and book is not None:
        raise CallError(
            Text("Both a book and files are named.", "同时给出了账套和文件。"),
            where="--book",
            mend=Text(
                "Grade the files without --book, or bring them into the book with `kefen import`.",
                "请去掉 --book 直接使用文件，或先用 `kefen import` 导入账套。",
            ),
        )
    if files:
        if given.get("rates") is not None:
            check_file(given["rates"])
        return _files(files_given(given), given)
    return book_data(find_book(book), given)


def book_data(book: Book, given: dict[str, Any]) -> Data:
    """Return a book as the data of a call.

    Args:
        book: The book.
        given: The values of the reading options, by name: of a book, rates alone are of use.

    Raises:
        CallError: Another reading option is given, or there is no such file of rates.
    """
    _refuse_reading_options(given)
    if given.get("rates") is not None:
        check_file(given["rates"])
    return Data(book, {}, None, given.get("rates"))


def find_book(path: Path | None) -> Book:
    """Return the book of a call.

    Raises:
        CallError: None is named, and the current directory is none.
        BookError: There is no book where `path` says, or it cannot be read.
    """
    from kefen.lake.book import Book
    from kefen.lake.book.settings import FILE_NAME

    if path is None and not (Path.cwd() / FILE_NAME).is_file():
        raise CallError(
            Text(
                "There is no data: no file is named, and the current directory is no book.",
                "没有数据：未指定文件，当前目录也不是账套。",
            ),
            mend=Text(
                "Name files (--customers F --orders F), or a book (--book DIR); `kefen new DIR` "
                "makes one, and `kefen demo` shows how it all works.",
                "请指定文件（--customers 文件 --orders 文件）或账套（--book 目录）；"
                "`kefen new 目录` 可新建账套，`kefen demo` 可看演示。",
            ),
        )
    return Book.open(path or Path.cwd())


def make_options(
    given: dict[str, Any], timezone: str, currency: str | None, *, into_book: bool = False
) -> ReadingOptions:
    """Return how files are read, from the values of the reading options.

    Args:
        given: The values by name.
        timezone: The zone when the call names none.
        currency: The currency when the call names none.
        into_book: Whether what is read goes into a book.

    Raises:
        CallError: There is no such mapping file.
        DataError: The mapping file is wrong.
    """
    from kefen.lake.reading import ReadingOptions, load_mapping
    from kefen.lake.reading.source import DEFAULT_MAX_REJECTED

    mapping, limit = given.get("mapping"), given.get("max_rejected")
    return ReadingOptions(
        timezone=given.get("timezone") or timezone,
        currency=given.get("currency") or currency,
        rates=given.get("rates"),
        max_rejected=DEFAULT_MAX_REJECTED if limit is None else limit,
        mapping=load_mapping(mapping) if mapping is not None else None,
        into_book=into_book,
    )


def named_files(given: dict[str, Any]) -> dict[str, tuple[Path | str, ...]]:
    """Return the files, and URLs of databases, that the table options name, by table."""
    return {name: tuple(given[name]) for name in TABLES if given.get(name)}


def files_given(given: dict[str, Any]) -> dict[str, tuple[Path | str, ...]]:
    """Return the files, and URLs, that the table options name, by table; each file is there.

    Raises:
        CallError: None is named, or one is not there.
    """
    files = named_files(given)
    if not files:
        raise CallError(
            Text("No file is named.", "没有指定文件。"),
            mend=Text("Name one: --orders FILE.", "请指定文件，例如 --orders 文件。"),
        )
    for path in (path for paths in files.values() for path in paths):
        if isinstance(path, Path):
            check_file(path)
    return files


def check_file(path: Path) -> None:
    """Refuse a path that is no file, nor a sheet of one.

    Raises:
        CallError: There is no such file.
    """
    from kefen.lake.reading.files import sheet_of

    if not sheet_of(path)[0].is_file():
        raise CallError(
            Text("There is no such file.", "文件不存在。"),
            where=str(path),
            mend=Text("Check the path.", "请检查路径。"),
        )


def database_of(url: str, table: str) -> Located:
    """Return the table of a database that a URL in a call names.

    Raises:
        CallError: It names none, or its password stands in the call.
    """
    from kefen.lake.databases import clear_password_refused, located

    found = located(url)
    if found.url.clear_password:
        raise clear_password_refused(f"--{table.replace('_', '-')}")
    return found


def _files(files: Mapping[str, tuple[Path | str, ...]], given: dict[str, Any]) -> Data:
    from kefen.lake.reading import Source

    sheets = dict(given.get("sheet") or ())
    paths = {
        name: tuple(one for one in several if isinstance(one, Path))
        for name, several in files.items()
    }
    urls = {
        name: tuple(database_of(one, name) for one in several if isinstance(one, str))
        for name, several in files.items()
    }
    return Data(
        None,
        {name: Source(several, sheets.get(name)) for name, several in paths.items()},
        make_options(given, "UTC", None),
        given.get("rates"),
        given.get("rejected"),
        {name: several for name, several in urls.items() if several},
    )


def _refuse_reading_options(given: dict[str, Any]) -> None:
    for name in ("mapping", "sheet", "timezone", "currency", "max_rejected", "rejected"):
        if given.get(name):
            option = f"--{name.replace('_', '-')}"
            raise CallError(
                Text(
                    "This option is for files, and no file is named.",
                    "该选项用于读取文件，但没有指定文件。",
                ),
                where=option,
                mend=Text(
                    "Name files with --customers and --orders; a book's data was read by "
                    "`kefen import`.",
                    "请用 --customers 和 --orders 指定文件；账套数据在 `kefen import` 时已读取。",
                ),
            )
