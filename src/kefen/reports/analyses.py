"""How region, satisfaction, value, consumption and product type hang together."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.arithmetic import share
from kefen.reports.crossing import SHOWN, UNKNOWN, drawn_from
from kefen.reports.model import Prose, Section
from kefen.reports.product_types import TIERS, product_tables
from kefen.reports.satisfaction import region_by_satisfaction, value_by_satisfaction
from kefen.reports.tables import Column, GradeMark, PartsEqualTotal, Row, Table

if TYPE_CHECKING:
    from kefen.reports.crossing import Bases
    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell
    from kefen.standards.model import Scheme

_CONSUMPTION = (
    Text("None", "无购买"),
    Text("1 purchase", "1 次"),
    Text("2-3 purchases", "2-3 次"),
    Text("4-6 purchases", "4-6 次"),
    Text("7-12 purchases", "7-12 次"),
    Text("13 or more", "13 次及以上"),
)


def analyses_section(people: Population, bases: Bases) -> Section:
    """Return the analyses by region, satisfaction, value, consumption and product type."""
    title = Text(
        "Analyses: region, satisfaction, value and product type",
        "交叉分析：地区、满意度、价值与产品类别",
    )
    blocks: list[Block] = []
    if "orders" in people.run.facts:
        blocks += product_tables(people, bases)
        blocks.append(_consumption(people))
    if bases.satisfaction is not None and bases.region is not None:
        blocks.append(region_by_satisfaction(people, bases.satisfaction))
    if bases.satisfaction is not None and bases.value is not None:
        blocks.append(value_by_satisfaction(people, bases.value, bases.satisfaction))
    blocks.append(_combined(people, bases, by_tier=False))
    if bases.tier:
        blocks.append(_combined(people, bases, by_tier=True))
    missing = _missing(bases)
    if missing:
        blocks.append(Prose(missing))
    return Section(
        "analyses",
        title,
        Text("Analyses", "交叉分析"),
        Text("What lacks an attribute stands in a row of its own.", "缺少该属性者单列一行。"),
        tuple(blocks),
    )


def _missing(bases: Bases) -> tuple[Text, ...]:
    absent: list[Text] = []
    if bases.satisfaction is None:
        absent.append(Text("satisfaction was not graded", "满意度未评级"))
    if bases.region is None:
        absent.append(Text("no regions were imported", "未导入地区"))
    if not bases.category:
        absent.append(Text("orders name no product category", "订单没有产品类别"))
    if not bases.tier:
        absent.append(Text("no product tiers were imported", "未导入产品档次"))
    if not absent:
        return ()
    joined = Text("; ".join(t.en for t in absent), "；".join(t.zh for t in absent))
    return (Text("Left out here: {why}.", "此处未列：{why}。").filled(why=joined),)


def _consumption(people: Population) -> Table:
    found = {
        band: rest
        for band, *rest in people.rows("""
        SELECT CASE WHEN purchases = 0 THEN 0 WHEN purchases = 1 THEN 1 WHEN purchases <= 3 THEN 2
                    WHEN purchases <= 6 THEN 3 WHEN purchases <= 12 THEN 4 ELSE 5 END AS band,
               count(*), sum(purchases)::BIGINT, sum(sales)
        FROM report_base GROUP BY band""")
    }
    totals = people.totals
    rows = []
    for band, name in enumerate(_CONSUMPTION):
        customers, purchases, sales = found.get(band, (0, 0, Decimal(0)))
        rows.append(
            Row(
                (
                    name,
                    customers,
                    share(customers, totals.customers),
                    purchases,
                    sales,
                    share(sales, totals.sales),
                    share(sales, purchases),
                )
            )
        )
    return Table(
        "consumption",
        Text("Consumption: purchases in the window", "消费情况：窗口内购买次数"),
        (
            Column("band", Text("Purchases", "购买次数")),
            Column("customers", Text("Customers", "客户数"), "number"),
            Column("customers_share", Text("Customers %", "客户占比"), "percent", bar=True),
            Column("purchases", Text("Purchases in all", "购买总次数"), "number"),
            Column("sales", Text("Sales", "销售额"), "money"),
            Column("sales_share", Text("Sales %", "销售额占比"), "percent", bar=True),
            Column("average", Text("Per purchase", "每次金额"), "money"),
        ),
        tuple(rows),
        Row(
            (
                Text("Total", "合计"),
                totals.customers,
                share(totals.customers, totals.customers),
                totals.purchases,
                totals.sales,
                share(totals.sales, totals.sales),
                share(totals.sales, totals.purchases),
            )
        ),
        reconciliation=(PartsEqualTotal(("customers", "purchases", "sales")),),
        particulars=people.particulars,
        draws_on=frozenset({"orders.amount"}),
    )


def _combined(people: Population, bases: Bases, *, by_tier: bool) -> Table:
    """Return all bases together; the product type is the leading product, or the leading tier."""
    totals = people.totals
    found = people.rows(
        """
        SELECT region, satisfaction, value, CASE WHEN ? THEN tier::VARCHAR ELSE product END AS type,
               count(*), sum(sales)
        FROM report_classes GROUP BY ALL
        ORDER BY sum(sales) DESC NULLS LAST, count(*) DESC, region, satisfaction, value, type""",
        [by_tier],
    )

    def of(scheme: Scheme | None, grade: str | None) -> GradeMark:
        if scheme is None or grade is None:
            return GradeMark("", UNKNOWN)
        return people.mark(scheme, grade, None)

    def of_type(type_: str | None) -> Cell:
        if not by_tier:
            return of(bases.product, type_)
        return UNKNOWN if type_ is None else TIERS[int(type_)]

    rows = [
        Row(
            (
                region if region is not None else UNKNOWN,
                of(bases.satisfaction, satisfaction),
                of(bases.value, value),
                of_type(type_),
                customers,
                share(customers, totals.customers),
                sales,
                share(sales, totals.sales),
            )
        )
        for region, satisfaction, value, type_, customers, sales in found[:SHOWN]
    ]
    rest = found[SHOWN:]
    if rest:
        customers = sum(entry[4] for entry in rest)
        sales = (
            None
            if totals.sales is None
            else sum((entry[5] for entry in rest if entry[5] is not None), Decimal(0))
        )
        words = Text("{n} further {n:combination|combinations}", "其余 {n} 种组合").filled(
            n=f"{len(rest):,}"
        )
        rows.append(
            Row(
                (
                    words,
                    None,
                    None,
                    None,
                    customers,
                    share(customers, totals.customers),
                    sales,
                    share(sales, totals.sales),
                )
            )
        )
    return Table(
        "combined_tiers" if by_tier else "combined",
        Text(
            "Region, satisfaction, value and product tier together",
            "地区 × 满意度 × 价值 × 产品档次",
        )
        if by_tier
        else Text(
            "Region, satisfaction, value and product type together",
            "地区 × 满意度 × 价值 × 产品类别",
        ),
        (
            Column("region", Text("Region", "地区")),
            Column("satisfaction", Text("Satisfaction", "满意度"), "grade"),
            Column("value", Text("Value", "价值"), "grade"),
            Column("tier", Text("Leading tier", "主要档次"))
            if by_tier
            else Column("product", Text("Leading product", "主要产品"), "grade"),
            Column("customers", Text("Customers", "客户数"), "number"),
            Column("customers_share", Text("Customers %", "客户占比"), "percent"),
            Column("sales", Text("Sales", "销售额"), "money"),
            Column("sales_share", Text("Sales %", "销售额占比"), "percent", bar=True),
        ),
        tuple(rows),
        Row(
            (
                Text("Total", "合计"),
                None,
                None,
                None,
                totals.customers,
                share(totals.customers, totals.customers),
                totals.sales,
                share(totals.sales, totals.sales),
            )
        ),
        note=Text(
            "The leading tier is the one that the customer bought most of in the window.",
            "主要档次指客户在窗口内购买金额最高的产品档次。",
        )
        if by_tier
        else None,
        reconciliation=(PartsEqualTotal(("customers", "sales")),),
        particulars=people.particulars,
        draws_on=drawn_from(
            people, bases.satisfaction, bases.value, None if by_tier else bases.product
        )
        | {"orders.amount", "customers.region"}
        | ({"products.tier"} if by_tier else set()),
    )
