"""Market segments: industry by region by size, and what to do with each."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kefen.domain.text import Text
from kefen.reports.arithmetic import growth, share
from kefen.reports.code_names import coded_name
from kefen.reports.model import Prose, Section
from kefen.reports.tables import Column, GradeMark, PartsEqualTotal, Row, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.reports.crossing import Bases
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell

Position: TypeAlias = Literal["core", "grow", "hold", "leave"]

_SHOWN = 40
POSITIONS: dict[Position, GradeMark] = {
    "core": GradeMark("core", Text("Core", "核心"), "A"),
    "grow": GradeMark("grow", Text("Grow", "培育"), "B"),
    "hold": GradeMark("hold", Text("Hold", "维持"), "C"),
    "leave": GradeMark("leave", Text("Leave", "退出"), "D"),
}
RULE = Text(
    "A segment is large when its sales reach the mean of the segments with sales, and rising when"
    " its sales grew at least as fast as all sales together (or started in the period). Large and"
    " rising: core. Small and rising: grow. Large, not rising: hold. Small, not rising: leave, that"
    " is, serve at low cost or give up. A negative margin turns core into hold and grow into leave."
    " A segment that lacks an attribute gets no position.",
    "细分市场销售额达到有销售的各细分市场均值为「大」；增速不低于总体（或本期才开始有销售）为"
    "「升」。大且升：核心；小而升：培育；大而不升：维持；小而不升：退出，即低成本服务或放弃。"
    "毛利为负时，核心降为维持，培育降为退出。缺少属性的细分市场不作定位。",
)


def segment_position(
    sales: Decimal,
    before: Decimal,
    margin: Decimal | None,
    totals: tuple[Decimal, Decimal],
    segments: int,
) -> Position:
    """Return what to do with a segment, by the published rule.

    Args:
        sales: Its sales in the window.
        before: Its sales in the window before.
        margin: Its margin, or None when unknown.
        totals: Sales of all segments in the window and in the window before.
        segments: How many segments have sales in the window.
    """
    all_sales, all_before = totals
    large = segments > 0 and sales > 0 and sales * segments >= all_sales
    if before <= 0:
        rising = sales > 0
    elif all_before <= 0:
        rising = sales >= before
    else:
        rising = sales * all_before >= all_sales * before
    losing = margin is not None and margin < 0
    if large:
        return "core" if rising and not losing else "hold"
    return "grow" if rising and not losing else "leave"


def segments_section(people: Population, bases: Bases) -> Section:
    """Return the market segments."""
    title = Text("Market segments", "细分市场")
    names: list[tuple[str, Text]] = []
    if bases.industry:
        names.append(("industry", Text("Industry", "行业")))
    if bases.region is not None:
        names.append(("region", Text("Region", "地区")))
    if bases.size is not None:
        names.append(("size", bases.size.name))
    if not names or people.totals.sales is None:
        why = Text(
            "Segments need orders and at least one of industry, region and size.",
            "细分市场需要订单，以及行业、地区、规模中的至少一项。",
        )
        return Section("segments", title, title, None, (Prose((why,), "warn"),))
    return Section("segments", title, title, RULE, (_table(people, bases, names),))


_SEGMENTS = """
SELECT CASE WHEN $1 THEN industry END AS industry,
       CASE WHEN $2 THEN region END AS region,
       CASE WHEN $3 THEN size END AS size,
       count(*), sum(sales), sum(sales_before), sum(margin),
       max(sales) FILTER (WHERE sales > 0)
