"""What the reports count from: one row a customer, sales by month, all in the run's engine."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from kefen.domain.calendar import month_end, months_before
from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.reports.tables import GradeMark, Particulars
from kefen.standards.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.grading.run import GradedRun
    from kefen.standards.model import Scheme

_FACTS = (
    "orders",
    "receivables",
    "payments",
    "cases",
    "surveys",
    "interactions",
    "credit_reports",
)
_OTHER_TABLES = ("customers", "markets", "products")
_LONGEST_YEAR = 24
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the population.

    Attributes:
        customers: Customers, prospects included.
        existing: Customers that have bought.
        prospects: Those that have not.
        active: Customers with a purchase in the window.
        active_before: Customers with a purchase in the window before.
        sales: Sales in the window.
        sales_before: Sales in the window before; None when the data does not reach back.
        margin: Sales less cost in the window, of the lines whose cost is known; None without one.
        costed_sales: The sales of those lines.
        overdue: Overdue receivables; None without receivables.
        purchases: Purchases in the window.
    """

    customers: int
    existing: int
    prospects: int
    active: int
    active_before: int
    sales: Decimal | None
    sales_before: Decimal | None
    margin: Decimal | None
    costed_sales: Decimal
    overdue: Decimal | None
    purchases: int


@dataclass(frozen=True, slots=True)
class Population:
    """The run's customers as the reports need them.

    The engine holds, while `population` is open: `report_base` (one row a customer: its columns,
    sales, margin, overdue and months of purchase), `report_sales` and `report_visits` (a customer's
    sales and purchases by month of the two years up to the as-of date; months count from 1), and
    `report_grades` and a `report_<table>` view for each contract table, empty where there is none.

    Attributes:
        run: The run.
        months: Length of the year that sales are counted over, in months.
        totals: Sums over the population.
    """

    run: GradedRun
    months: int
    totals: Totals

    @property
    def engine(self) -> DuckDBEngine:
        """Return the engine that holds the relations."""
        return self.run.dataset.engine

    @property
    def start(self) -> date:
        """Return the last day before the window."""
        return months_before(self.run.as_of, self.months)

    @property
    def start_before(self) -> date:
        """Return the last day before the window before."""
        return months_before(self.run.as_of, 2 * self.months)

    @property
    def window(self) -> Text:
        """Return the window in words."""
        return period_words(self.start, self.run.as_of)

    @property
    def window_before(self) -> Text:
        """Return the window before in words."""
        return period_words(self.start_before, self.start)

    @property
    def currency(self) -> Text:
        """Return the unit of money in words."""
        code = self.run.dataset.currency
        if code is None:
            return Text("the data's currency", "数据的本币")
        return Text("CNY", "元（人民币）") if code == "CNY" else Text.same(code)

    @property
    def particulars(self) -> Particulars:
        """Return what stands at the foot of every standard table."""
        return Particulars(
            period=self.window,
            unit=self.currency,
            dated=self.run.as_of,
            update_due=month_end(self.run.as_of + timedelta(days=1)),
        )

    def has(self, table: str) -> bool:
        """Return whether a fact table, or another table, was imported."""
        return table in self.run.facts or table in self.run.dataset.tables

    def has_column(self, table: str, column: str) -> bool:
        """Return whether the input of a table had the column."""
        read = self.run.dataset.tables.get(table)
        return read is not None and column in read.columns

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        return self.engine.rows(sql, parameters)

    def mark(self, scheme: Scheme, grade: str | None, reason: str | None) -> GradeMark:
        """Return how a grade, or the reason for none, is shown."""
        if grade is None:
            return GradeMark("", self.reason(reason))
        known = scheme.grade(grade)
        if known is None:
            return GradeMark(grade, Text.same(grade))
        return GradeMark(grade, known.name, known.tone)

    def reason(self, code: str | None) -> Text:
        """Return the wording of a reason code."""
        if code is None:
            return Text("Not graded", "未评级")
        return self.run.standard.reasons.get(code) or REASONS.get(code) or Text.same(code)

    def schemes(self) -> tuple[Scheme, ...]:
        """Return the schemes that were run, in the standard's order."""
        ran = {scheme for (scheme,) in self.rows("SELECT DISTINCT scheme FROM report_grades")}
        return tuple(s for s in self.run.standard.schemes.values() if s.id in ran)

    def scheme(self, scheme_id: str) -> Scheme | None:
        """Return a scheme if it was run, else None."""
        return next((scheme for scheme in self.schemes() if scheme.id == scheme_id), None)

    def label(self, table: str, column: str) -> Text:
        """Return the name for people of a contract column."""
        return TABLES[table].column(column).label


