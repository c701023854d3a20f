"""Why a value or a row is rejected: the codes, in words."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

REJECTION_REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "missing": Text("a required value is missing", "缺少必填的值"),
        "not_a_number": Text("not a number", "不是数字"),
        "not_an_integer": Text("not a whole number", "不是整数"),
        "too_large": Text(
            "a number with more than 14 digits before the point", "整数部分超过 14 位的数字"
        ),
        "not_a_date": Text("not a date in a known form", "不是可识别的日期"),
        "impossible_date": Text("a date that does not exist", "不存在的日期"),
        "unknown_code": Text(
            "a word that is not known for this column; map it under `values` in a mapping file",
            "该列中无法识别的取值；请在映射文件的 values 中说明",
        ),
        "not_a_boolean": Text("neither yes nor no", "既不是“是”也不是“否”"),
        "formula_error": Text("an error of a spreadsheet formula", "电子表格公式出错"),
        "total_row": Text(
            "a row that sums up others, with “total” in place of an id",
            "合计行：编号处写的是“合计”，不是单独的记录",
        ),
        "note_row": Text("a note in the file, not a record", "文件中的说明文字，不是单独的记录"),
        "heading_again": Text("the heading again", "重复出现的标题行"),
        "cut_id": Text(
            "an id of which the spreadsheet kept the first digits only; give the column the "
            "format Text, enter or export the ids anew, and read again",
            "编号被电子表格截成科学计数，后面的数字已丢失；请将该列设为文本格式，重新录入或导出",
        ),
        "not_computed": Text(
            "the expression of the mapping has no value for this row",
            "映射中的表达式在该行没有结果",
        ),
        "wrong_number_of_fields": Text(
            "a line with more or fewer fields than the heading", "该行的列数与标题行不一致"
        ),
        "not_json": Text("a line that is not a JSON object", "该行不是 JSON 对象"),
    }
)
"""Every rejection code and its meaning."""


def rejection_reason(code: str) -> Text:
    """Return what a rejection code means.

    Raises:
        KeyError: There is no such code.
    """
    return REJECTION_REASONS[code]
