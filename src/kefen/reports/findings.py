"""What was found about the data, and what was not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.grading.modelled.reasons import doubt_of
from kefen.lake.quality.report import PRINCIPLE_NAMES
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, GradeMark, Row, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.lake.dataset import Finding, Severity
    from kefen.lake.quality import QualityReport
    from kefen.lake.quality.report import Standing
    from kefen.reports.model import Block
    from kefen.reports.population import Population

SEVERITIES: dict[Severity, GradeMark] = {
    "error": GradeMark("error", Text("Error", "错误"), "bad"),
    "warning": GradeMark("warning", Text("Warning", "警告"), "warn"),
    "note": GradeMark("note", Text("Note", "提示"), "D"),
}
STANDINGS: dict[Standing, GradeMark] = {
    "good": GradeMark("good", Text("Good", "良好"), "B"),
    "fair": GradeMark("fair", Text("Fair", "一般"), "warn"),
    "poor": GradeMark("poor", Text("Poor", "较差"), "bad"),
}
_BY_WEIGHT: tuple[Severity, ...] = ("error", "warning", "note")


def quality_section(read: Sequence[Finding], quality: QualityReport | None) -> Section:
    """Return the quality of the data: verdicts, findings (the gravest first), completeness.

    Args:
        read: What reading found; used when there is no quality report, which holds it too.
        quality: The quality report, if one was made.
    """
    blocks: list[Block] = []
    findings = read if quality is None else quality.findings
    if quality is not None:
        blocks.append(_verdicts(quality))
    if findings:
        blocks.append(_findings(findings))
    else:
        blocks.append(Prose((Text("Nothing was found.", "未发现问题。"),)))
    if quality is not None:
        blocks.append(_completeness(quality))
    title = Text("Quality of the data", "数据质量")
    return Section(
        "quality",
        title,
        title,
        Text(
            "Is the data whole, scientific, comparable and continuous? Each finding says what it"
            " does to the grades.",
            "数据是否完整、科学、可比、连续？每条发现都说明它对评级的影响。",
        ),
        tuple(blocks),
    )


def _verdicts(quality: QualityReport) -> Table:
    return Table(
        "verdicts",
        Text("Verdict on the four principles", "四项原则的结论"),
        (
            Column("principle", Text("Principle", "原则")),
            Column("standing", Text("Standing", "结论"), "grade"),
            Column("words", Text("In words", "说明")),
        ),
        tuple(
            Row((PRINCIPLE_NAMES[v.principle], STANDINGS[v.standing], v.words))
            for v in quality.verdicts
        ),
        note=Text(
            "Orders cover {n} of the window's {all} months.",
            "订单覆盖窗口 {all} 个月中的 {n} 个月。",
        ).filled(n=quality.months_covered, all=quality.window_months),
    )


def _findings(findings: Sequence[Finding]) -> Table:
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
                PRINCIPLE_NAMES[finding.principle],
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
    return Table(
        "findings", Text("Findings", "发现"), columns, rows, filterable=True, html_rows=200
    )


def _completeness(quality: QualityReport) -> Table:
    return Table(
        "completeness",
        Text("How full the columns are", "各列完整率"),
        (
            Column("table", Text("Table", "数据表")),
            Column("column", Text("Column", "列")),
            Column("filled", Text("Rows with a value", "有值行数"), "number"),
            Column("share", Text("Share", "占比"), "percent", bar=True),
        ),
        tuple(
            Row((table.label, column.label, column.filled, column.share))
            for table in quality.tables
            for column in table.columns
            if column.given
        ),
        note=Text("Only columns that the input had are listed.", "只列出导入文件中包含的列。"),
        filterable=True,
        html_rows=200,
    )


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
                *_models(people),
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
    blocks = (Table("not_run", title, columns, rows), *_models(people))
    return Section("not_run", title, title, None, blocks)


def _models(people: Population) -> tuple[Table, ...]:
    """Return the models that could not be fitted, or are in doubt, and why; nothing without any."""
    models = people.run.standard.models
    told: list[Row] = []
    for name, learned in people.run.calibration.models.items():
        state, why = Text("not fitted", "未能拟合"), learned.reason
        if why is None:
            state, why = Text("in doubt", "存疑"), doubt_of(models[name], learned)
        if why is not None:
            told.append(Row((models[name].name, state, why)))
    if not told:
        return ()
    columns = (
        Column("model", Text("Model", "模型")),
        Column("state", Text("State", "状态")),
        Column("reason", Text("Why", "原因")),
    )
    note = Text(
        "What such a model gives is unknown for everybody; its weight went to others.",
        "未能拟合的模型，其结果对所有客户均未知，权重已让给其他指标。",
    )
    title = Text("Models not fitted, or in doubt", "未能拟合或存疑的模型")
    return (Table("models", title, columns, tuple(told), note=note),)
