"""Guessing columns from their headings."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from kefen.domain.contract import TABLES
from kefen.domain.errors import DataError
from kefen.lake.reading.heading_words import WORDS
from kefen.lake.reading.headings import guess_columns, read_heading

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("table", "headings", "columns"),
    [
        ("orders", "客户编号,订单号,下单日期,金额", "customer_id,order_id,ordered_at,amount"),
        ("orders", "会员号,销售单号,订单时间,实收金额", "customer_id,order_id,ordered_at,amount"),
        (
            "orders",  # 用友
            "单据编号,行号,客户编码,单据日期,存货编码,存货分类,数量,价税合计,币种",
            "order_id,line,customer_id,ordered_at,product_id,category,quantity,amount,currency",
        ),
        (
            "orders",  # 金蝶
            "单据编号,往来单位编码,单据日期,物料编码,实发数量,不含税金额,成本金额",
            "order_id,customer_id,ordered_at,product_id,quantity,amount,cost",
        ),
        (
            "orders",  # QuickBooks
            "Num,Customer,Date,Item,Qty,Amount",
            "order_id,customer_id,ordered_at,product_id,quantity,amount",
        ),
        (
            "orders",  # SAP
            "VBELN,POSNR,KUNAG,FKDAT,MATNR,NETWR,WAERS",
            "order_id,line,customer_id,ordered_at,product_id,amount,currency",
        ),
        (
            "orders",
            "Cust No,Order_No,ORDER DATE,Net Amount,ＱＴＹ",
            "customer_id,order_id,ordered_at,amount,quantity",
        ),
        (
            "receivables",  # Xero
            "ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,InvoiceAmountPaid,Currency",
            "customer_id,invoice_id,issued_on,due_on,amount,settled_amount,currency",
        ),
        (
            "customers",
            "客户编号,客户名称,地区,所属行业,统一社会信用代码,账期",
            "customer_id,name,region,industry,tax_id,payment_terms",
        ),
        ("surveys", "客户编号,评价日期,满意度", "customer_id,answered_on,score"),
        ("cases", "工单号,客户编号,报修时间,工单类型", "case_id,customer_id,opened_at,kind"),
    ],
)
def test_usual_headings_are_known(table: str, headings: str, columns: str) -> None:
    guess = guess_columns(headings.split(","), TABLES[table])
    expected = dict(zip(columns.split(","), headings.split(","), strict=True))
    assert guess.columns == expected
    assert not guess.ambiguous


def test_every_listed_word_is_known_for_its_column() -> None:
    for table, columns in WORDS.items():
        for column, words in columns.items():
            assert column in TABLES[table].column_names
            for word in words.strong.split("|"):
                guess = guess_columns([word], TABLES[table])
                assert guess.columns, f"{table}.{column}: {word}"


def test_the_canonical_name_wins() -> None:
    guess = guess_columns(["Total", "amount", "Sales", "Revenue"], TABLES["orders"])
    assert guess.columns["amount"] == "amount"


def test_units_are_read_from_headings() -> None:
    assert read_heading("销售额（单位：万元）").unit == (Decimal(10_000), None, "万元", "元")
    assert read_heading("Amount [k$]") == ("amount", (Decimal(1000), None, "k$", "$"))
    assert read_heading("数量") == ("数量", None)


def _write(path: Path, heading: str) -> Path:
    path.write_text(heading + "\n" + ",".join("1" for _ in heading.split(",")), encoding="utf-8")
    return path


def test_two_possible_amounts_are_refused_with_the_mend(tmp_path: Path, read: Any) -> None:
    path = _write(tmp_path / "o.csv", "订单号,客户编号,下单日期,金额,价税合计")
    with pytest.raises(DataError) as caught:
        read("orders", path)
    assert "could be any of these columns: 金额, 价税合计" in str(caught.value)
    assert "tables: {orders: {columns: {amount: 金额}}}" in str(caught.value)
    assert "可能是以下任何一列" in caught.value.in_language("zh")


def test_a_missing_column_names_those_found_and_near(tmp_path: Path, read: Any) -> None:
    path = _write(tmp_path / "o.csv", "order_id,customer_id,ordered_at,amuont,tail")
    with pytest.raises(DataError) as caught:
        read("orders", path)
    assert "order_id, customer_id, ordered_at, amuont, tail" in str(caught.value)
    assert "Did you mean amuont" in str(caught.value)


def test_quantity_and_price_suggest_a_computed_amount(tmp_path: Path, read: Any) -> None:
    path = _write(tmp_path / "o.csv", "order_id,customer_id,ordered_at,Quantity,UnitPrice")
    with pytest.raises(DataError, match="compute"):
        read("orders", path)


def test_repeated_and_blank_headings_are_told_apart(tmp_path: Path, read: Any, rows: Any) -> None:
    path = tmp_path / "c.csv"
    path.write_text("customer_id,note,,Note,Name\n1,a,b,c,d\n", encoding="utf-8")
    table, _ = read("customers", path)
    assert rows(table, "name", *table.attributes, order="1") == [("d", "a", "b", "c")]


def test_unused_columns_of_facts_are_listed(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "o.csv"
    path.write_text("order_id,customer_id,ordered_at,amount,weather\n1,a,2024-01-01,1,x\n", "utf-8")
    _, findings = read("orders", path)
    found = {finding.code: finding for finding in findings}
    assert found["columns_unknown"].details["columns"] == ["weather"]


def test_traditional_characters_are_read_like_simplified_ones() -> None:
    for traditional, simplified in (
        ("訂單號", "订单号"),
        ("客戶編號", "客户编号"),
        ("下單日期", "下单日期"),
        ("產品類別", "产品类别"),
        ("金額(萬元)", "金额(万元)"),
    ):
        assert read_heading(traditional) == read_heading(simplified)
