"""Reading Excel workbooks, .xlsx and .xls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from kefen.domain.contract import Kind
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.lake.reading.cells import BLANK_CELL, Cell, as_cell, write_cells
from kefen.lake.reading.headings import (
    HeadingRow,
    find_heading_row,
    guess_columns,
    unique_headings,
    units_in_row,
)
from kefen.lake.reading.limits import refuse_too_wide
from kefen.lake.reading.packed import refuse_overfull
from kefen.lake.reading.raw_tables import row_below
from kefen.lake.reading.sheet_markup import markup_of
from kefen.lake.reading.source import RawFile
from kefen.lake.reading.sql import SQL, name
from kefen.lake.reading.units import unit_in_titles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine

_HEAD_ROWS = 50


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
        found = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
        sheets = [s.name for s in found]
        if sheet is not None and sheet not in sheets:
            raise _no_such_sheet(path, sheet, sheets)
        shown = [s.name for s in found if s.visible == SheetVisibleEnum.Visible] or sheets
        chosen, heading, alike = _choose(workbook, [sheet] if sheet is not None else shown, table)
        opened = workbook.get_sheet_by_name(chosen)
        rows = opened.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise _no_workbook(path, error) from error
    if heading is None:
        raise _empty(path, chosen)
    titles = [_title(value) for value in rows[heading.position]]
    width = max(i for i, title in enumerate(titles) if title) + 1
    refuse_too_wide(path, width)
    headings = unique_headings(titles[:width])
    below = [_title(v) for row in rows[heading.position + 1 :][:1] for v in row]
    units = units_in_row(headings, below, table)
    first = heading.position + (2 if units else 1)
    markup = markup_of(path, chosen)
    _fill_merged(opened, rows, first, _numbers(titles, table))

    def body() -> Iterator[list[Cell]]:
        for number, row in enumerate(rows[first:], first):
            cells = [as_cell(value) for value in row[:width]]
            cells += [BLANK_CELL] * (width - len(cells))
            for column, code in markup.errors.get(number, ()):
                if column < width:
                    cells[column] = Cell(code, "error")
            yield cells

    raw, columns = write_cells(engine, headings, body())
    return RawFile(
        path=path,
        relation=name(raw),
        columns=tuple(replace(column, from_spreadsheet=True) for column in columns),
        row=row_below(first),
        identity=SQL("row_number_in_file"),
        alike_sheets=alike,
        sheet=sheet,
        units_below=units,
        title_unit=unit_in_titles(_title(v) for row in rows[: heading.position] for v in row),
        hidden_rows=sum(
            1
            for number in markup.hidden_rows
            if first <= number < len(rows) and any(map(_title, rows[number]))
        ),
        hidden_columns=tuple(
            title for position, title in enumerate(headings) if markup.hides_column(position)
        ),
        properties={"format": "excel", "sheet": chosen},
    )


def refuse_alike_sheets(inputs: Sequence[RawFile], table: Table) -> None:
    """Refuse a workbook of which one sheet would be read and its equals passed over.

    Raises:
        DataError: A workbook has several sheets with the same heading.
    """
    for file in inputs:
        if file.alike_sheets:
            raise DataError(
                Text(
                    "{n} sheets have the same heading: {all}. One would be read and the others "
                    "left out.",
                    "有 {n} 个工作表的标题相同：{all}。只读其中一个会遗漏其余工作表。",
                ).filled(n=len(file.alike_sheets), all=", ".join(file.alike_sheets)),
                where=f"{file.path.name} ({table.name})",
                mend=Text(
                    "To read them all, write the file as “{f}#*”; to read one, --sheet {t}={s}, or "
                    "“{f}#{s}”, which may be repeated for others.",
                    "全部读取时，把文件写成“{f}#*”；只读一个时，用 --sheet {t}={s}，"
                    "或把文件写成“{f}#{s}”，可重复以读取多个。",
                ).filled(f=file.path.name, t=table.name, s=file.alike_sheets[0]),
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


def _numbers(titles: list[str], table: Table) -> set[int]:
    """Return the positions of the columns whose headings are those of numbers."""
    guess = guess_columns(titles, table)
    return {
        titles.index(heading)
        for column, heading in guess.columns.items()
        if table.column(column).kind in (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)
    }


def _fill_merged(
    sheet: CalamineSheet, rows: Sequence[list[Any]], first: int, numbers: set[int]
) -> None:
    """Write the value of cells that are merged downwards into each of their rows.

    What is merged names what the rows have in common: an order, a customer, a day. A number is
    left in the first row alone, for as an amount it would count once for each.

    Args:
        sheet: The sheet.
        rows: Its rows, from its first cell on; changed in place.
        first: The position of the first row below the heading.
        numbers: The positions of the columns of numbers.
    """
    for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
        if top < first or column in numbers:
            continue
        for row in rows[top + 1 : bottom + 1]:
            if column < len(row) and row[column] == "":
                row[column] = rows[top][column]


def _choose(
    workbook: CalamineWorkbook, sheets: list[str], table: Table
) -> tuple[str, HeadingRow | None, tuple[str, ...]]:
    """Return the sheet to read, where its heading is, and the other sheets with that heading.

    The first sheet wins a tie.
    """
    best: tuple[str, HeadingRow | None] = (sheets[0] if sheets else "", None)
    headings: dict[str, tuple[str, ...]] = {}
    for sheet in sheets:
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=_HEAD_ROWS)
        texts = [[_title(value) for value in row] for row in rows]
        if not any(any(row) for row in texts):
            continue
        found = find_heading_row(texts, table)
        if any(any(row) for row in texts[found.position + 1 :]):
            headings[sheet] = tuple(filter(None, texts[found.position]))
        if best[1] is None or found.known > best[1].known:
            best = (sheet, found)
    own = headings.get(best[0])
    alike = tuple(sheet for sheet, titles in headings.items() if titles == own)
    return (*best, alike if own and len(alike) > 1 else ())


def _title(value: object) -> str:
    return as_cell(value).text.strip()


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