def period_words(start: date, end: date) -> Text:
    """Return the days after `start` up to `end` in words."""
    first = start + timedelta(days=1)
    return Text("{first} to {end}", "{first} 至 {end}").filled(
        first=first.isoformat(), end=end.isoformat()
    )


@contextmanager
def population(run: GradedRun) -> Iterator[Population]:
    """Prepare the relations that reports read, and drop them at the end."""
    engine = run.dataset.engine
    months = run.standard.constants.window.months or 12
    months = months if months <= _LONGEST_YEAR else 12
    made: list[tuple[str, str]] = []
    try:
        _make_views(run, made)
        _make_days(run, months, made)
        for name, sql in _DERIVED:
            engine.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
            made.append(("TABLE", name))
        yield Population(run, months, _totals(run))
    finally:
        for kind, name in reversed(made):
            engine.run(f"DROP {kind} IF EXISTS {name}")
        engine.connection.unregister("report_days")


def _make_views(run: GradedRun, made: list[tuple[str, str]]) -> None:
    sources = {"report_grades": run.grades, "report_metrics": run.metrics}
    for table in (*_FACTS, *_OTHER_TABLES):
        read = run.dataset.tables.get(table)
        relation = run.facts.get(table) or (read.relation if read is not None else None)
        if relation is not None:
            sources[f"report_{table}"] = relation
        else:
            _make_view(run, f"report_{table}", _empty(table), made)
    if "purchases" in run.facts:
        sources["report_purchases"] = run.facts["purchases"]
    else:
        _make_view(run, "report_purchases", _EMPTY_PURCHASES, made)
    for name, relation in sources.items():
        identifier = exp.to_identifier(relation, quoted=True)
        query = exp.select("*").from_(exp.Table(this=identifier))
        _make_view(run, name, query.sql("duckdb"), made)


