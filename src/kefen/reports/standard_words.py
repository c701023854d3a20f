"""The standard that graded, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.distribution import STRATEGIES
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, GradeMark, Row, Table
from kefen.standards.decision_words import joined
from kefen.standards.words import standard_in_words

if TYPE_CHECKING:
    from kefen.reports.model import Block
    from kefen.standards.model import Scheme, Standard
    from kefen.standards.words import SchemeWords, StandardWords

UNITS = {
    "money": Text("money", "金额"),
    "count": Text("count", "次数"),
    "days": Text("days", "天"),
    "months": Text("months", "月"),
    "years": Text("years", "年"),
    "hours": Text("hours", "小时"),
    "per_month": Text("a month", "每月"),
    "per_year": Text("a year", "每年"),
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
    words = standard_in_words(standard)
    for said in words.schemes:
        scheme = standard.schemes[said.id]
        blocks.append(Prose(_about(scheme, said)))
        if scheme.grades:
            blocks.append(_classes(scheme, said))
    blocks.append(_metrics(standard, words))
    return Section(
        "standard",
        title,
        title,
        Text("'{name}', version {version}", "《{name}》第 {version} 版").filled(
            name=standard.name, version=standard.version
        ),
        tuple(blocks),
    )


def _about(scheme: Scheme, words: SchemeWords) -> tuple[Text, ...]:
    lines = [
        Text("{name}: {question}", "{name}：{question}").filled(
            name=words.name, question=words.question
        ),
        words.rationale,
        Text("Graded: {among}.", "评级范围：{among}。").filled(among=words.among),
        *words.learned,
        *words.points,
        *words.decided,
        *(Text("Rule - {r}", "规则——{r}").filled(r=rule) for rule in words.rules),
        *(Text("Tag - {t}", "标签——{t}").filled(t=tag) for tag in words.tags),
        *(Text("Movement - {m}", "升降——{m}").filled(m=said) for said in words.movement),
    ]
    if scheme.advice is not None:
        lines.append(scheme.advice)
    return tuple(lines)


def _classes(scheme: Scheme, words: SchemeWords) -> Table:
    said = {grade.id: grade for grade in words.grades}
    gives = any(grade.gets for grade in words.grades)
    columns = (
        Column("class", Text("Class", "类别"), "grade"),
        Column("rule", Text("When", "条件")),
        *((Column("gets", Text("What it gets", "享有")),) if gives else ()),
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
                    said[grade.id].rule,
                    *((joined(list(said[grade.id].gets), "; ", "；"),) if gives else ()),
                    STRATEGIES[grade.strategy] if grade.strategy else None,
                    grade.advice,
                )
            )
            for grade in scheme.grades
        ),
    )


def _metrics(standard: Standard, words: StandardWords) -> Table:
    columns = (
        Column("name", Text("Metric", "指标")),
        Column("description", Text("What it means", "含义")),
        Column("formula", Text("How it comes about", "算法")),
        Column("window", Text("Over", "期间")),
        Column("unit", Text("Unit", "单位")),
        Column("id", Text("Column", "列名")),
    )
    rows = []
    for metric in words.metrics:
        unit = standard.metrics[metric.id].unit
        cells = (
            metric.name,
            metric.description,
            metric.formula,
            metric.window,
            UNITS.get(unit, Text.same(unit)),
            metric.id,
        )
        rows.append(Row(cells))
    return Table("metrics", Text("Metrics", "指标"), columns, tuple(rows), filterable=True)
