"""The list of customers: the largest first, with their grade in every scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.code_names import coded_name
from kefen.reports.model import Section
from kefen.reports.tables import Column, Row, Table

if TYPE_CHECKING:
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell, GradeMark

LIST_ROWS = 10_000
PAGE_ROWS = 100


def customers_section(people: Population) -> Section:
    """Return the list of the largest customers by sales."""
    listed = min(people.totals.customers, LIST_ROWS)
    return Section(
        "customers",
        Text("Customers", "客户清单"),
        Text("Customers", "客户清单"),
        Text(
            "The first {listed} of {all} {all:customer|customers} by sales in the window"
            " (the workbook holds up to {most}; the full list is grades.parquet and"
            " metrics.parquet).",
            "按窗口内销售额排列的前 {listed} 家客户，共 {all} 家"
            "（工作簿最多列出 {most} 行；完整清单见 grades.parquet 与 metrics.parquet）。",
        ).filled(listed=f"{listed:,}", all=f"{people.totals.customers:,}", most=f"{LIST_ROWS:,}"),
        (_list(people),),
    )


def _list(people: Population) -> Table:
    schemes = people.schemes
    scored = [scheme for scheme in schemes if scheme.scored]
    people.engine.run(
        """
        CREATE OR REPLACE TEMP TABLE report_listed AS
        SELECT * FROM report_base SEMI JOIN (
          SELECT customer_id FROM report_base
          ORDER BY sales DESC NULLS LAST, customer_id LIMIT ?
        ) USING (customer_id)""",
        [LIST_ROWS],
    )
    try:
        listed = people.rows("""
            SELECT customer_id, name, region, industry, owner, sales, sales_before, margin,
                   purchases, last_on, overdue
            FROM report_listed ORDER BY sales DESC NULLS LAST, customer_id""")
        marks: dict[tuple[str, str], GradeMark] = {}
        scores: dict[tuple[str, str], Cell] = {}
        shown: dict[tuple[str, str | None, str | None], GradeMark] = {}
        by_id = {scheme.id: scheme for scheme in schemes}
        for customer, scheme_id, grade, score, reason in people.rows("""
            SELECT customer_id, scheme, grade, score, reason
            FROM report_grades SEMI JOIN report_listed USING (customer_id)"""):
            if scheme_id in by_id:
                key = (scheme_id, grade, reason)
                if key not in shown:
                    shown[key] = people.mark(by_id[scheme_id], grade, reason)
                marks[customer, scheme_id] = shown[key]
                scores[customer, scheme_id] = score
    finally:
        people.engine.run("DROP TABLE IF EXISTS report_listed")
    columns = (
        Column("customer_id", Text("Customer id", "客户编号")),
        Column("name", Text("Name", "客户名称")),
        Column("region", Text("Region", "地区")),
        Column("industry", Text("Industry", "行业")),
        Column("owner", Text("Owner", "负责人")),
        Column("sales", Text("Sales", "销售额"), "money"),
        Column("sales_before", Text("Sales, year before", "上年销售额"), "money"),
        Column("margin", Text("Margin contribution", "毛利贡献"), "money"),
        Column("purchases", Text("Purchases", "购买次数"), "number"),
        Column("last_on", Text("Last purchase", "最近购买"), "date"),
        Column("overdue", Text("Overdue", "逾期金额"), "money"),
        *(Column(f"grade_{scheme.id}", scheme.name, "grade") for scheme in schemes),
        *(
            Column(
                f"score_{scheme.id}",
                Text("{scheme}: score", "{scheme}得分").filled(scheme=scheme.name),
                "number",
                workbook_only=True,
            )
            for scheme in scored
        ),
    )
    rows = tuple(
        Row(
            (
                *facts[:2],
                *(
                    None if value is None else coded_name(people, name, value)
                    for name, value in zip(("region", "industry"), facts[2:4], strict=True)
                ),
                *facts[4:],
                *(marks.get((facts[0], scheme.id)) for scheme in schemes),
                *(scores.get((facts[0], scheme.id)) for scheme in scored),
            )
        )
        for facts in listed
    )
    empty = {
        column.id
        for index, column in enumerate(columns)
        if column.id in ("name", "region", "industry", "owner", "margin", "overdue")
        and all(row.cells[index] is None for row in rows)
    }
    kept = [index for index, column in enumerate(columns) if column.id not in empty]
    return Table(
        "customer_list",
        Text("Customers by sales", "客户清单（按销售额）"),
        tuple(columns[index] for index in kept),
        tuple(Row(tuple(row.cells[index] for index in kept)) for row in rows),
        filterable=True,
        draws_on=frozenset({"customers", "orders.amount", "orders.cost", "receivables"}),
        html_rows=PAGE_ROWS,
    )