def _make_view(run: GradedRun, name: str, query: str, made: list[tuple[str, str]]) -> None:
    run.dataset.engine.run(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")
    made.append(("VIEW", name))


def _empty(table: str) -> str:
    contract = TABLES[table]
    columns = [
        exp.alias_(exp.cast(exp.Null(), column.kind.sql_type, dialect="duckdb"), column.name)
        for column in contract.columns
    ]
    if table == "orders":
        columns.append(exp.alias_(exp.cast(exp.Null(), "DATE"), "ordered_on"))
    return exp.select(*columns).where(exp.false()).sql("duckdb")


_EMPTY_PURCHASES = """
SELECT NULL::VARCHAR AS customer_id, NULL::VARCHAR AS order_id, NULL::DATE AS purchased_on,
       NULL::DECIMAL(38, 4) AS amount, NULL::BIGINT AS lines
WHERE FALSE"""


def _make_days(run: GradedRun, months: int, made: list[tuple[str, str]]) -> None:
    days: list[date] = []
    periods: list[int] = []
    for period in range(1, 2 * months + 1):
        start = months_before(run.as_of, 2 * months - period + 1)
        end = months_before(run.as_of, 2 * months - period)
        span = (end - start).days
        days += [start + timedelta(days=n) for n in range(1, span + 1)]
        periods += [period] * span
    table = pa.table({"day": pa.array(days, pa.date32()), "period": pa.array(periods, pa.int32())})
    run.dataset.engine.register("report_days", table)
    dates = pa.table(
        {
            "as_of": pa.array([run.as_of], pa.date32()),
            "window_start": pa.array([months_before(run.as_of, months)], pa.date32()),
            "months": pa.array([months], pa.int32()),
            "with_sales": pa.array(["orders" in run.facts]),
            "with_receivables": pa.array(["receivables" in run.facts]),
        }
    )
    run.dataset.engine.register("report_dates_source", dates)
    run.dataset.engine.run(
        "CREATE OR REPLACE TEMP TABLE report_dates AS SELECT * FROM report_dates_source"
    )
    run.dataset.engine.connection.unregister("report_dates_source")
    made.append(("TABLE", "report_dates"))


_DERIVED = (
    (
        "report_sales",
        """
        SELECT customer_id, period,
               sum(amount) AS amount,
               sum(amount - cost) AS margin,
               sum(amount) FILTER (WHERE cost IS NOT NULL) AS costed
        FROM report_orders JOIN report_days ON ordered_on = day
        GROUP BY ALL""",
    ),
    (
        "report_visits",
        """
        SELECT customer_id, coalesce(period, 0) AS period, count(*) AS purchases,
               min(purchased_on) AS first_on, max(purchased_on) AS last_on
        FROM report_purchases LEFT JOIN report_days ON purchased_on = day
        GROUP BY ALL""",
    ),
    (
        "report_open",
        """
        WITH matched AS (
          SELECT invoice_id, sum(amount) AS paid FROM report_payments
          WHERE invoice_id IS NOT NULL GROUP BY invoice_id
        )
        SELECT r.customer_id,
               as_of - r.due_on AS days_late,
               CASE WHEN r.settled_on IS NOT NULL THEN 0::DECIMAL(18, 4)
                    WHEN r.amount < 0 THEN r.amount - coalesce(r.settled_amount, m.paid, 0)
                    ELSE r.amount - greatest(coalesce(r.settled_amount, 0), coalesce(m.paid, 0))
               END AS open_amount
        FROM report_receivables r
        CROSS JOIN report_dates
        LEFT JOIN matched m ON m.invoice_id = r.invoice_id
        WHERE open_amount <> 0""",
    ),
    (
        "report_base",
        """
        WITH sales AS (
          SELECT customer_id,
                 sum(amount) FILTER (WHERE period > months) AS sales,
                 sum(amount) FILTER (WHERE period <= months) AS sales_before,
                 sum(margin) FILTER (WHERE period > months) AS margin,
                 sum(costed) FILTER (WHERE period > months) AS costed
          FROM report_sales CROSS JOIN report_dates GROUP BY customer_id
        ), visits AS (
          SELECT customer_id, min(first_on) AS first_on, max(last_on) AS last_on,
                 bit_or(CASE WHEN period > 0 THEN 1::BIGINT << (period - 1)::INTEGER
                             ELSE 0::BIGINT END) AS months_bought,
                 bool_or(period = 0) AS bought_earlier,
                 coalesce(sum(purchases) FILTER (WHERE period > months), 0)::BIGINT AS purchases
          FROM report_visits CROSS JOIN report_dates GROUP BY customer_id
        ), late AS (
          SELECT customer_id, sum(open_amount) AS overdue FROM report_open
          WHERE days_late > 0 GROUP BY customer_id
        )
        SELECT p.customer_id, c.name, c.kind, c.status, c.country, c.region, c.city, c.industry,
               c.owner, c.source, c.employees,
               CASE WHEN d.with_sales THEN coalesce(s.sales, 0)::DECIMAL(38, 4) END AS sales,
               CASE WHEN d.with_sales
                    THEN coalesce(s.sales_before, 0)::DECIMAL(38, 4) END AS sales_before,
               s.sales IS NOT NULL AS traded,
               s.margin, coalesce(s.costed, 0)::DECIMAL(38, 4) AS costed,
               coalesce(v.purchases, 0) AS purchases,
               v.first_on, v.last_on,
               coalesce(v.months_bought, 0) AS months_bought,
               coalesce(v.bought_earlier, FALSE) AS bought_earlier,
               CASE WHEN d.with_sales THEN v.first_on IS NOT NULL
                    ELSE c.status IS DISTINCT FROM 'prospect' END AS existing,
               CASE WHEN d.with_receivables
                    THEN coalesce(l.overdue, 0)::DECIMAL(38, 4) END AS overdue,
               coalesce(v.first_on > d.window_start, FALSE) AS gained,
               coalesce((v.months_bought >> d.months) = 0
                        AND (v.months_bought & ((1::BIGINT << d.months) - 1)) <> 0, FALSE) AS lost
        FROM (SELECT customer_id FROM report_metrics) p
        CROSS JOIN report_dates d
        LEFT JOIN report_customers c ON c.customer_id = p.customer_id
        LEFT JOIN sales s ON s.customer_id = p.customer_id
        LEFT JOIN visits v ON v.customer_id = p.customer_id
        LEFT JOIN late l ON l.customer_id = p.customer_id""",
    ),
)


def _totals(run: GradedRun) -> Totals:
    ((customers, existing, active, before, sales, sales_before, margin, costed, late, bought),) = (
        run.dataset.engine.rows("""
        SELECT count(*), count(*) FILTER (WHERE existing),
               count(*) FILTER (WHERE (months_bought >> months) <> 0),
               count(*) FILTER (WHERE (months_bought & ((1::BIGINT << months) - 1)) <> 0),
               sum(sales), sum(sales_before), sum(margin), coalesce(sum(costed), 0), sum(overdue),
               coalesce(sum(purchases), 0)
        FROM report_base CROSS JOIN report_dates""")
    )
    return Totals(
        customers=customers,
        existing=existing,
        prospects=customers - existing,
        active=active,
        active_before=before,
        sales=sales,
        sales_before=sales_before,
        margin=margin,
        costed_sales=costed,
        overdue=late,
        purchases=int(bought),
    )
