"""Rows of a file that are no record: notes, headings again; and a second table, which is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kefen.domain.errors import DataError
from kefen.lake.reading import TooManyRejectedError

HEAD = ["订单号", "客户编号", "下单日期", "金额"]
ROWS = [[f"A{n}", f"00{n}", f"2026-03-1{n}", n] for n in range(3, 6)]


def _sheet(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def _codes(rejected: Any, table: Any) -> list[tuple[int, str]]:
    return [(row, code) for row, _, _, code in rejected(table)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["注：1. 金额不含税。"], "note_row"),
        (["2. 数据截至 2026 年 3 月"], "note_row"),
        ([None, "Confidential"], "note_row"),
        (["制表人：张三", None, "审核：李四"], "note_row"),
        ([*HEAD], "heading_again"),
        (["003 汇总", None, None, 9], "total_row"),
    ],
)
def test_rows_printed_with_a_table_stop_no_short_file(
    tmp_path: Path, read: Any, rows: Any, rejected: Any, row: list[Any], code: str
) -> None:
    path = _sheet(tmp_path / "o.xlsx", [HEAD, *ROWS, row])
    table, findings = read("orders", path)
    assert len(rows(table, "order_id")) == 3
    assert _codes(rejected, table) == [(5, code)]
    assert "rows_rejected" in {finding.code for finding in findings}


@pytest.mark.parametrize(
    "row",
    [
        ["A9,003,2026-03-01,5"],  # a line pasted into one cell
        ["A9", "003"],  # an order cut off
        ["A9"],
        [None, None, None, 5],
        [None, None, None, "含税"],  # the second row of a heading
    ],
)
def test_rows_that_may_have_lost_data_stop_a_short_file(
    tmp_path: Path, read: Any, row: list[Any]
) -> None:
    with pytest.raises(TooManyRejectedError):
        read("orders", _sheet(tmp_path / "o.xlsx", [HEAD, *ROWS, row]))


def test_a_note_alone_on_a_line_of_text_is_one_and_a_line_of_data_is_not(
    tmp_path: Path, read: Any, rejected: Any
) -> None:
    path = tmp_path / "o.csv"
    lines = "订单号,客户编号,下单日期,金额\nA1,001,2026-03-14,5\n以上数据不含税\n"
    path.write_text(lines, encoding="utf-8")
    assert _codes(rejected, read("orders", path)[0]) == [(3, "note_row")]
    path.write_text(f"{lines}A2;002;2026-03-02;5\n", encoding="utf-8")
    with pytest.raises(TooManyRejectedError, match="1 of 3"):
        read("orders", path)


def test_notes_totals_and_headings_are_no_customers(
    tmp_path: Path, read: Any, rows: Any, rejected: Any
) -> None:
    content = [
        ["客户编号", "名称"],
        ["001", "甲"],
        ["客户编号", "名称"],
        ["合计", "1"],
        ["注：截至3月"],
    ]
    table, _ = read("customers", _sheet(tmp_path / "c.xlsx", content))
    assert rows(table, "customer_id") == [("001",)]
    assert _codes(rejected, table) == [(3, "heading_again"), (4, "total_row"), (5, "note_row")]


def test_a_second_table_with_other_columns_is_refused_whatever_may_be_rejected(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    swapped = ["客户编号", "订单号", "下单日期", "金额"]
    content = [HEAD, *ROWS, ["退货"], swapped, ["001", "R1", "2026-03-20", -5]]
    with pytest.raises(DataError, match="Row 6 is the heading of another table"):
        read("orders", _sheet(tmp_path / "o.xlsx", content), max_rejected=1)
    content[5] = HEAD  # the same columns: its rows are read with the others
    table, _ = read("orders", _sheet(tmp_path / "p.xlsx", content))
    assert len(rows(table, "order_id")) == 4
