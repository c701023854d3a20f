"""The report as an Excel workbook: one sheet a section, values as values, text only as text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import xlsxwriter

from kefen.domain.text import Text
from kefen.reports.excel_charts import draw
from kefen.reports.model import (
    Card,
    Column,
    Figures,
    GradeMark,
    Prose,
    Row,
    Table,
    chart_table,
)
from kefen.reports.wording import DASH, plain_text

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from kefen.domain.text import Language
    from kefen.reports.model import (
        Block,
        Cell,
        Chart,
        ColumnKind,
        Meta,
        Particulars,
        Report,
        Section,
    )

_LONGEST_TEXT = 32_767
_NARROWEST, _WIDEST = 9, 46
_MEASURED_ROWS = 200
_CHART_ROWS = 16
_SHEET_NAME_LENGTH = 31
_INK, _MUTED, _LINE, _HEAD, _BRAND = "#121926", "#5A6577", "#D2D7E0", "#F0F3F8", "#16305C"
TIERS = {
    "S": "#351B4C",
    "A": "#1643BF",
    "B": "#006A51",
    "C": "#956200",
    "D": "#696F82",
    "bad": "#B3261E",
    "warn": "#8A5200",
}
_TIER_TINTS = {
    "S": "#EFE9F6",
    "A": "#E6EDFC",
    "B": "#E0F3EC",
    "C": "#FBF0DA",
    "D": "#EDEFF3",
    "bad": "#FCEBE9",
    "warn": "#FDF1DC",
}
_NUMBER_FORMATS: dict[ColumnKind, str] = {
    "number": "#,##0",
    "money": "#,##0.00;-#,##0.00",
    "percent": "0.00%",
    "date": "yyyy-mm-dd",
    "change": "+#,##0;-#,##0;0",
}
_FONT = {"en": "Calibri", "zh": "微软雅黑"}


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
        "in_memory": False,
    }
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"title": report.title.in_language(language), "author": "Kefen"})
        workbook.set_calc_mode("auto")
        formats = Formats(workbook, language)
        names: set[str] = set()
        for section in report.sections:
            name = _sheet_name(section.short.in_language(language), names)
            sheet = workbook.add_worksheet(name)
            _Sheet(workbook, sheet, formats, language).write(section, report.meta)


def _sheet_name(wanted: str, taken: set[str]) -> str:
    plain = "".join(" " if letter in "[]:*?/\\'" else letter for letter in wanted).strip()
    name = plain[:_SHEET_NAME_LENGTH]
    number = 2
    while name.lower() in taken:
        suffix = f" {number}"
        name = plain[: _SHEET_NAME_LENGTH - len(suffix)] + suffix
        number += 1
    taken.add(name.lower())
    return name


class Formats:
    """The cell formats of a workbook, each made once."""

    def __init__(self, workbook: Workbook, language: Language) -> None:
        self._workbook = workbook
        self._font = _FONT[language]
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def get(self, **properties: Any) -> Format:
        """Return the format with these properties on top of the usual ones."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            usual = {"font_name": self._font, "font_size": 10, "font_color": _INK}
            self._made[key] = self._workbook.add_format(
                {**usual, "valign": "vcenter", **properties}
            )
        return self._made[key]

    def of_cell(
        self, kind: ColumnKind, cell: Cell, *, total: bool, level: int, wrap: bool
    ) -> Format:
        """Return the format of one cell of a table."""
        properties: dict[str, Any] = {"bottom": 1, "bottom_color": _LINE}
        if kind in _NUMBER_FORMATS:
            properties["align"] = "right"
            properties["num_format"] = _NUMBER_FORMATS[kind]
            if kind == "number" and isinstance(cell, Decimal):
                properties["num_format"] = "#,##0.0000"
        if isinstance(cell, GradeMark) and cell.tone in TIERS:
            properties |= {
                "font_color": TIERS[cell.tone],
                "bg_color": _TIER_TINTS[cell.tone],
                "bold": True,
            }
        if isinstance(cell, GradeMark) and not cell.code:
            properties |= {"font_color": _MUTED, "italic": True}
        if wrap:
            properties |= {"text_wrap": True, "valign": "top"}
        if total:
            properties |= {"bold": True, "top": 2, "top_color": _BRAND}
        if level:
            properties["indent"] = level
        return self.get(**properties)


