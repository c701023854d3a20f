"""The section on what a grading did: contribution, cost, market, and a dated change."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import rounded
from kefen.domain.text import Text
from kefen.reports.figures_in_cells import CUSTOMERS, INTERVAL, interval, money, percent
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, GradeMark, Row, Table

if TYPE_CHECKING:
    from kefen.grading.evaluation.evaluate import Evaluation
    from kefen.reports.model import Block


def effect_section(found: Evaluation) -> Section | None:
    """Return what each grade gave and cost; None where no scheme can be told."""
    effect = found.effect
    if effect is None:
        return None
    total = sum((one.sales[1] for one in effect.classes), Decimal(0))
    rows = [
        Row(
            (
                GradeMark(one.grade, one.name, one.tone),
                one.customers,
                one.sales[0],
                one.sales[1],
                percent(float(one.sales[1] / total)) if total else None,
                None if one.change is None else money(one.change.value),
                interval(one.change, percents=False),
                None if one.profit is None else one.profit[0],
                None if one.profit is None else one.profit[1],
                one.cost,
                one.contacts,
            )
        )
        for one in effect.classes
    ]
    blocks: list[Block] = [
        Prose((effect.judgement,), "say"),
        Table(
            "contribution",
            Text("{s}: what each grade gave and cost", "{s}：各等级的贡献与成本").filled(
                s=effect.scheme.name
            ),
            (
                Column("grade", Text("Grade", "等级"), "grade"),
                CUSTOMERS,
                Column("before", Text("Sales before", "此前销售额"), "money"),
                Column("after", Text("Sales after", "此后销售额"), "money"),
                Column("share", Text("Share", "占比"), "percent", bar=True),
                Column("change", Text("Change a customer", "每客户变化"), "money"),
                INTERVAL,
                Column("profit_before", Text("Profit before", "此前利润"), "money"),
                Column("profit_after", Text("Profit after", "此后利润"), "money"),
                Column("cost", Text("Cost to serve", "服务成本"), "money"),
                Column("contacts", Text("Contacts and cases", "往来与工单"), "number"),
            ),
            tuple(rows),
            note=Text(
                "Before: the {n} months up to {d}. After: {p}. Customers who came after {d} bought "
                "for {m} more and are in no grade. Profit: of order lines with a cost.",
                "此前：截至 {d} 的 {n} 个月；此后：{p}。{d} 之后的新客户另购买 {m}，不在任何等级。"
                "利润仅计有成本的订单行。",
            ).filled(
                n=found.period.months,
                d=found.period.as_of.isoformat(),
                p=found.period.words,
                m=f"{rounded(effect.newcomers, 2):,}",
            ),
        ),
    ]
    further = _further(found)
    if further is not None:
        blocks.append(further)
    return Section(
        "effect",
        Text(
            "Effect: what each grade gave, and what a change did", "效果：各等级的贡献与调整的成效"
        ),
        Text("Effect", "效果"),
        Text(
            "Before and after beside each other show no cause; a comparison group does.",
            "前后对比不能说明因果，有对照组才能。",
        ),
        tuple(blocks),
    )


def _further(found: Evaluation) -> Table | None:
    effect = found.effect
    assert effect is not None  # noqa: S101  asked only with one
    rows: list[Row] = []
    if effect.market is not None:
        before, after = effect.market
        for name, value in (
            (Text("Market share before", "此前市场份额"), before),
            (Text("Market share after", "此后市场份额"), after),
        ):
            if value is not None:
                rows.append(Row((name, Text.same(f"{value * 100:.2f} %"), None, None)))
    costs = effect.costs
    if costs is not None:
        for name, amount, count in (
            (Text("Cost to win a customer", "每新客户获客成本"), costs.winning, costs.won),
            (Text("Cost to keep a customer", "每老客户留存成本"), costs.keeping, costs.kept),
        ):
            if amount is not None and count:
                each = rounded(amount / count, 2)
                rows.append(Row((name, Text.same(f"{each:,}"), None, count)))
    change = effect.change
    if change is not None:
        name = Text("Effect of the change of {d} on a customer", "{d} 调整对每客户的效果").filled(
            d=change.on.isoformat()
        )
        if change.found is None:
            rows.append(Row((name, change.why_not, None, None)))
        else:
            for label, one in (
                (name, change.found),
                (
                    Text(
                        "The same between the periods before it (should be near 0)",
                        "调整前两期间的同一比较（应接近 0）",
                    ),
                    change.parallel,
                ),
            ):
                if one is not None:
                    rows.append(
                        Row(
                            (
                                label,
                                Text.same(f"{one.effect.value:,.2f}"),
                                interval(one.effect, percents=False),
                                one.effect.customers,
                            )
                        )
                    )
    if not rows:
        return None
    return Table(
        "further_effects",
        Text("Market, costs and changes", "市场、成本与调整"),
        (
            Column("figure", Text("Figure", "指标")),
            Column("value", Text("Value", "数值")),
            INTERVAL,
            CUSTOMERS,
        ),
        tuple(rows),
        note=Text(
            "Market share and costs are counts of the whole and have no interval.",
            "市场份额与成本为总量计算，没有区间。",
        ),
    )
