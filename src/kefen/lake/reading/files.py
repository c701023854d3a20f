"""Opening a file by what it holds, whatever it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.lake.reading.delimited import read_delimited
from kefen.lake.reading.json_lines import read_json_lines
from kefen.lake.reading.parquet import read_parquet
from kefen.lake.reading.spreadsheets import read_spreadsheet

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine
    from kefen.lake.reading.source import RawFile

_EXCEL_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb"})
_JSON_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
ALL_SHEETS = "*"
"""Stands for every sheet that has the heading of the one that fits best; no sheet is called so."""


def sheet_of(path: Path) -> tuple[Path, str | None]:
    """Return a file and the sheet named behind it, as in `firm.xlsx#Orders`; None without one."""
    if path.is_file() or "#" not in path.name:
        return path, None
    file, _, sheet = path.name.partition("#")
    found = path.with_name(file) if file else path
    return (found, sheet) if sheet and found.is_file() else (path, None)


def open_file(
    engine: Engine,
    path: Path,
    table: Table,
    sheet: str | None = None,
    encoding: str | None = None,
) -> RawFile:
    """Make the rows of a file readable in the engine.

    Args:
        engine: The engine that will hold them.
        path: The file, or a sheet of it, as `sheet_of` has it.
        table: The contract table it is for, which tells its heading from its title rows.
        sheet: The sheet of an Excel file.
        encoding: The encoding of a text file; None to find it.

    Raises:
        CallError: There is no such file.
        DataError: The file is empty, damaged, or of a format that is not read.
    """
    path, named = sheet_of(path)
    if named is not None and named != ALL_SHEETS:
        sheet = named
    if not path.is_file():
        raise CallError(
            Text("There is no such file.", "文件不存在。"),
            where=str(path),
            mend=Text("Check the path.", "请检查路径。"),
        )
    with path.open("rb") as file:
        head = file.read(4096)
    suffix = path.suffix.lower()
    if not head:
        raise _empty(path)
    if head.startswith(b"PAR1") or suffix == ".parquet":
        return read_parquet(engine, path)
    if not engine.reads_text:
        raise _not_parquet(path)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        return read_spreadsheet(engine, path, table, sheet)
    if head.lstrip()[:200].lower().startswith((b"<!doctype html", b"<html", b"<table")):
        raise _web_page(path)
    if suffix in _EXCEL_SUFFIXES:
        if b"\0" in head or not _has_lines_of_text(head):
            return read_spreadsheet(engine, path, table, sheet)
        return read_delimited(engine, path, table, encoding)  # a ledger's text export called .xls
    if suffix in _JSON_SUFFIXES:
        return read_json_lines(engine, path)
    return read_delimited(engine, path, table, encoding)


def _has_lines_of_text(head: bytes) -> bool:
    return b"\n" in head and not any(byte < 9 for byte in head)


def _empty(path: Path) -> DataError:
    return DataError(
        Text("The file is empty.", "文件是空的。"),
        where=path.name,
        mend=Text(
            "Export it again with its heading and its rows.", "请重新导出，包含标题行和数据行。"
        ),
    )


def _not_parquet(path: Path) -> DataError:
    return DataError(
        Text(
            "Spark reads Parquet; this file is of another format.",
            "Spark 读取 Parquet 文件；该文件是其他格式。",
        ),
        where=path.name,
        mend=Text(
            "Import it into a book (kefen import) and grade the book, write it as Parquet, or "
            "leave --engine spark out.",
            "请将它导入账套（kefen import）后对账套评级，或另存为 Parquet，或去掉 --engine spark。",
        ),
    )


def _web_page(path: Path) -> DataError:
    return DataError(
        Text(
            "This is a web page that was given the name of a table.",
            "该文件其实是网页，只是使用了表格文件的扩展名。",
        ),
        where=path.name,
        mend=Text("Open it in Excel and save it as .xlsx.", "请在 Excel 中打开并另存为 .xlsx。"),
    )
