"""What the XML of a sheet says beside the values: errors, uncomputed formulas, what is hidden.

Only .xlsx files are XML; of an .xls file nothing of this is known.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*?\bt="e"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>', re.DOTALL
)

# A formula that gives an empty text has the type "str"; one that was never computed has none.
_UNCOMPUTED_CELL = re.compile(
    rb'<c r="([A-Z]+\d+)"(?![^>]*\bt="str")[^>]*>'
    rb"<f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>"
)
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMNS = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")


@dataclass(frozen=True)
class SheetMarkup:
    """What a sheet says beside its values. Positions count from 0.

    Attributes:
        errors: The column and the error of each cell with one, by row; the reader gives them as
            blank.
        hidden_rows: The rows that are hidden, by hand or by a filter.
        hidden_columns: The first and the last of columns that are hidden side by side.
    """

    errors: Mapping[int, Sequence[tuple[int, str]]] = field(default_factory=dict)
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[tuple[int, int], ...] = ()

    def hides_column(self, position: int) -> bool:
        """Return whether a column is hidden."""
        return any(first <= position <= last for first, last in self.hidden_columns)


def markup_of(path: Path, sheet: str) -> SheetMarkup:
    """Return what a sheet of a workbook says beside its values; of .xls files, nothing.

    Raises:
        DataError: Formulas were never computed, so that their cells would read as blank.
    """
    if not zipfile.is_zipfile(path):
        return SheetMarkup()
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        if part is None:
            return SheetMarkup()
        content = archive.read(part)
    if b"<f" in content:
        uncomputed = [cell.decode() for cell in _UNCOMPUTED_CELL.findall(content)]
        if uncomputed:
            raise _uncomputed(path, sheet, uncomputed)
    hides = _HIDDEN.search(content) is not None
    return SheetMarkup(
        errors=_errors(content) if b't="e"' in content else {},
        hidden_rows=_hidden_rows(content) if hides else (),
        hidden_columns=_hidden_columns(content) if hides else (),
    )


def _errors(content: bytes) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    for letters, row, code in _ERROR_CELL.findall(content):
        column = 0
        for letter in letters.decode():
            column = column * 26 + ord(letter) - 64
        found.setdefault(int(row) - 1, []).append((column - 1, code.decode()))
    return found


def _hidden_rows(content: bytes) -> tuple[int, ...]:
    """Return the hidden rows; a row without a number is the one after the row before it."""
    found: list[int] = []
    number = 0
    for attributes in _ROW.findall(content):
        number = _number(attributes, b"r") or number + 1
        if _HIDDEN.search(attributes):
            found.append(number - 1)
    return tuple(found)


def _hidden_columns(content: bytes) -> tuple[tuple[int, int], ...]:
    return tuple(
        (first - 1, last - 1)
        for attributes in _COLUMNS.findall(content)
        if _HIDDEN.search(attributes)
        and (first := _number(attributes, b"min")) is not None
        and (last := _number(attributes, b"max")) is not None
    )


def _number(attributes: bytes, name: bytes) -> int | None:
    found = re.search(rb"""\s%s=["'](\d+)["']""" % name, attributes)
    return int(found[1]) if found else None


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
