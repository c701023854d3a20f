"""The data of a call: files, or a book."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kefen.cli.rejected import write_rejected_of
from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset, Finding, ReadTable
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
    """

    book: Book | None
    sources: Mapping[str, Source]
    options: ReadingOptions | None
    rates: Path | None = None
    rejected_to: Path | None = None

    @property
    def steps(self) -> int:
        """Return how many steps `read` has."""
        return len(self.sources) + 1

    def read(self, engine: DuckDBEngine, begin: Callable[[Text], None]) -> Dataset:
        """Read everything into the engine.

        Raises:
            DataError: The files cannot be used as they are.
            BookError: The book cannot be read.
        """
        if self.book is not None:
            begin(_BOOK)
            return self.book.dataset(engine, rates=self.rates)
        return self._read_files(engine, begin)

    def _read_files(self, engine: DuckDBEngine, begin: Callable[[Text], None]) -> Dataset:
        from kefen.lake.reading import TooManyRejectedError, attribute_rows, read_table

        options = self.options
        if options is None:
            raise AssertionError("files have reading options")
        tables: dict[str, ReadTable] = {}
        findings: list[Finding] = []
        for name, source in self.sources.items():
            begin(_READING.filled(table=TABLES[name].label))
            try:
                tables[name], found = read_table(engine, name, source, options)
            except TooManyRejectedError as error:
                if self.rejected_to is not None:
                    write_rejected_of(engine, {name: error.rejected}, self.rejected_to)
                    error.mend = Text("All of them are in {f}. {m}", "全部清单见 {f}。{m}").filled(
                        f=self.rejected_to, m=error.mend
                    )
                else:
                    error.mend = Text(
                        "{m} To see them all, add --rejected FILE.",
                        "{m}要查看全部，请加 --rejected 文件。",
                    ).filled(m=error.mend)
                raise
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
            rejected = {name: read.rejected for name, read in dataset.tables.items()}
            write_rejected_of(engine, rejected, self.rejected_to)
        return dataset


def find_data(book: Path | None, given: dict[str, Any]) -> Data:
    """Return the data that the options of a call name: its files, or else a book.

    Args:
        book: The value of `--book`.
        given: The values of the table options and of the reading options, by name.

    Raises:
        CallError: Both are named, or neither is there.
        BookError: There is no book where `--book` says.
    """
    files = {name: given[name] for name in TABLES if given.get(name)}
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
        return _files(files, given)
    _refuse_reading_options(given)
    return Data(find_book(book), {}, None, given.get("rates"))


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


def make_options(given: dict[str, Any], timezone: str, currency: str | None) -> ReadingOptions:
    """Return how files are read, from the values of the reading options.

    Args:
        given: The values by name.
        timezone: The zone when the call names none.
        currency: The currency when the call names none.

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
    )


def _files(files: Mapping[str, tuple[Path, ...]], given: dict[str, Any]) -> Data:
    from kefen.lake.reading import Source

    for path in (path for paths in files.values() for path in paths):
        if not path.is_file():
            raise CallError(
                Text("There is no such file.", "文件不存在。"),
                where=str(path),
                mend=Text("Check the path.", "请检查路径。"),
            )
    sheets = dict(given.get("sheet") or ())
    return Data(
        None,
        {name: Source(tuple(paths), sheets.get(name)) for name, paths in files.items()},
        make_options(given, "UTC", None),
        given.get("rates"),
        given.get("rejected"),
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
