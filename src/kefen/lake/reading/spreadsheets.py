"""Reading Excel workbooks, .xlsx and .xls."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading.cells import BLANK_CELL, Cell, as_cell, write_cells
from kefen.lake.reading.headings import HeadingRow, find_heading_row, unique_headings
from kefen.lake.reading.limits import refuse_too_wide
from kefen.lake.reading.packed import refuse_overfull
from kefen.lake.reading.raw_tables import row_below
from kefen.lake.reading.source import RawFile
from kefen.lake.reading.sql import SQL, name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine

_HEAD_ROWS = 50
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*?\bt="e"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>', re.DOTALL
)

# A formula that gives an empty text has the type "str"; one that was never computed has none.
_UNCOMPUTED_CELL = re.compile(
    rb'<c r="([A-Z]+\d+)"(?![^>]*\bt="str")[^>]*>'
    rb"<f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>"
)


def read_spreadsheet(engine: Engine, path: Path, table: Table, sheet: str | None) -> RawFile:
    """Read one sheet of a workbook into a table of the engine's scratch database.

    Without a `sheet`, the visible one whose heading fits the table best is read.

    Raises:
        DataError: The file is no workbook, or has no such sheet or no rows, or would fill the
            memory.
    """
    refuse_overfull(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [s.name for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
        if sheet is not None and sheet not in sheets:
            raise _no_such_sheet(path, sheet, sheets)
        chosen, heading = _choose(workbook, [sheet] if sheet is not None else sheets, table)
        rows = workbook.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise _no_workbook(path, error) from error
    if heading is None:
        raise _empty(path, chosen)
    titles = [_title(value) for value in rows[heading.position]]
    width = max(i for i, title in enumerate(titles) if title) + 1
    refuse_too_wide(path, width)
    errors = _formula_errors(path, chosen)

    def body() -> Iterator[list[Cell]]:
        for number, row in enumerate(rows[heading.position + 1 :], heading.position + 1):
            cells = [as_cell(value) for value in row[:width]]
            cells += [BLANK_CELL] * (width - len(cells))
            for column, code in errors.get(number, ()):
                if column < width:
                    cells[column] = Cell(code, "error")
            yield cells

    raw, columns = write_cells(engine, unique_headings(titles[:width]), body())
    return RawFile(
        path=path,
        relation=name(raw),
        columns=columns,
        row=row_below(heading.position + 1),
        identity=SQL("row_number_in_file"),
        properties={"format": "excel", "sheet": chosen},
    )


def sheets_of(path: Path) -> tuple[str, ...]:
    """Return the names of the sheets of a workbook, hidden ones too; none where it is no workbook.

    Raises:
        DataError: It would fill the memory.
    """
    refuse_overfull(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError):
        return ()
    return tuple(s.name for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet)


def _choose(
    workbook: CalamineWorkbook, sheets: list[str], table: Table
) -> tuple[str, HeadingRow | None]:
    """Return the sheet to read and where its heading is; the first sheet wins a tie."""
    best: tuple[str, HeadingRow | None] = (sheets[0] if sheets else "", None)
    for sheet in sheets:
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=_HEAD_ROWS)
        texts = [[_title(value) for value in row] for row in rows]
        if not any(any(row) for row in texts):
            continue
        found = find_heading_row(texts, table)
        if best[1] is None or found.known > best[1].known:
            best = (sheet, found)
    return best


def _title(value: object) -> str:
    return as_cell(value).text.strip()


def _formula_errors(path: Path, sheet: str) -> dict[int, list[tuple[int, str]]]:
    """Return the error cells of a sheet by row (from 0), which the reader gives as blank.

    Only .xlsx files name their cells; those of .xls stay blank.

    Raises:
        DataError: Formulas were never computed, so that their cells would read as blank.
    """
    if not zipfile.is_zipfile(path):
        return {}
    found: dict[int, list[tuple[int, str]]] = {}
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        if part is None:
            return {}
        content = archive.read(part)
        if b"<f" in content:
            uncomputed = [cell.decode() for cell in _UNCOMPUTED_CELL.findall(content)]
            if uncomputed:
                raise _uncomputed(path, sheet, uncomputed)
        if b't="e"' not in content:
            return {}
        for letters, row, code in _ERROR_CELL.findall(content):
            column = 0
            for letter in letters.decode():
                column = column * 26 + ord(letter) - 64
            found.setdefault(int(row) - 1, []).append((column - 1, code.decode()))
    return found


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the archive member of a sheet."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    workbook, relations = (
        archive.read(part) for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    )
    if b"<!DOCTYPE" in workbook + relations:  # an entity bomb; no writer makes one
        return None
    wanted = next(
        (
            element.get(_RELATION)
            for element in ElementTree.fromstring(workbook).iter()  # noqa: S314
            if element.tag.endswith("}sheet") and element.get("name") == sheet
        ),
        None,
    )
    for element in ElementTree.fromstring(relations):  # noqa: S314
        if element.get("Id") == wanted:
            target = (element.get("Target") or "").lstrip("/")
            part = target if target.startswith("xl/") else f"xl/{target}"
            return part if part in names else None
    return None


def _no_workbook(path: Path, error: Exception) -> DataError:
    return DataError(
        Text(
            "This file is not an Excel workbook that can be read ({e}).",
            "该文件不是可读取的 Excel 工作簿（{e}）。",
        ).filled(e=str(error).splitlines()[0] if str(error) else type(error).__name__),
        where=path.name,
        mend=Text(
            "Open it in Excel, remove any password, and save it as .xlsx; or export it as CSV.",
            "请在 Excel 中打开，去掉密码后另存为 .xlsx；也可以导出为 CSV。",
        ),
    )


def _uncomputed(path: Path, sheet: str, cells: list[str]) -> DataError:
    return DataError(
        Text(
            "{n} {n:formula has|formulas have} no computed value, first in {c}.",
            "有 {n} 个公式没有计算结果，首个位于 {c}。",
        ).filled(n=len(cells), c=cells[0]),
        where=f"{path.name} [{sheet}]",
        mend=Text(
            "Open the file in Excel and save it, so that it holds the values.",
            "请在 Excel 中打开并保存，使文件中包含计算结果。",
        ),
    )


def _no_such_sheet(path: Path, sheet: str, sheets: list[str]) -> DataError:
    return DataError(
        Text('There is no sheet "{s}".', "没有名为“{s}”的工作表。").filled(s=sheet),
        where=path.name,
        mend=Text("Its sheets: {all}.", "该文件的工作表：{all}。").filled(all=", ".join(sheets)),
    )


def _empty(path: Path, sheet: str) -> DataError:
    return DataError(
        Text("The workbook has no filled sheet.", "工作簿中没有内容。"),
        where=f"{path.name}{f' [{sheet}]' if sheet else ''}",
        mend=Text(
            "Export it again with its heading and its rows.", "请重新导出，包含标题行和数据行。"
        ),
    )
