"""What a metric measures, in words: its formula and its window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.standards.facts import date_column, fact_label, fact_types
from kefen.standards.model import PURCHASES, FactMetric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.domain.calendar import Window
    from kefen.standards.model import Metric


@dataclass(frozen=True, slots=True)
class MetricWords:
    """A metric in words."""

    id: str
    name: Text
    description: Text
    formula: Text
    window: Text | None


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


def metric_in_words(metric: Metric, names: Mapping[str, Text]) -> MetricWords:
    """Return how a metric comes about, in words."""
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
