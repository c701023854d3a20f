"""Standard table 3: customers gained, won back and lost, for the year and month by month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.calendar import is_month_end, months_before
from kefen.domain.text import Text
from kefen.reports.arithmetic import share
from kefen.reports.charts import ColumnChart, Series
from kefen.reports.costs import cost_blocks
from kefen.reports.model import Prose, Section
from kefen.reports.population import period_words
from kefen.reports.tables import Chain, Column, Flow, PartsEqualTotal, Row, Table, UnknownHolds

if TYPE_CHECKING:
    from datetime import date

    from kefen.reports.model import Block
    from kefen.reports.population import Population
    from kefen.reports.tables import Cell
    from kefen.standards.model import Scheme

YEAR = 0
_SOURCES_SHOWN = 20
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Movement:
    """What happened to the customer base in one step of time.

    Attributes:
        step: 0 for the whole year, else the month, from 1.
        opening: Customers active at its start: a purchase in the year up to then.
        new: First purchase of all in the step.
        won_back: Bought in the step, not active at its start, and bought before that.
        lost: Active at its start, not active at its end.
        closing: Customers active at its end.
        sales_new: Sales of the new in the step.
        sales_won_back: Sales of those won back in the step.
        sales_lost: Sales of the lost in the year up to the start.
    """

    step: int
    opening: int
    new: int
    won_back: int
    lost: int
    closing: int
    sales_new: Decimal
    sales_won_back: Decimal
    sales_lost: Decimal


_STEPS = """
CREATE OR REPLACE TEMP TABLE report_steps AS
SELECT 0 AS step, 0 AS opens_at, months AS closes_at, 2 * months AS ends, months AS long
FROM report_dates
UNION ALL
SELECT n, n - 1, n, months + n, 1 FROM report_dates, range(1, months + 1) steps(n)"""

# Bit k of months_bought stands for a purchase in month k + 1 of the two years up to as_of.
# `opens_at` and `closes_at` are the lowest bits of the years that end at the step's start and end.
_STATES = """
CREATE OR REPLACE TEMP TABLE report_states AS
SELECT months_bought, bought_earlier, step, ends, long, opens_at,
       (months_bought >> opens_at) & ((1::BIGINT << months) - 1) <> 0 AS active_before,
       (months_bought >> closes_at) & ((1::BIGINT << months) - 1) <> 0 AS active_after,
       (months_bought >> (ends - long)) & ((1::BIGINT << long) - 1) <> 0 AS bought,
       bought_earlier OR months_bought & ((1::BIGINT << (ends - long)) - 1) <> 0 AS bought_before,
       people
FROM (SELECT months_bought, bought_earlier, count(*) AS people FROM report_base GROUP BY ALL)
CROSS JOIN report_steps CROSS JOIN report_dates"""

_COUNTS = """
SELECT step,
       coalesce(sum(people) FILTER (WHERE active_before), 0)::BIGINT,
       coalesce(sum(people) FILTER (WHERE bought AND NOT bought_before), 0)::BIGINT,
       coalesce(sum(people)
         FILTER (WHERE bought AND bought_before AND NOT active_before), 0)::BIGINT,
       coalesce(sum(people) FILTER (WHERE active_before AND NOT active_after), 0)::BIGINT,
       coalesce(sum(people) FILTER (WHERE active_after), 0)::BIGINT
FROM report_states GROUP BY step ORDER BY step"""

# Within a year a customer comes in at most one month (as new or won back) and is lost in at most
# one, since both need a year without a purchase beside them. So one row a customer says it all.
_SALES = """
WITH moves AS (
  SELECT months_bought, bought_earlier,
         max(step) FILTER (WHERE step > 0 AND bought AND NOT bought_before) AS new_in,
         max(step) FILTER (WHERE step > 0 AND bought AND bought_before AND NOT active_before)
           AS won_back_in,
         max(step) FILTER (WHERE step > 0 AND active_before AND NOT active_after) AS lost_in
  FROM report_states GROUP BY ALL
), movers AS (
  SELECT key, new_in, won_back_in, lost_in
  FROM report_base JOIN moves USING (months_bought, bought_earlier)
  WHERE coalesce(new_in, won_back_in, lost_in) IS NOT NULL
)
SELECT new_in, won_back_in, lost_in,
       coalesce(sum(amount) FILTER (WHERE period = months + new_in), 0),
       coalesce(sum(amount) FILTER (WHERE period = months + won_back_in), 0),
       coalesce(sum(amount) FILTER (WHERE period BETWEEN lost_in AND lost_in + months - 1), 0)
