"""Files of every format, good and bad."""

from __future__ import annotations

import datetime
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
import xlwt
from pyarrow import parquet

from kefen.domain.errors import CallError, DataError
from kefen.lake.reading import Source, TooManyRejectedError

HEAD = "order_id,customer_id,ordered_at,amount\n"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "客户甲"),
        ("utf-8-sig", "客户甲"),
        ("utf-16", "客户甲"),
        ("utf-16-le", "Jürgen 客户"),
        ("gb18030", "北京市朝阳区贸易有限公司"),
        ("big5", "臺北市信義區貿易有限公司"),
        ("latin-1", "Müller Käse & Söhne"),
        ("cp1252", "Café “Zürich” 20 €"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found(
    tmp_path: Path, read: Any, rows: Any, encoding: str, name: str, delimiter: str
) -> None:
    lines = [["customer_id", "name", "city"], ["007", name, "A"], ["008", name, "B"]]
    path = tmp_path / "customers.csv"
    path.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))
    table, _ = read("customers", path)
    assert rows(table, "customer_id", "name", "city") == [("007", name, "A"), ("008", name, "B")]


@pytest.mark.parametrize(
    ("encoding", "name", "told"),
    [
        ("cp1252", "Müller Käse", True),
        ("cp932", "田中商店", True),
        ("utf-8", "Müller Käse", False),
        ("gb18030", "北京市朝阳区贸易有限公司", False),
    ],
)
def test_an_encoding_that_is_a_guess_is_told(
    tmp_path: Path, read: Any, encoding: str, name: str, told: bool
) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes(f"customer_id,name\n1,{name}\n2,{name}\n".encode(encoding))
    _, findings = read("customers", path)
    assert ("encoding_guessed" in {one.code for one in findings}) is told


