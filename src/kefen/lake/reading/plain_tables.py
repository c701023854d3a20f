"""Small tables that are no part of the data contract: a matrix of judgements, scores of a panel."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.lake.reading.encodings import find_encoding
from kefen.lake.reading.limits import refuse_too_wide

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

MOST_ROWS = 1_000_000
_DELIMITERS = (",", ";", "\t", "|")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_FRACTION = re.compile(r"(\d{1,6})\s*[/:]\s*(\d{1,6})")
_WIDE = str.maketrans("０１２３４５６７８９．，－／：％", "0123456789.,-/:%")


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table of cells as they are written, blank lines left out.

    Attributes:
        name: The file's name.
        headings: The first row.
        rows: The others, as wide as the headings.
        numbers: For each of those, its row in the file, counted from 1 with the heading.
    """

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]

    def position(self, column: str) -> int:
        """Return where a column stands, by its heading, whatever the case.

        Raises:
            CallError: There is none, or there are several.
        """
        wanted = column.strip().casefold()
        found = [at for at, head in enumerate(self.headings) if head.casefold() == wanted]
        if len(found) == 1:
            return found[0]
        what = (
            Text("There are several columns “{c}”.", "有多个名为“{c}”的列。")
            if found
            else Text("There is no column “{c}”.", "没有名为“{c}”的列。")
        )
        raise CallError(
            what.filled(c=column),
            where=self.name,
            mend=Text("Columns: {h}.", "可用的列：{h}。").filled(
                h=", ".join(head for head in self.headings if head)
            ),
        )

    def number(self, row: int, column: int) -> float | None:
        """Return a cell as a number; None where it is blank.

        Fractions are numbers too (`1/3`), and so are percentages.

        Raises:
            DataError: It is neither a number nor blank.
        """
        text = self.rows[row][column].translate(_WIDE).strip()
        if not text:
            return None
        fraction = _FRACTION.fullmatch(text)
        if fraction is not None and int(fraction[2]):
            return float(Fraction(int(fraction[1]), int(fraction[2])))
        bare = text.removesuffix("%").strip()
        if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", bare):
            bare = bare.replace(",", "")
        if _NUMBER.fullmatch(bare):
            number = float(bare)
            if abs(number) != float("inf"):
                return number / 100 if text.endswith("%") else number
        raise DataError(
            Text("“{v}” in column “{c}” is no number", "“{c}”列中的“{v}”不是数值").filled(
                v=self.rows[row][column], c=self.headings[column]
            ),
            where=f"{self.name}:{self.numbers[row]}",
            mend=Text("Write a number, or leave the cell empty.", "请填写数值，或将该单元格留空。"),
        )


def read_plain_table(path: Path, sheet: str | None = None) -> PlainTable:
    """Return a small table in a CSV, Excel or Parquet file; its first row is the heading.

    Args:
        path: The file.
        sheet: The sheet of an Excel file; None: its first.

    Raises:
        CallError: There is no such file or sheet.
        DataError: The file is empty, damaged, or far larger than such a table.
    """
    if not path.is_file():
        raise CallError(
            Text("There is no such file.", "文件不存在。"),
            where=str(path),
            mend=Text("Check the path.", "请检查路径。"),
        )
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PAR1"):
        rows: Iterable[Sequence[Any]] = _parquet(path)
    elif head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        rows = _workbook(path, sheet)
    else:
        rows = _delimited(path)
    return _table(path, rows)


def _table(path: Path, rows: Iterable[Sequence[Any]]) -> PlainTable:
    headings: tuple[str, ...] | None = None
    kept: list[tuple[str, ...]] = []
    numbers: list[int] = []
    for number, row in enumerate(rows, 1):
        cells = tuple(_text(cell) for cell in row)
        if not any(cells):
            continue
        if headings is None:
            width = max(at for at, cell in enumerate(cells) if cell) + 1
            refuse_too_wide(path, width)
            headings = cells[:width]
            continue
        if any(cells[len(headings) :]):
            raise DataError(
                Text("the row is wider than the heading", "该行比标题行宽"),
                where=f"{path.name}:{number}",
                mend=Text("Give every column a heading.", "请为每一列写标题。"),
            )
        kept.append((*cells, *[""] * (len(headings) - len(cells)))[: len(headings)])
        numbers.append(number)
        if len(kept) > MOST_ROWS:
            raise DataError(
                Text("the table has more than {n} rows", "表格超过 {n} 行").filled(n=MOST_ROWS),
                where=path.name,
                mend=Text("Use a run with --run instead.", "请改用 --run 指定评级结果。"),
            )
    if headings is None:
        raise DataError(
            Text("The file is empty.", "文件是空的。"),
            where=path.name,
            mend=Text("Write a heading and rows below it.", "请写标题行及数据行。"),
        )
    return PlainTable(path.name, headings, tuple(kept), tuple(numbers))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return repr(cell) if isinstance(cell, float) else str(cell).strip()


def _delimited(path: Path) -> Iterable[Sequence[str]]:
    text = path.read_text(encoding=find_encoding(path))
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _workbook(path: Path, sheet: str | None) -> Iterable[Sequence[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = workbook.sheet_names
        if sheet is not None and sheet not in names:
            raise CallError(
                Text("There is no sheet “{s}”.", "没有工作表“{s}”。").filled(s=sheet),
                where=path.name,
                mend=Text("Sheets: {n}.", "工作表：{n}。").filled(n=", ".join(names)),
            )
        found: Iterable[Sequence[Any]] = workbook.get_sheet_by_name(sheet or names[0]).to_python(
            skip_empty_area=False
        )
    except CalamineError as error:
        raise DataError(
            Text("The workbook cannot be read.", "无法读取该工作簿。"),
            where=path.name,
            mend=Text(
                "Open it in Excel and save it as .xlsx.", "请在 Excel 中打开并另存为 .xlsx。"
            ),
        ) from error
    return found


def _parquet(path: Path) -> Iterable[Sequence[Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            Text("The file cannot be read.", "无法读取该文件。"),
            where=path.name,
            mend=Text("Write it again.", "请重新生成该文件。"),
        ) from error
    yield table.column_names
    columns = [column.to_pylist() for column in table.columns]
    yield from zip(*columns, strict=True)
