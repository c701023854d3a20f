"""How region, satisfaction, value and product type hang together."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.arithmetic import growth, share
from kefen.reports.generated import scheme_sources
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, Flow, GradeMark, PartsEqualTotal, Row, Table, UnknownHolds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell
    from kefen.standards.model import Scheme

_SHOWN = 30
UNKNOWN = Text("Unknown", "未知")
_CONSUMPTION = (
    Text("None", "无购买"),
    Text("1 purchase", "1 次"),
    Text("2-3 purchases", "2-3 次"),
    Text("4-6 purchases", "4-6 次"),
    Text("7-12 purchases", "7-12 次"),
    Text("13 or more", "13 次及以上"),
)


@dataclass(frozen=True, slots=True)
class Bases:
    """The bases that can be crossed in this run; None where the scheme was not run.

    Attributes:
        value: The leading scheme, by value.
        satisfaction: The scheme `satisfaction`.
        product: The scheme `product`.
        size: The scheme `size`.
        region: The customers' column that regions come from, or None.
        industry: Whether industries were imported.
    """

    value: Scheme | None
    satisfaction: Scheme | None
    product: Scheme | None
    size: Scheme | None
    region: str | None
    industry: bool


@contextmanager
def crossed(people: Population, value: Scheme | None) -> Iterator[Bases]:
    """Prepare `report_classes`, one row a customer with its class in each base, and drop it."""
    region = next((c for c in ("region", "country") if people.has_column("customers", c)), None)
    people.engine.run(
        """
        CREATE OR REPLACE TEMP TABLE report_classes AS
        WITH graded AS (SELECT customer_id, scheme, grade FROM report_grades)
        SELECT b.customer_id, v.grade AS value, s.grade AS satisfaction, p.grade AS product,
               z.grade AS size, b.industry,
               CASE WHEN $2 THEN b.region ELSE b.country END AS region,
               b.sales, b.sales_before, b.margin, b.purchases
        FROM report_base b
        LEFT JOIN graded v ON v.scheme = $1 AND v.customer_id = b.customer_id
        LEFT JOIN graded s ON s.scheme = 'satisfaction' AND s.customer_id = b.customer_id
        LEFT JOIN graded p ON p.scheme = 'product' AND p.customer_id = b.customer_id
        LEFT JOIN graded z ON z.scheme = 'size' AND z.customer_id = b.customer_id""",
        [value.id if value else "", region == "region"],
    )
    try:
        yield Bases(
            value=value,
            satisfaction=people.scheme("satisfaction"),
            product=people.scheme("product"),
            size=people.scheme("size"),
            region=region,
            industry=people.has_column("customers", "industry"),
        )
    finally:
        people.engine.run("DROP TABLE IF EXISTS report_classes")


def analyses_section(people: Population, bases: Bases) -> Section:
    """Return the analyses by region, satisfaction, value, consumption and product type."""
    title = Text(
        "Analyses: region, satisfaction, value and product type",
        "交叉分析：地区、满意度、价值与产品类别",
    )
    blocks: list[Block] = []
    if "orders" in people.run.facts:
        if people.has_column("orders", "category"):
            blocks.append(_products(people, bases))
        blocks.append(_consumption(people))
    if bases.satisfaction is not None and bases.region is not None:
        blocks.append(_region_by_satisfaction(people, bases.satisfaction))
    if bases.satisfaction is not None and bases.value is not None:
        blocks.append(_value_by_satisfaction(people, bases.value, bases.satisfaction))
    blocks.append(_combined(people, bases))
    missing = _missing(people, bases)
    if missing:
        blocks.append(Prose(missing))
    return Section(
        "analyses",
        title,
        Text("Analyses", "交叉分析"),
        Text("What lacks an attribute stands in a row of its own.", "缺少该属性者单列一行。"),
        tuple(blocks),
    )


def _missing(people: Population, bases: Bases) -> tuple[Text, ...]:
    absent: list[Text] = []
    if bases.satisfaction is None:
        absent.append(Text("satisfaction was not graded", "满意度未评级"))
    if bases.region is None:
        absent.append(Text("no regions were imported", "未导入地区"))
    if not people.has_column("orders", "category"):
        absent.append(Text("orders name no product category", "订单没有产品类别"))
    if not absent:
        return ()
    joined = Text("; ".join(t.en for t in absent), "；".join(t.zh for t in absent))
    return (Text("Left out here: {why}.", "此处未列：{why}。").filled(why=joined),)


_PRODUCT_SALES = """
SELECT category, value,
       coalesce(sum(amount) FILTER (WHERE period > months), 0) AS sales,
       coalesce(sum(amount) FILTER (WHERE period <= months), 0) AS before,
       sum(amount - cost) FILTER (WHERE period > months) AS margin
