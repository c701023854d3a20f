"""A file on its way into a book: looked at, tried without writing, brought in as one batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.domain.contract import TABLES
from kefen.domain.text import LANGUAGES, Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import sql
from kefen.lake.book.layout import Layout
from kefen.lake.dataset import Finding
from kefen.lake.reading.files import open_file
from kefen.lake.reading.headings import guess_columns
from kefen.lake.reading.mapping import Computed, Join, Mapping, TableMapping
from kefen.lake.reading.source import ReadingOptions, Source
from kefen.lake.reading.spreadsheets import sheets_of
from kefen.lake.reading.tables import read_table
from kefen.lake.rejected_rows_csv import REASON, ROW, write_rejected_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as MappingOf
    from pathlib import Path

    from kefen.domain.contract import Table
    from kefen.domain.text import Language
    from kefen.lake.book import Batch, Book
    from kefen.lake.dataset import ReadTable

STEPS_OF_TRYING = 3
STEPS_OF_IMPORT = 2
NUMBER = "customer_id"
_SAMPLES = 3
_EVERY_ROW = Decimal(1)
_JOIN_UNMATCHED = "join_unmatched"
_KNOWN_KEY = "kefen known key"
_KNOWN_NUMBER = "kefen known number"
_READING = Text("Reading the file", "读取文件")
_REJECTED = Text("Putting rejected rows aside", "整理被拒绝的行")
_COMPARING = Text("Comparing with the book", "与账套比对")
_WRITING = Text("Writing to the book", "写入账套")
Rows: TypeAlias = Literal["all", "new", "known"]
MATCHES = ("tax_id", "phone", "email", "name")
"""What customers can be found by, where a file does not have their number."""
ENCODINGS = (
    "utf-8",
    "gb18030",
    "big5",
    "utf-16",
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "cp874",
    "cp932",
    "euc_jp",
    "cp949",
    "koi8_r",
)
"""The encodings of text that are offered where the one that was found is wrong."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How a file is read into a table, as somebody chose.

    Attributes:
        columns: The heading of each column that is used; headings that are guessed for a column
            and not chosen for it are left out.
        sheet: The sheet of a workbook; None for the one that fits best.
        encoding: The encoding of a text file; None for the one that is found.
        rows: Which rows are brought in: all, only those that the book does not have (create), or
            only those it has (update).
        match: What customers are found by: their number, or a column of `MATCHES`.
    """

    columns: MappingOf[str, str]
    sheet: str | None = None
    encoding: str | None = None
    rows: Rows = "all"
    match: str = NUMBER


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What a file holds, before anything is read as a column of the contract.

    Attributes:
        headings: Its headings, in order.
        samples: The first values under each heading that are not empty.
        guesses: The heading that each column of the table was taken from.
        ambiguous: Columns that several headings fit.
        properties: How it was read: format, encoding, delimiter, sheet.
        sheets: The sheets of a workbook; none for other files.
    """

    headings: tuple[str, ...]
    samples: MappingOf[str, tuple[str, ...]]
    guesses: MappingOf[str, str]
    ambiguous: MappingOf[str, tuple[str, ...]]
    properties: MappingOf[str, object]
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would do.

    Attributes:
        rows_in: Rows in the file.
        rows_usable: Rows that would be brought in.
        rows_rejected: Rows that could not be read.
        rows_duplicate: Exact copies of another row, left out.
        rows_left_out: Rows that could be read and are not wanted, by `Choices.rows`.
        new: Rows that the book does not have.
        updated: Rows that the book has with other values.
        unchanged: Rows that the book has just so.
        removed: Lines of orders in the book that the file no longer has.
        findings: What was found while reading.
    """

    rows_in: int
    rows_usable: int
    rows_rejected: int
    rows_duplicate: int
    rows_left_out: int
    new: int
    updated: int
    unchanged: int
    removed: int
    findings: tuple[Finding, ...]


def look_at(
    path: Path, table: str, *, sheet: str | None = None, encoding: str | None = None
) -> LookedAt:
    """Return what a file holds, with the columns that its headings were taken for.

    Raises:
        DataError: The file is empty, damaged, of a format that is not read, or would fill the
            memory.
    """
    contract = TABLES[table]
    with DuckDBEngine() as engine:
        file = open_file(engine, path, contract, sheet, encoding)
        guess = guess_columns(file.headings, contract)
        values = ", ".join(column.value for column in file.columns)
        rows = engine.rows(sql.statement("SELECT {v} FROM {r} LIMIT 50", v=values, r=file.relation))
        samples = {
            heading: tuple(str(v) for row in rows if (v := row[place]) not in (None, ""))[:_SAMPLES]
            for place, heading in enumerate(file.headings)
        }
        return LookedAt(
            tuple(file.headings),
            samples,
            dict(guess.columns),
            dict(guess.ambiguous),
            dict(file.properties),
            sheets_of(path) if file.properties.get("format") == "excel" else (),
        )


def try_file(
    book: Book,
    path: Path,
    table: str,
    choices: Choices,
    *,
    rejected_to: Path,
    language: Language,
    begin: Callable[[Text], None],
) -> DryRun:
    """Read a file as an import would, write its rejected rows, and change nothing.

    Args:
        book: The book.
        path: The file.
        table: The contract table.
        choices: How it is read.
        rejected_to: Where the rejected rows are written as the file has them, each with its
            reasons, so that they can be mended and brought in.
        language: The language of the reasons.
        begin: Called with the words of each step as it starts; `STEPS_OF_TRYING` in all.

    Raises:
        DataError: The file cannot be used as it is, or contradicts the book.
        BookError: The book cannot be read.
    """
    begin(_READING)
    with DuckDBEngine() as engine:
        read, left_out, findings = _read(engine, book, path, table, choices)
        begin(_REJECTED)
        if read.rows_rejected:
            source = open_file(engine, path, read.table, choices.sheet, choices.encoding)
            write_rejected_rows(engine, source, read.rejected, rejected_to, language)
        begin(_COMPARING)
        counts = book.imports.compare(engine, read)
        return DryRun(
            read.rows_in,
            read.rows_used,
            read.rows_rejected,
            read.rows_duplicate,
            left_out,
            counts.new,
            counts.updated,
            counts.unchanged,
            counts.removed,
            findings,
        )


def import_file(
    book: Book,
    path: Path,
    table: str,
    choices: Choices,
    *,
    note: str,
    wait_seconds: float,
    begin: Callable[[Text], None],
) -> Batch:
    """Bring a file into a book as one batch; rejected rows stay out and are kept beside it.

    Whoever calls has seen what is rejected (`try_file`), so that no share of it is too large.

    Args:
        book: The book.
        path: The file.
        table: The contract table.
        choices: How it is read.
        note: What the user says about it.
        wait_seconds: How long to wait for another import.
        begin: Called with the words of each step as it starts; `STEPS_OF_IMPORT` in all.

    Raises:
        DataError: The file cannot be used as it is, or contradicts the book.
        BookError: The book is in use or cannot be written; it is as it was.
    """
    begin(_READING)
    with DuckDBEngine() as engine, book.guard.hold("import", wait_seconds=wait_seconds):
        # Within the lock: which rows are new is asked of the book that they come into.
        read, _, _ = _read(engine, book, path, table, choices)
        begin(_WRITING)
        return book.imports.import_table(engine, read, note=note)


def _read(
    engine: DuckDBEngine, book: Book, path: Path, table: str, choices: Choices
) -> tuple[ReadTable, int, tuple[Finding, ...]]:
    """Return the rows of a file that are wanted, how many are not, and what was found."""
    contract = TABLES[table]
    looked = look_at(path, table, sheet=choices.sheet, encoding=choices.encoding)
    columns = {column: heading for column, heading in choices.columns.items() if heading}
    taken = set(columns.values())
    left_out = [
        heading
        for column, heading in looked.guesses.items()
        if columns.get(column) != heading and heading not in taken
    ]
    left_out += [
        heading
        for column, headings in looked.ambiguous.items()
        if column not in columns
        for heading in headings
        if heading not in taken
    ]
    # What an earlier dry run wrote beside the rows that it rejected.
    told = {text.in_language(language) for text in (ROW, REASON) for language in LANGUAGES}
    left_out += [heading for heading in looked.headings if heading in told - taken]
    given: dict[str, str | Computed] = {
        c: h for c, h in columns.items() if looked.guesses.get(c) != h
    }
    joins: tuple[Join, ...] = ()
    if choices.match != NUMBER:
        heading = columns.get(choices.match) or columns.get(NUMBER, "")
        known = _customers_by(engine, book, choices.match)
        joins = (Join(str(known), ((heading, _KNOWN_KEY),)),)
        own = columns.get(NUMBER) or heading
        number = f'first_known("{_KNOWN_NUMBER}", "{own}")'
        if table == "customers":
            given[NUMBER] = Computed(number)
            left_out += [_KNOWN_NUMBER, *([columns[NUMBER]] if NUMBER in columns else [])]
        else:
            given[NUMBER] = _KNOWN_NUMBER
            left_out += [heading] if columns.get(NUMBER) == heading else []
        left_out += [_KNOWN_KEY]
    options = ReadingOptions(
        timezone=book.settings.timezone,
        currency=book.settings.currency,
        max_rejected=_EVERY_ROW,
        into_book=True,
        mapping=Mapping(
            "workspace",
            {
                table: TableMapping(
                    columns=given, joins=joins, leave_out=tuple(dict.fromkeys(left_out))
                )
            },
        ),
    )
    source = Source((path,), choices.sheet, encoding=choices.encoding)
    read, findings = read_table(engine, table, source, options)
    if choices.match != NUMBER:
        findings = tuple(one for one in findings if one.code != _JOIN_UNMATCHED)
        findings += _unmatched(engine, read, contract)
    if choices.rows == "all":
        return read, 0, findings
    wanted, rows = _wanted(engine, book, read, known=choices.rows == "known")
    return (
        replace(read, relation=wanted, rows_used=rows, with_strangers=None),
        read.rows_used - rows,
        findings,
    )


def _customers_by(engine: DuckDBEngine, book: Book, column: str) -> Path:
    """Write the customers of a book with what they are found by; what several share is left out."""
    target = engine.scratch / "customers_by.parquet"
    held = _held(engine, book, "customers")
    empty = "SELECT CAST(NULL AS VARCHAR) AS key, CAST(NULL AS VARCHAR) AS number WHERE false"
    query = empty
    if held is not None and column in held.columns:
        query = sql.statement(
            "SELECT trim({column}) AS key, min(customer_id) AS number FROM {held} "
            "WHERE trim({column}) <> '' GROUP BY 1 HAVING count(*) = 1",
            column=sql.name(column),
            held=sql.name(held.relation),
        )
    engine.run(
        sql.statement(
            "COPY (SELECT key AS {key}, number AS {number} FROM ({query})) TO {path} "
            "(FORMAT parquet)",
            key=sql.name(_KNOWN_KEY),
            number=sql.name(_KNOWN_NUMBER),
            query=query,
            path=sql.text(str(target)),
        )
    )
    return target


def _unmatched(engine: DuckDBEngine, read: ReadTable, table: Table) -> tuple[Finding, ...]:
    """Return what is said of facts whose customer was not found."""
    if table.name == "customers":
        return ()
    rows = engine.rows(
        sql.statement(
            "SELECT count(*) FROM {rows} WHERE customer_id IS NULL", rows=sql.name(read.relation)
        )
    )[0][0]
    if not rows:
        return ()
    return (
        Finding(
            code="customer_not_found",
            principle="whole",
            severity="warning",
            table=table.name,
            column="customer_id",
            count=int(rows),
            message=Text(
                "{n} {n:row names|rows name} nobody, or several customers, of the book.",
                "{n} 行在账套中找不到对应的客户，或对应多位客户。",
            ).filled(n=int(rows)),
            effect=Text("They count for no customer.", "这些行不计入任何客户。"),
        ),
    )


def _held(engine: DuckDBEngine, book: Book, table: str) -> ReadTable | None:
    """Return the rows of a table in a book; None where it has none."""
    versions = book.versions()
    if table not in versions:
        return None
    return book.tables(engine, {table: versions[table]})[0].get(table)


def _wanted(engine: DuckDBEngine, book: Book, read: ReadTable, *, known: bool) -> tuple[str, int]:
    """Return a relation of the rows that the book has, or of those it has not, and their number.

    Rows of tables without a key are never known.
    """
    unit = Layout.new(read.table).unit
    held = _held(engine, book, read.table.name)
    wanted = "kefen_wanted"
    if held is None or not unit or not set(unit) <= read.columns:
        engine.run(
            sql.statement(
                "CREATE VIEW {wanted} AS SELECT * FROM {rows} WHERE {none}",
                wanted=wanted,
                rows=sql.name(read.relation),
                none="false" if known else "true",
            )
        )
    else:
        engine.run(
            sql.statement(
                "CREATE VIEW {wanted} AS SELECT incoming.* FROM {rows} AS incoming "
                "{kind} JOIN {held} AS held ON {same}",
                wanted=wanted,
                rows=sql.name(read.relation),
                kind="SEMI" if known else "ANTI",
                held=sql.name(held.relation),
                same=" AND ".join(
                    f"{sql.column(one, 'held')} IS NOT DISTINCT FROM {sql.column(one, 'incoming')}"
                    for one in unit
                ),
            )
        )
    rows = engine.rows(sql.statement("SELECT count(*) FROM {w}", w=wanted))[0][0]
    return wanted, int(rows)
