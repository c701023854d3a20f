"""Satisfaction by region and by value."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.arithmetic import share
from kefen.reports.code_names import coded_name
from kefen.reports.crossing import SHOWN, UNKNOWN, class_marks, drawn_from
from kefen.reports.tables import Column, Flow, GradeMark, PartsEqualTotal, Row, Table, UnknownHolds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.reports.population import Population
    from kefen.reports.tables import Cell
    from kefen.standards.model import Scheme


def region_by_satisfaction(people: Population, satisfaction: Scheme) -> Table:
    """Return how satisfied the customers of each region are."""
    found: dict[str | None, dict[str | None, tuple[int, Decimal | None]]] = {}
    for region, grade, customers, sales in people.rows("""
        SELECT region, satisfaction, count(*), sum(sales) FROM report_classes
        GROUP BY ALL ORDER BY ALL"""):
        found.setdefault(region, {})[grade] = (customers, sales)
    named = sorted(
        (region for region in found if region is not None),
        key=lambda region: (-sum(count for count, _ in found[region].values()), region),
    )
    groups: list[tuple[Cell, list[str | None]]] = [
        (coded_name(people, "region", name), [name]) for name in named[:SHOWN]
    ]
    rest: list[str | None] = list(named[SHOWN:])
    if rest:
        groups.append(
            (Text("{n} further {n:region|regions}", "其余 {n} 个地区").filled(n=len(rest)), rest)
        )
    if None in found:
        groups.append((UNKNOWN, [None]))
    marks = class_marks(satisfaction)

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
        Column("not_graded", Text("Not known", "未知"), "number"),
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
                ("customers", *(f"class_{mark.code}" for mark in marks), "not_graded", "sales")
            ),
            UnknownHolds("customers", unknown),
        ),
        particulars=people.particulars,
        draws_on=drawn_from(people, satisfaction) | {"orders.amount", "customers.region"},
    )


def value_by_satisfaction(people: Population, value: Scheme, satisfaction: Scheme) -> Table:
    """Return how satisfied the customers of each class of value are."""
    counts = {
        (row, column): count
        for row, column, count in people.rows("""
        SELECT value, satisfaction, count(*) FROM report_classes GROUP BY ALL ORDER BY ALL""")
    }
    down = (*class_marks(value), GradeMark("", Text("Not graded", "未评级")))
    across = class_marks(satisfaction)

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
            Column("not_graded", Text("Not known", "未知"), "number"),
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
            PartsEqualTotal((*(f"class_{m.code}" for m in across), "not_graded", "customers")),
            Flow("not_graded", tuple(f"class_{m.code}" for m in across), (), "customers"),
        ),
        particulars=people.particulars,
        draws_on=drawn_from(people, value, satisfaction),
    )
