"""The report as an Excel workbook: one sheet a section, values as values, text only as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING

import xlsxwriter

from kefen.reports.excel_charts import CHART_NUMBERS, ChartNumbers
from kefen.reports.excel_formats import Formats
from kefen.reports.excel_sheet import SheetWriter

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.domain.text import Language
    from kefen.reports.model import Report

_SHEET_NAME_LENGTH = 31


def write_excel(report: Report, path: Path, language: Language) -> None:
    """Write the report as a workbook.

    Text is only ever written as text: a name such as `=cmd()` stays what it is.

    Args:
        report: What to write.
        path: The file, replaced when it exists.
        language: The language of every word in it.
    """
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties(
            {
                "title": report.title.in_language(language),
                "author": "Kefen",
                "created": datetime.combine(report.meta.as_of, time()),
            }
        )
        formats = Formats(workbook, language)
        names: set[str] = set()
        numbers = ChartNumbers(_sheet_name(CHART_NUMBERS.in_language(language), names))
        for section in report.sections:
            name = _sheet_name(section.short.in_language(language), names)
            sheet = workbook.add_worksheet(name)
            SheetWriter(workbook, sheet, formats, language, numbers).write(section, report.meta)
        if numbers.tables:
            sheet = workbook.add_worksheet(numbers.sheet)
            writer = SheetWriter(workbook, sheet, formats, language, numbers)
            writer.write(numbers.section(), replace(report.meta, generated=None))


def _sheet_name(wanted: str, taken: set[str]) -> str:
    plain = "".join(" " if letter in "[]:*?/\\'!" else letter for letter in wanted).strip()
    name = plain[:_SHEET_NAME_LENGTH]
    number = 2
    while name.lower() in taken:
        suffix = f" {number}"
        name = plain[: _SHEET_NAME_LENGTH - len(suffix)] + suffix
        number += 1
    taken.add(name.lower())
    return name
