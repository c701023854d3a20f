"""What the reports count from: one row a customer, sales by month, all in the run's engine."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.calendar import month_end, months_before
from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.reports.relations import relations
from kefen.reports.tables import GradeMark, Particulars
from kefen.standards.decision_words import grade_name
from kefen.standards.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.engines.engine import Engine
    from kefen.grading.run import GradedRun
    from kefen.standards.model import Scheme

_LONGEST_YEAR = 24
_SCHEMES = "SELECT DISTINCT scheme FROM report_grades"
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

    The engine holds the relations of `kefen.reports.relations` while `population` is open.

    Attributes:
        run: The run.
        months: Length of the year that sales are counted over, in months.
        totals: Sums over the population.
        schemes: The schemes that were run, in the standard's order.
    """

    run: GradedRun
    months: int
    totals: Totals
    schemes: tuple[Scheme, ...]

    @property
    def engine(self) -> Engine:
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
            return GradeMark(grade, grade_name(scheme, grade))
        return GradeMark(grade, known.name, known.tone)

    def reason(self, code: str | None) -> Text:
        """Return the wording of a reason code."""
        if code is None:
            return Text("Not graded", "未评级")
        return self.run.standard.reasons.get(code) or REASONS.get(code) or Text.same(code)

    def scheme(self, scheme_id: str) -> Scheme | None:
        """Return a scheme if it was run, else None."""
        return next((scheme for scheme in self.schemes if scheme.id == scheme_id), None)

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
    months = run.standard.constants.window.months or 12
    months = months if months <= _LONGEST_YEAR else 12
    with relations(run, months):
        ran = {scheme for (scheme,) in run.dataset.engine.rows(_SCHEMES)}
        schemes = tuple(s for s in run.standard.schemes.values() if s.id in ran)
        yield Population(run, months, _totals(run), schemes)


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
