"""What was found about the data, and what was not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.reports.model import Column, GradeMark, Prose, Row, Section, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.lake.dataset import Finding, Principle, Severity
    from kefen.reports.population import Population

PRINCIPLES: dict[Principle, Text] = {
    "whole": Text("Whole", "完整"),
    "scientific": Text("Scientific", "科学"),
    "comparable": Text("Comparable", "可比"),
    "continuous": Text("Continuous", "连续"),
}
SEVERITIES: dict[Severity, GradeMark] = {
    "error": GradeMark("error", Text("Error", "错误"), "bad"),
    "warning": GradeMark("warning", Text("Warning", "警告"), "warn"),
    "note": GradeMark("note", Text("Note", "提示"), "D"),
}
_BY_WEIGHT: tuple[Severity, ...] = ("error", "warning", "note")


def findings_section(findings: Sequence[Finding]) -> Section:
    """Return what reading and the quality report found, the gravest first."""
    intro = Text(
        "Is the data whole, scientific, comparable and continuous? Each finding says what it does"
        " to the grades.",
        "数据是否完整、科学、可比、连续？每条发现都说明它对评级的影响。",
    )
    title = Text("Quality of the data", "数据质量")
    if not findings:
        nothing = Prose((Text("Nothing was found.", "未发现问题。"),))
        return Section("quality", title, title, intro, (nothing,))
    columns = (
        Column("severity", Text("Severity", "严重程度"), "grade"),
        Column("principle", Text("Principle", "原则")),
        Column("table", Text("Table", "数据表")),
        Column("message", Text("What was found", "发现")),
        Column("effect", Text("What it does to the grades", "对评级的影响")),
        Column("count", Text("Count", "数量"), "number"),
    )
    ordered = sorted(findings, key=lambda finding: _BY_WEIGHT.index(finding.severity))
    rows = tuple(
        Row(
            (
                SEVERITIES[finding.severity],
                PRINCIPLES[finding.principle],
                TABLES[finding.table].label
                if finding.table in TABLES
                else Text.same(finding.table),
                finding.message,
                finding.effect,
                finding.count,
            )
        )
        for finding in ordered
    )
    table = Table("findings", Text("Findings", "发现"), columns, rows, filterable=True)
    return Section("quality", title, title, intro, (table,))


def not_run_section(people: Population) -> Section:
    """Return the schemes that were not run, and why."""
    skipped = people.run.record.get("schemes_not_run", [])
    title = Text("Schemes not run", "未运行的方案")
    if not skipped:
        return Section(
            "not_run",
            title,
            title,
            None,
            (
                Prose(
                    (
                        Text(
                            "Every scheme of the standard was run.",
                            "标准中的全部方案均已运行。",
                        ),
                    )
                ),
            ),
        )
    schemes = people.run.standard.schemes
    rows = tuple(
        Row(
            (
                schemes[entry["scheme"]].name
                if entry["scheme"] in schemes
                else Text.same(entry["scheme"]),
                Text.from_dict(entry["reason"]),
            )
        )
        for entry in skipped
    )
    columns = (
        Column("scheme", Text("Scheme", "分类方案")),
        Column("reason", Text("Why it was not run", "未运行的原因")),
    )
    return Section("not_run", title, title, None, (Table("not_run", title, columns, rows),))
