"""The as-of views: what was known of each fact by the end of the as-of date (principle 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.domain.contract import TABLES, Kind
from kefen.expressions.snippets import cast_to
from kefen.expressions.sql import literal

if TYPE_CHECKING:
    from datetime import date

# Columns that tell of a later event, by the column that dates it: unknown until it happens. What
# has no date (a part of an invoice settled so far) counts from its import.
_LATER_EVENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "receivables": {"settled_on": ("settled_on", "settled_amount")},
    "cases": {
        "closed_at": ("closed_at", "resolution"),
        "first_response_at": ("first_response_at",),
    },
}


def column(name: str) -> exp.Column:
    """Return a quoted column."""
    return exp.column(exp.to_identifier(name, quoted=True))


def table(name: str) -> exp.Table:
    """Return a quoted table."""
    return exp.to_table(exp.to_identifier(name, quoted=True).sql("duckdb"), dialect="duckdb")


def day_of(fact: str, name: str) -> exp.Expr:
    """Return the day of a fact's date column."""
    if fact in TABLES and TABLES[fact].column(name).kind is Kind.TIMESTAMP:
        return cast_to(column(name), "DATE")
    return column(name)


def as_of_view(fact: str, relation: str, as_of: date) -> exp.Select:
    """Return the query of the rows of a contract table as they were known at `as_of`.

    Orders lose their cancelled lines and gain `ordered_on`. A cancellation dated after the as-of
    date has not happened yet.
    """
    contract = TABLES[fact]
    if contract.date is None:
        return exp.select("*").from_(table(relation))
    masked = [
        exp.alias_(
            exp.Case(
                ifs=[
                    exp.If(
                        this=exp.GT(this=day_of(fact, dated), expression=literal(as_of)),
                        true=exp.Null(),
                    )
                ],
                default=column(name),
            ),
            name,
            quoted=True,
        )
        for dated, names in _LATER_EVENTS.get(fact, {}).items()
        for name in names
    ]
    star = exp.Star(replace=masked) if masked else exp.Star()
    query = exp.select(star).from_(table(relation))
    query = query.where(exp.LTE(this=day_of(fact, contract.date), expression=literal(as_of)))
    if fact == "orders":
        query = query.select(exp.alias_(day_of(fact, "ordered_at"), "ordered_on"))
        completed = exp.NEQ(
            this=exp.Coalesce(this=column("status"), expressions=[exp.Literal.string("completed")]),
            expression=exp.Literal.string("cancelled"),
        )
        later = exp.GT(this=column("cancelled_on"), expression=literal(as_of))
        query = query.where(exp.or_(completed, later))
    return query


def purchases_view(orders_view: str) -> exp.Select:
    """Return the query of purchases: an order's lines together that sum above zero."""
    return (
        exp.select(
            column("customer_id"),
            column("order_id"),
            exp.alias_(exp.Min(this=column("ordered_on")), "purchased_on"),
            exp.alias_(exp.Sum(this=column("amount")), "amount"),
            exp.alias_(exp.Count(this=exp.Star()), "lines"),
        )
        .from_(table(orders_view))
        .group_by(column("customer_id"), column("order_id"))
        .having(exp.GT(this=exp.Sum(this=column("amount")), expression=exp.Literal.number(0)))
    )


def seen_customers(
    relations: dict[str, str], *, among: str, after: date | None, up_to: date | None
) -> exp.Expr | None:
    """Return the query of customers with a fact after a day, or up to a day; None without facts.

    Args:
        relations: The relation of each contract table that has customers and dates.
        among: The relation of the customers in question (`customer_id`).
        after: Only facts later than this day.
        up_to: Only facts on or before this day.
    """
    parts: list[exp.Select] = []
    for fact, relation in relations.items():
        dated = TABLES[fact].date
        if dated is None:
            continue
        asked = exp.select(column("customer_id")).from_(table(among)).subquery()
        part = (
            exp.select(column("customer_id"))
            .distinct()
            .from_(table(relation))
            .where(exp.In(this=column("customer_id"), query=asked))
        )
        if after is not None:
            part = part.where(exp.GT(this=day_of(fact, dated), expression=literal(after)))
        if up_to is not None:
            part = part.where(exp.LTE(this=day_of(fact, dated), expression=literal(up_to)))
        parts.append(part)
    if not parts:
        return None
    query: exp.Query = parts[0]
    for part in parts[1:]:
        query = exp.union(query, part)
    return query