FROM report_lines JOIN movers USING (key) CROSS JOIN report_dates
GROUP BY ALL
UNION ALL
SELECT 0, 0, 0, coalesce(sum(sales) FILTER (WHERE bought AND NOT bought_before), 0),
       coalesce(sum(sales) FILTER (WHERE bought AND bought_before AND NOT active_before), 0),
       coalesce(sum(sales_before) FILTER (WHERE active_before AND NOT active_after), 0)
FROM report_base JOIN report_states USING (months_bought, bought_earlier) WHERE step = 0"""


def measure_movements(people: Population) -> tuple[Movement, ...]:
    """Return the movement of the year, then of each month."""
    try:
        people.engine.run(_STEPS)
        people.engine.run(_STATES)
        counts = people.rows(_COUNTS)
        sales: dict[int, list[Decimal]] = {step: [Decimal(0)] * 3 for step, *_ in counts}
        for *steps, new, won_back, lost in people.rows(_SALES):
            for index, (step, amount) in enumerate(zip(steps, (new, won_back, lost), strict=True)):
                if step in sales:  # null where a mover did not move so; none without customers
                    sales[step][index] += amount
    finally:
        people.engine.run("DROP TABLE IF EXISTS report_states")
        people.engine.run("DROP TABLE IF EXISTS report_steps")
    return tuple(Movement(step, *rest, *sales[step]) for step, *rest in counts)


def movements_section(people: Population, leading: Scheme | None) -> Section:
    """Return the gains and losses, and what they cost: table 3."""
    title = Text("Table 3: gains and losses", "表 3：客户增减分析表")
    blocks: list[Block]
    if "orders" not in people.run.facts:
        blocks = [
            Prose(
                (
                    Text(
                        "No orders were imported, so nobody can be seen to come or go.",
                        "未导入订单，无法判断客户增减。",
                    ),
                ),
                "warn",
            )
        ]
    else:
        movements = measure_movements(people)
        year = next((m for m in movements if m.step == YEAR), None)
        months = tuple(m for m in movements if m.step != YEAR)
        blocks = [*_charts(people, months)]
        if year is not None:
            blocks += [_year_table(people, year), _month_table(people, months)]
            sources = _sources_table(people, year)
            if sources is not None:
                blocks.append(sources)
            blocks += cost_blocks(people, year.new, year.opening - year.lost, leading)
    return Section(
        "movements",
        title,
        Text("3 Gains and losses", "3 客户增减"),
        Text(
            "A customer is active while its last purchase lies within {n} months."
            " Opening + new + won back − lost = closing. Someone lost and won back within the"
            " year shows in the months, not in the year.",
            "最近 {n} 个月内有购买者为活跃客户。期初 + 新增 + 赢回 − 流失 = 期末。"
            "年内流失后又赢回的客户只体现在各月，不体现在全年。",
        ).filled(n=people.months),
        tuple(blocks),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("period", Text("Period", "期间")),
        Column("opening", Text("Opening", "期初"), "number"),
        Column("new", Text("New", "新增"), "number"),
        Column("won_back", Text("Won back", "赢回"), "number"),
        Column("lost", Text("Lost", "流失"), "number"),
        Column("closing", Text("Closing", "期末"), "number"),
        Column("net", Text("Net", "净增减"), "change"),
        Column("loss_rate", Text("Loss rate", "流失率"), "percent"),
        Column("sales_new", Text("Sales of the new", "新增客户销售额"), "money"),
        Column("sales_won_back", Text("Sales of those won back", "赢回客户销售额"), "money"),
        Column("sales_lost", Text("Earlier sales of the lost", "流失客户原销售额"), "money"),
        Column("reason", Text("Reason of losses", "流失原因")),
        Column("measure", Text("Measure", "对策")),
        Column("person", Text("Person", "责任人")),
    )


def _cells(period: Text, movement: Movement) -> tuple[Cell, ...]:
    return (
        period,
        movement.opening,
        movement.new,
        movement.won_back,
        movement.lost,
        movement.closing,
        movement.closing - movement.opening,
        share(movement.lost, movement.opening),
        movement.sales_new,
        movement.sales_won_back,
        movement.sales_lost,
        "",
        "",
        "",
    )


_ORDERS = frozenset({"orders.ordered_at", "orders.amount"})
_FLOW = Flow("opening", ("new", "won_back"), ("lost",), "closing")
_NET = Flow("opening", ("net",), (), "closing")


def _year_table(people: Population, year: Movement) -> Table:
    return Table(
        "movements_year",
        Text("Table 3.1 Gains and losses of the year", "表 3.1 客户增减分析表：全年"),
        _columns(),
        (Row(_cells(people.window, year)),),
        note=Text(
            "The loss rate is on the opening. Reason, measure and person are filled in by hand.",
            "流失率以期初为基数。流失原因、对策与责任人由人工填写。",
        ),
        reconciliation=(_FLOW, _NET),
        particulars=people.particulars,
        draws_on=_ORDERS,
    )


def _month_table(people: Population, months: tuple[Movement, ...]) -> Table:
    total = Movement(
        YEAR,
        opening=months[0].opening,
        new=sum(m.new for m in months),
        won_back=sum(m.won_back for m in months),
        lost=sum(m.lost for m in months),
        closing=months[-1].closing,
        sales_new=sum((m.sales_new for m in months), Decimal(0)),
        sales_won_back=sum((m.sales_won_back for m in months), Decimal(0)),
        sales_lost=sum((m.sales_lost for m in months), Decimal(0)),
    )
    return Table(
        "movements_months",
        Text("Table 3.2 Gains and losses by month", "表 3.2 客户增减分析表：按月"),
        _columns(),
        tuple(Row(_cells(_month_words(_month_end(people, m.step)), m)) for m in months),
        Row(_cells(Text("Total", "合计"), total)),
        reconciliation=(
            _FLOW,
            _NET,
            Chain("opening", "closing"),
            PartsEqualTotal(("new", "won_back", "lost", "net")),
        ),
        particulars=people.particulars,
        draws_on=_ORDERS,
    )


def _month_end(people: Population, step: int) -> date:
    return months_before(people.run.as_of, people.months - step)


def _month_words(end: date) -> Text:
    if is_month_end(end):
        return Text.same(f"{end:%Y-%m}")
    return period_words(months_before(end, 1), end)


def _month_label(end: date) -> Text:
    if is_month_end(end):
        return Text(_MONTHS[end.month - 1], f"{end.month}月")
    return Text.same(f"{end:%m-%d}")


def _charts(people: Population, months: tuple[Movement, ...]) -> tuple[ColumnChart, ...]:
    labels = tuple(_month_label(_month_end(people, m.step)) for m in months)
    by_month = dict(
        people.rows("""
            SELECT period - months, sum(amount) FROM report_lines CROSS JOIN report_dates
            WHERE period > months GROUP BY ALL""")
    )
    return (
        ColumnChart(
            "moves",
            Text("Gained and lost by month", "各月客户增减"),
            Text(
                "Customers new and won back above the line, customers lost below it.",
                "横线以上为新增与赢回的客户，以下为流失的客户。",
            ),
            labels,
            (
                Series(Text("New", "新增"), tuple(m.new for m in months)),
                Series(Text("Won back", "赢回"), tuple(m.won_back for m in months)),
                Series(Text("Lost", "流失"), tuple(m.lost for m in months), loss=True),
            ),
        ),
        ColumnChart(
            "months",
            Text("Sales by month", "各月销售额"),
            Text("Sales in each month of the window.", "窗口内各月销售额。"),
            labels,
            (
                Series(
                    Text("Sales", "销售额"),
                    tuple(by_month.get(m.step, Decimal(0)) for m in months),
                ),
            ),
            "money",
        ),
    )


def _sources_table(people: Population, year: Movement) -> Table | None:
    if not people.has_column("customers", "source"):
        return None
    found = people.rows("""
        SELECT source, count(*), coalesce(sum(sales), 0) FROM report_base WHERE gained
        GROUP BY source ORDER BY source IS NULL, count(*) DESC, source""")
    named = [entry for entry in found if entry[0] is not None]
    rows = [
        Row((source, count, share(count, year.new), sales))
        for source, count, sales in named[:_SOURCES_SHOWN]
    ]
    rest = named[_SOURCES_SHOWN:]
    if rest:
        others = sum(count for _, count, _ in rest)
        words = Text("{n} further {n:source|sources}", "其余 {n} 个来源").filled(n=len(rest))
        amount = sum((sales for *_, sales in rest), Decimal(0))
        rows.append(Row((words, others, share(others, year.new), amount)))
    rows += [
        Row((Text("Unknown", "未知"), count, share(count, year.new), sales), unknown=True)
        for source, count, sales in found
        if source is None
    ]
    ((unknown,),) = people.rows("SELECT count(*) FROM report_base WHERE gained AND source IS NULL")
    return Table(
        "sources",
        Text("Table 3.3 Source of gains", "表 3.3 新增客户来源"),
        (
            Column("source", Text("Source", "来源")),
            Column("new", Text("New customers", "新增客户"), "number"),
            Column("share", Text("Share", "占比"), "percent", bar=True),
            Column("sales", Text("Their sales", "销售额"), "money"),
        ),
        tuple(rows),
        Row((Text("Total", "合计"), year.new, share(year.new, year.new), year.sales_new)),
        reconciliation=(PartsEqualTotal(("new", "sales")), UnknownHolds("new", unknown)),
        particulars=people.particulars,
        draws_on=_ORDERS | {"customers.source"},
    )
