"""The form of the credit assessment: factors, weights and rules; filled in for one customer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.expressions.types import ValueType
from kefen.reports.distribution import STRATEGIES
from kefen.reports.generated import scheme_sources
from kefen.reports.tables import Column, PartsEqualTotal, Row, Table
from kefen.standards.decision_words import joined, names_of_scheme
from kefen.standards.indicator_words import indicator_in_words
from kefen.standards.model import ComputedMetric, FactMetric

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from kefen.expressions.tree import Expression
    from kefen.grading.explanation import SchemeExplanation
    from kefen.grading.explanation_parts import Line
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell
    from kefen.standards.model import Indicator, Metric, Scheme, Standard

_QUALITATIVE = Text("qualitative", "定性")
_QUANTITATIVE = Text("quantitative", "定量")
_UNIT = Decimal("0.0001")


def blank_form(people: Population, scheme: Scheme) -> Table:
    """Return table 6 as the standard has it: each factor with its weight, rule and source."""
    standard = people.run.standard
    weighed = all(indicator.weight is not None for indicator in scheme.indicators)
    rows: list[Row] = []
    for group in scheme.groups:
        members = [i for i in scheme.indicators if i.group == group.id]
        total = _weight(group.weight) if group.weight is not None else _sum(members)
        rows.append(Row((group.name, None, total, None, None)))
        rows += [Row(_factor(standard, scheme, i), level=1) for i in members]
    rows += [Row(_factor(standard, scheme, i)) for i in scheme.indicators if i.group is None]
    return Table(
        "credit_form",
        Text("Table 6 Credit assessment: factors", "表 6 客户信用评估表：评估因素"),
        (
            Column("factor", Text("Factor", "因素")),
            Column("kind", Text("Kind", "性质")),
            Column("weight", Text("Weight", "权重"), "number"),
            Column("rule", Text("Rule", "评分规则")),
            Column("source", Text("Source", "数据来源")),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), None, _sum(scheme.indicators), None, None))
        if weighed
        else None,
        reconciliation=(PartsEqualTotal(("weight",)),) if weighed else (),
        particulars=people.particulars,
    )


def assessed_form(
    people: Population, scheme: Scheme, customer: str, explained: SchemeExplanation
) -> Table:
    """Return table 6 filled in: value, source, its newest date, score and weighted score."""
    standard = people.run.standard
    indicators = {indicator.id: indicator for indicator in scheme.indicators}
    newest = _newest(people, customer)
    rows: list[Row] = []
    group: str | None = None
    for line in explained.lines:
        if line.group_id is not None and line.group_id != group:
            own = [each for each in explained.lines if each.group_id == line.group_id]
            points = sum((each.points or Decimal(0) for each in own), Decimal(0))
            rows.append(Row((line.group, *[None] * 6, points, None)))
        group = line.group_id
        cells = _assessed(standard, indicators[line.indicator], line, newest)
        rows.append(Row(cells, level=1 if group is not None else 0))
    rows += [
        Row((adjustment.name, *[None] * 6, adjustment.points, None))
        for adjustment in explained.adjustments
    ]
    return Table(
        "credit_assessment",
        Text("Table 6 Credit assessment of {c}", "表 6 {c} 客户信用评估表").filled(c=customer),
        (
            Column("factor", Text("Factor", "因素")),
            Column("kind", Text("Kind", "性质")),
            Column("weight", Text("Weight", "权重"), "number"),
            Column("value", Text("Value", "取值")),
            Column("source", Text("Source", "数据来源")),
            Column("dated", Text("Newest record", "最新日期"), "date"),
            Column("score", Text("Score", "评分"), "number"),
            Column("points", Text("Weighted score", "加权得分"), "number"),
            Column("note", Text("Note", "说明")),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), *[None] * 6, explained.total, None))
        if explained.total is not None
        else None,
        reconciliation=(PartsEqualTotal(("points",)),) if explained.total is not None else (),
        particulars=people.particulars,
        draws_on=scheme_sources(standard, scheme),
    )


def result_table(
    people: Population, scheme: Scheme, customer: str, explained: SchemeExplanation
) -> Table:
    """Return the foot of table 6: grade, terms, strategy, who assessed, who approves, how long."""
    grade = scheme.grade(explained.grade) if explained.grade is not None else None
    held = [rule.name for rule in explained.rules if rule.held and not rule.passed_over]
    assessors = people.rows(
        """
        SELECT string_agg(DISTINCT assessor, ', ' ORDER BY assessor) FROM report_assessments
        WHERE customer_id = ? AND assessor IS NOT NULL""",
        [customer],
    )
    mark = people.mark(scheme, explained.grade, explained.reason_code)
    lines: list[tuple[Text, Cell]] = [
        (Text("Grade", "等级"), mark),
        (Text("Before caps and vetoes", "封顶与否决前"), explained.decided),
        (Text("Rules that held", "适用的规则"), joined(held, "; ", "；") if held else None),
        *((term.name, term.words) for term in explained.terms),
        (
            Text("Strategy", "策略"),
            STRATEGIES[grade.strategy] if grade and grade.strategy else None,
        ),
        (Text("What to do", "建议做法"), explained.advice),
        (Text("Assessor", "评定人"), assessors[0][0] if assessors else None),
        (
            Text("Approved by", "审批"),
            joined([Text.same(role) for role in explained.approval], ", then ", "，再由")
            if explained.approval
            else None,
        ),
        (
            Text("Valid until", "有效期至"),
            explained.review.due.isoformat() if explained.review is not None else None,
        ),
    ]
    return Table(
        "credit_result",
        Text("Table 6 Result for {c}", "表 6 {c} 评估结论").filled(c=customer),
        (Column("line", Text("Item", "项目")), Column("value", Text("Result", "结论"))),
        tuple(
            Row((label, value.name if label.en == "Grade" and value is mark else value))
            for label, value in lines
        ),
        draws_on=scheme_sources(people.run.standard, scheme),
    )


def _factor(standard: Standard, scheme: Scheme, indicator: Indicator) -> tuple[Cell, ...]:
    names = names_of_scheme(standard, scheme)
    return (
        indicator.name,
        _kind(standard, indicator),
        None if indicator.weight is None else _weight(indicator.weight),
        indicator_in_words(replace(indicator, group=None), {}, names),
        _source(standard, indicator),
    )


def _assessed(
    standard: Standard, indicator: Indicator, line: Line, newest: dict[str, date]
) -> tuple[Cell, ...]:
    tables = _tables(standard, indicator)
    dates = [newest[table] for table in tables if table in newest]
    return (
        line.name,
        _kind(standard, indicator),
        line.weight,
        line.value_words,
        _source(standard, indicator),
        max(dates, default=None),
        line.earned,
        line.points or Decimal(0),
        line.note,
    )


def _newest(people: Population, customer: str) -> dict[str, date]:
    """Return the date of a customer's newest row in every fact table that has one."""
    found: dict[str, date] = {}
    for name, relation in people.run.facts.items():
        dated = TABLES[name].date if name in TABLES else None
        if dated is None or not TABLES[name].has_customer:
            continue
        ((day,),) = people.rows(
            # The names are the engine's own and the contract's, never a user's text.
            f'SELECT max("{dated}")::DATE FROM "{relation}" WHERE customer_id = ?',  # noqa: S608
            [customer],
        )
        if day is not None:
            found[name] = day
    return found


