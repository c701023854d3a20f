"""One sheet of the workbook, written from top to bottom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.text import Text, display_width
from kefen.reports.charts import (
    ColumnChart,
    Curve,
    LineChart,
    PairedBars,
    Sankey,
    StackedColumns,
    profile_table,
)
from kefen.reports.excel_charts import CHART_WIDTH, draw
from kefen.reports.excel_formats import BRAND, HEAD, MUTED, NUMBER_FORMATS, TIERS
from kefen.reports.model import Card, Figures, Portrait, Prose
from kefen.reports.page_words import NOT_RECORDED
from kefen.reports.tables import Column, Row, Table
from kefen.reports.wording import plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from kefen.domain.text import Language
    from kefen.reports.charts import Chart
    from kefen.reports.excel_charts import ChartNumbers
    from kefen.reports.excel_formats import Formats
    from kefen.reports.model import Block, CardGroup, Meta, Section
    from kefen.reports.tables import Cell, ColumnKind, Particulars

_LONGEST_TEXT = 32_767
_NARROWEST, _WIDEST = 9, 46
_MEASURED_ROWS = 200
_CHART_ROWS = 17
_PAIR = 3
_LABEL_WIDTH, _VALUE_WIDTH = 24, 22
_LINE_HEIGHT = 14.5
_A4 = 9


class SheetWriter:
    """One sheet being written from top to bottom."""

    def __init__(
        self,
        workbook: Workbook,
        sheet: Worksheet,
        formats: Formats,
        language: Language,
        numbers: ChartNumbers,
    ) -> None:
        self._workbook = workbook
        self._sheet = sheet
        self._formats = formats
        self._language = language
        self._numbers = numbers
        self._row = 0
        self._widths: dict[int, int] = {}
        self._wrapped: set[int] = set()

    def write(self, section: Section, meta: Meta) -> None:
        """Write a section."""
        tables = [block for block in section.blocks if isinstance(block, Table)]
        self._set_widths(tables, pairs=any(isinstance(b, Card) for b in section.blocks))
        self._heading(section, meta)
        only = tables[0] if len(section.blocks) == 1 and tables else None
        charts: list[Chart] = []
        for block in section.blocks:
            if isinstance(block, Sankey):
                continue  # Excel has none; the matrix below it says the same
            if isinstance(block, (PairedBars, Curve, ColumnChart, LineChart, StackedColumns)):
                charts.append(block)
                continue
            self._charts(charts)
            charts = []
            self._block(block, freeze=block is only)
        self._charts(charts)
        if only is None:
            self._sheet.freeze_panes(2, 0)
        self._set_up_print(portrait=any(isinstance(b, Card) for b in section.blocks))

    def _heading(self, section: Section, meta: Meta) -> None:
        self._text(0, section.title, bold=True, font_size=16, font_color=BRAND)
        self._sheet.set_row(self._row, 26)
        self._row += 1
        about = Text(
            "{standard} · as of {day} · {unit}", "{standard} · 截至 {day} · {unit}"
        ).filled(standard=meta.standard, day=meta.as_of.isoformat(), unit=meta.currency)
        self._text(0, about, font_color=MUTED)
        self._row += 1
        for line in (section.intro, meta.notice, meta.generated):
            if line is not None:
                self._text(0, line, font_color=MUTED if line is section.intro else TIERS["warn"])
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
                self._text(0, figure.label, font_color=MUTED)
                self._cell(self._row, 1, figure.value, kind, bold=True)
                if figure.note is not None:
                    self._text(2, figure.note, font_color=MUTED)
                self._row += 1
            self._row += 1
        elif isinstance(block, Prose):
            for paragraph in block.paragraphs:
                bold = block.tone == "say"
                self._text(0, paragraph, bold=bold)
                self._row += 1
            self._row += 1
        elif isinstance(block, Portrait):
            self._portrait(block)
        elif isinstance(block, Card):
            self._card(block)

    def _portrait(self, portrait: Portrait) -> None:
        self._text(0, portrait.heading, bold=True, font_size=12)
        self._row += 1
        if portrait.generated is not None:
            self._text(0, portrait.generated, font_color=TIERS["warn"])
            self._row += 1
        self._text(0, portrait.lead)
        self._row += 1
        for name, words in portrait.sides:
            self._text(0, name, font_color=MUTED)
            self._text(1, words)
            self._row += 1
        if portrait.profile:
            self._table(profile_table(portrait), freeze=False)
        self._text(0, portrait.note, font_color=MUTED, italic=True)
        self._row += 2

    def _table(self, table: Table, *, freeze: bool) -> None:
        self._text(0, table.title, bold=True, font_size=12)
        self._row += 1
        if table.generated is not None:
            self._text(0, table.generated, font_color=TIERS["warn"])
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
            self._text(0, table.note, font_color=MUTED, italic=True)
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
                bg_color=HEAD,
                bottom=2,
                bottom_color=BRAND,
                text_wrap=True,
                align="right" if column.kind in NUMBER_FORMATS else "left",
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
        lines = max(
            (
                self._lines(index, row.cells[index])
                for index in self._wrapped
                if index < len(row.cells)
            ),
            default=1,
        )
        if lines > 1:
            self._sheet.set_row(self._row, _LINE_HEIGHT * lines)
        self._row += 1

    def _lines(self, index: int, cell: Cell) -> int:
        """Return how many lines a wrapped cell needs in its column."""
        if cell is None:
            return 1
        width = self._widths.get(index, _WIDEST) - 2
        return -(-display_width(plain_text(cell, self._language)) // width)

    def _cell(self, row: int, column: int, cell: Cell, kind: ColumnKind, **properties: Any) -> None:
        wanted = dict(properties)
        if kind in NUMBER_FORMATS:
            wanted["num_format"] = NUMBER_FORMATS[kind]
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
        self._text(0, line, font_color=MUTED)
        self._row += 1

    def _signatures(self, about: Particulars) -> None:
        line = Text(
            "Prepared by: ____________   Checked by: ____________   Date: {day}"
            "   Keeper: ____________   Update due: {due}",
            "制表：____________   审核：____________   日期：{day}"
            "   保管：____________   更新期限：{due}",
        ).filled(day=about.dated.isoformat(), due=about.update_due.isoformat())
        self._text(0, line, font_color=MUTED)
        self._row += 1

    def _charts(self, charts: Sequence[Chart]) -> None:
        """Draw charts two by two, side by side."""
        for number, chart in enumerate(charts):
            place = self._numbers.place(chart)
            drawn = draw(self._workbook, self._numbers.sheet, chart, place, self._language)
            offset = {"x_offset": CHART_WIDTH + 12} if number % 2 else {}
            self._sheet.insert_chart(self._row, 0, drawn, {**offset, "object_position": 2})
            if number % 2 or number == len(charts) - 1:
                self._row += _CHART_ROWS

    def _card(self, card: Card) -> None:
        self._text(0, card.title, bold=True, font_size=12)
        self._row += 1
        self._text(0, card.heading, bold=True, font_size=14)
        self._row += 1
        self._text(0, card.subheading, font_color=MUTED)
        self._row += 1
        if card.generated is not None:
            self._text(0, card.generated, font_color=TIERS["warn"])
            self._row += 1
        self._row += 1
        top = self._row
        for number, (name, mark) in enumerate(card.marks):
            self._row, column = top + number // 2, _PAIR * (number % 2)
            self._text(column, name, font_color=MUTED)
            style = self._formats.of_cell("grade", mark, total=False, level=0, wrap=False)
            self._value(self._row, column + 1, mark, style)
        top += (len(card.marks) + 1) // 2 + 1
        ends = [top, top]
        for group in card.groups:
            side = 0 if ends[0] <= ends[1] else 1
            ends[side] = self._card_group(group, ends[side], _PAIR * side)
        self._row = max(ends)
        if card.particulars is not None:
            self._signatures(card.particulars)
        self._row += 1

    def _card_group(self, group: CardGroup, top: int, column: int) -> int:
        """Write a group of a card from the row `top`; return the row after it."""
        self._row = top
        self._text(column, group.title, bold=True, bg_color=HEAD)
        self._text(column + 1, "", bg_color=HEAD)
        for item in group.items:
            self._row += 1
            self._text(column, item.label, font_color=MUTED)
            if item.value is None:
                self._text(column + 1, NOT_RECORDED, font_color=MUTED, italic=True)
            else:
                self._cell(self._row, column + 1, item.value, item.kind)
        return self._row + 2

    def _set_widths(self, tables: list[Table], *, pairs: bool) -> None:
        for table in tables:
            for index, column in enumerate(table.columns):
                width = display_width(column.title.in_language(self._language)) + 3
                for row in (
                    *table.rows[:_MEASURED_ROWS],
                    *((table.totals,) if table.totals else ()),
                ):
                    width = max(width, self._width_of(row.cells[index], column.kind))
                if column.kind == "text" and width > _WIDEST:
                    self._wrapped.add(index)
                self._widths[index] = max(self._widths.get(index, _NARROWEST), min(width, _WIDEST))
        for column in (0, 1, *((_PAIR, _PAIR + 1) if pairs else ())):
            least = _LABEL_WIDTH if column % _PAIR == 0 else _VALUE_WIDTH
            self._widths[column] = max(self._widths.get(column, 0), least)
        for index, width in self._widths.items():
            self._sheet.set_column(index, index, width)

    def _width_of(self, cell: Cell, kind: ColumnKind) -> int:
        if isinstance(cell, Decimal):
            return len(f"{cell:,.2f}") + 2 if kind == "money" else 10
        return display_width(plain_text(cell, self._language)) + 2

    def _set_up_print(self, *, portrait: bool) -> None:
        self._sheet.set_paper(_A4)
        if portrait:
            self._sheet.set_portrait()
            self._sheet.fit_to_pages(1, 1)
        else:
            self._sheet.set_landscape()
            self._sheet.fit_to_pages(1, 0)
        self._sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self._sheet.set_footer("&L&A&R&P / &N")
        self._sheet.hide_gridlines(2)
