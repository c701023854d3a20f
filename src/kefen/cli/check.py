"""`kefen check`: is the data whole, scientific, comparable and continuous?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.cli import options
from kefen.cli.data import find_data
from kefen.cli.errors import print_json
from kefen.cli.language import say
from kefen.cli.progress import steps
from kefen.cli.tree import Command, Example, Option
from kefen.domain.text import Text, display_width

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from rich.console import Console

    from kefen.lake.quality import QualityReport

_MOST_FINDINGS = 15
_STANDINGS = {"good": "green", "fair": "yellow", "poor": "red"}


def check(
    *,
    book: Path | None,
    as_of: date | None,
    everything: bool,
    memory: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Judge the data and show it; 1 when it has errors."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.population import default_as_of
    from kefen.lake.quality import assess_quality

    data = find_data(book, given)
    with (
        DuckDBEngine(memory_limit=memory or options.DEFAULT_MEMORY) as engine,
        steps(data.steps + 1, shown=not as_json) as begin,
    ):
        dataset = data.read(engine, begin)
        begin(Text("Judging the data", "评估数据质量"))
        report = assess_quality(dataset, as_of or default_as_of(dataset))
    if as_json:
        print_json(report.as_dict())
    else:
        _show(report, everything=everything)
    return int(any(finding.severity == "error" for finding in report.findings))


def _show(report: QualityReport, *, everything: bool) -> None:
    from kefen.cli.grade_summary import show_findings
    from kefen.cli.terminal import console

    screen = console()
    head = Text("Data quality as of {d}", "数据质量（截至 {d}）").filled(d=report.as_of.isoformat())
    screen.print()
    screen.print(say(head), style="bold")
    _show_verdicts(screen, report)
    _show_tables(screen, report)
    shown = report.findings if everything else report.findings[:_MOST_FINDINGS]
    if shown:
        screen.print()
        screen.print(say(Text("Findings", "发现")), style="bold")
        show_findings(screen, shown)
    if len(shown) < len(report.findings):
        more = Text("… and {n} more: --all.", "……另有 {n} 项：加 --all 查看。")
        screen.print(say(more.filled(n=len(report.findings) - len(shown))), style="dim")


def _show_verdicts(screen: Console, report: QualityReport) -> None:
    from kefen.cli.layout import padded, wrapped
    from kefen.lake.quality.report import PRINCIPLE_NAMES

    names = {principle: say(name) for principle, name in PRINCIPLE_NAMES.items()}
    column = max(map(display_width, names.values())) + 2
    for verdict in report.verdicts:
        lines = wrapped(say(verdict.words), screen.width, " " * column)
        first = f"{padded(names[verdict.principle], column)}{lines[0].lstrip()}"
        for line in (first, *lines[1:]):
            screen.print(line, style=_STANDINGS[verdict.standing])


def _show_tables(screen: Console, report: QualityReport) -> None:
    from kefen.cli.terminal import count, percent, plain_table

    table = plain_table()
    for heading, right in (
        (Text("Table", "数据表"), False),
        (Text("rows", "行数"), True),
        (Text("used", "使用"), True),
        (Text("from", "起"), False),
        (Text("to", "止"), False),
        (Text("columns not full", "未填满的列"), False),
    ):
        table.add_column(say(heading), justify="right" if right else "left")
    for one in report.tables:
        gaps = [
            f"{say(column.label)} {percent(column.filled, one.rows_used)}"
            for column in one.columns
            if column.given and column.filled < one.rows_used
        ]
        table.add_row(
            say(one.label),
            count(one.rows_in),
            count(one.rows_used),
            one.first_on.isoformat() if one.first_on else "",
            one.last_on.isoformat() if one.last_on else "",
            say(Text(", ", "、")).join(gaps[:4]) + (" …" if len(gaps) > 4 else ""),
        )
    screen.print()
    screen.print(table)


COMMANDS = {
    "check": Command(
        "check",
        text=Text(
            "Judge the data of files or of a book before it is graded.\n\n"
            "Is it whole, scientific, comparable and continuous? Each finding says what it does "
            "to which scheme. Exits with 1 when something must be mended first.",
            "在评级之前评估文件或账套的数据质量。\n\n"
            "数据是否完整、科学、可比、连续？每项发现都说明对哪个方案有何影响。"
            "有必须先处理的问题时，退出码为 1。",
        ),
        callback=check,
        parameters=[
            *options.table_options(),
            *options.reading_options(),
            options.book_option(),
            options.as_of_option(),
            Option(
                "--all",
                "everything",
                text=Text("Show every finding.", "显示全部发现。"),
                is_flag=True,
            ),
            options.memory_option(),
            options.json_option(),
        ],
        examples=(
            Example(
                "kefen check --customers customers.xlsx --orders orders.csv",
                Text("Judge two files", "检查两个文件"),
            ),
            Example("kefen check --book acme", Text("Judge a book", "检查账套")),
        ),
    )
}
