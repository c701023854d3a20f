"""How cells of the workbook look."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.reports.tables import GradeMark

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

    from kefen.domain.text import Language
    from kefen.reports.tables import Cell, ColumnKind

INK, MUTED, LINE, HEAD, BRAND = "#121926", "#5A6577", "#D2D7E0", "#F0F3F8", "#16305C"
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
NUMBER_FORMATS: dict[ColumnKind, str] = {
    "number": "#,##0",
    "money": "#,##0.00;-#,##0.00",
    "percent": "0.00%",
    "date": "yyyy-mm-dd",
    "change": "+#,##0;-#,##0;0",
}
_FONT = {"en": "Calibri", "zh": "微软雅黑"}


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
            usual = {"font_name": self._font, "font_size": 10, "font_color": INK}
            self._made[key] = self._workbook.add_format(
                {**usual, "valign": "vcenter", **properties}
            )
        return self._made[key]

    def of_cell(
        self, kind: ColumnKind, cell: Cell, *, total: bool, level: int, wrap: bool
    ) -> Format:
        """Return the format of one cell of a table."""
        properties: dict[str, Any] = {"bottom": 1, "bottom_color": LINE}
        if kind in NUMBER_FORMATS:
            properties["align"] = "right"
            properties["num_format"] = NUMBER_FORMATS[kind]
            if kind == "number" and isinstance(cell, Decimal):
                properties["num_format"] = "#,##0.0000"
        if isinstance(cell, GradeMark) and cell.tone in TIERS:
            properties |= {
                "font_color": TIERS[cell.tone],
                "bg_color": _TIER_TINTS[cell.tone],
                "bold": True,
            }
        if isinstance(cell, GradeMark) and not cell.code:
            properties |= {"font_color": MUTED, "italic": True}
        if wrap:
            properties |= {"text_wrap": True, "valign": "top"}
        if total:
            properties |= {"bold": True, "top": 2, "top_color": BRAND}
        if level:
            properties["indent"] = level
        return self.get(**properties)
