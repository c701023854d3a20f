"""The as-of views: what was known of each fact by the end of the as-of date (principle 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.domain.contract import TABLES, Kind
from kefen.expressions.snippets import cast_to
from kefen.expressions.sql import literal
from kefen.standards.facts import CANCELLED_ON, RECORDED_ON, STATUS, contract_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
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

COUNTED_ALONE = frozenset({"line", "product_id", "quantity", "discount", "channel"})
"""The columns of orders that no view here looks at: only metrics that name them."""


def column(name: str) -> exp.Column:
    """Return a quoted column."""
    return exp.column(exp.to_identifier(name, quoted=True))


def table(name: str) -> exp.Table:
    """Return a quoted table."""
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def day_of(fact: str, name: str) -> exp.Expr:
    """Return the day of a fact's date column."""
    contract = contract_table(fact)
    if contract is not None and contract.column(name).kind is Kind.TIMESTAMP:
        return cast_to(column(name), "DATE")
    return column(name)


def known_day(fact: str, *, recorded: bool) -> exp.Expr:
    """Return the day from which a row is known: its date, or the day it was recorded if later.

    Args:
        fact: A contract table with dates.
        recorded: Whether its data says when rows were recorded.
    """
    dated = TABLES[fact].date
    if dated is None:
        raise KeyError(fact)
    day = day_of(fact, dated)
    # The engine's greatest passes over nulls: a row without a record counts from its date.
    return exp.func("greatest", day, column(RECORDED_ON)) if recorded else day


def as_of_view(fact: str, relation: str, as_of: date, *, recorded: bool = False) -> exp.Select:
    """Return the query of the rows of a contract table as they were known at `as_of`.

    Orders lose their cancelled lines and gain `ordered_on`. A cancellation dated after the as-of
    date has not happened yet, and a row recorded after it is not known yet.

    Args:
        fact: The contract table.
        relation: The relation of its rows.
        as_of: The as-of date.
        recorded: Whether its data says when rows were recorded.
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
    query = query.where(exp.LTE(this=known_day(fact, recorded=recorded), expression=literal(as_of)))
    if fact == "orders":
        query = query.select(exp.alias_(day_of(fact, "ordered_at"), "ordered_on"))
        completed = exp.NEQ(
            this=exp.Coalesce(this=column("status"), expressions=[exp.Literal.string("completed")]),
            expression=exp.Literal.string("cancelled"),
        )
        later = exp.GT(this=column("cancelled_on"), expression=literal(as_of))
        query = query.where(exp.or_(completed, later))
    return query


def cancellations_view(relation: str, as_of: date, *, recorded: bool = False) -> exp.Select:
    """Return the query of the order lines that were known at `as_of` to be cancelled.

    Args:
        relation: The relation of the rows of `orders`.
        as_of: The as-of date.
        recorded: Whether its data says when rows were recorded.
    """
    by_then = exp.or_(
        exp.Is(this=column(CANCELLED_ON), expression=exp.Null()),
        exp.LTE(this=column(CANCELLED_ON), expression=literal(as_of)),
    )
    return (
        exp.select("*")
        .from_(table(relation))
        .where(exp.LTE(this=known_day("orders", recorded=recorded), expression=literal(as_of)))
        .where(exp.EQ(this=column(STATUS), expression=exp.Literal.string("cancelled")))
        .where(by_then)
    )


def purchases_view(orders_view: str, columns: Collection[str] | None = None) -> exp.Select:
    """Return the query of purchases: an order's lines together that sum above zero.

    Args:
        orders_view: The as-of view of orders, or some of its columns.
        columns: The columns of purchases that are used; None: all.
    """
    measured = {
        "purchased_on": exp.Min(this=column("ordered_on")),
        "amount": exp.Sum(this=column("amount")),
        "lines": exp.Count(this=exp.Star()),
        "quantity": exp.Sum(this=column("quantity")),
        "discount": exp.Sum(this=column("discount")),
        "returned": _returned(),
    }
    return (
        exp.select(
            column("customer_id"),
            column("order_id"),
            *(
                exp.alias_(value, name)
                for name, value in measured.items()
                if columns is None or name in columns
            ),
        )
        .from_(table(orders_view))
        .group_by(column("customer_id"), column("order_id"))
        .having(exp.GT(this=exp.Sum(this=column("amount")), expression=exp.Literal.number(0)))
    )


def columns_of(view: str, columns: Iterable[str]) -> exp.Select:
    """Return the query of some columns of a view."""
    return exp.select(*map(column, columns)).from_(table(view))


def _returned() -> exp.Expr:
    """Return what an order's negative lines take back, as a positive amount."""
    negative = exp.LT(this=column("amount"), expression=exp.Literal.number(0))
    taken_back = exp.Case(
        ifs=[exp.If(this=negative, true=exp.Neg(this=column("amount")))],
        default=exp.Literal.number(0),
    )
    return exp.Sum(this=taken_back)


def first_seen(
    relations: Mapping[str, str],
    *,
    among: str,
    recorded: Collection[str] = (),
    first_days: Mapping[str, str] | None = None,
) -> exp.Query | None:
    """Return the query of (customer_id, first day with a fact); None without facts.

    A customer has a row for each table that has a fact of it.

    Args:
        relations: The relation of each contract table that has customers and dates.
        among: The relation of the customers in question (`customer_id`).
        recorded: The tables whose data says when rows were recorded: a fact counts from then.
        first_days: Relations that have the first day of each customer in a table (`first_on`),
            asked instead of the table's where a fact counts from its own date.
    """
    parts: list[exp.Select] = []
    for fact, rows in relations.items():
        if TABLES[fact].date is None:
            continue
        asked = exp.select(column("customer_id")).from_(table(among)).subquery()
        day, relation = known_day(fact, recorded=fact in recorded), rows
        if fact not in recorded and fact in (first_days or {}):
            day, relation = column("first_on"), (first_days or {})[fact]
        parts.append(
            exp.select(column("customer_id"), exp.alias_(exp.Min(this=day), "seen_on"))
            .from_(table(relation))
            .where(exp.In(this=column("customer_id"), query=asked))
            .group_by(column("customer_id"))
        )
    if not parts:
        return None
    query: exp.Query = parts[0]
    for part in parts[1:]:
        query = exp.union(query, part, distinct=False)
    return query
