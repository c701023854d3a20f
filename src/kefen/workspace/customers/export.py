"""The list as an Excel workbook."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.domain.text import Language
    from kefen.workspace.customers.sight import ShownColumn

MOST_ROWS = 100_000
"""A workbook holds so many rows; longer lists are narrowed by a filter first."""
_CUSTOMER = Text("Customer id", "客户编号")
_WIDTH = 16


def workbook(
    rows: Iterable[Any], columns: list[ShownColumn], language: Language, title: Text
) -> bytes:
    """Return a workbook with one row a customer; texts are texts, whatever they begin with."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        number = book.add_format({"num_format": "#,##0.00##"})
        share = book.add_format({"num_format": "0.0%"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(title.in_language(language)[:31])
        headings = [_CUSTOMER, *(one.label for one in columns)]
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, heading.in_language(language), bold)
        sheet.set_column(0, len(headings) - 1, _WIDTH)
        sheet.freeze_panes(1, 1)
        last = 0
        for last, row in enumerate(rows, start=1):
            sheet.write_string(last, 0, row.customer_id)
            for place, column in enumerate(columns, start=1):
                value = getattr(row, column.name)
                if column.kind in ("grade", "before"):
                    grade = column.grade_of(value)
                    value = grade.name.in_language(language) if grade is not None else None
                if value is None:
                    continue
                if isinstance(value, bool):
                    sheet.write_boolean(last, place, value)
                elif isinstance(value, Decimal):
                    sheet.write_number(
                        last, place, float(value), share if column.unit == "share" else number
                    )
                elif isinstance(value, int):
                    sheet.write_number(last, place, value)
                elif isinstance(value, date):
                    sheet.write_datetime(last, place, value, day)
                else:
                    sheet.write_string(last, place, str(value))
        sheet.autofilter(0, 0, last, len(headings) - 1)
    return content.getvalue()
