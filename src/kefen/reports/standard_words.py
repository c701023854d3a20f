"""The standard that graded, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.distribution import STRATEGIES
from kefen.reports.model import Column, GradeMark, Prose, Row, Section, Table

if TYPE_CHECKING:
    from kefen.reports.model import Block
    from kefen.standards.model import Scheme, Standard

UNITS = {
    "money": Text("money", "金额"),
    "count": Text("count", "次数"),
    "days": Text("days", "天"),
    "months": Text("months", "月"),
    "share": Text("share", "比例"),
    "date": Text("date", "日期"),
    "text": Text("text", "文本"),
    "points": Text("points", "分"),
    "yes_no": Text("yes or no", "是否"),
}


def standard_section(standard: Standard) -> Section:
    """Return the standard's metrics and schemes with their reasons, classes and advice."""
    title = Text("The standard in words", "标准说明")
    blocks: list[Block] = [
        Prose(
            (
                standard.description,
                Text(
                    "Fingerprint {f}: equal for documents that grade alike.",
                    "指纹 {f}：评级含义相同的文档，指纹相同。",
                ).filled(f=standard.fingerprint),
            )
        )
    ]
    for scheme in standard.schemes.values():
        blocks.append(Prose(_about(scheme)))
        if scheme.grades:
            blocks.append(_classes(scheme))
    blocks.append(_metrics(standard))
    return Section(
        "standard",
        title,
        title,
        Text("“{name}”, version {version}", "《{name}》第 {version} 版").filled(
            name=standard.name, version=standard.version
        ),
        tuple(blocks),
    )


def _about(scheme: Scheme) -> tuple[Text, ...]:
    said = [
        Text("{name}: {question}", "{name}：{question}").filled(
            name=scheme.name, question=scheme.question
        ),
        scheme.rationale,
    ]
    if scheme.advice is not None:
        said.append(scheme.advice)
    return tuple(said)


def _classes(scheme: Scheme) -> Table:
    columns = (
        Column("class", Text("Class", "类别"), "grade"),
        Column("strategy", Text("Strategy", "策略")),
        Column("advice", Text("What to do for such a customer", "对此类客户的做法")),
    )
    return Table(
        f"classes_{scheme.id}",
        Text("Classes of {scheme}", "{scheme}的类别").filled(scheme=scheme.name),
        columns,
        tuple(
            Row(
                (
                    GradeMark(grade.id, grade.name, grade.tone),
                    STRATEGIES[grade.strategy] if grade.strategy else None,
                    grade.advice,
                )
            )
            for grade in scheme.grades
        ),
    )


def _metrics(standard: Standard) -> Table:
    columns = (
        Column("name", Text("Metric", "指标")),
        Column("description", Text("What it means", "含义")),
        Column("unit", Text("Unit", "单位")),
        Column("id", Text("Column", "列名")),
    )
    return Table(
        "metrics",
        Text("Metrics", "指标"),
        columns,
        tuple(
            Row(
                (
                    metric.name,
                    metric.description,
                    UNITS.get(metric.unit, Text.same(metric.unit)),
                    metric.id,
                )
            )
            for metric in standard.metrics.values()
        ),
        filterable=True,
    )
