"""The 20/80 question: how much of sales how few customers hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import from_units
from kefen.domain.text import Text
from kefen.reports.arithmetic import gini, percent_words, share
from kefen.reports.charts import Band, Curve
from kefen.reports.model import Figure, Figures, Prose, Section
from kefen.reports.tables import Column, Row, Table
from kefen.standards.model import ShareOfTotal

if TYPE_CHECKING:
    from kefen.reports.model import Block
    from kefen.reports.population import Population

_TOP_PERCENTS = (1, 5, 10, 20, 50)
_CURVE_STEPS = 100


@dataclass(frozen=True, slots=True)
class Concentration:
    """How sales are spread over the customers with orders, and no negative sales, in the window.

    Attributes:
        customers: How many they are.
        total: Their sales.
        gini: The Gini coefficient, five decimals.
        tops: (percent of customers, how many, their sales), largest customers first.
        holders: The smallest number of customers that hold 80 % of the total.
        points: (customers, their sales) along the curve, from (0, 0).
    """

    customers: int
    total: Decimal
    gini: Decimal | None
    tops: tuple[tuple[int, int, Decimal], ...]
    holders: int
    points: tuple[tuple[int, Decimal], ...]

    def top_share(self, percent: int) -> Decimal | None:
        """Return the share of sales of the top `percent` % of customers."""
        return next((share(s, self.total) for p, _, s in self.tops if p == percent), None)


def top_count(percent: int, customers: int) -> int:
    """Return how many customers are the top `percent` %: the nearest number, at least one.

    A half is rounded down, which reproduces the published shares of the CDNOW data.
    """
    return max(1, (2 * percent * customers + 99) // 200) if customers else 0


def measure_concentration(people: Population) -> Concentration:
    """Return the concentration of sales in the window."""
    people.engine.run("""
        CREATE OR REPLACE TEMP TABLE report_ranked AS
        SELECT row_number() OVER (ORDER BY sales, customer_id) AS rank,
               (sales * 10000)::HUGEINT AS units
        FROM report_base WHERE traded AND sales >= 0""")
    try:
        ((customers, total, ranked),) = people.rows(
            "SELECT count(*), coalesce(sum(units), 0)::HUGEINT,"
            " coalesce(sum(rank * units), 0)::HUGEINT FROM report_ranked"
        )
        people.engine.run("""
            CREATE OR REPLACE TEMP TABLE report_curve AS
            SELECT row_number() OVER falling AS customers,
                   (sum(units) OVER (falling ROWS UNBOUNDED PRECEDING))::HUGEINT AS held
            FROM report_ranked WINDOW falling AS (ORDER BY rank DESC)""")
        counts = {percent: top_count(percent, customers) for percent in _TOP_PERCENTS}
        steps = {(customers * n + _CURVE_STEPS - 1) // _CURVE_STEPS for n in range(1, 101)}
        held = dict(
            people.rows(
                "SELECT customers, held FROM report_curve WHERE list_contains(?, customers)",
                [sorted(steps | set(counts.values()))],
            )
        )
        ((holders,),) = people.rows(
            "SELECT coalesce(min(customers), 0) FROM report_curve WHERE 5 * held >= 4 * ?::HUGEINT",
            [int(total)],
        )
    finally:
        people.engine.run("DROP TABLE IF EXISTS report_ranked")
        people.engine.run("DROP TABLE IF EXISTS report_curve")
    if total == 0:
        return Concentration(0, Decimal(0), None, (), 0, ())
    return Concentration(
        customers=customers,
        total=from_units(int(total)),
        gini=gini(int(ranked), int(total), customers),
        tops=tuple((p, n, from_units(int(held[n]))) for p, n in counts.items()),
        holders=holders,
        points=((0, Decimal(0)), *((n, from_units(int(held[n]))) for n in sorted(steps))),
    )


def pareto_curve(people: Population, found: Concentration) -> Curve | None:
    """Return the Pareto curve with the ABC classes under it; None without positive sales."""
    if found.customers == 0:
        return None
    top = found.top_share(20)
    count = next(n for percent, n, _ in found.tops if percent == 20)
    at = share(count, found.customers)
    return Curve(
        "pareto",
        Text("Concentration of sales (Pareto)", "销售额集中度（帕累托）"),
        Text(
            "Customers ranked by sales in the window, the largest first, against the share of"
            " sales that they hold together.",
            "客户按窗口内销售额从大到小排列，横轴为累计客户占比，纵轴为累计销售额占比。",
        ),
        Text("Share of customers, largest first", "累计客户占比（按销售额排序）"),
        Text("Share of sales", "累计销售额占比"),
        tuple(
            (share(n, found.customers) or Decimal(0), share(held, found.total) or Decimal(0))
            for n, held in found.points
        ),
        _bands(people, found),
        (at, top) if at is not None and top is not None else None,
        Text("top 20 % hold {share}", "前 20% 客户占 {share}").filled(share=percent_words(top)),
    )


def _bands(people: Population, found: Concentration) -> tuple[Band, ...]:
    scheme = next((s for s in people.schemes if isinstance(s.decision, ShareOfTotal)), None)
    if scheme is None:
        return ()
    counts: dict[str, int] = dict(
        people.rows(
            "SELECT grade, count(*) FROM report_grades"
            " WHERE scheme = ? AND grade IS NOT NULL GROUP BY grade",
            [scheme.id],
        )
    )
    bands: list[Band] = []
    reached = 0
    for grade in scheme.classes:
        reached += counts.get(grade.id, 0)
        until = share(min(reached, found.customers), found.customers)
        if counts.get(grade.id) and until is not None:
            bands.append(Band(until, people.mark(scheme, grade.id, None)))
    return tuple(bands)


def concentration_section(people: Population, found: Concentration) -> Section:
    """Return the section on 20/80 and Gini."""
    blocks: list[Block] = []
    curve = pareto_curve(people, found)
    if curve is None or found.gini is None:
        blocks.append(
            Prose(
                (
                    Text(
                        "No customer has positive sales in the window: there is nothing to rank.",
                        "窗口内没有客户的销售额为正，无从排名。",
                    ),
                ),
                "warn",
            )
        )
    else:
        blocks += [
            Prose((_sentence(found),), "say"),
            Figures(
                (
                    Figure(
                        Text("Gini coefficient", "基尼系数"),
                        found.gini,
                        "number",
                        Text("0 equal, 1 one customer", "0 为均等，1 为集中于一家"),
                    ),
                    Figure(
                        Text("Top 20 % of customers hold", "前 20% 客户占"),
                        found.top_share(20),
                        "percent",
                        Text("of sales", "销售额"),
                    ),
                    Figure(
                        Text("80 % of sales come from", "80% 的销售额来自"),
                        share(found.holders, found.customers),
                        "percent",
                        Text("of customers: {n}", "客户：{n} 家").filled(n=f"{found.holders:,}"),
                    ),
                    Figure(
                        Text("Customers counted", "计入的客户"),
                        found.customers,
                        "number",
                    ),
                )
            ),
            curve,
            _tops_table(people, found),
        ]
    return Section(
        "concentration",
        Text("Concentration: 20/80 and Gini", "集中度：二八分析与基尼系数"),
        Text("Concentration", "集中度"),
        Text(
            "Over the customers with orders in the window whose sales are not below zero. The Gini"
            " coefficient is"
            " 2 Σ(i·x) / (n Σx) − (n + 1)/n, with sales x in ascending order and i from 1 to n.",
            "只计窗口内有订单且销售额不为负的客户。基尼系数 = 2 Σ(i·x) / (n Σx) − (n + 1)/n，"
            "其中销售额 x 升序排列，i 从 1 到 n。",
        ),
        tuple(blocks),
    )


def _sentence(found: Concentration) -> Text:
    return Text(
        "The top 20 % of customers bring {top} of sales; 80 % of sales come from {holders}"
        " customers, {share} of them all.",
        "前 20% 的客户带来 {top} 的销售额；80% 的销售额来自 {holders} 家客户，占全部的 {share}。",
    ).filled(
        top=percent_words(found.top_share(20)),
        holders=f"{found.holders:,}",
        share=percent_words(share(found.holders, found.customers)),
    )


def _tops_table(people: Population, found: Concentration) -> Table:
    columns = (
        Column("top", Text("Largest customers", "头部客户")),
        Column("customers", Text("Customers", "客户数"), "number"),
        Column("customers_share", Text("Customers %", "客户占比"), "percent"),
        Column("sales", Text("Sales", "销售额"), "money"),
        Column("sales_share", Text("Sales %", "销售额占比"), "percent", bar=True),
    )
    rows = tuple(
        Row(
            (
                Text("Top {p} %", "前 {p}%").filled(p=percent),
                count,
                share(count, found.customers),
                sales,
                share(sales, found.total),
            )
        )
        for percent, count, sales in found.tops
    )
    total = Row(
        (
            Text("All counted", "全部计入的客户"),
            found.customers,
            Decimal(1),
            found.total,
            Decimal(1),
        )
    )
    return Table(
        "concentration_tops",
        Text("What the largest customers hold", "头部客户的销售额占比"),
        columns,
        rows,
        total,
        note=Text("Each line includes the lines above it.", "各行为累计口径，包含其上各行。"),
        particulars=people.particulars,
        draws_on=frozenset({"orders.amount"}),
    )
