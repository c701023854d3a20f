"""How many customers and how much revenue each class of a run holds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.grading.run import GradedRun

REVENUE = "revenue"


@dataclass(frozen=True, slots=True)
class ClassTally:
    """One class of a scheme, or one reason for having none.

    Attributes:
        grade: The code of the class; None for those without one.
        reason: The reason code of those without a class.
        customers: How many they are.
        revenue: The sum of their metric `revenue`; None where the run has none.
        low: How many of the grades have low confidence.
    """

    grade: str | None
    reason: str | None
    customers: int
    revenue: Decimal | None
    low: int


def tally_grades(run: GradedRun) -> Mapping[str, tuple[ClassTally, ...]]:
    """Count the customers and the revenue of every class of every scheme that was run.

    Returns:
        By scheme: the classes in the standard's order, open classes by revenue and customers
        (most first), then the reasons of those without a class.

    Raises:
        EngineError: The engine stopped.
    """
    money = exp.cast(column(REVENUE), "DECIMAL(38, 4)") if _revenue_known(run) else exp.Null()
    customers = exp.select(column("customer_id"), exp.alias_(money, REVENUE, quoted=True)).from_(
        table(run.metrics)
    )
    keys = [column(name) for name in ("scheme", "grade", "reason")]
    low = exp.EQ(this=column("confidence"), expression=exp.Literal.string("low"))
    query = (
        exp.select(
            *keys,
            exp.alias_(exp.Count(this=exp.Star()), "customers"),
            exp.alias_(exp.Sum(this=column(REVENUE)), "total"),
            exp.alias_(
                exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=low)), "low"
            ),
        )
        .from_(table(run.grades))
        .join(customers.subquery("amounts"), using=["customer_id"])
        .group_by(*(key.copy() for key in keys))
    )
    found: dict[str, list[ClassTally]] = {scheme["scheme"]: [] for scheme in run.record["schemes"]}
    for scheme, grade, reason, count, total, low_count in run.dataset.engine.rows(
        query.sql("duckdb")
    ):
        revenue = None if total is None else Decimal(total)
        found[scheme].append(
            ClassTally(grade, None if grade else reason, count, revenue, low_count)
        )
    return {name: _in_order(run, name, tallies) for name, tallies in found.items()}


def _in_order(run: GradedRun, scheme: str, tallies: list[ClassTally]) -> tuple[ClassTally, ...]:
    order = {grade.id: place for place, grade in enumerate(run.standard.schemes[scheme].grades)}

    def place(tally: ClassTally) -> tuple[bool, int, Decimal, int, str]:
        return (
            tally.grade is None,
            order.get(tally.grade or "", len(order)),
            -(tally.revenue or Decimal(0)),
            -tally.customers,
            tally.grade or tally.reason or "",
        )

    return tuple(sorted(tallies, key=place))


def leading_customer(run: GradedRun) -> str | None:
    """Return the customer with the largest revenue, the first id of equals; None without one.

    Raises:
        EngineError: The engine stopped.
    """
    query = exp.select(column("customer_id")).from_(table(run.metrics))
    if _revenue_known(run):
        query = query.order_by(exp.Ordered(this=column(REVENUE), desc=True, nulls_first=False))
    rows = run.dataset.engine.rows(query.order_by(column("customer_id")).limit(1).sql("duckdb"))
    return str(rows[0][0]) if rows else None


def _revenue_known(run: GradedRun) -> bool:
    return REVENUE in run.standard.metrics and (REVENUE not in run.record["metrics_not_available"])
