"""An example file for each table, in either language."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from kefen.domain.contract import Kind

if TYPE_CHECKING:
    from kefen.domain.contract import Column, Table
    from kefen.domain.text import Language

_OF_KIND = {
    Kind.ID: "1001",
    Kind.INTEGER: "12",
    Kind.MONEY: "1250.00",
    Kind.NUMBER: "0.15",
    Kind.DATE: "2026-03-31",
    Kind.TIMESTAMP: "2026-03-31 14:30",
    Kind.BOOLEAN: "0",
}
_WORDS = {
    "name": ("Example Trading Ltd", "示例贸易有限公司"),
    "country": ("China", "中国"),
    "region": ("Jiangsu", "江苏"),
    "city": ("Suzhou", "苏州"),
    "industry": ("Wholesale", "批发"),
    "owner": ("Lin Ruoxi", "林若溪"),
    "team": ("East", "华东"),
    "payment_terms": ("net 30", "月结30天"),
    "category": ("Tools", "工具"),
    "currency": ("CNY", "CNY"),
    "email": ("buyer@example.com", "buyer@example.com"),
    "phone": ("13800000000", "13800000000"),
    "tax_id": ("91320594MA1XXXXX7K", "91320594MA1XXXXX7K"),
    "month": ("2026-03-01", "2026-03-01"),
    "period": ("2026-03-01", "2026-03-01"),
}


def example_file(table: Table, language: Language) -> bytes:
    """Return a CSV file with every heading and one row, as Excel reads it."""
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow([column.label.in_language(language) for column in table.columns])
    writer.writerow([_value(column, language) for column in table.columns])
    return content.getvalue().encode("utf-8-sig")


def _value(column: Column, language: Language) -> str:
    if column.name in _WORDS:
        return _WORDS[column.name][language == "zh"]
    if column.codes:
        return column.codes[0]
    return _OF_KIND.get(column.kind, "")