def _kind(standard: Standard, indicator: Indicator) -> Text:
    judged = any(
        metric.type is ValueType.TEXT
        or (isinstance(metric.definition, FactMetric) and metric.definition.judgement is not None)
        for metric in _metrics(standard, indicator.value)
    )
    return _QUALITATIVE if judged else _QUANTITATIVE


def _source(standard: Standard, indicator: Indicator) -> Text | None:
    names = [TABLES[table].label for table in _tables(standard, indicator)]
    return joined(names, ", ", "、") if names else None


def _tables(standard: Standard, indicator: Indicator) -> list[str]:
    found = {t for metric in _metrics(standard, indicator.value) for t in metric.tables}
    if not found:
        found = {"customers"}
    return [table for table in TABLES if table in found]


def _metrics(standard: Standard, tree: Expression) -> Iterator[Metric]:
    """Yield the metrics that an expression names, and those they are computed from."""
    for name in names_in(tree):
        metric = standard.metrics.get(name)
        if metric is not None:
            yield metric
            if isinstance(metric.definition, ComputedMetric):
                yield from _metrics(standard, metric.definition.formula)


def _sum(indicators: Sequence[Indicator]) -> Decimal:
    return sum((_weight(indicator.weight or 0) for indicator in indicators), Decimal(0))


def _weight(units: int) -> Decimal:
    return units * _UNIT
