"""What the customers of each class gave and cost, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.grading.evaluation.figures import estimate_as_dict
from kefen.grading.evaluation.following import FOLLOWED, GRADES, within
from kefen.methods.intervals import Estimate, mean

if TYPE_CHECKING:
    from kefen.domain.text import Text
    from kefen.grading.evaluation.following import Period
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Scheme

_SERVING = ("service", "retention", "marketing")


@dataclass(frozen=True, slots=True)
class Contribution:
    """What the customers of one class gave and cost, before and after.

    Attributes:
        grade: The class's code.
        name: Its name.
        tone: Its colour.
        customers: How many they are.
        sales: Before and after.
        profit: Of lines whose cost is known, before and after; None without any.
        change: The average change of sales of one customer.
        cost: What serving them cost in the following period; None where costs name no customers.
        contacts: How many interactions and cases they had in it; None where neither is imported.
    """

    grade: str
    name: Text
    tone: str | None
    customers: int
    sales: tuple[Decimal, Decimal]
    profit: tuple[Decimal, Decimal] | None
    change: Estimate | None
    cost: Decimal | None
    contacts: int | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "grade": self.grade,
            "name": self.name.as_dict(),
            "customers": self.customers,
            "sales_before": str(self.sales[0]),
            "sales_after": str(self.sales[1]),
            "profit_before": None if self.profit is None else str(self.profit[0]),
            "profit_after": None if self.profit is None else str(self.profit[1]),
            "change_per_customer": estimate_as_dict(self.change),
            "cost_to_serve": None if self.cost is None else str(self.cost),
            "contacts": self.contacts,
        }


def contributions(dataset: Dataset, scheme: Scheme, period: Period) -> tuple[Contribution, ...]:
    """Return what each class of a scheme gave and cost, those with customers, best first.

    Args:
        dataset: The later data.
        scheme: The scheme.
        period: The period that followed.
    """
    engine = dataset.engine
    difference = exp.cast(
        exp.Sub(this=column("value_after"), expression=column("value_before")), "DOUBLE"
    )
    sums = [
        exp.Sum(this=column(name))
        for name in ("value_before", "value_after", "profit_before", "profit_after")
    ]
    extra = _by_customer(dataset, period)
    query = (
        exp.select(
            column("grade"),
            exp.Count(this=exp.Star()),
            *sums,
            exp.Sum(this=difference),
            exp.Sum(this=exp.Mul(this=difference.copy(), expression=difference.copy())),
        )
        .from_(table(GRADES))
        .join(table(FOLLOWED), using=["customer_id"])
        .where(
            exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme.id)),
            column("grade").is_(exp.null()).not_(),
        )
        .group_by(column("grade"))
    )
    for name, relation in extra.items():
        query = query.join(table(relation), using=["customer_id"], join_type="left")
        query = query.select(exp.Sum(this=column(name)))
    found = {row[0]: row[1:] for row in engine.rows(query.sql("duckdb"))}
    names = list(extra)
    result = []
    for grade in scheme.classes:
        if grade.id not in found:
            continue
        count, before, after, gain, gain_after, total, squares, *more = found[grade.id]
        further = dict(zip(names, more, strict=True))
        profit = (
            None
            if gain is None and gain_after is None
            else (Decimal(gain or 0), Decimal(gain_after or 0))
        )
        result.append(
            Contribution(
                grade.id,
                grade.name,
                grade.tone,
                count,
                (before, after),
                profit,
                mean(count, total, squares),
                Decimal(further["cost"] or 0) if "cost" in further else None,
                int(further["contacts"] or 0) if "contacts" in further else None,
            )
        )
    return tuple(result)


def _by_customer(dataset: Dataset, period: Period) -> dict[str, str]:
    """Make the tables of what customers cost and how often they were in touch."""
    engine = dataset.engine
    made: dict[str, str] = {}
    costs = dataset.tables.get("costs")
    if costs is not None and "customer_id" in costs.columns:
        query = (
            exp.select(column("customer_id"), exp.alias_(exp.Sum(this=column("amount")), "cost"))
            .from_(table(costs.relation))
            .where(
                within(column("month"), (period.as_of, period.end)),
                column("customer_id").is_(exp.null()).not_(),
                column("kind").isin(*_SERVING),
            )
            .group_by(column("customer_id"))
        )
        engine.create("TABLE", "cost by customer", query)
        if engine.rows('SELECT count(*) FROM "cost by customer"')[0][0]:
            made["cost"] = "cost by customer"
    parts = [
        exp.select(column("customer_id"))
        .from_(table(dataset.tables[name].relation))
        .where(within(exp.cast(column(day), "DATE"), (period.as_of, period.end)))
        for name, day in (("interactions", "at"), ("cases", "opened_at"))
        if name in dataset.tables
    ]
    if parts:
        union: exp.Query = parts[0]
        for further in parts[1:]:
            union = exp.union(union, further, distinct=False)
        query = (
            exp.select(column("customer_id"), exp.alias_(exp.Count(this=exp.Star()), "contacts"))
            .from_(union.subquery("contacts"))
            .group_by(column("customer_id"))
        )
        engine.create("TABLE", "contacts by customer", query)
        made["contacts"] = "contacts by customer"
    return made


def sales_of_newcomers(dataset: Dataset) -> Decimal:
    """Return what customers bought who were in no run at the as-of date."""
    known = exp.select(column("customer_id")).from_(table(FOLLOWED))
    query = (
        exp.select(exp.func("coalesce", exp.Sum(this=column("value_after")), exp.Literal.number(0)))
        .from_(table("orders to the end by customer"))
        .where(exp.In(this=column("customer_id"), query=known.subquery()).not_())
    )
    found: Decimal = dataset.engine.rows(query.sql("duckdb"))[0][0]
    return found
