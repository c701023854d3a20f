"""What a metric measures, in words: its formula and its window."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.periods import CALENDAR_YEAR, MONTH_NAMES
from kefen.domain.text import Text
from kefen.expressions.tree import Literal, names_in
from kefen.expressions.wording import in_words
from kefen.standards.band_words import place_in_words
from kefen.standards.facts import contract_table, date_column, fact_label
from kefen.standards.model import FactMetric, ModelMetric
from kefen.standards.model.metrics import CalendarGroups, Runs
from kefen.standards.modelling.words import given_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.domain.calendar import CalendarSpan, Window
    from kefen.domain.periods import Period
    from kefen.expressions.tree import Value
    from kefen.standards.model import ComputedMetric, Metric
    from kefen.standards.model.metrics import BandedResult, Judgement, Level, Raters


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
    "first": Text("the first {0} by date", "按日期最早一条的 {0}"),
    "last": Text("the last {0} by date", "按日期最近一条的 {0}"),
    "daily_average": Text("the daily average of {0}", "{0} 的日均值"),
    "highest_balance": Text(
        "the highest balance of {0} at the end of a day", "{0} 逐日累计余额的最大值"
    ),
    "leading": Text("the {0} with the largest sum of {2}", "{2} 合计最大的 {0}"),
}
_PERIODS: dict[Period, tuple[Text, Text]] = {
    "day": (Text("day", "天"), Text("days", "天数")),
    "week": (Text("week", "周"), Text("weeks", "周数")),
    "month": (Text("month", "月"), Text("months", "月数")),
    "quarter": (Text("quarter", "季度"), Text("quarters", "季度数")),
    "half-year": (Text("half-year", "半年"), Text("half-years", "半年数")),
    "year": (Text("year", "年"), Text("years", "年数")),
}
_TAKES: dict[str, Text] = {
    "largest": Text("the largest", "最大值"),
    "smallest": Text("the smallest", "最小值"),
    "mean": Text("the mean", "平均值"),
    "sum": Text("the sum", "合计"),
    "number": Text("how many where {c}", "{c} 的个数"),
    "longest_run": Text("the longest run where {c}", "{c} 的最长连续期数"),
    "latest_run": Text("the run where {c}, up to the end of the window", "截至期末 {c} 的连续期数"),
}
_RATERS: dict[Raters, Text] = {
    "last": Text("the last judgement of {i}", "对{i}的最近一次评定"),
    "mean": Text("the mean of each rater's last judgement of {i}", "各评定人对{i}最近评定的平均值"),
    "lowest": Text(
        "the lowest of each rater's last judgement of {i}", "各评定人对{i}最近评定的最低值"
    ),
    "highest": Text(
        "the highest of each rater's last judgement of {i}", "各评定人对{i}最近评定的最高值"
    ),
}
_VALUE = Text("the value", "数值")


def metric_in_words(metric: Metric, names: Mapping[str, Text]) -> MetricWords:
    """Return how a metric comes about, in words."""
    definition = metric.definition
    if isinstance(definition, ModelMetric):
        given = given_in_words(definition)
        return MetricWords(metric.id, metric.name, metric.description, given, None)
    known = _attributes_in_words(definition) | customers_in_words() | dict(names)
    if not isinstance(definition, FactMetric):
        formula = (
            in_words(definition.formula, known)
            if definition.bands is None
            else _banded(definition.bands, known, share=metric.unit == "share")
        )
        return MetricWords(metric.id, metric.name, metric.description, formula, None)
    columns = known | _column_names(definition.table)
    if definition.judgement is not None:
        formula = _judged(definition.judgement)
    else:
        formula = _aggregated(definition, columns)
    dated = definition.dated or date_column(definition.table)
    window = Text("{w}, by {d}", "{w}，按{d}").filled(
        w=window_in_words(definition.over), d=columns.get(dated, Text.same(dated))
    )
    return MetricWords(metric.id, metric.name, metric.description, formula, window)


def _attributes_in_words(definition: ComputedMetric | FactMetric) -> dict[str, Text]:
    """Return the names for people of the customers' columns that the contract does not have."""
    named = definition.names if isinstance(definition, FactMetric) else names_in(definition.formula)
    return {
        name: Text("the customer's {c}", "客户的 {c}").filled(c=name.removeprefix("customers."))
        for name in named
        if name.startswith("customers.")
    }


