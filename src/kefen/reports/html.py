"""The report as one self-contained page: no network, no font, no script but its own."""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kefen.reports import drawing, drawing_flows, drawing_lines, page_words
from kefen.reports.charts import (
    ColumnChart,
    Curve,
    LineChart,
    PairedBars,
    Sankey,
    StackedColumns,
    chart_table,
)
from kefen.reports.model import Card, Figures, Portrait, Prose
from kefen.reports.tables import GradeMark, Table
from kefen.reports.wording import (
    compact,
    grade_words,
    has_letter,
    name_beside_letter,
    plain_text,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kefen.domain.text import Language, Text
    from kefen.reports.model import Block, CardItem, Figure, Report
    from kefen.reports.tables import Cell, Column

_WHOLE_MONEY_FROM = Decimal(10_000)
_LONG_TEXT = 40
_MIDDLE_TEXT = 8
_LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}


def write_html(report: Report, path: Path, language: Language) -> None:
    """Write the report as a page that needs nothing else.

    Args:
        report: What to write.
        path: The file, replaced when it exists.
        language: The language of every word in it.
    """
    path.write_text(render_html(report, language), encoding="utf-8")


def render_html(report: Report, language: Language) -> str:
    """Return the page."""
    environment = Environment(
        loader=PackageLoader("kefen.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = _Page(language)
    environment.filters |= {"t": page.word, "mark": page.mark, "cell": page.cell}
    environment.tests |= {
        "table": lambda block: isinstance(block, Table),
        "paired_bars": lambda block: isinstance(block, PairedBars),
        "curve": lambda block: isinstance(block, Curve),
        "column_chart": lambda block: isinstance(block, ColumnChart),
        "line_chart": lambda block: isinstance(block, LineChart),
        "sankey": lambda block: isinstance(block, Sankey),
        "stacked_columns": lambda block: isinstance(block, StackedColumns),
        "figures": lambda block: isinstance(block, Figures),
        "prose": lambda block: isinstance(block, Prose),
        "card": lambda block: isinstance(block, Card),
        "portrait": lambda block: isinstance(block, Portrait),
    }
    style, script = _asset("page.css"), _asset("page.js")
    return environment.get_template("page.html").render(
        report=report,
        page=page,
        words=page_words,
        drawing=drawing,
        drawing_lines=drawing_lines,
        flows=drawing_flows,
        language=language,
        lang=_LANGUAGE_TAGS[language],
        style=Markup(style),  # noqa: S704  our own file
        script=Markup(script),  # noqa: S704  our own file
        policy=_policy(style, script),
        chart_table=chart_table,
    )


def _asset(name: str) -> str:
    return (resources.files("kefen.reports") / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")


class _Page:
    """What the template asks for, in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._anchors: dict[str, int] = {}

    def word(self, text: Text | str) -> str:
        """Return a text in the page's language."""
        return text if isinstance(text, str) else text.in_language(self.language)

    def span(self, blocks: Sequence[Block], index: int) -> str:
        """Return how wide a block stands: charts that follow each other share a row."""
        if not _is_chart(blocks[index]):
            return "c12"
        run = [index]
        while run[0] > 0 and _is_chart(blocks[run[0] - 1]):
            run.insert(0, run[0] - 1)
        while run[-1] + 1 < len(blocks) and _is_chart(blocks[run[-1] + 1]):
            run.append(run[-1] + 1)
        alone = len(run) % 2 == 1 and index == run[-1]
        return "c12" if alone else "c6"

    def columns(self, table: Table) -> list[tuple[int, Column]]:
        """Return the columns that the page shows, with their positions."""
        return [(n, column) for n, column in enumerate(table.columns) if not column.workbook_only]

    def rows(self, table: Table) -> Sequence[Any]:
        """Return the rows that the page shows."""
        return table.rows if table.html_rows is None else table.rows[: table.html_rows]

    def sortable(self, table: Table) -> bool:
        """Return whether rows may be put in another order."""
        return len(table.rows) > 1 and all(row.level == 0 for row in table.rows)

    def whole_money(self, table: Table) -> bool:
        """Return whether the table's money is shown without decimals."""
        amounts = [
            cell
            for row in (*table.rows, *((table.totals,) if table.totals else ()))
            for cell, column in zip(row.cells, table.columns, strict=True)
            if column.kind == "money" and isinstance(cell, Decimal)
        ]
        return any(abs(amount) >= _WHOLE_MONEY_FROM for amount in amounts)

    def cell(self, cell: Cell, column: Column, whole_money: bool) -> Markup:
        """Return the content of a cell."""
        if isinstance(cell, GradeMark):
            return self.mark(cell)
        text = Markup.escape(written(cell, column.kind, self.language, whole_money=whole_money))
        if column.bar and isinstance(cell, Decimal):
            return drawing.share_bar(cell) + Markup("<span>{}</span>").format(text)
        if column.kind == "change" and isinstance(cell, int) and cell:
            arrow = "↗" if cell > 0 else "↘"
            return Markup('<span aria-hidden="true">{}</span> {}').format(arrow, text)
        return text

    def cell_class(self, column: Column, cell: Cell) -> str:
        """Return the style class of a cell."""
        if column.kind == "grade":
            return "g"
        if column.kind == "text":
            words = "" if cell is None else plain_text(cell, self.language)
            return (
                "x long"
                if len(words) > _LONG_TEXT
                else "x mid"
                if len(words) > _MIDDLE_TEXT
                else "x"
            )
        return "num bar" if column.bar else "num"

    def share(self, value: Decimal | None) -> str:
        """Return a share in percent."""
        return written(value, "percent", self.language)

    def card_value(self, item: CardItem) -> Markup:
        """Return the value of a line of a card."""
        if isinstance(item.value, GradeMark):
            return self.mark(item.value)
        return Markup.escape(written(item.value, item.kind, self.language))

    def anchor(self, block_id: str) -> str:
        """Return an id for a block that no other block of the page has."""
        self._anchors[block_id] = self._anchors.get(block_id, 0) + 1
        return f"b-{block_id}-{self._anchors[block_id]}"

    def sort_value(self, cell: Cell) -> str:
        """Return what a cell is sorted by."""
        return "" if cell is None else plain_text(cell, self.language)

    def mark(self, mark: GradeMark, extra: str = "") -> Markup:
        """Return a class: its letter in the tier's colour, or a swatch, and its name."""
        tone = drawing.tone_class(mark.tone)
        name = mark.name.in_language(self.language)
        if has_letter(mark):
            shown = name_beside_letter(mark, self.language)
            return Markup('<span class="tier t-{} {}"><b>{}</b>{}</span>').format(
                tone, extra, mark.code, shown
            )
        if not mark.code:
            return Markup('<span class="tier t-n mut {}"><b>–</b>{}</span>').format(extra, name)
        return Markup('<span class="tier t-{} {}"><i></i>{}</span>').format(tone, extra, name)

    def grade_words(self, mark: GradeMark) -> str:
        """Return a class in words."""
        return grade_words(mark, self.language)

    def headline(self, figure: Figure) -> tuple[str, str]:
        """Return a headline number in a few digits, and its unit."""
        if figure.kind == "money" and isinstance(figure.value, Decimal):
            return compact(figure.value, self.language)
        words = written(figure.value, figure.kind, self.language)
        return (words[:-1], "%") if words.endswith("%") else (words, "")

    def exact(self, figure: Figure) -> str:
        """Return a headline number in full."""
        return written(figure.value, figure.kind, self.language)


def _is_chart(block: Block) -> bool:
    return isinstance(block, (PairedBars, Curve, ColumnChart, LineChart, Sankey, StackedColumns))