class _Sheet:
    """One sheet being written from top to bottom."""

    def __init__(
        self, workbook: Workbook, sheet: Worksheet, formats: Formats, language: Language
    ) -> None:
        self._workbook = workbook
        self._sheet = sheet
        self._formats = formats
        self._language = language
        self._row = 0
        self._widths: dict[int, int] = {}
        self._wrapped: set[int] = set()

    def write(self, section: Section, meta: Meta) -> None:
        """Write a section."""
        tables = [block for block in section.blocks if isinstance(block, Table)]
        columns = [table.columns for table in tables]
        columns += [chart_table(b).columns for b in section.blocks if _is_chart(b)]  # type: ignore[arg-type]
        self._set_widths(tables)
        self._heading(section, meta)
        only = tables[0] if len(section.blocks) == 1 and tables else None
        for block in section.blocks:
            self._block(block, freeze=block is only)
        if only is None:
            self._sheet.freeze_panes(2, 0)
        self._set_up_print(max((len(c) for c in columns), default=6))

    def _heading(self, section: Section, meta: Meta) -> None:
        self._text(0, section.title, bold=True, font_size=16, font_color=_BRAND)
        self._sheet.set_row(self._row, 26)
        self._row += 1
        about = Text(
            "{standard} · as of {day} · {unit}", "{standard} · 截至 {day} · {unit}"
        ).filled(standard=meta.standard, day=meta.as_of.isoformat(), unit=meta.currency)
        self._text(0, about, font_color=_MUTED)
        self._row += 1
        for line in (section.intro, meta.generated):
            if line is not None:
                self._text(0, line, font_color=_MUTED if line is section.intro else TIERS["warn"])
                self._row += 1
        self._row += 1

    def _text(self, column: int, text: Text | str, **properties: Any) -> None:
        wording = text if isinstance(text, str) else text.in_language(self._language)
        self._sheet.write_string(
            self._row, column, wording[:_LONGEST_TEXT], self._formats.get(**properties)
        )

    def _block(self, block: Block, *, freeze: bool) -> None:
        if isinstance(block, Table):
            self._table(block, freeze=freeze)
        elif isinstance(block, Figures):
            for figure in block.items:
                kind = figure.kind
                self._text(0, figure.label, font_color=_MUTED)
                self._cell(self._row, 1, figure.value, kind, bold=True)
                if figure.note is not None:
                    self._text(2, figure.note, font_color=_MUTED)
                self._row += 1
            self._row += 1
        elif isinstance(block, Prose):
            for paragraph in block.paragraphs:
                bold = block.tone == "say"
                self._text(0, paragraph, bold=bold)
                self._row += 1
            self._row += 1
        elif isinstance(block, Card):
            self._card(block)
        else:
            self._chart(block)

    def _table(self, table: Table, *, freeze: bool) -> None:
        self._text(0, table.title, bold=True, font_size=12)
        self._row += 1
        if table.particulars is not None:
            self._particulars(table.particulars)
        first = self._header(table.columns)
        for row in table.rows:
            self._table_row(table.columns, row, total=False)
        last = self._row - 1
        if table.totals is not None:
            self._table_row(table.columns, table.totals, total=True)
        if freeze:
            self._sheet.freeze_panes(first + 1, 1)
            self._sheet.repeat_rows(first)
        if freeze or table.filterable:
            self._sheet.autofilter(first, 0, max(last, first + 1), len(table.columns) - 1)
        for index, column in enumerate(table.columns):
            if column.bar and last > first:
                self._sheet.conditional_format(
                    first + 1,
                    index,
                    last,
                    index,
                    {
                        "type": "data_bar",
                        "bar_solid": True,
                        "bar_color": "#A6C0EC",
                        "min_type": "num",
                        "min_value": 0,
                        "max_type": "num",
                        "max_value": 1,
                    },
                )
        if table.note is not None:
            self._text(0, table.note, font_color=_MUTED, italic=True)
            self._row += 1
        if table.particulars is not None:
            self._signatures(table.particulars)
        self._row += 1

    def _header(self, columns: tuple[Column, ...]) -> int:
        for index, column in enumerate(columns):
            self._text(
                index,
                column.title,
                bold=True,
                bg_color=_HEAD,
                bottom=2,
                bottom_color=_BRAND,
                text_wrap=True,
                align="right" if column.kind in _NUMBER_FORMATS else "left",
            )
        self._sheet.set_row(self._row, 30)
        self._row += 1
        return self._row - 1

    def _table_row(self, columns: tuple[Column, ...], row: Row, *, total: bool) -> None:
        for index, (column, cell) in enumerate(zip(columns, row.cells, strict=True)):
            style = self._formats.of_cell(
                column.kind,
                cell,
                total=total,
                level=row.level if index == 0 else 0,
                wrap=index in self._wrapped and column.kind == "text",
            )
            self._value(self._row, index, cell, style)
        self._row += 1

    def _cell(self, row: int, column: int, cell: Cell, kind: ColumnKind, **properties: Any) -> None:
        wanted = dict(properties)
        if kind in _NUMBER_FORMATS:
            wanted["num_format"] = _NUMBER_FORMATS[kind]
            if kind == "number" and isinstance(cell, Decimal):
                wanted["num_format"] = "0.00000"
        if kind != "text":
            wanted["align"] = "left"
        self._value(row, column, cell, self._formats.get(**wanted))

    def _value(self, row: int, column: int, cell: Cell, style: Format) -> None:
        if isinstance(cell, (int, Decimal)):
            self._sheet.write_number(row, column, cell, style)
        elif isinstance(cell, date):
            self._sheet.write_datetime(row, column, cell, style)
        else:
            wording = plain_text(cell, self._language)
            self._sheet.write_string(row, column, wording[:_LONGEST_TEXT], style)

    def _particulars(self, about: Particulars) -> None:
        line = Text("Period: {period} · Unit: {unit}", "统计期间：{period} · 单位：{unit}").filled(
            period=about.period, unit=about.unit
        )
        self._text(0, line, font_color=_MUTED)
        self._row += 1

    def _signatures(self, about: Particulars) -> None:
        line = Text(
            "Prepared by: ____________   Checked by: ____________   Date: {day}"
            "   Keeper: ____________   Update due: {due}",
            "制表：____________   审核：____________   日期：{day}"
            "   保管：____________   更新期限：{due}",
        ).filled(day=about.dated.isoformat(), due=about.update_due.isoformat())
        self._text(0, line, font_color=_MUTED)
        self._row += 1

    def _chart(self, chart: Chart) -> None:
        self._text(0, chart.title, bold=True, font_size=12)
        self._row += 1
        self._text(0, chart.caption, font_color=_MUTED)
        self._row += 1
        table = chart_table(chart)
        first = self._header(table.columns)
        for row in table.rows:
            self._table_row(table.columns, row, total=False)
        if table.rows:
            drawn = draw(
                self._workbook,
                self._sheet.get_name(),
                chart,
                (first, self._row - 1),
                self._language,
            )
            self._sheet.insert_chart(first, len(table.columns) + 1, drawn)
        self._row = max(self._row, first + _CHART_ROWS) + 1

    def _card(self, card: Card) -> None:
        self._text(0, card.title, bold=True, font_size=12)
        self._row += 1
        self._text(0, card.heading, bold=True, font_size=14)
        self._row += 1
        self._text(0, card.subheading, font_color=_MUTED)
        self._row += 2
        for name, mark in card.marks:
            self._text(0, name)
            style = self._formats.of_cell("grade", mark, total=False, level=0, wrap=False)
            self._value(self._row, 1, mark, style)
            self._row += 1
        for group in card.groups:
            self._row += 1
            self._text(0, group.title, bold=True, bg_color=_HEAD)
            self._text(1, "", bg_color=_HEAD)
            self._row += 1
            for item in group.items:
                self._text(0, item.label, font_color=_MUTED)
                if item.value is None:
                    self._text(1, NOT_RECORDED, font_color=_MUTED, italic=True)
                else:
                    self._cell(self._row, 1, item.value, item.kind)
                self._row += 1
        if card.particulars is not None:
            self._row += 1
            self._signatures(card.particulars)
        self._row += 1

    def _set_widths(self, tables: list[Table]) -> None:
        for table in tables:
            for index, column in enumerate(table.columns):
                width = _display_width(column.title.in_language(self._language)) + 3
                for row in (
                    *table.rows[:_MEASURED_ROWS],
                    *((table.totals,) if table.totals else ()),
                ):
                    width = max(width, self._width_of(row.cells[index], column.kind))
                if column.kind == "text" and width > _WIDEST:
                    self._wrapped.add(index)
                self._widths[index] = max(self._widths.get(index, _NARROWEST), min(width, _WIDEST))
        self._widths.setdefault(0, 26)
        self._widths.setdefault(1, 18)
        for index, width in self._widths.items():
            self._sheet.set_column(index, index, width)

    def _width_of(self, cell: Cell, kind: ColumnKind) -> int:
        if isinstance(cell, Decimal):
            return len(f"{cell:,.2f}") + 2 if kind == "money" else 10
        return _display_width(plain_text(cell, self._language)) + 2

    def _set_up_print(self, columns: int) -> None:
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self._sheet.set_footer("&L&A&R&P / &N")
        self._sheet.hide_gridlines(2)
        self._sheet.set_default_row(18)
        if columns:
            self._sheet.set_zoom(100)


NOT_RECORDED = Text("not recorded", "未记录")


def _is_chart(block: Block) -> bool:
    return not isinstance(block, (Table, Figures, Prose, Card))


def _display_width(wording: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in wording)


__all__ = ["DASH", "NOT_RECORDED", "write_excel"]