FROM report_orders o
JOIN report_days ON ordered_on = day
JOIN report_classes c ON c.customer_id = o.customer_id
CROSS JOIN report_dates
GROUP BY ALL ORDER BY ALL"""

# Each shown category is one bit, so that a customer's categories are gathered in one number.
_PRODUCT_CUSTOMERS = """
WITH bits AS (
  SELECT unnest(?::VARCHAR[]) AS category, unnest(range(len(?::VARCHAR[]))) AS bit
), bought AS (
  SELECT customer_id, bit_or(1::BIGINT << bit::INTEGER) AS categories
  FROM report_orders o
  JOIN report_days ON ordered_on = day
  JOIN bits b ON b.category IS NOT DISTINCT FROM o.category
  CROSS JOIN report_dates
  WHERE period > months
  GROUP BY customer_id
)
SELECT category, count(*) FILTER (WHERE categories & (1::BIGINT << bit::INTEGER) <> 0)
FROM bits CROSS JOIN (SELECT categories FROM bought SEMI JOIN report_classes USING (customer_id))
GROUP BY ALL"""


def _products(people: Population, bases: Bases) -> Table:
    grades = bases.value.grades if bases.value else ()
    codes: list[str | None] = [*(grade.id for grade in grades), None]
    held: dict[str | None, list[Decimal | None]] = {}
    by_grade: dict[tuple[str | None, str | None], Decimal] = {}
    for category, value, sales, before, margin in people.rows(_PRODUCT_SALES):
        sums = held.setdefault(category, [Decimal(0), Decimal(0), None])
        for index, amount in enumerate((sales, before, margin)):
            if amount is not None:
                sums[index] = amount + (sums[index] or 0)
        code = value if value in codes else None
        by_grade[category, code] = by_grade.get((category, code), Decimal(0)) + sales
    named = sorted(
        (category for category in held if category is not None),
        key=lambda category: (-(held[category][0] or 0), category),
    )
    shown: list[tuple[Cell, list[str | None]]] = [(name, [name]) for name in named[:_SHOWN]]
    rest: list[str | None] = list(named[_SHOWN:])
    if rest:
        shown.append((Text("{n} further types", "其余 {n} 类").filled(n=len(rest)), rest))
    if None in held:
        shown.append((UNKNOWN, [None]))

    counted = [categories[0] for _, categories in shown if len(categories) == 1]
    customers: dict[str | None, int] = dict(
        people.rows(_PRODUCT_CUSTOMERS, [counted, counted]) if counted else ()
    )

    def row(name: Cell, categories: list[str | None]) -> Row:
        sales, before = (
            sum((held[c][index] or Decimal(0) for c in categories), Decimal(0)) for index in (0, 1)
        )
        margins = [margin for c in categories if (margin := held[c][2]) is not None]
        margin = sum(margins, Decimal(0)) if margins else None
        return Row(
            (
                name,
                customers.get(categories[0], 0) if len(categories) == 1 else None,
                sales,
                share(sales, people.totals.sales),
                growth(sales, before),
                margin,
                share(margin, people.totals.margin),
                *(
                    sum((by_grade.get((c, code), Decimal(0)) for c in categories), Decimal(0))
                    for code in codes
                ),
            ),
            unknown=categories == [None],
        )

    total = row(Text("Total", "合计"), list(held))
    columns = (
        Column("product", Text("Product type", "产品类别")),
        Column("customers", Text("Customers", "客户数"), "number"),
        Column("sales", Text("Sales", "销售额"), "money"),
        Column("share", Text("Sales %", "销售额占比"), "percent", bar=True),
        Column("growth", Text("Growth", "增长率"), "percent"),
        Column("margin", Text("Margin", "毛利"), "money"),
        Column("margin_share", Text("Margin %", "毛利占比"), "percent"),
        *(
            Column(
                f"class_{grade.id}",
                Text("Sales to {grade}", "销往{grade}").filled(
                    grade=Text.same(grade.id) if len(grade.id) <= 2 else grade.name
                ),
                "money",
            )
            for grade in grades
        ),
        Column("class_none", Text("Sales to the others", "销往其他客户"), "money"),
    )
    ((unknown,),) = people.rows("""
        SELECT coalesce(sum(amount), 0) FROM report_orders JOIN report_days ON ordered_on = day
        CROSS JOIN report_dates WHERE period > months AND category IS NULL""")
    cells = list(total.cells)
    cells[1] = None
    cells[2] = people.totals.sales
    cells[5] = people.totals.margin
    return Table(
        "products",
        Text("Product types by value of the customer", "产品类别 × 客户价值"),
        columns,
        tuple(row(name, categories) for name, categories in shown),
        Row(tuple(cells)),
        note=Text(
            "A customer that buys several types counts in each, so customers do not add up.",
            "购买多类产品的客户在各类分别计数，客户数不可相加。",
        ),
        reconciliation=(
            PartsEqualTotal(
                (
                    "sales",
                    "margin",
                    *(f"class_{grade.id}" for grade in grades),
                    "class_none",
                )
            ),
            Flow("class_none", tuple(f"class_{grade.id}" for grade in grades), (), "sales"),
            UnknownHolds("sales", unknown),
        ),
        particulars=people.particulars,
        draws_on=frozenset({"orders.category", "orders.amount", "orders.cost"}),
    )


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


def _marks(scheme: Scheme) -> tuple[GradeMark, ...]:
    return tuple(GradeMark(grade.id, grade.name, grade.tone) for grade in scheme.grades)


def _region_by_satisfaction(people: Population, satisfaction: Scheme) -> Table:
    found: dict[str | None, dict[str | None, tuple[int, Decimal | None]]] = {}
    for region, grade, customers, sales in people.rows("""
        SELECT region, satisfaction, count(*), sum(sales) FROM report_classes
        GROUP BY ALL ORDER BY ALL"""):
        found.setdefault(region, {})[grade] = (customers, sales)
    named = sorted(
        (region for region in found if region is not None),
        key=lambda region: (-sum(count for count, _ in found[region].values()), region),
    )
    groups: list[tuple[Cell, list[str | None]]] = [(name, [name]) for name in named[:_SHOWN]]
    rest: list[str | None] = list(named[_SHOWN:])
    if rest:
        groups.append((Text("{n} further regions", "其余 {n} 个地区").filled(n=len(rest)), rest))
    if None in found:
        groups.append((UNKNOWN, [None]))
    marks = _marks(satisfaction)

    def row(name: Cell, regions: Sequence[str | None]) -> Row:
        counts = {
            grade: sum(found[r].get(grade, (0, None))[0] for r in regions)
            for grade in (*(mark.code for mark in marks), None)
        }
        sales = sum(
            (amount or Decimal(0) for r in regions for _, amount in found[r].values()), Decimal(0)
        )
        answered = sum(counts[mark.code] for mark in marks)
        return Row(
            (
                name,
                answered + counts[None],
                *(counts[mark.code] for mark in marks),
                counts[None],
                share(counts[marks[0].code], answered) if marks else None,
                sales if people.totals.sales is not None else None,
                share(sales, people.totals.sales),
            ),
            unknown=list(regions) == [None],
        )

    ((unknown,),) = people.rows("SELECT count(*) FROM report_classes WHERE region IS NULL")
    columns = (
        Column("region", Text("Region", "地区")),
        Column("customers", Text("Customers", "客户数"), "number"),
        *(Column(f"class_{mark.code}", mark.name, "number") for mark in marks),
        Column("class_none", Text("Not known", "未知"), "number"),
        Column(
            "best",
            Text("{grade}, of those known", "{grade}占比（已知者）").filled(grade=marks[0].name)
            if marks
            else Text("Best", "最优"),
            "percent",
            bar=True,
        ),
        Column("sales", Text("Sales", "销售额"), "money"),
        Column("share", Text("Sales %", "销售额占比"), "percent", bar=True),
    )
    return Table(
        "region_satisfaction",
        Text("Region by satisfaction", "地区 × 满意度"),
        columns,
        tuple(row(name, regions) for name, regions in groups),
        row(Text("Total", "合计"), list(found)),
        reconciliation=(
            PartsEqualTotal(
                ("customers", *(f"class_{mark.code}" for mark in marks), "class_none", "sales")
            ),
            UnknownHolds("customers", unknown),
        ),
        particulars=people.particulars,
        draws_on=_drawn(people, satisfaction) | {"orders.amount", "customers.region"},
    )


def _value_by_satisfaction(people: Population, value: Scheme, satisfaction: Scheme) -> Table:
    counts = {
        (row, column): count
        for row, column, count in people.rows("""
        SELECT value, satisfaction, count(*) FROM report_classes GROUP BY ALL ORDER BY ALL""")
    }
    down = (*_marks(value), GradeMark("", Text("Not graded", "未评级")))
    across = _marks(satisfaction)

    def cells(codes: Sequence[str | None]) -> tuple[int, ...]:
        each = [
            sum(counts.get((code, grade), 0) for code in codes)
            for grade in (*(mark.code for mark in across), None)
        ]
        return (*each, sum(each))

    return Table(
        "value_satisfaction",
        Text("{value} by satisfaction", "{value} × 满意度").filled(value=value.name),
        (
            Column("value", value.name, "grade"),
            *(Column(f"class_{mark.code}", mark.name, "number") for mark in across),
            Column("class_none", Text("Not known", "未知"), "number"),
            Column("customers", Text("Customers", "客户数"), "number"),
        ),
        tuple(Row((mark, *cells([mark.code or None])), unknown=not mark.code) for mark in down),
        Row(
            (
                Text("Total", "合计"),
                *cells([*(mark.code for mark in down if mark.code), None])[:-1],
                people.totals.customers,
            )
        ),
        reconciliation=(
            PartsEqualTotal((*(f"class_{m.code}" for m in across), "class_none", "customers")),
            Flow("class_none", tuple(f"class_{m.code}" for m in across), (), "customers"),
        ),
        particulars=people.particulars,
        draws_on=_drawn(people, value, satisfaction),
    )


def _combined(people: Population, bases: Bases) -> Table:
    totals = people.totals
    found = people.rows(
        """
        SELECT region, satisfaction, value, product, count(*), sum(sales)
        FROM report_classes GROUP BY ALL
        ORDER BY sum(sales) DESC NULLS LAST, count(*) DESC, region, satisfaction, value, product"""
    )

    def of(scheme: Scheme | None, grade: str | None) -> GradeMark:
        if scheme is None or grade is None:
            return GradeMark("", UNKNOWN)
        return people.mark(scheme, grade, None)

    rows = [
        Row(
            (
                region if region is not None else UNKNOWN,
                of(bases.satisfaction, satisfaction),
                of(bases.value, value),
                of(bases.product, product),
                customers,
                share(customers, totals.customers),
                sales,
                share(sales, totals.sales),
            )
        )
        for region, satisfaction, value, product, customers, sales in found[:_SHOWN]
    ]
    rest = found[_SHOWN:]
    if rest:
        customers = sum(entry[4] for entry in rest)
        sales = (
            None
            if totals.sales is None
            else sum((entry[5] for entry in rest if entry[5] is not None), Decimal(0))
        )
        words = Text("{n} further combinations", "其余 {n} 种组合").filled(n=f"{len(rest):,}")
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
        "combined",
        Text(
            "Region, satisfaction, value and product type together",
            "地区 × 满意度 × 价值 × 产品类别",
        ),
        (
            Column("region", Text("Region", "地区")),
            Column("satisfaction", Text("Satisfaction", "满意度"), "grade"),
            Column("value", Text("Value", "价值"), "grade"),
            Column("product", Text("Leading product", "主要产品"), "grade"),
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
        reconciliation=(PartsEqualTotal(("customers", "sales")),),
        particulars=people.particulars,
        draws_on=_drawn(people, bases.satisfaction, bases.value, bases.product)
        | {"orders.amount", "customers.region"},
    )


def _drawn(people: Population, *schemes: Scheme | None) -> frozenset[str]:
    standard = people.run.standard
    return frozenset().union(
        *(scheme_sources(standard, scheme) for scheme in schemes if scheme is not None)
    )
