"""The charts of the workbook, drawn by Excel itself from the cells beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kefen.domain.text import Text
from kefen.reports.charts import (
    ColumnChart,
    Curve,
    LineChart,
    PairedBars,
    StackedColumns,
    chart_table,
)
from kefen.reports.excel_formats import TIERS
from kefen.reports.model import Section

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart as ExcelChart
    from xlsxwriter.workbook import Workbook

    from kefen.domain.text import Language
    from kefen.reports.charts import Chart
    from kefen.reports.tables import Table

_BLUE, _PALE, _RED, _INK, _LINE = "#1643BF", "#A6C0EC", "#B3261E", "#121926", "#E4E7EC"
_SERIES = ("#1643BF", "#006A51", "#956200")
_LINES = (_INK, *_SERIES, "#868E9C")
CHART_WIDTH = 600
_CELL = re.compile(r"!(?=\$?[A-Z]+\$?\d)")
_SIZE = {"width": CHART_WIDTH, "height": 320}


CHART_NUMBERS = Text("Chart numbers", "图表数据")
_LINES_OF_HEADING = 4
"""Title, particulars, introduction and an empty line stand above the first table of a sheet."""


class ChartNumbers:
    """The numbers of every chart, on a sheet of their own behind the others.

    Attributes:
        sheet: The name of that sheet.
        tables: The tables on it, from top to bottom.
    """

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        self.tables: list[Table] = []
        self._next = _LINES_OF_HEADING

    def place(self, chart: Chart) -> tuple[int, int]:
        """Give a chart's numbers a place; return the row of the heading and the last row."""
        table = chart_table(chart)
        self.tables.append(table)
        heading = self._next + 1
        last = heading + len(table.rows)
        self._next = last + 2
        return heading, last

    def section(self) -> Section:
        """Return the sheet as a section."""
        intro = Text("The charts are drawn from these numbers.", "各图表按以下数据绘制。")
        return Section("chart_numbers", CHART_NUMBERS, CHART_NUMBERS, intro, tuple(self.tables))


def draw(
    workbook: Workbook, sheet: str, chart: Chart, rows: tuple[int, int], language: Language
) -> ExcelChart:
    """Return the chart of the numbers that stand in the rows (heading, last) of the sheet."""
    if isinstance(chart, PairedBars):
        drawn = _paired(workbook, sheet, rows)
    elif isinstance(chart, Curve):
        drawn = _curve(workbook, sheet, chart, rows, language)
    elif isinstance(chart, LineChart):
        drawn = _lines(workbook, sheet, chart, rows, language)
    elif isinstance(chart, ColumnChart):
        drawn = _columns(workbook, sheet, chart, rows)
    else:
        assert isinstance(chart, StackedColumns)  # noqa: S101  the only other one it can draw
        drawn = _stacked(workbook, sheet, chart, rows)
    drawn.set_title(
        {"name": _as_text(chart.title.in_language(language)), "name_font": {"size": 11}}
    )
    drawn.set_size(_SIZE)
    drawn.set_legend({"position": "bottom"})
    return drawn


def _as_text(wording: str) -> str:
    """Return a wording that the workbook does not take for a formula or a cell (`x!A1`)."""
    apart = _CELL.sub("! ", wording)
    return f" {apart}" if apart.startswith("=") else apart


def _values(sheet: str, rows: tuple[int, int], names: int, values: int) -> dict[str, Any]:
    heading, last = rows
    return {
        "name": [sheet, heading, values],
        "categories": [sheet, heading + 1, names, last, names],
        "values": [sheet, heading + 1, values, last, values],
    }


def _paired(workbook: Workbook, sheet: str, rows: tuple[int, int]) -> ExcelChart:
    drawn = workbook.add_chart({"type": "bar"})
    for column, colour in ((2, _BLUE), (3, _PALE)):
        drawn.add_series({**_values(sheet, rows, 0, column), "fill": {"color": colour}, "gap": 60})
    drawn.set_y_axis({"reverse": True})
    drawn.set_x_axis(
        {
            "num_format": "0%",
            "min": 0,
            "major_gridlines": {"visible": True, "line": {"color": _LINE}},
        }
    )
    return drawn


def _curve(
    workbook: Workbook, sheet: str, chart: Curve, rows: tuple[int, int], language: Language
) -> ExcelChart:
    drawn = workbook.add_chart({"type": "scatter", "subtype": "straight"})
    drawn.add_series({**_values(sheet, rows, 0, 1), "line": {"color": _INK, "width": 2}})
    axis = {"num_format": "0%", "min": 0, "max": 1, "major_unit": 0.2}
    grid = {"major_gridlines": {"visible": True, "line": {"color": _LINE}}}
    drawn.set_x_axis({**axis, "name": _as_text(chart.across.in_language(language))})
    drawn.set_y_axis({**axis, **grid, "name": _as_text(chart.up.in_language(language))})
    return drawn


def _lines(
    workbook: Workbook, sheet: str, chart: LineChart, rows: tuple[int, int], language: Language
) -> ExcelChart:
    drawn = workbook.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    first = rows[0] + 1
    for number, line in enumerate(chart.lines):
        last = first + len(line.points) - 1
        drawn.add_series(
            {
                "name": _as_text(line.name.in_language(language)),
                "categories": [sheet, first, 1, last, 1],
                "values": [sheet, first, 2, last, 2],
                "line": {
                    "color": _LINES[number % len(_LINES)],
                    "width": 2.25 if line.style == "first" else 1.25,
                    **({"dash_type": "dash"} if line.style == "dashed" else {}),
                },
                "marker": {"type": "circle" if line.ends else "none", "size": 5},
            }
        )
        first = last + 1
    axis = {"num_format": "0%", "max": 1} if chart.kind == "percent" else {"num_format": "#,##0"}
    grid = {"major_gridlines": {"visible": True, "line": {"color": _LINE}}}
    drawn.set_x_axis({**axis, "min": 0, "name": _as_text(chart.across.in_language(language))})
    drawn.set_y_axis({**axis, **grid, "min": 0, "name": _as_text(chart.up.in_language(language))})
    return drawn


def _stacked(
    workbook: Workbook, sheet: str, chart: StackedColumns, rows: tuple[int, int]
) -> ExcelChart:
    drawn = workbook.add_chart({"type": "column", "subtype": "percent_stacked"})
    for number, (mark, _) in enumerate(chart.series):
        colour = TIERS.get(mark.tone or "", _PALE)
        values = _values(sheet, rows, 0, 1 + number)
        drawn.add_series({**values, "fill": {"color": colour}, "gap": 40})
    drawn.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": _LINE}}})
    return drawn


def _columns(
    workbook: Workbook, sheet: str, chart: ColumnChart, rows: tuple[int, int]
) -> ExcelChart:
    drawn = workbook.add_chart({"type": "column"})
    for number, series in enumerate(chart.series):
        colour = _RED if series.loss else _SERIES[number % len(_SERIES)]
        fill: dict[str, Any] = {"fill": {"color": colour}}
        if series.loss:
            fill = {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": colour}}
        drawn.add_series({**_values(sheet, rows, 0, 1 + number), **fill, "gap": 50})
    drawn.set_y_axis(
        {"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": _LINE}}}
    )
    return drawn
