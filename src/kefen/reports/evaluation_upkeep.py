"""The sections on how a grading is made and whether it is kept up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.grading.evaluation.form import AREAS, MOST
from kefen.reports.figures_in_cells import (
    CHANCE,
    CUSTOMERS,
    INTERVAL,
    chance,
    interval,
    percent,
    plain,
)
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, Row, Table
from kefen.standards.reasons import REASONS

if TYPE_CHECKING:
    from kefen.grading.evaluation.evaluate import Evaluation
    from kefen.grading.evaluation.process import Process
    from kefen.grading.evaluation.upkeep import Upkeep
    from kefen.reports.model import Block

_SIZES = {
    "none": Text("no", "无"),
    "some": Text("some", "一定"),
    "much": Text("much", "明显"),
}


def process_section(found: Evaluation) -> Section:
    """Return how the grading is made."""
    process = found.process
    blocks: list[Block] = [Prose((process.judgement,), "say")]
    if process.answers:
        blocks += [_marks_table(process), _form_table(process)]
    blocks += [_not_graded_table(found), _distinct_table(process)]
    if process.teams:
        blocks.append(_teams_table(process))
    by_hand = [
        Text(
            "{s}: {r} of {n} grades held are set by people (95 %: {i}).",
            "{s}：{n} 个现行等级中有 {r} 由人工调整（95 % 区间 {i}）。",
        ).filled(
            s=scheme.name,
            r=f"{one.value * 100:.2f} %",
            n=f"{one.customers:,}",
            i=interval(one),
        )
        for scheme, one in process.overrides
    ]
    if by_hand:
        blocks.append(Prose(tuple(by_hand)))
    if process.appeals is not None:
        text = Text(
            "{r} of {n} customers appealed against a grade (95 %: {i}).",
            "{n} 个客户中有 {r} 提出申诉（95 % 区间 {i}）。",
        ).filled(
            r=f"{process.appeals.value * 100:.2f} %",
            n=f"{process.appeals.customers:,}",
            i=interval(process.appeals),
        )
        blocks.append(Prose((text,)))
    return Section(
        "process",
        Text("Process and method", "过程与方法"),
        Text("Process", "过程"),
        None,
        tuple(blocks),
    )


def upkeep_section(found: Evaluation) -> Section:
    """Return whether data, grades and calibration are kept up."""
    upkeep = found.upkeep
    blocks: list[Block] = [Prose((upkeep.judgement,), "say"), _ages_table(upkeep)]
    if upkeep.shifts:
        blocks.append(_shifts_table(upkeep))
    late = [
        Text(
            "{s}: {l} of {n} ratings by people are overdue.", "{s}：{n} 项人工评定中有 {l} 项逾期。"
        ).filled(s=scheme.name, l=overdue, n=whole)
        for scheme, overdue, whole in upkeep.overdue
    ]
    if late:
        blocks.append(Prose(tuple(late)))
    return Section(
        "upkeep",
        Text("Upkeep", "维护与更新"),
        Text("Upkeep", "维护"),
        None,
        tuple(blocks),
    )


def _marks_table(process: Process) -> Table:
    return Table(
        "form_marks",
        Text("The form by area", "评价表各方面得分"),
        (
            Column("area", Text("Area", "方面")),
            Column("mark", Text("Mean mark of {m}", "平均分（满分 {m}）").filled(m=MOST), "number"),
            Column("answered", Text("Answered", "已答"), "number"),
            Column("asked", Text("Asked", "共问"), "number"),
        ),
        tuple(
            Row(
                (
                    name,
                    plain(process.marks[area][0], 1) if area in process.marks else None,
                    process.marks[area][1] if area in process.marks else 0,
                    sum(one.question.area == area for one in process.answers),
                )
            )
            for area, name in AREAS.items()
        ),
    )


def _form_table(process: Process) -> Table:
    return Table(
        "form",
        Text("The form", "评价表"),
        (
            Column("area", Text("Area", "方面")),
            Column("question", Text("Question", "问题")),
            Column("mark", Text("Mark", "分数"), "number"),
            Column("finding", Text("Finding", "发现")),
            Column("owner", Text("Owner", "负责人")),
            Column("due", Text("Due", "期限"), "date"),
        ),
        tuple(
            Row(
                (
                    AREAS[one.question.area],
                    one.question.asks,
                    one.mark,
                    one.finding or None,
                    one.owner or None,
                    one.due,
                )
            )
            for one in process.answers
        ),
    )


def _not_graded_table(found: Evaluation) -> Table:
    reasons = {**REASONS, **found.standard.reasons}
    rows = []
    for one in found.process.not_graded:
        why = [
            (reasons[code] if code in reasons else Text.same(code), customers)
            for code, customers in one.reasons
        ]
        rows.append(
            Row(
                (
                    one.scheme.name,
                    percent(one.share.value),
                    interval(one.share),
                    one.share.customers,
                    Text(
                        "; ".join(f"{text.en} ({n:,})" for text, n in why),
                        "；".join(f"{text.zh}（{n:,}）" for text, n in why),
                    )
                    if why
                    else None,
                )
            )
        )
    return Table(
        "not_graded",
        Text("Not graded, and why", "未评级及原因"),
        (
            Column("scheme", Text("Scheme", "方案")),
            Column("share", Text("Without a grade", "无等级"), "percent"),
            INTERVAL,
            CUSTOMERS,
            Column("why", Text("Why", "原因")),
        ),
        tuple(rows),
    )


def _distinct_table(process: Process) -> Table:
    return Table(
        "distinctness",
        Text("Too fine or too coarse", "分级粗细"),
        (
            Column("scheme", Text("Scheme", "方案")),
            Column("classes", Text("Classes", "类别数"), "number"),
            Column("effective", Text("Effective classes", "有效类别数"), "number"),
            Column("largest", Text("Largest class", "最大类别")),
            Column("share", Text("Its share", "占比"), "percent"),
            INTERVAL,
            CUSTOMERS,
            Column("said", Text("Judgement", "判断")),
        ),
        tuple(
            Row(
                (
                    one.scheme.name,
                    one.named,
                    plain(one.effective, 1),
                    one.largest[0],
                    percent(one.largest[1].value),
                    interval(one.largest[1]),
                    one.largest[1].customers,
                    one.words,
                )
            )
            for one in process.distinct
        ),
        note=Text(
            "Effective classes: how many of equal size would be as mixed. Too coarse: one class "
            "holds over 60 %. Too fine: a class under 1 % or 20 customers, or neighbours whose "
            "customers did not differ afterwards.",
            "有效类别数：同等混合程度的等规模类别数。过粗：一个类别超过 60 %。"
            "过细：类别不足 1 % 或不足 20 个客户，或相邻类别的客户其后并无差别。",
        ),
    )


def _teams_table(process: Process) -> Table:
    return Table(
        "teams",
        Text("Grades and teams", "等级与团队"),
        (
            Column("scheme", Text("Scheme", "方案")),
            Column("strength", Text("Association (0 to 1)", "关联强度（0 至 1）"), "number"),
            CHANCE,
            CUSTOMERS,
        ),
        tuple(
            Row((scheme.name, plain(one.strength), chance(one.chance), one.customers))
            for scheme, one in process.teams
        ),
        note=Text(
            "Cramér's V without its bias. One rule grades all teams alike: where it is high, teams "
            "have different customers; where people judge, look whether they judge alike.",
            "Cramér V（已校正偏差）。同一规则对各团队一视同仁：数值高说明客户构成不同；"
            "凡有人工评定之处，请核对尺度是否一致。",
        ),
    )


def _ages_table(upkeep: Upkeep) -> Table:
    return Table(
        "ages",
        Text("Age of the data on {d}", "截至 {d} 的数据新旧").filled(
            d=upkeep.known_until.isoformat()
        ),
        (
            Column("table", Text("Table", "数据表")),
            Column("last", Text("Newest", "最新日期"), "date"),
            Column("days", Text("Days ago", "距今天数"), "number"),
        ),
        tuple(Row((TABLES[one.table].label, one.last, one.days)) for one in upkeep.ages),
    )


def _shifts_table(upkeep: Upkeep) -> Table:
    return Table(
        "drift",
        Text("Drift since {d}", "自 {d} 以来的漂移").filled(
            d="–" if upkeep.since is None else upkeep.since.isoformat()
        ),
        (
            Column("name", Text("What", "内容")),
            Column("kind", Text("Kind", "类型")),
            Column("psi", Text("PSI", "PSI"), "number"),
            Column("limit", Text("Chance exceeds (5 %)", "偶然上限（5 %）"), "number"),
            CHANCE,
            Column("size", Text("Drift", "漂移")),
            Column("before", Text("Customers then", "当时客户数"), "number"),
            Column("now", Text("now", "现在"), "number"),
        ),
        tuple(
            Row(
                (
                    one.name,
                    Text("grades", "等级") if one.kind == "grades" else Text("metric", "指标"),
                    plain(one.found.index, 4),
                    plain(one.found.limit, 4),
                    chance(one.found.chance),
                    _SIZES[one.found.size],
                    one.found.before,
                    one.found.now,
                )
            )
            for one in upkeep.shifts
        ),
        html_rows=25,
        note=Text(
            "Drift is told when the index is at least 0.10 and more than chance gives for so many "
            "customers; from 0.25 it is much. Metrics by tenths of the earlier run.",
            "指数不低于 0.10 且超过该客户数下的偶然范围才算漂移；0.25 以上为明显。"
            "指标按较早评级的十等分比较。",
        ),
    )
