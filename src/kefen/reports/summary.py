"""The first page: who was graded under what, and the headline numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.arithmetic import growth, percent_words, share
from kefen.reports.concentration import pareto_curve
from kefen.reports.distribution import tier_bars
from kefen.reports.model import Figure, Figures, Prose, Section
from kefen.reports.tables import Column, Row, Table
from kefen.standards.model import ShareOfTotal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from kefen.reports.concentration import Concentration
    from kefen.reports.distribution import ClassCount
    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.standards.model import Scheme


def summary_section(
    people: Population, found: Concentration, counts: dict[str, tuple[ClassCount, ...]]
) -> Section:
    """Return the summary."""
    blocks: list[Block] = [_headline(people, found)]
    leading = leading_scheme(people)
    if leading is not None:
        blocks.append(tier_bars(people, leading, counts[leading.id]))
    curve = pareto_curve(people, found)
    if curve is not None:
        blocks.append(curve)
    blocks.append(_scheme_table(people, counts))
    blocks.append(Prose(_coverage(people)))
    return Section(
        "summary",
        Text("Summary", "概要"),
        Text("Summary", "概要"),
        Text(
            "{customers} {customers:customer|customers} graded as of {as_of} under '{standard}', "
            "version {version}."
            " Sales are of {window}.",
            "截至 {as_of}，按《{standard}》第 {version} 版对 {customers} 家客户评级。"
            "销售额统计期间：{window}。",
        ).filled(
            customers=f"{people.totals.customers:,}",
            as_of=people.run.as_of.isoformat(),
            standard=people.run.standard.name,
            version=people.run.standard.version,
            window=people.window,
        ),
        tuple(blocks),
    )


def leading_scheme(people: Population) -> Scheme | None:
    """Return the scheme that a summary shows: by share of total, else the first with classes."""
    return leading_of(people.schemes)


def leading_of(schemes: Sequence[Scheme]) -> Scheme | None:
    """Return the scheme among some that a summary shows."""
    by_share = next((s for s in schemes if isinstance(s.decision, ShareOfTotal)), None)
    return by_share or next((s for s in schemes if s.classes), None)


def _headline(people: Population, found: Concentration) -> Figures:
    totals = people.totals
    items = [
        Figure(
            Text("Customers", "客户"),
            totals.customers,
            "number",
            Text(
                "{existing} have bought, {prospects} have not",
                "已成交 {existing}，未成交 {prospects}",
            ).filled(existing=f"{totals.existing:,}", prospects=f"{totals.prospects:,}"),
        )
    ]
    if totals.sales is not None:
        items += [
            Figure(
                Text("Sales in the window", "窗口内销售额"),
                totals.sales,
                "money",
                _against(growth(totals.sales, totals.sales_before), people),
            ),
            Figure(
                Text("Top 20 % hold", "前 20% 客户占"),
                found.top_share(20),
                "percent",
                Text("Gini {gini}", "基尼系数 {gini}").filled(
                    gini="–" if found.gini is None else found.gini
                ),
            ),
            Figure(
                Text("Active customers", "活跃客户"),
                totals.active,
                "number",
                Text("{n} in the window before", "上一窗口 {n} 家").filled(
                    n=f"{totals.active_before:,}"
                ),
            ),
        ]
    if totals.overdue is not None:
        items.append(
            Figure(
                Text("Overdue", "逾期金额"),
                totals.overdue,
                "money",
                Text("receivables past due", "已过到期日的应收款"),
            )
        )
    elif totals.margin is not None:
        items.append(
            Figure(
                Text("Margin contribution", "毛利贡献"),
                totals.margin,
                "money",
                Text("{share} of sales with known cost", "占成本已知销售额的 {share}").filled(
                    share=percent_words(share(totals.margin, totals.costed_sales))
                ),
            )
        )
    elif totals.sales is not None:
        items.append(
            Figure(
                Text("Purchases in the window", "窗口内购买次数"),
                totals.purchases,
                "number",
                Text("orders above zero", "金额为正的订单"),
            )
        )
    return Figures(tuple(items))


def _against(change: Decimal | None, people: Population) -> Text:
    if change is None:
        return Text("no sales in the year before to compare", "上一年度无销售额可比")
    return Text("{change} on {window}", "较 {window} {change}").filled(
        change=f"{'+' if change >= 0 else '−'}{percent_words(abs(change))}",
        window=people.window_before,
    )


def _scheme_table(people: Population, counts: dict[str, tuple[ClassCount, ...]]) -> Table:
    columns = (
        Column("scheme", Text("Scheme", "分类方案")),
        Column("question", Text("The question it answers", "回答的问题")),
        Column("graded", Text("Graded", "已评级"), "number"),
        Column("not_graded", Text("Without a grade", "未评级"), "number"),
        Column("largest", Text("Largest class", "客户最多的类别"), "grade"),
        Column("largest_share", Text("Its share", "占比"), "percent", bar=True),
    )
    rows = []
    for scheme in people.schemes:
        classes = [count for count in counts[scheme.id] if count.graded]
        graded = sum(count.customers for count in classes)
        largest = max(classes, key=lambda count: count.customers, default=None)
        rows.append(
            Row(
                (
                    scheme.name,
                    scheme.question,
                    graded,
                    people.totals.customers - graded,
                    largest.mark if largest and largest.customers else None,
                    share(largest.customers, graded) if largest else None,
                )
            )
        )
    return Table(
        "schemes",
        Text("Who was graded under what", "各方案评级情况"),
        columns,
        tuple(rows),
        note=Text("The share is of the graded customers.", "占比以已评级客户为基数。"),
    )


def _coverage(people: Population) -> tuple[Text, ...]:
    run = people.run
    lines: list[Text] = []
    ((months, first, last),) = people.rows("""
        SELECT count(DISTINCT period) FILTER (WHERE period > months),
               (SELECT min(first_on) FROM report_bought), (SELECT max(last_on) FROM report_bought)
        FROM report_lines CROSS JOIN report_dates""")
    if "orders" in run.facts:
        lines.append(
            Text(
                "Orders cover {months} of the window's {all} months; purchases run from {first}"
                " to {last}.",
                "订单覆盖窗口 {all} 个月中的 {months} 个月；购买日期从 {first} 到 {last}。",
            ).filled(months=months, all=people.months, first=first or "–", last=last or "–")
        )
    lines += [
        Text(
            "{table}: {rows_in} {rows_in:row|rows} read, {used} used, {rejected} rejected,"
            " {duplicate} exact copies left out, {unattributed} without a known customer.",
            "{table}：读入 {rows_in} 行，采用 {used} 行，拒绝 {rejected} 行，"
            "剔除完全重复 {duplicate} 行，客户未知 {unattributed} 行。",
        ).filled(
            table=read.table.label,
            rows_in=f"{read.rows_in:,}",
            used=f"{read.rows_used:,}",
            rejected=f"{read.rows_rejected:,}",
            duplicate=f"{read.rows_duplicate:,}",
            unattributed=f"{read.rows_unattributed:,}",
        )
        for read in run.dataset.tables.values()
    ]
    return tuple(lines)