@pytest.mark.parametrize("word", ["NULL", "\\N"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl", "parquet"])
def test_a_word_for_nothing_forms_no_class_and_is_told(
    tmp_path: Path, read: Any, rows: Any, suffix: str, word: str
) -> None:
    headings = ["customer_id", "name", "industry", "Segment"]
    content = [["1", "Ann", word, "big"], ["2", word, "trade", f" {word} "], ["3", "N/A", "-", ""]]
    path = tmp_path / f"customers.{suffix}"
    if suffix == "csv":
        lines = "\n".join(",".join(line) for line in (headings, *content))
        path.write_text(lines + "\n", encoding="utf-8")
    elif suffix == "xlsx":
        book = openpyxl.Workbook()
        for line in (headings, *content):
            book.active.append(line)
        book.save(path)
    elif suffix == "jsonl":
        lines = "\n".join(json.dumps(dict(zip(headings, c, strict=True))) for c in content)
        path.write_text(lines + "\n", encoding="utf-8")
    else:
        columns = list(zip(*content, strict=True))
        parquet.write_table(pa.table(dict(zip(headings, columns, strict=True))), path)
    table, findings = read("customers", path)
    assert rows(table, "customer_id", "name", "industry", "Segment") == [
        ("1", "Ann", None, "big"),
        ("2", None, "trade", None),
        ("3", "N/A", "-", None),
    ]
    told = next(finding for finding in findings if finding.code == "words_for_nothing")
    assert told.count == 3
    assert "name, industry, Segment" in told.message.en
    assert word in told.message.zh


def test_a_word_for_nothing_is_no_currency(tmp_path: Path, read: Any, rows: Any) -> None:
    path = tmp_path / "o.csv"
    path.write_text(HEAD[:-1] + ",currency\n1,a,2024-01-01,1,NULL\n2,a,2024-01-01,1,eur\n")
    assert rows(read("orders", path)[0], "currency") == [("EUR",), (None,)]


def test_quotes_hold_delimiters_quotes_and_line_breaks(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    path = tmp_path / "c.csv"
    path.write_text('customer_id,name\n1,"a, ""b""\nc"\n2,5" pipe\n', encoding="utf-8")
    table, _ = read("customers", path)
    assert rows(table, "name") == [('5" pipe',), ('a, "b"\nc',)]


def test_ragged_lines_are_kept_with_their_row_number(
    tmp_path: Path, read: Any, rows: Any, rejected: Any
) -> None:
    path = tmp_path / "o.csv"
    path.write_text(
        HEAD + "1,a,2024-01-01,1\n2,a\n\n3,a,2024-01-03,3\n4,a,2024-01-04,4,5\n5,a,x,6\n",
        encoding="utf-8",
    )
    table, findings = read("orders", path, max_rejected=Decimal(1))
    assert rejected(table) == [
        (3, None, "2,a", "wrong_number_of_fields"),
        (6, None, "4,a,2024-01-04,4,5", "wrong_number_of_fields"),
        (7, "ordered_at", "x", "not_a_date"),
    ]
    assert rows(table, "order_id") == [("1",), ("3",)]
    assert (table.rows_in, table.rows_used, table.rows_rejected) == (5, 2, 3)
    assert "rows_rejected" in {finding.code for finding in findings}


def test_row_numbers_are_those_that_a_spreadsheet_shows(
    tmp_path: Path, read: Any, rejected: Any
) -> None:
    path = tmp_path / "o.csv"
    path.write_text(
        'Orders,,,\n"by hand,\nsee note",,,\n\n' + HEAD + "1,a,2024-01-01,1\n"
        '"2\n(second)",a,2024-01-02,2\n3,a,never,3\n4,a\n\n5,a,2024-01-05,x\n',
        encoding="utf-8",
    )
    table, _ = read("orders", path, max_rejected=Decimal(1))
    assert [row for row, *_ in rejected(table)] == [7, 8, 10]


def test_rows_of_json_lines_are_lines(tmp_path: Path, read: Any, rejected: Any) -> None:
    path = tmp_path / "o.jsonl"
    good = '{"order_id": 1, "customer_id": "a", "ordered_at": "2024-01-01", "amount": 1}\n'
    path.write_text(good + "\n" + good.replace("1}", '"x"}') + "\n{\n", encoding="utf-8")
    table, _ = read("orders", path, max_rejected=Decimal(1))
    assert [(row, code) for row, *_, code in rejected(table)] == [
        (3, "not_a_number"),
        (5, "not_json"),
    ]
    assert table.rows_in == 3


def test_rejected_rows_above_the_limit_stop_everything(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "o.csv"
    good = "".join(f"{n},a,2024-01-01,1\n" for n in range(98))
    path.write_text(HEAD + good + "x,a,2024-01-01,many\ny,a,2023-02-30,1\n", encoding="utf-8")
    with pytest.raises(TooManyRejectedError) as caught:
        read("orders", path)
    message = str(caught.value)
    assert "2 of 100" in message
    assert "row 100, amount: “many”: not a number" in message
    assert "2023-02-30" in message
    assert caught.value.exit_code == 1
    read("orders", path, max_rejected=Decimal("0.02"))


def test_excel_keeps_text_and_numbers_apart_and_passes_over_titles(
    tmp_path: Path, read: Any, rows: Any, rejected: Any
) -> None:
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "说明"
    notes.append(["导出说明"])
    sheet = book.create_sheet("订单")
    sheet.append(["2024 年销售明细"])
    sheet.append([])
    sheet.append(["单据编号", "客户编码", "单据日期", "价税合计", "备注"])
    sheet.append(["0001", 12346.0, datetime.datetime(2024, 1, 31, 9, 30), 1234.5, "a"])
    sheet.append([2, "12346.0", "2024/2/1", "1,000.00", "b"])
    sheet.append([3, "x", 45323, "#N/A", None])
    sheet["D6"].data_type = "e"
    sheet.append([None, None, None, None, None])
    path = tmp_path / "b.xlsx"
    book.save(path)
    table, _ = read("orders", path, max_rejected=Decimal(1))
    assert rows(table, "order_id", "customer_id", "ordered_at", "amount") == [
        ("0001", "12346", datetime.datetime(2024, 1, 31, 9, 30), Decimal("1234.5")),
        ("2", "12346.0", datetime.datetime(2024, 2, 1), Decimal(1000)),
    ]
    assert rejected(table) == [(6, "价税合计", "#N/A", "formula_error")]
    assert table.inputs[0]["sheet"] == "订单"


def test_old_excel_and_a_named_sheet(tmp_path: Path, read: Any, rows: Any) -> None:
    book = xlwt.Workbook()
    for name, amount in (("一月", 1), ("二月", 2)):
        sheet = book.add_sheet(name)
        for column, text in enumerate(["订单号", "客户编号", "下单日期", "金额"]):
            sheet.write(0, column, text)
        for column, value in enumerate(["a", "c", "20240131", amount]):
            sheet.write(1, column, value)
    path = tmp_path / "b.xls"
    book.save(str(path))
    with pytest.raises(DataError, match=r"2 sheets have the same heading: 一月, 二月[^\0]*--sheet"):
        read("orders", path)
    assert rows(read("orders", path, sheet="一月")[0], "amount") == [(Decimal(1),)]
    assert rows(read("orders", path, sheet="二月")[0], "amount") == [(Decimal(2),)]
    with pytest.raises(DataError, match="一月, 二月"):
        read("orders", path, sheet="三月")


def test_a_hidden_sheet_is_not_taken_for_the_visible_one(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    book = openpyxl.Workbook()
    old = book.active
    old.sheet_state = "hidden"
    for sheet, amount in ((old, 9), (book.create_sheet("new"), 1)):
        sheet.append(HEAD.strip().split(","))
        sheet.append(["1", "a", "2024-01-01", amount])
    path = tmp_path / "b.xlsx"
    book.save(path)
    assert rows(read("orders", path)[0], "amount") == [(Decimal(1),)]
    assert rows(read("orders", path, sheet=old.title)[0], "amount") == [(Decimal(9),)]


def test_cells_merged_downwards_hold_for_each_row_but_amounts_do_not(
    tmp_path: Path, read: Any, rows: Any, rejected: Any
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Orders of the year"])
    sheet.append(HEAD.strip().split(","))
    for row in (
        ["1", "a", "2024-01-01", 5],
        [None, None, None, 6],
        ["2", "b", "2024-01-02", 7],
        ["3", None, "2024-01-03", None],
    ):
        sheet.append(row)
    for cells in ("A1:D1", "A3:A4", "B3:B4", "C3:C4", "B5:B6", "D5:D6"):
        sheet.merge_cells(cells)
    path = tmp_path / "b.xlsx"
    book.save(path)
    table, _ = read("orders", path, max_rejected=Decimal(1))
    assert rows(table, "order_id", "customer_id", "amount") == [
        ("1", "a", Decimal(5)),
        ("1", "a", Decimal(6)),
        ("2", "b", Decimal(7)),
    ]
    assert rejected(table) == [(6, "amount", None, "missing")]


def test_text_written_as_a_formula_is_what_a_spreadsheet_shows(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    path = tmp_path / "o.csv"
    path.write_text(HEAD + '="007",="1/2",="2024-01-01",="12.5"\n8,b,2024-01-01,3\n', "utf-8")
    assert rows(read("orders", path)[0], "order_id", "customer_id", "amount") == [
        ("007", "1/2", Decimal("12.5")),
        ("8", "b", Decimal(3)),
    ]


@pytest.mark.parametrize(
    ("heading", "total"),
    [
        (HEAD.strip(), "合计,,,99"),
        (HEAD.strip(), "Total,,,99"),
        (f"序号,{HEAD.strip()},备注", "合  计,,,,99,"),
        (f"{HEAD.strip()},note", ",,,99,Grand total:"),
    ],
)
def test_a_row_of_totals_below_a_short_table_stops_nothing(
    tmp_path: Path, read: Any, rows: Any, rejected: Any, heading: str, total: str
) -> None:
    path = tmp_path / "o.csv"
    before = "1," if heading.startswith("序") else ""
    after = ",x" if heading.endswith(("备注", "note")) else ""
    lines = [f"{before}{n},k{n},2024-01-0{n},{n}.5{after}" for n in range(1, 6)]
    path.write_text("\n".join([heading, *lines, total]) + "\n", encoding="utf-8")
    table, findings = read("orders", path)
    assert len(rows(table, "order_id")) == 5
    assert [(row, code) for row, _, _, code in rejected(table)] == [(7, "total_row")]
    assert "rows_rejected" in {finding.code for finding in findings}


def test_a_row_that_is_wrong_stops_a_short_file_and_is_told_the_share_that_lets_it_pass(
    tmp_path: Path, read: Any, rows: Any, rejected: Any
) -> None:
    path = tmp_path / "o.csv"
    lines = [f"{n},k{n},2024-01-0{n},{n}.5" for n in range(1, 6)]
    lines += ["6,k1,2024-01-07,?", "7,合计,,5", "合计,,,22.5"]
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(TooManyRejectedError) as refused:
        read("orders", path)
    assert "1 of 8 rows is rejected" in refused.value.what.en
    assert "row 7, amount" in refused.value.what.en
    assert "--max-rejected 13%" in refused.value.mend.en
    table, _ = read("orders", path, max_rejected=Decimal("0.13"))
    assert len(rows(table, "order_id")) == 5
    assert [(row, code) for row, _, _, code in rejected(table)] == [
        (7, "not_a_number"),
        (8, "total_row"),
        (9, "total_row"),
    ]


@pytest.mark.parametrize("title", ["（单位：万元）", "2024年销售明细 单位:人民币万元"])
def test_a_unit_in_the_title_holds_for_amounts_and_is_told(
    tmp_path: Path, read: Any, rows: Any, title: str
) -> None:
    path = tmp_path / "o.csv"
    head = "订单编号,客户编号,订单日期,数量,销售金额,成本(元)"
    path.write_text(f"{title},,,,,\n{head}\n1,a,2024-01-01,2,1.25,8000\n", encoding="utf-8")
    table, findings = read("orders", path)
    assert rows(table, "quantity", "amount", "cost") == [(2, Decimal(12500), Decimal(8000))]
    assert "unit_of_title" in {finding.code for finding in findings}


def _months(path: Path) -> Path:
    """Write a workbook of customers, two months of orders, and a sheet of words."""
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["由财务部导出"])
    sheets = {
        "客户": ["客户编号,名称", "a,甲", "b,乙"],
        "1月": [HEAD.strip(), "1,a,2024-01-05,10", "2,b,2024-01-06,20", "合计,,,30"],
        "2月": [HEAD.strip(), "3,a,2024-02-05,40", "4,b,2024-02-06,?"],
    }
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append([None if cell == "" else cell for cell in line.split(",")])
    book.save(path)
    return path


def test_sheets_are_named_behind_the_workbook(
    tmp_path: Path, read: Any, rows: Any, rejected: Any
) -> None:
    path = _months(tmp_path / "firm.xlsx")
    assert len(rows(read("customers", path)[0], "customer_id")) == 2
    with pytest.raises(DataError) as refused:
        read("orders", path)
    assert "firm.xlsx#*" in refused.value.mend.en
    with pytest.raises(DataError, match="There is no sheet"):
        read("orders", Path(f"{path}#3月"))
    with pytest.raises(CallError):
        read("orders", tmp_path / "other.xlsx#1月")
    january = read("orders", Path(f"{path}#1月"))[0]
    assert rows(january, "order_id") == [("1",), ("2",)]
    every = read("orders", Path(f"{path}#*"), max_rejected=Decimal("0.5"))[0]
    assert rows(every, "order_id") == [("1",), ("2",), ("3",)]
    assert [given["sheet"] for given in every.inputs] == ["1月", "2月"]
    assert rejected(every) == [
        (3, "amount", "?", "not_a_number"),
        (4, "order_id", "合计", "total_row"),
    ]
    both = (Path(f"{path}#2月"), Path(f"{path}#1月"))
    found = read("orders", *both, max_rejected=Decimal("0.5"))[0]
    assert rows(found, "order_id") == rows(every, "order_id")


def test_a_rejected_row_names_the_sheet_that_was_asked_for(tmp_path: Path, read: Any) -> None:
    path = _months(tmp_path / "firm.xlsx")
    with pytest.raises(TooManyRejectedError) as refused:
        read("orders", Path(f"{path}#*"))
    assert refused.value.where == "firm.xlsx#2月"


def test_a_file_with_a_hash_in_its_name_is_a_file(tmp_path: Path, read: Any, rows: Any) -> None:
    path = tmp_path / "orders #1.csv"
    path.write_text(HEAD + "1,a,2024-01-05,10\n", encoding="utf-8")
    assert rows(read("orders", path)[0], "order_id") == [("1",)]


def test_rows_of_totals_are_rejected_as_such(
    tmp_path: Path, read: Any, rows: Any, rejected: Any
) -> None:
    path = tmp_path / "c.csv"
    path.write_text("客户编号,员工人数\na,1\na 小计,1\nTotal,7\n合计：,8\n", encoding="utf-8")
    table, _ = read("customers", path, max_rejected=Decimal(1))
    assert rows(table, "customer_id") == [("Total",), ("a",)]
    assert rejected(table) == [
        (3, "客户编号", "a 小计", "total_row"),
        (5, "客户编号", "合计：", "total_row"),
    ]
    book = openpyxl.Workbook()
    for row in (HEAD.strip().split(","), [1, 7, 45000, 5], ["", "合计", 45000, 5]):
        book.active.append(row)
    book.save(tmp_path / "o.xlsx")
    table, _ = read("orders", tmp_path / "o.xlsx", max_rejected=Decimal(1))
    assert rows(table, "order_id", "customer_id") == [("1", "7")]


def test_json_objects_within_objects_are_columns(tmp_path: Path, read: Any, rows: Any) -> None:
    path = tmp_path / "o.jsonl"
    record = {"order_id": 1, "customer": {"id": "007"}, "ordered_at": "2024-01-01", "amount": 3}
    path.write_text(json.dumps(record), encoding="utf-8")
    assert rows(read("orders", path)[0], "customer_id") == [("007",)]


def test_parquet_structures_are_columns_and_bytes_are_text(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    path = tmp_path / "o.parquet"
    content = {
        "order_id": ["é".encode()],
        "customer": [{"id": "007", "in": {"city": "x"}}],
        "ordered_at": [datetime.date(2024, 1, 1)],
        "amount": [3],
    }
    parquet.write_table(pa.table(content), path)
    table, findings = read("orders", path)
    assert rows(table, "order_id", "customer_id") == [("é", "007")]
    assert "customer.in.city" in str([finding.details for finding in findings])


def test_json_lines_keep_text_and_numbers_apart(
    tmp_path: Path, read: Any, rows: Any, rejected: Any
) -> None:
    path = tmp_path / "o.jsonl"
    lines = [
        {"order_id": 7.0, "customer_id": "007", "ordered_at": "2024-01-01", "amount": 0.1},
        {"order_id": "8.0", "customer_id": 7, "ordered_at": "2024-01-01", "amount": "1,5"},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    path.write_text(text + "\n{broken\n[1]\n", encoding="utf-8")
    table, _ = read("orders", path, max_rejected=Decimal(1))
    assert rows(table, "order_id", "customer_id", "amount") == [
        ("7", "007", Decimal("0.1")),
        ("8.0", "7", Decimal("1.5")),
    ]
    assert [code for *_, code in rejected(table)] == ["not_json", "not_json"]


def test_parquet_with_proper_types_stays_where_it_is(
    tmp_path: Path, engine: Any, read: Any, rows: Any
) -> None:
    path = tmp_path / "o.parquet"
    parquet.write_table(
        pa.table(
            {
                "order_id": [1, 2],
                "customer_id": [12346.0, 7.0],
                "ordered_at": pa.array([datetime.datetime(2024, 1, 1, 1)] * 2, pa.timestamp("ns")),
                "amount": [0.1, -1.00005],
            }
        ),
        path,
    )
    table, _ = read("orders", path)
    assert rows(table, "order_id", "customer_id", "amount") == [
        ("1", "12346", Decimal("0.1")),
        ("2", "7", Decimal("-1.0001")),
    ]
    kinds = dict(engine.rows("SELECT table_name, table_type FROM information_schema.tables"))
    assert kinds[table.relation] == "VIEW"
    assert not [t for t, kind in kinds.items() if kind == "BASE TABLE" and t.startswith("staged")]


def test_several_files_are_one_table(tmp_path: Path, read: Any, rows: Any) -> None:
    one, other = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_text(HEAD + "1,a,31/01/2024,1\n", encoding="utf-8")
    other.write_text(
        "订单号;客户编号;下单日期;金额(万元)\n2;b;01/02/2024;1,5\n", encoding="gb18030"
    )
    table, _ = read("orders", one, other)
    assert rows(table, "order_id", "ordered_at", "amount") == [
        ("1", datetime.datetime(2024, 1, 31), Decimal(1)),
        ("2", datetime.datetime(2024, 2, 1), Decimal(15000)),
    ]
    assert [(i["name"], i["rows"]) for i in table.inputs] == [("1.csv", 1), ("2.csv", 1)]
    assert all(len(i["sha256"]) == 64 and i["size"] > 0 for i in table.inputs)


@pytest.mark.parametrize("name", ["o.xlsx", "o.xls", "o.csv", "o.parquet", "o.jsonl", "o"])
def test_binary_noise_is_refused_by_name(tmp_path: Path, read: Any, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(os.urandom(5000))
    with pytest.raises(DataError) as caught:
        read("orders", path)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", ["o.xlsx", "o.csv", "o.parquet", "o.jsonl"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip"])
def test_empty_and_truncated_files_are_refused(
    tmp_path: Path, read: Any, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError):
        read("orders", path)


def test_a_web_page_called_xls_is_refused(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "o.xls"
    path.write_text("<html><table><tr><td>订单号</td></tr></table></html>", encoding="utf-8")
    with pytest.raises(DataError, match="web page"):
        read("orders", path)


def test_a_missing_file_is_a_wrong_call(tmp_path: Path, read: Any) -> None:
    with pytest.raises(CallError) as caught:
        read("orders", tmp_path / "none.csv")
    assert caught.value.exit_code == 2


def test_a_heading_alone_is_an_empty_table(tmp_path: Path, read: Any, rows: Any) -> None:
    path = tmp_path / "o.csv"
    path.write_text(HEAD, encoding="utf-8")
    table, _ = read("orders", path)
    assert (table.rows_in, rows(table, "order_id")) == (0, [])


def test_a_wrong_delimiter_says_so(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "o.csv"
    path.write_text("order_id^customer_id^ordered_at^amount\n1^a^2024-01-01^1\n", encoding="utf-8")
    with pytest.raises(DataError, match="delimiter"):
        read("orders", path)


@pytest.mark.parametrize("further", [300, 9_998])
def test_many_columns_are_read_and_ten_thousand_refused(
    tmp_path: Path, read: Any, rows: Any, further: int
) -> None:
    path = tmp_path / "c.csv"
    headings = ["customer_id", *(f"x{n}" for n in range(further)), "name"]
    path.write_text(",".join(headings) + "\n" + ",".join(["1"] * (further + 1) + ["n"]))
    if further > 1_000:
        with pytest.raises(DataError, match="10000 columns"):
            read("customers", path)
        return
    table, _ = read("customers", path)
    assert len(table.attributes) == further
    assert rows(table, "customer_id", f"x{further - 1}", "name", order="1") == [("1", "1", "n")]


def test_strange_text_comes_through_unchanged(tmp_path: Path, read: Any, rows: Any) -> None:
    names = ["=cmd()|' /C calc'!A0", "😀 emoji", "شركة الاختبار", "'; DROP TABLE x; --"]
    path = tmp_path / "c.csv"
    path.write_text(
        "customer_id,name\n" + "".join(f'{n},"{text}"\n' for n, text in enumerate(names)),
        encoding="utf-8",
    )
    assert [name for _, name in rows(read("customers", path)[0], "customer_id", "name")] == names


def test_a_path_with_a_quote_is_read(tmp_path: Path, read: Any, rows: Any) -> None:
    folder = tmp_path / "it's 'mine' {x}"
    folder.mkdir()
    path = folder / "客'户.parquet"
    parquet.write_table(pa.table({"customer_id": ["1"], 'it\'s {a} "b"': ["v"]}), path)
    table, _ = read("customers", path)
    assert rows(table, "customer_id", order="1") == [("1",)]
    assert table.attributes == ('it\'s {a} "b"',)


def test_source_is_a_plain_value() -> None:
    assert Source((Path("a"),)) == Source((Path("a"),), None)
