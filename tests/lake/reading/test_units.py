"""Units of amounts: how they are written, and where files have them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kefen.domain.errors import DataError
from kefen.lake.reading.units import unit_in_titles, unit_of, unit_within

HEAD = ["订单号", "客户编号", "下单日期", "金额", "成本"]


@pytest.mark.parametrize(
    ("written", "factor", "currency"),
    [
        ("万元", 10_000, None),
        ("（单位：万元）", 10_000, None),
        ("(in thousands)", 1000, None),
        ("in thousands of USD", 1000, "USD"),
        ("USD'000", 1000, "USD"),
        ("US$ million", 1_000_000, "USD"),
        ("人民币百万元", 1_000_000, "CNY"),
        ("萬美元", 10_000, "USD"),
        ("k€", 1000, "EUR"),
        ("元", 1, None),
    ],
)
def test_units_are_known_in_both_languages(written: str, factor: int, currency: str | None) -> None:
    found = unit_of(written)
    assert found is not None
    assert (found.factor, found.currency) == (factor, currency)


@pytest.mark.parametrize("text", ["", "in", "件", "000", "1000", "含税", "A1", "万达公司", "2026"])
def test_other_words_are_no_units(text: str) -> None:
    assert unit_of(text) is None


@pytest.mark.parametrize(
    ("heading", "factor"),
    [("金额（含税，万元）", 10_000), ("Amount (net, in thousands)", 1000), ("金额（含税）", None)],
)
def test_a_unit_stands_beside_other_words_in_brackets(heading: str, factor: int | None) -> None:
    found = unit_within(heading)
    assert (found.factor if found else None) == factor


@pytest.mark.parametrize(
    ("title", "factor"),
    [
        ("2026年3月销售明细（万元）", 10_000),
        ("Sales 2026 - in thousands", 1000),
        ("Report, amounts in EUR million", 1_000_000),
        ("单位：万元 制表：张三", 10_000),
        ("K-Mart (K)", None),
        ("单位名称：万达公司", None),
        ("Our thousand best customers", None),
    ],
)
def test_a_title_names_the_unit_in_brackets_or_behind_a_word_for_it(
    title: str, factor: int | None
) -> None:
    found = unit_in_titles([title])
    assert (found.factor if found else None) == factor


def _written(path: Path, rows: list[list[Any]]) -> Path:
    if path.suffix == ".csv":
        lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_row_of_units_below_the_heading_holds_for_its_columns(
    tmp_path: Path, read: Any, rows: Any, suffix: str
) -> None:
    lines: list[list[Any]] = [
        ["销售明细"],
        HEAD,
        [None, None, None, "（万元）", "元"],
        ["A1", "007", "2026-03-14", 1.25, 80],
        ["A2", "007", "?", 1, 1],
    ]
    table, findings = read("orders", _written(tmp_path / f"o.{suffix}", lines), max_rejected=1)
    assert rows(table, "amount", "cost") == [(Decimal(12500), Decimal(80))]
    told = {finding.code: finding.message.zh for finding in findings}
    assert "金额 万元, 成本 元" in told["units_below_heading"]


def test_the_row_of_units_is_counted_as_a_row_of_the_sheet(
    tmp_path: Path, read: Any, rejected: Any
) -> None:
    for suffix in ("csv", "xlsx"):
        lines: list[list[Any]] = [HEAD, [None, None, None, "千元", "千元"]]
        lines.append(["A1", "007", "?", 1, 1])
        table, _ = read("orders", _written(tmp_path / f"o.{suffix}", lines), max_rejected=1)
        assert [row for row, *_ in rejected(table)] == [3]


def test_a_currency_in_a_unit_is_that_of_the_rows(tmp_path: Path, read: Any, rows: Any) -> None:
    head = ["Order ID", "Customer ID", "Order date", "Amount (USD'000)"]
    path = _written(tmp_path / "o.csv", [head, ["A1", "7", "2026-03-14", 2]])
    table, findings = read("orders", path)
    assert rows(table, "amount", "currency") == [(Decimal(2000), "USD")]
    assert "currency_of_units" in {finding.code for finding in findings}


def test_amounts_of_two_currencies_in_a_row_are_refused(tmp_path: Path, read: Any) -> None:
    head = ["Order ID", "Customer ID", "Order date", "Amount (USD)", "Cost (CNY)"]
    with pytest.raises(DataError, match="several currencies"):
        read("orders", _written(tmp_path / "o.csv", [head, ["A1", "7", "2026-03-14", 2, 9]]))


def test_a_heading_and_the_row_below_it_must_agree(tmp_path: Path, read: Any) -> None:
    head = [*HEAD[:3], "金额（元）"]
    lines: list[list[Any]] = [head, [None, None, None, "万元"], ["A1", "7", "2026-03-14", 2]]
    with pytest.raises(DataError, match="different units"):
        read("orders", _written(tmp_path / "o.csv", lines))


def test_a_unit_among_the_rows_is_refused_whatever_may_be_rejected(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    lines: list[list[Any]] = [
        HEAD[:4],
        ["Order", "Customer", "Date", "Amount"],
        [None, None, None, "千元"],
        ["A1", "007", "2026-03-14", 2],
    ]
    path = _written(tmp_path / "o.csv", lines)
    with pytest.raises(DataError, match="Row 3 says “千元”"):
        read("orders", path, max_rejected=1)


def test_an_expression_over_a_column_with_a_unit_below_is_refused_until_it_is_said(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    from kefen.lake.reading.mapping import Computed, Mapping, TableMapping

    lines: list[list[Any]] = [
        [*HEAD[:3], "单价", "数量"],
        [None, None, None, "千元", "件"],
        ["A1", "007", "2026-03-14", 2, 3],
    ]
    path = _written(tmp_path / "o.csv", lines)
    with pytest.raises(DataError, match="千元"):
        given = Mapping("m", {"orders": TableMapping({"amount": Computed('"单价" * "数量"')})})
        read("orders", path, mapping=given)
    said = TableMapping(
        {"amount": Computed('"单价" * "数量" * 1000')}, factors={"amount": Decimal(1)}
    )
    table, _ = read("orders", path, mapping=Mapping("m", {"orders": said}))
    assert rows(table, "amount") == [(Decimal(6000),)]