FROM report_classes
GROUP BY 1, 2, 3
ORDER BY sum(sales) DESC, count(*) DESC, 1, 2, 3"""


def _table(people: Population, bases: Bases, names: Sequence[tuple[str, Text]]) -> Table:
    chosen = [name for name, _ in names]
    found = people.engine.rows(
        _SEGMENTS,
        [name in chosen for name in ("industry", "region", "size")],
    )
    totals = people.totals
    sales, before = totals.sales or Decimal(0), totals.sales_before or Decimal(0)
    with_sales = sum(1 for entry in found if entry[4] > 0)
    rows = [
        Row(
            (
                *_attributes(people, bases, chosen, entry),
                *_figures(people, entry[3:]),
                share(entry[7], entry[4]) if entry[4] > 0 else None,
                POSITIONS[
                    segment_position(entry[4], entry[5], entry[6], (sales, before), with_sales)
                ]
                if _complete(chosen, entry)
                else None,
            ),
            unknown=not _complete(chosen, entry),
        )
        for entry in found[:_SHOWN]
    ]
    rest = found[_SHOWN:]
    blanks: tuple[Cell, ...] = (None,) * (len(chosen) - 1)
    if rest:
        margins = [entry[6] for entry in rest if entry[6] is not None]
        sums = (
            sum(entry[3] for entry in rest),
            sum((entry[4] for entry in rest), Decimal(0)),
            sum((entry[5] for entry in rest), Decimal(0)),
            sum(margins, Decimal(0)) if margins else None,
        )
        words = Text("{n} further {n:segment|segments}", "其余 {n} 个细分市场").filled(
            n=f"{len(rest):,}"
        )
        rows.append(Row((words, *blanks, *_figures(people, sums), None, None)))
    whole = (totals.customers, sales, before, totals.margin)
    return Table(
        "segments",
        Text("Industry by region by size", "行业 × 地区 × 规模"),
        (
            *(Column(name, label, "grade" if name == "size" else "text") for name, label in names),
            Column("customers", Text("Customers", "客户数"), "number"),
            Column("sales", Text("Sales", "销售额"), "money"),
            Column("share", Text("Share", "占比"), "percent", bar=True),
            Column("before", Text("Sales, year before", "上年销售额"), "money"),
            Column("growth", Text("Growth", "增长率"), "percent"),
            Column("margin", Text("Margin", "毛利"), "money"),
            Column("margin_rate", Text("Margin on sales", "毛利率"), "percent"),
            Column("largest", Text("Largest customer holds", "最大客户占比"), "percent"),
            Column("position", Text("Position", "定位"), "grade"),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), *blanks, *_figures(people, whole), None, None)),
        note=Text(
            "Concentration is shown as the share of the segment's sales that its largest customer"
            " holds.",
            "集中度以最大客户在该细分市场销售额中的占比表示。",
        ),
        reconciliation=(PartsEqualTotal(("customers", "sales", "before", "margin")),),
        particulars=people.particulars,
        draws_on=frozenset(
            {"orders.amount", "orders.cost", "customers.employees"}
            | {f"customers.{name}" for name in chosen}
        ),
    )


def _complete(chosen: Sequence[str], entry: tuple[Any, ...]) -> bool:
    values = dict(zip(("industry", "region", "size"), entry[:3], strict=True))
    return all(values[name] is not None for name in chosen)


def _attributes(
    people: Population, bases: Bases, chosen: Sequence[str], entry: tuple[Any, ...]
) -> tuple[Cell, ...]:
    values = dict(zip(("industry", "region", "size"), entry[:3], strict=True))
    unknown = Text("Unknown", "未知")
    cells: list[Cell] = []
    for name in chosen:
        value = values[name]
        if name == "size" and bases.size is not None:
            cells.append(
                GradeMark("", unknown) if value is None else people.mark(bases.size, value, None)
            )
        else:
            cells.append(unknown if value is None else coded_name(people, name, value))
    return tuple(cells)


def _figures(people: Population, entry: Sequence[Any]) -> tuple[Cell, ...]:
    customers, sales, before, margin = entry[:4]
    return (
        customers,
        sales,
        share(sales, people.totals.sales),
        before,
        growth(sales, before),
        margin,
        share(margin, sales) if sales > 0 else None,
    )
