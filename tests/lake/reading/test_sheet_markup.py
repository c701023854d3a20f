"""What a sheet says beside its values: rows and columns that it hides."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from kefen.lake.reading.sheet_markup import markup_of

ORDERS = (
    ["Orders of the year"],
    ["order_id", "customer_id", "ordered_at", "amount", "channel", "memo"],
    ["1", "a", "2024-01-01", 1, "shop", "x"],
    ["2", "a", "2024-01-02", 2, "shop", "x"],
    [],
    ["3", "b", "2024-01-03", 4, "web", "x"],
)


def workbook(path: Path, *, rows: tuple[int, ...] = (), columns: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    for line in ORDERS:
        book.active.append(line)
    for row in rows:
        book.active.row_dimensions[row].hidden = True
    for column in columns:
        book.active.column_dimensions[column].hidden = True
    book.save(path)
    return path


def told(findings: Any) -> dict[str, Any]:
    return {one.code: one for one in findings}


def test_hidden_rows_are_read_and_told(tmp_path: Path, read: Any, rows: Any) -> None:
    # The title and the blank row are hidden too, and are no rows of the table.
    path = workbook(tmp_path / "o.xlsx", rows=(1, 4, 5, 6))
    table, findings = read("orders", path)
    assert rows(table, "amount") == [(Decimal(1),), (Decimal(2),), (Decimal(4),)]
    found = told(findings)["rows_hidden"]
    assert found.count == 2
    assert "2 rows of Orders are hidden" in found.message.en
    assert "2 行" in found.message.zh
    assert "columns_hidden" not in told(findings)


def test_hidden_columns_that_are_read_are_told(tmp_path: Path, read: Any) -> None:
    path = workbook(tmp_path / "o.xlsx", columns=("D", "E", "F"))
    _, findings = read("orders", path)
    assert "amount, channel. " in told(findings)["columns_hidden"].message.en
    assert "rows_hidden" not in told(findings)


def test_a_hidden_column_of_customers_is_kept_as_an_attribute_and_told(
    tmp_path: Path, read: Any
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["customer_id", "name", "Secret"])
    book.active.append(["1", "Ann", "yes"])
    book.active.column_dimensions["C"].hidden = True
    book.save(tmp_path / "c.xlsx")
    table, findings = read("customers", tmp_path / "c.xlsx")
    assert table.attributes == ("Secret",)
    assert told(findings)["columns_hidden"].count == 1


def test_nothing_is_told_where_nothing_is_hidden(tmp_path: Path, read: Any) -> None:
    _, findings = read("orders", workbook(tmp_path / "o.xlsx"))
    assert not {"rows_hidden", "columns_hidden"} & told(findings).keys()


def test_rows_without_numbers_and_with_a_prefix_are_counted_on(tmp_path: Path) -> None:
    path = workbook(tmp_path / "o.xlsx")
    other = tmp_path / "other.xlsx"
    sheet = (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<x:sheetData><x:row/><x:row hidden=\'1\'/><x:row r="7"/><x:row hidden="true"/>'
        b'<x:row hidden="0"/></x:sheetData></x:worksheet>'
    )
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            content = sheet if name == "xl/worksheets/sheet1.xml" else source.read(name)
            target.writestr(name, content)
    assert markup_of(other, "Sheet").hidden_rows == (1, 7)