def _aggregated(definition: FactMetric, columns: Mapping[str, Text]) -> Text:
    """Return what is computed of which rows, in words."""
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
    if definition.across == "parent_id":
        formula = Text(
            "{f}, of the customer's whole family of parents and branches together",
            "{f}，与其上下级客户合并计算",
        ).filled(f=formula)
    elif definition.across is not None:
        shared = columns.get(f"customers.{definition.across}", Text.same(definition.across))
        formula = Text(
            "{f}, of all customers with the same {c} together", "{f}，{c}相同的客户合并计算"
        ).filled(f=formula, c=shared)
    for level in reversed(definition.levels):
        formula = Text("{f}; {l}", "{f}；{l}").filled(f=formula, l=_level(level, columns))
    if definition.per == "month":
        formula = Text("{f}, per month", "{f}，按月平均").filled(f=formula)
    return formula


def _level(level: Level, columns: Mapping[str, Text]) -> Text:
    """Return what groups are made, and what becomes of their values, in words."""
    condition = level.take.condition
    taken = _TAKES[level.take.kind]
    if condition is not None:
        taken = taken.filled(c=in_words(condition, {"value": _VALUE}))
    groups = level.by
    if isinstance(groups, Runs):
        unit = Text("months", "个月") if groups.unit == "month" else Text("days", "天")
        if level.take.kind == "largest":
            return Text("the best run of {n} {u}", "任意连续 {n} {u}中的最大值").filled(
                n=groups.length, u=unit
            )
        return Text("of the runs of {n} {u} {t}", "按任意连续 {n} {u}取{t}").filled(
            n=groups.length, u=unit, t=taken
        )
    if isinstance(groups, CalendarGroups):
        one, many = _PERIODS[groups.period]
        if not groups.every:
            return Text("of these by {p} {t}", "按{p}分组取{t}").filled(p=one, t=taken)
        return Text(
            "of these by {p}, those {m} included that have none, {t}",
            "按{p}分组（含没有记录的{m}）取{t}",
        ).filled(p=one, m=Text(many.en, one.zh), t=taken)
    by = in_words(groups, columns)
    return Text("of these by {b} {t}", "按 {b} 分组取{t}").filled(b=by, t=taken)


def _judged(judgement: Judgement) -> Text:
    """Return whose judgement of what counts, and what can be given, in words."""
    formula = _RATERS[judgement.raters].filled(i=Text(judgement.item, f"“{judgement.item}”"))
    if judgement.role is not None:
        formula = Text("{f} by {r}", "{r}{f}").filled(f=formula, r=judgement.role)
    return Text("{f}, {p}", "{f}，可取：{p}").filled(f=formula, p=possible_in_words(judgement))


def possible_in_words(judgement: Judgement) -> Text:
    """Return the values that a judgement can have, in words."""
    if judgement.words:
        given = Text(", ".join(judgement.words), "、".join(judgement.words))
        return Text("one of {g}", "{g} 之一").filled(g=given)
    lowest, highest = (in_words(Literal(n), {}) for n in (judgement.lowest, judgement.highest))
    whole = Text("whole numbers", "整数") if judgement.whole else Text("numbers", "数值")
    return Text("{w} from {a} to {b}", "{a} 至 {b} 的{w}").filled(w=whole, a=lowest, b=highest)


