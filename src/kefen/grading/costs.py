"""What winning a customer and keeping one cost in the window, from the costs that were imported."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.calendar import months_before
from kefen.expressions.sql import literal
from kefen.standards.model import PURCHASES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from kefen.lake.dataset import Dataset

COSTS = "costs"
_PLACES = Decimal("0.0001")
_YEAR = 12


def cost_to_win_and_keep(
    dataset: Dataset, facts: Mapping[str, str], as_of: date, months: int | None
) -> dict[str, Any] | None:
    """Return what was spent on winning and keeping, on how many customers, and on each of them.

    Amounts are decimal strings.

    Won: first purchase in the window. Kept: bought in the window before, and bought in it. A cost
    of a kind that is not there is unknown, not zero.

    Args:
        dataset: The data cut.
        facts: The as-of view of each fact.
        as_of: The as-of date.
        months: The months of the window; None: twelve.

    Returns:
        None where no costs or no orders were imported.

    Raises:
        EngineError: Memory or disk ran out.
    """
    if COSTS not in dataset.tables or PURCHASES not in facts:
        return None
    months = months or _YEAR
    start, before = months_before(as_of, months), months_before(as_of, 2 * months)
    spent = dict(dataset.engine.rows(_spent(dataset.tables[COSTS].relation, start, as_of)))
    ((won, kept),) = dataset.engine.rows(_customers(facts[PURCHASES], start, before))
    to_win, to_keep = _each(spent.get("acquisition"), won), _each(spent.get("retention"), kept)
    times = None
    if to_win is not None and to_keep is not None and to_keep > 0:
        times = (to_win / to_keep).quantize(_PLACES, ROUND_HALF_UP)
    return {
        "won": _told(spent.get("acquisition"), won, to_win),
        "kept": _told(spent.get("retention"), kept, to_keep),
        "times": _exact(times),
    }


def _told(spent: Decimal | None, customers: int, each: Decimal | None) -> dict[str, Any]:
    return {"spent": _exact(spent), "customers": customers, "each": _exact(each)}


def _exact(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _spent(relation: str, start: date, as_of: date) -> str:
    kinds = [literal("acquisition"), literal("retention")]
    month = column("month")
    return (
        exp.select(column("kind"), exp.Sum(this=column("amount")))
        .from_(table(relation))
        .where(exp.GT(this=month, expression=literal(start)))
        .where(exp.LTE(this=month.copy(), expression=literal(as_of)))
        .where(exp.In(this=column("kind"), expressions=kinds))
        .group_by(column("kind"))
        .sql("duckdb")
    )


def _customers(purchases: str, start: date, before: date) -> str:
    """Return the query of how many customers were won, and how many kept."""

    def after(day: date) -> exp.Expr:
        return exp.GT(this=column("purchased_on"), expression=literal(day))

    until_start = exp.LTE(this=column("purchased_on"), expression=literal(start))
    by_customer = (
        exp.select(
            column("customer_id"),
            exp.alias_(exp.Min(this=column("purchased_on")), "first_on"),
            exp.alias_(exp.LogicalOr(this=after(start)), "bought"),
            exp.alias_(exp.LogicalOr(this=exp.and_(after(before), until_start)), "bought_before"),
        )
        .from_(table(purchases))
        .group_by(column("customer_id"))
        .subquery("buyers")
    )
    counts = [
        exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition))
        for condition in (
            exp.GT(this=column("first_on"), expression=literal(start)),
            exp.and_(column("bought"), column("bought_before")),
        )
    ]
    return exp.select(*counts).from_(by_customer).sql("duckdb")


def _each(amount: Decimal | None, customers: int) -> Decimal | None:
    """Return an amount for each customer; None when either is not known or nobody is there."""
    if amount is None or not customers:
        return None
    return (amount / customers).quantize(_PLACES, ROUND_HALF_UP)
