"""How accurate the grades were, as a section, and what of it a later report tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.evaluation.accuracy import SchemeAccuracy
from kefen.reports.evaluation_charts import capture_chart, foretold_charts, foretold_tables
from kefen.reports.figures_in_cells import (
    CHANCE,
    CUSTOMERS,
    INTERVAL,
    chance,
    interval,
    money,
    percent,
    plain,
)
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, GradeMark, Row, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.grading.evaluation.evaluate import Evaluation
    from kefen.grading.evaluation.foretold import Agreement
    from kefen.methods.intervals import Estimate
    from kefen.methods.neighbours import Neighbours
    from kefen.reports.model import Block

VERDICTS = {
    "better": Text("grades better", "等级更好"),
    "alike": Text("no sure difference", "无明显差别"),
    "worse": Text("grades worse", "等级更差"),
}


def told_in_report(found: Evaluation) -> Section | None:
    """Return what the report of a later run tells of an earlier one; None where it is nothing."""
    leading = found.leading
    if leading is None:
        return None
    blocks: list[Block] = [Prose((leading.judgement,), "say"), _classes_table(leading)]
    blocks += [capture_chart(leading), *foretold_charts(found.foretold), _orders_table(leading)]
    text = Text(
        "kefen evaluate tells all of it: effect, process and method, upkeep, every scheme.",
        "完整内容（效果、过程与方法、维护及各方案）请用 kefen evaluate 查看。",
    )
    return Section(
        "evaluation",
        Text("How earlier grades did", "以往等级的检验"),
        Text("Evaluation", "检验"),
        Text("The grades of {d}, held against {p}.", "{d} 的等级，以 {p} 的事实检验。").filled(
            d=found.period.as_of.isoformat(), p=found.period.words
        ),
        (*blocks, Prose((text,))),
    )


def accuracy_section(found: Evaluation) -> Section:
    """Return how accurate the grades were."""
    blocks: list[Block] = []
    leading = found.leading
    if leading is not None:
        blocks += [
            Prose((leading.judgement,), "say"),
            _classes_table(leading),
            capture_chart(leading),
            *foretold_charts(found.foretold),
            _orders_table(leading),
            _figures_table(leading),
            _neighbours_table(leading),
        ]
    blocks += foretold_tables(found.foretold)
    if found.foretold_otherwise:
        blocks.append(Prose(found.foretold_otherwise))
    blocks.append(
        _agreement_table(found.agreement)
        if not isinstance(found.agreement, Text)
        else Prose(
            (
                Text(
                    "Agreement with people's judgement is not told: {w}.",
                    "与人工判断的一致性无从判断：{w}。",
                ).filled(w=found.agreement),
            ),
            "warn",
        )
    )
    schemes = _schemes_table(found.accuracies)
    if schemes is not None:
        blocks.append(schemes)
    without = [
        Text("{s}: {w}.", "{s}：{w}。").filled(s=found.standard.schemes[name].name, w=one)
        for name, one in found.accuracies.items()
        if isinstance(one, Text)
    ]
    if without:
        heading = Text("Schemes that are not judged by purchases:", "不以购买结果检验的方案：")
        blocks.append(Prose((heading, *without)))
    return Section(
        "accuracy",
        Text("Accuracy: the grades against what happened next", "准确性：等级与其后的结果"),
        Text("Accuracy", "准确性"),
        Text(
            "Only what happened after {d} counts. A naive order needs no standard; it is judged at "
            "the same number of customers. Customers of one class stand as equals, so that a few "
            "classes tell less than a fine order.",
            "只计 {d} 之后发生的事实。朴素排序不需要任何标准，按同样的客户数比较。"
            "同一等级的客户视为相同，因此少数等级的区分力低于精细排序。",
        ).filled(d=found.period.as_of.isoformat()),
        tuple(blocks),
    )


def _classes_table(leading: SchemeAccuracy) -> Table:
    rows = []
    value_so_far = 0.0
    for one in leading.classes:
        value_so_far += one.value_share or 0.0
        rows.append(
            Row(
                (
                    GradeMark(one.grade, one.name, one.tone),
                    one.customers,
                    percent(one.share),
                    money(one.value),
                    percent(one.value_share),
                    percent(value_so_far),
                    None if one.average is None else money(one.average.value),
                    interval(one.average, percents=False),
                    percent(one.bought.value),
                    interval(one.bought),
                    percent(1 - one.bought.value),
                    None if one.lift is None else plain(one.lift),
                )
            )
        )
    return Table(
        "class_results",
        Text("{s}: what each grade did next", "{s}：各等级其后的表现").filled(
            s=leading.scheme.name
        ),
        (
            Column("grade", Text("Grade", "等级"), "grade"),
            CUSTOMERS,
            Column("share", Text("Share of customers", "客户占比"), "percent"),
            Column("value", Text("Bought next", "其后购买额"), "money"),
            Column("value_share", Text("Share of it", "占比"), "percent", bar=True),
            Column("captured", Text("So far", "累计"), "percent"),
            Column("average", Text("A customer on average", "每客户平均"), "money"),
            Column("average_interval", Text("95 %", "95 % 区间")),
            Column("bought", Text("Bought at all", "有购买的比例"), "percent"),
            INTERVAL,
            Column("lost", Text("Lost to the period", "该期流失"), "percent"),
            Column("lift", Text("Lift", "提升度"), "number"),
        ),
        tuple(rows),
        note=Text(
            "Lost: without a purchase in the period. Lift: the share that bought over that of all.",
            "流失：该期间无购买。提升度：有购买比例与总体之比。",
        ),
    )


def _orders_table(leading: SchemeAccuracy) -> Table:
    return Table(
        "orders_compared",
        Text("The grades beside naive orders and chance", "等级与朴素排序、随机的比较"),
        (
            Column("order", Text("Order of customers", "客户排序")),
            Column(
                "captured",
                Text("Best {s} bring", "最好的 {s} 占").filled(
                    s=f"{leading.best_share * 100:.1f} %"
                ),
                "percent",
            ),
            Column("captured_interval", Text("95 %", "95 % 区间")),
            Column("ahead", Text("Grades ahead by", "等级领先"), "percent"),
            Column("ahead_interval", Text("95 %", "95 % 区间")),
            Column("verdict", Text("By value", "按购买额")),
            Column("area", Text("AUC of buying", "购买 AUC"), "number"),
            Column("area_interval", Text("95 %", "95 % 区间")),
            Column("area_verdict", Text("By who bought", "按是否购买")),
            Column("ratio", Text("Gini of value", "购买额基尼比"), "number"),
            Column("ratio_interval", Text("95 %", "95 % 区间")),
        ),
        tuple(
            Row(
                (
                    one.name,
                    percent(one.captured.value),
                    interval(one.captured),
                    None if one.ahead is None else percent(one.ahead.value),
                    interval(one.ahead),
                    None if one.verdict is None else VERDICTS[one.verdict],
                    None if one.area is None else plain(one.area.value, 3),
                    interval(one.area, percents=False),
                    None if one.area_verdict is None else VERDICTS[one.area_verdict],
                    None if one.ratio is None else plain(one.ratio.value, 3),
                    interval(one.ratio, percents=False),
                )
            )
            for one in leading.orders
        ),
        note=Text(
            "{n} customers. AUC: the chance that one who bought stands before one who did not, "
            "0.5 by chance. Gini of value: the order's over the perfect order's. Differences are "
            "measured on the same draws of customers.",
            "{n} 个客户。AUC：购买者排在未购买者之前的概率，随机为 0.5。"
            "购买额基尼比：该排序的基尼系数与完美排序之比。差异在相同抽样上计算。",
        ).filled(n=f"{leading.customers:,}"),
    )


def _figures_table(leading: SchemeAccuracy) -> Table:
    area = leading.grades.area
    figures: list[tuple[Text, Estimate | None]] = [
        (Text("Gini of buying (2 AUC − 1)", "购买的基尼系数（2 AUC − 1）"), _gini(area)),
        (Text("Kolmogorov-Smirnov distance", "KS 值"), leading.distance),
        (
            Text("Rank correlation with value (Spearman)", "与购买额的秩相关（Spearman）"),
            leading.spearman,
        ),
        (Text("The same by pairs (Kendall's tau-b)", "按对计算（Kendall tau-b）"), leading.kendall),
    ]
    return Table(
        "accuracy_figures",
        Text("Figures of the grades", "等级的检验指标"),
        (
            Column("figure", Text("Figure", "指标")),
            Column("value", Text("Value", "数值"), "number"),
            INTERVAL,
            CUSTOMERS,
        ),
        tuple(
            Row((name, plain(one.value, 3), interval(one, percents=False), one.customers))
            for name, one in figures
            if one is not None
        ),
    )


def _gini(area: Estimate | None) -> Estimate | None:
    if area is None:
        return None
    from kefen.methods.intervals import Estimate

    return Estimate(2 * area.value - 1, 2 * area.low - 1, 2 * area.high - 1, area.customers)


def _neighbours_table(leading: SchemeAccuracy) -> Table:
    def row(one: Neighbours, what: Text, *, percents: bool) -> Row:
        said = (
            Text("wrong way round", "次序颠倒")
            if one.reversed and one.sure
            else Text("as it should be", "次序正确")
            if one.sure
            else Text("may be chance", "可能出于偶然")
        )
        shown = (
            Text.same(f"{one.difference.value * 100:+.1f} %")
            if percents
            else Text.same(f"{one.difference.value:+,.2f}")
        )
        return Row(
            (
                Text("{a} before {b}", "{a} 优于 {b}").filled(a=one.better, b=one.worse),
                what,
                shown,
                interval(one.difference, percents=percents),
                chance(one.chance),
                said,
                one.difference.customers,
            )
        )

    value, buying = Text("average value", "平均购买额"), Text("share that bought", "购买比例")
    return Table(
        "neighbours",
        Text("Each grade against the next one", "各等级与下一等级"),
        (
            Column("pair", Text("Grades", "等级")),
            Column("of", Text("Compared by", "比较")),
            Column("difference", Text("Difference", "差异")),
            INTERVAL,
            CHANCE,
            Column("said", Text("Order", "次序")),
            CUSTOMERS,
        ),
        (
            *(row(one, value, percents=False) for one in leading.in_value),
            *(row(one, buying, percents=True) for one in leading.in_buying),
        ),
        note=Text(
            "Welch's test of means, Fisher's exact test of shares; chances corrected for all "
            "pairs (Holm).",
            "均值用 Welch 检验，比例用 Fisher 精确检验；已按所有比较校正（Holm）。",
        ),
    )


def _schemes_table(accuracies: Mapping[str, SchemeAccuracy | Text]) -> Table | None:
    judged = [one for one in accuracies.values() if isinstance(one, SchemeAccuracy)]
    if not judged:
        return None
    rows = []
    for one in judged:
        naive = [o for o in one.orders if o.id in ("value_before", "value_year", "recency")]
        strongest = max(naive, key=lambda order: order.captured.value)
        rows.append(
            Row(
                (
                    one.scheme.name,
                    one.customers,
                    "+".join(one.best),
                    percent(one.best_share),
                    percent(one.grades.captured.value),
                    interval(one.grades.captured),
                    strongest.name,
                    percent(strongest.captured.value),
                    None if strongest.verdict is None else VERDICTS[strongest.verdict],
                    None if one.grades.area is None else plain(one.grades.area.value, 3),
                    interval(one.grades.area, percents=False),
                    sum(pair.sure and pair.reversed for pair in (*one.in_value, *one.in_buying)),
                )
            )
        )
    return Table(
        "schemes_judged",
        Text("Every scheme that rests on orders", "以订单为依据的各方案"),
        (
            Column("scheme", Text("Scheme", "方案")),
            CUSTOMERS,
            Column("best", Text("Best grades", "最好等级")),
            Column("share", Text("Share of customers", "客户占比"), "percent"),
            Column("captured", Text("They bring", "占购买额"), "percent"),
            Column("captured_interval", Text("95 %", "95 % 区间")),
            Column("strongest", Text("Strongest naive order", "最强朴素排序")),
            Column("brings", Text("It brings", "可得"), "percent"),
            Column("verdict", Text("Beside it", "相比")),
            Column("area", Text("AUC of buying", "购买 AUC"), "number"),
            Column("area_interval", Text("95 %", "95 % 区间")),
            Column("violations", Text("Pairs surely reversed", "确属颠倒的相邻等级"), "number"),
        ),
        tuple(rows),
    )


def _agreement_table(found: Agreement) -> Table:
    kappas = [
        Text("kappa {v} ({i})", "kappa {v}（{i}）").filled(
            v=f"{one.value:.2f}", i=f"{one.low:.2f}–{one.high:.2f}"
        )
        for one in (found.plain, found.weighted)
        if one is not None
    ]
    names = (Text("plain", "普通"), Text("weighted", "加权"))
    said = [
        Text("{n}: {k}", "{n}：{k}").filled(n=name, k=one)
        for name, one in zip(names, kappas, strict=False)
    ]
    note = Text(
        "{a} of {c} customers judged as graded; {k}. {u} judgements name no grade.",
        "{c} 个客户中有 {a} 个判断与等级相同；{k}。另有 {u} 条判断不是有效等级。",
    ).filled(
        a=found.alike,
        c=found.customers,
        k=Text("; ".join(one.en for one in said), "；".join(one.zh for one in said)),
        u=found.unusable,
    )
    marks = [found.scheme.grade(code) for code in found.classes]
    return Table(
        "agreement",
        Text("Grades against people's blind judgement", "等级与人工盲评"),
        (
            Column("grade", Text("Graded", "系统等级"), "grade"),
            *(
                Column(f"judged_{code}", Text("judged {c}", "评为 {c}").filled(c=code), "number")
                for code in found.classes
            ),
        ),
        tuple(
            Row(
                (
                    GradeMark(
                        code,
                        code_name.name if code_name else Text.same(code),
                        code_name.tone if code_name else None,
                    ),
                    *counts,
                )
            )
            for code, code_name, counts in zip(found.classes, marks, found.table, strict=True)
        ),
        note=note,
    )