def _banded(bands: BandedResult, names: Mapping[str, Text], *, share: bool) -> Text:
    """Return the bands of a value with their results, in words."""
    tables: list[Text] = []
    for key, table in bands.tables:
        lines = [
            Text("{r} {c}", "{c}取 {r}").filled(
                r=in_words(_result(result, share=share), names),
                c=place_in_words(condition, bands.of, names),
            )
            if condition is not None
            else Text("otherwise {r}", "其余取 {r}").filled(
                r=in_words(_result(result, share=share), names)
            )
            for condition, result in table
        ]
        words = Text(", ".join(t.en for t in lines), "，".join(t.zh for t in lines))
        if bands.by is not None and key is not None:
            by = in_words(bands.by, names)
            words = Text("where {b} is {k}: {w}", "{b}为 {k} 时：{w}").filled(
                b=by, k=in_words(Literal(key), names), w=words
            )
        elif bands.by is not None:
            words = Text("in other cases: {w}", "其他情况：{w}").filled(w=words)
        tables.append(words)
    return Text("by {v}: {t}", "按{v}：{t}").filled(
        v=in_words(bands.of, names),
        t=Text("; ".join(t.en for t in tables), "；".join(t.zh for t in tables)),
    )


def _result(result: Value, *, share: bool) -> Literal:
    """Return what a band gives; a share is said with %, however it was written."""
    if share and isinstance(result, int | Decimal):
        return Literal(Decimal(result), unit="share")
    return Literal(result)


def customers_in_words() -> dict[str, Text]:
    """Return the names of customers' columns for people, by `customers.column`."""
    return {f"customers.{column.name}": column.label for column in TABLES["customers"].columns}


def _column_names(fact: str) -> dict[str, Text]:
    table = contract_table(fact)
    if table is None:
        return {
            "purchased_on": Text("date of purchase", "购买日期"),
            "amount": Text("amount of the purchase", "购买金额"),
            "lines": Text("lines", "行数"),
            "customer_id": Text("customer", "客户"),
            "order_id": Text("order id", "订单号"),
            "quantity": Text("quantity of the purchase", "购买数量"),
            "discount": Text("discount of the purchase", "购买折扣"),
            "returned": Text("amount taken back", "退回金额"),
        }
    return {column.name: column.label for column in table.columns}


_SPANS = {
    "months": (Text("the last {n} months", "最近 {n} 个月"), Text("{n} months", "{n} 个月")),
    "days": (Text("the last {n} days", "最近 {n} 天"), Text("{n} days", "{n} 天")),
}


def window_in_words(window: Window) -> Text:
    """Return a window of time in words."""
    if window.calendar is not None:
        words = _calendar(window.calendar)
    elif window.length is None:
        words = Text("all time", "全部历史")
    else:
        words = _SPANS[window.unit][0].filled(n=window.length)
    if not window.ending:
        return words
    ago = _SPANS[window.ending_unit][1].filled(n=window.ending)
    return Text("{w}, ending {a} before the as-of date", "{w}（截至评级日前 {a}）").filled(
        w=words, a=ago
    )


def _calendar(calendar: CalendarSpan) -> Text:
    one, many = _PERIODS[calendar.period]
    several = Text(many.en if calendar.count > 1 else one.en, one.zh)
    if not calendar.running:
        words = Text("the last {n} whole {m}", "最近 {n} 个完整{m}").filled(
            n=calendar.count, m=several
        )
    elif calendar.count:
        words = Text("this {p} and the {n} before", "本{p}及之前 {n} 期").filled(
            p=one, n=calendar.count
        )
    else:
        words = Text("this {p} so far", "本{p}至今").filled(p=one)
    start = calendar.year_start
    if start == CALENDAR_YEAR:
        return words
    day = Text(f"{start.day} {MONTH_NAMES[start.month - 1]}", f"{start.month} 月 {start.day} 日")
    return Text("{w}, years from {d}", "{w}（年度自 {d}起）").filled(w=words, d=day)
