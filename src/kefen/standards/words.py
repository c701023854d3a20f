"""A standard in words: what it measures, who is graded how, and what each grade means."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.standards.facts import date_column, fact_label, fact_types
from kefen.standards.model import (
    PURCHASES,
    Bands,
    Conditions,
    CutOffs,
    FactMetric,
    Grid,
    Position,
    ShareOfTotal,
    Tiles,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.domain.calendar import Window
    from kefen.standards.model import Grade, Indicator, Metric, Scheme, Standard


@dataclass(frozen=True, slots=True)
class MetricWords:
    """A metric in words."""

    id: str
    name: Text
    description: Text
    formula: Text
    window: Text | None


@dataclass(frozen=True, slots=True)
class GradeWords:
    """A grade in words: when it is given, and what to do."""

    id: str
    name: Text
    rule: Text
    advice: Text


@dataclass(frozen=True, slots=True)
class SchemeWords:
    """A scheme in words."""

    id: str
    name: Text
    question: Text
    rationale: Text
    among: Text
    points: tuple[Text, ...]
    grades: tuple[GradeWords, ...]


@dataclass(frozen=True, slots=True)
class StandardWords:
    """A standard in words."""

    name: Text
    version: int
    description: Text
    metrics: tuple[MetricWords, ...]
    schemes: tuple[SchemeWords, ...]


def standard_in_words(standard: Standard) -> StandardWords:
    """Return a standard in words of both languages."""
    names = {scheme.id: scheme.name for scheme in standard.schemes.values()}
    names |= {metric.id: metric.name for metric in standard.metrics.values()}
    return StandardWords(
        name=standard.name,
        version=standard.version,
        description=standard.description,
        metrics=tuple(_metric(metric, names) for metric in standard.metrics.values()),
        schemes=tuple(_scheme(scheme, names, standard) for scheme in standard.schemes.values()),
    )


_AGGREGATES: dict[str, Text] = {
    "sum": Text("the sum of {0}", "{0} 的合计"),
    "count": Text("how many {1}", "{1} 的条数"),
    "distinct": Text("how many different {0}", "{0} 的不同取值数"),
    "smallest": Text("the smallest {0}", "{0} 的最小值"),
    "largest": Text("the largest {0}", "{0} 的最大值"),
    "mean": Text("the mean of {0}", "{0} 的平均值"),
    "earliest": Text("the earliest {0}", "{0} 的最早日期"),
    "latest": Text("the latest {0}", "{0} 的最晚日期"),
    "leading": Text("the {0} with the largest sum of {2}", "{2} 合计最大的 {0}"),
}


def _metric(metric: Metric, names: Mapping[str, Text]) -> MetricWords:
    definition = metric.definition
    if not isinstance(definition, FactMetric):
        return MetricWords(
            metric.id, metric.name, metric.description, in_words(definition.formula, names), None
        )
    columns = _column_names(definition.table)
    label = fact_label(definition.table)
    parts = [
        in_words(definition.of, columns) if definition.of is not None else label,
        label,
        in_words(definition.leads_by, columns) if definition.leads_by is not None else label,
    ]
    template = _AGGREGATES[definition.aggregate]
    formula = Text(
        template.en.format(*(t.en for t in parts)), template.zh.format(*(t.zh for t in parts))
    )
    if definition.where is not None:
        formula = Text("{f}, where {w}", "{f}，其中 {w}").filled(
            f=formula, w=in_words(definition.where, columns)
        )
    if definition.per == "month":
        formula = Text("{f}, per month", "{f}，按月平均").filled(f=formula)
    if definition.by is not None and definition.take is not None:
        formula = Text("{f}; of these by {b} the {t}", "{f}；按 {b} 分组取 {t}").filled(
            f=formula, b=in_words(definition.by, columns), t=definition.take
        )
    dated = definition.dated or date_column(definition.table)
    window = Text("{w}, by {d}", "{w}，按{d}").filled(
        w=window_in_words(definition.over), d=columns.get(dated, Text.same(dated))
    )
    return MetricWords(metric.id, metric.name, metric.description, formula, window)


def _column_names(fact: str) -> dict[str, Text]:
    from kefen.domain.contract import TABLES

    if fact == PURCHASES:
        return {
            "purchased_on": Text("date of purchase", "购买日期"),
            "amount": Text("amount of the purchase", "购买金额"),
            "lines": Text("lines", "行数"),
            "order_id": Text("order id", "订单号"),
        }
    labels = {column.name: column.label for column in TABLES[fact].columns}
    return {name: labels[name] for name in fact_types(fact)}


_SPANS = {
    "months": (Text("the last {n} months", "最近 {n} 个月"), Text("{n} months", "{n} 个月")),
    "days": (Text("the last {n} days", "最近 {n} 天"), Text("{n} days", "{n} 天")),
}


def window_in_words(window: Window) -> Text:
    """Return a window of time in words."""
    if window.length is None:
        words = Text("all time", "全部历史")
    else:
        words = _SPANS[window.unit][0].filled(n=window.length)
    if not window.ending:
        return words
    ago = _SPANS[window.ending_unit][1].filled(n=window.ending)
    return Text("{w}, ending {a} before the as-of date", "{w}（截至评级日前 {a}）").filled(
        w=words, a=ago
    )


def _scheme(scheme: Scheme, names: Mapping[str, Text], standard: Standard) -> SchemeWords:
    own = dict(names) | {learned.id: learned.name for learned in scheme.learns}
    among = (
        Text("customers with {c}; others: {r}", "满足“{c}”的客户；其他：{r}").filled(
            c=in_words(scheme.among, own), r=standard.reasons[scheme.otherwise]
        )
        if scheme.among is not None
        else Text("every customer", "全部客户")
    )
    groups = {group.id: group.name for group in scheme.groups}
    return SchemeWords(
        id=scheme.id,
        name=scheme.name,
        question=scheme.question,
        rationale=scheme.rationale,
        among=among,
        points=tuple(_indicator(indicator, groups, own) for indicator in scheme.indicators),
        grades=tuple(_grade(scheme, grade, own) for grade in scheme.grades),
    )


def _indicator(indicator: Indicator, groups: Mapping[str, Text], names: Mapping[str, Text]) -> Text:
    value = in_words(indicator.value, names)
    scoring = indicator.scoring
    if isinstance(scoring, Bands):
        bands = [
            (
                in_words(band.condition, names)
                if band.condition is not None
                else Text("else", "其余"),
                _plain(band.points),
            )
            for band in scoring.bands
        ]
        how = Text(
            "; ".join(f"{c.en}: {p}" for c, p in bands), "；".join(f"{c.zh}：{p}" for c, p in bands)
        )
    elif isinstance(scoring, Tiles):
        how = Text("1 to {n} by rank of {v}", "按{v}排名计 1–{n} 分").filled(
            n=scoring.count, v=value
        )
    else:
        assert isinstance(scoring, Position)  # noqa: S101  the last of the union
        how = Text("{w} points × position by {v}", "{w} 分 × {v}的位置").filled(
            w=_plain(Decimal(indicator.weight or 0) / 10_000), v=value
        )
    if indicator.better == "lower":
        how = Text("{h}, lower is better", "{h}，越低越好").filled(h=how)
    lead = indicator.name
    if indicator.group is not None:
        lead = Text("{g}: {n}", "{g}：{n}").filled(g=groups[indicator.group], n=indicator.name)
    return Text("{l} - {h}", "{l}——{h}").filled(l=lead, h=how)


def _grade(scheme: Scheme, grade: Grade, names: Mapping[str, Text]) -> GradeWords:
    decision = scheme.decision
    rest = Text("the rest", "其余")
    rule = rest
    if isinstance(decision, Grid):
        cells = sorted(cell for cell, owner in decision.cells.items() if owner == grade.id)
        words = ", ".join(f"{row}-{column}" for row, column in cells)
        rule = Text.same(f"{decision.rows}-{decision.columns}: {words}")
    elif isinstance(decision, CutOffs):
        line = dict(decision.lines)[grade.id]
        if line is not None:
            rule = Text("a score of at least {n}", "得分不低于 {n}").filled(n=_plain(line))
    elif isinstance(decision, ShareOfTotal):
        share = dict(decision.lines)[grade.id]
        if share is not None:
            percent = share * 100
            rule = Text("among the first {s} % of all {m}", "累计占全部{m}的前 {s} %").filled(
                s=_plain(Decimal(percent.numerator) / percent.denominator),
                m=in_words(decision.of, names),
            )
    elif isinstance(decision, Conditions):
        condition = dict(decision.lines)[grade.id]
        if condition is not None:
            rule = in_words(condition, names)
    return GradeWords(grade.id, grade.name, rule, grade.advice)


def _plain(number: Decimal) -> str:
    text = format(number, ",f")
    return text.rstrip("0").rstrip(".") if "." in text else text
