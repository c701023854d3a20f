"""What it cost to win a customer and to keep one, in the following period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.grading.evaluation.following import within

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.grading.evaluation.following import Period
    from kefen.lake.dataset import Dataset

_KEEPING = ("retention",)


@dataclass(frozen=True, slots=True)
class WinAndKeep:
    """What it cost to win a customer and to keep one, in the following period.

    Attributes:
        won: Customers who bought for the first time.
        kept: Customers who bought before and again.
        winning: What was spent on winning; None where no such cost is recorded.
        keeping: What was spent on retention; None likewise.
    """

    won: int
    kept: int
    winning: Decimal | None
    keeping: Decimal | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "won": self.won,
            "kept": self.kept,
            "cost_of_winning": None if self.winning is None else str(self.winning),
            "cost_of_keeping": None if self.keeping is None else str(self.keeping),
        }


def win_and_keep(dataset: Dataset, period: Period) -> WinAndKeep | None:
    """Return what winning and keeping cost; None where no cost of the period is recorded.

    Args:
        dataset: The later data.
        period: The period that followed.
    """
    read = dataset.tables.get("costs")
    if read is None:
        return None
    engine = dataset.engine
    spent = dict(
        engine.rows(
            exp.select(column("kind"), exp.Sum(this=column("amount")))
            .from_(table(read.relation))
            .where(within(column("month"), (period.as_of, period.end)))
            .group_by(column("kind"))
            .sql("duckdb")
        )
    )
    if not spent:
        return None
    # The orders up to the end know every customer; who has bought before is kept, not won.
    bought = exp.GT(this=column("purchases_after"), expression=exp.Literal.number(0))
    earlier = (
        exp.select(column("customer_id"))
        .from_(table("orders to the date by customer"))
        .where(column("last_on").is_(exp.null()).not_())
    )
    among = exp.In(this=column("customer_id"), query=earlier.subquery())
    counts = []
    for side in (exp.not_(among), among.copy()):
        query = (
            exp.select(exp.Count(this=exp.Star()))
            .from_(table("orders to the end by customer"))
            .where(bought.copy(), side)
        )
        counts.append(int(engine.rows(query.sql("duckdb"))[0][0]))
    keeping = [spent[kind] for kind in _KEEPING if kind in spent]
    return WinAndKeep(
        counts[0], counts[1], spent.get("acquisition"), sum(keeping) if keeping else None
    )
