"""Facts cut short: what several aggregations name of a fact, computed once.

The as-of view of a fact reads files, leaves out copies and strangers, and turns every cell into
its type, each time it is asked. Where several aggregations ask, a table of the rows with the few
columns that they name costs less than the second reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, columns_of, purchases_view, table
from kefen.grading.population import POPULATION
from kefen.standards.model import CANCELLATIONS, PURCHASES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.compiler.aggregation import Part
    from kefen.engines.engine import Engine

_KEYS = {"orders": ("customer_id", "order_id", "ordered_on")}
"""The columns that a table of a fact has in any case."""


@dataclass(slots=True)
class Shortened:
    """What was made.

    Attributes:
        orders: The short table of order lines, or None.
        numbered: The relations made that have the number of the customer in `POPULATION` as
            `customer_id`; so have the aggregations that read them.
        made: Kind and name of every relation made, in order. Who asked for them drops them.
    """

    orders: str | None = None
    numbered: set[str] = field(default_factory=set)
    made: list[tuple[str, str]] = field(default_factory=list)


def shorten(
    engine: Engine, parts: Sequence[Part], facts: Mapping[str, str], lines: exp.Select | None
) -> Shortened:
    """Make short tables of the facts that several aggregations read, and let them read those.

    Order lines get the row number of their customer in the population in place of its id, where
    an engine has such numbers: whole numbers are grouped and joined in less than half the time
    that text takes, and rows of customers who are not graded fall away in the same pass.

    Args:
        engine: The engine that holds the views.
        parts: The aggregations; their queries are changed.
        facts: The as-of view of each fact.
        lines: The as-of view of the order lines, with or without those of unknown customers.
    """
    short = Shortened()
    for fact, view in facts.items():
        if fact in (PURCHASES, CANCELLATIONS):
            continue
        own = _reading(parts, fact)
        bought = _reading(parts, PURCHASES) if fact == "orders" else []
        if len(own) + len(bought) < 2:
            continue
        named = {*_KEYS.get(fact, ("customer_id",)), *_named(own)}
        if bought:
            purchases = purchases_view(view, _named(bought))
            named |= {node.name for node in purchases.find_all(exp.Column)}
        there = {name for name, _ in engine.columns(exp.to_identifier(view, quoted=True).sql())}
        made = f"{fact} in short"
        columns = sorted(named & there)
        if (
            fact == "orders"
            and lines is not None
            and engine.is_one_place
            and all(map(_groups_by_customer, (*own, *bought)))
        ):
            engine.create("TABLE", made, _with_numbers(lines, columns), as_written=True)
            short.numbered.add(made)
        else:
            engine.create("TABLE", made, columns_of(view, columns))
        short.made.append(("TABLE", made))
        _read_instead(own, view, made)
        if fact == "orders":
            short.orders = made
        if bought:
            whole = f"{PURCHASES} in short"
            engine.create("VIEW", whole, purchases_view(made, _named(bought)))
            short.made.append(("VIEW", whole))
            if made in short.numbered:
                short.numbered.add(whole)
            _read_instead(bought, facts[PURCHASES], whole)
    return short


def _groups_by_customer(part: Part) -> bool:
    """Whether an aggregation does nothing with a customer's id but bring its rows together."""
    return all(
        isinstance(node.parent, exp.Select | exp.Group)
        for node in part.query.find_all(exp.Column)
        if node.name == "customer_id"
    )


def _with_numbers(lines: exp.Select, columns: Sequence[str]) -> exp.Select:
    """Return the query of columns of the order lines, customers by their number."""
    own = [
        exp.column(exp.to_identifier(name, quoted=True), table="facts")
        for name in columns
        if name != "customer_id"
    ]
    number = exp.cast(exp.column("rowid", table="numbers"), exp.DType.UINT)
    same = exp.EQ(
        this=exp.column("customer_id", table="facts"),
        expression=exp.column("customer_id", table="numbers"),
    )
    return (
        exp.select(*own, exp.alias_(number, "customer_id"))
        .from_(lines.subquery("facts"))
        .join(exp.alias_(table(POPULATION), "numbers", table=True), on=same)
    )


def days_with_orders(engine: Engine, orders: str) -> frozenset[date]:
    """Return the days that a relation of order lines as of a date has."""
    days = exp.select(column("ordered_on")).distinct().from_(table(orders))
    return frozenset(row[0] for row in engine.rows(days.sql("duckdb")))


def _reading(parts: Sequence[Part], fact: str) -> list[Part]:
    """Return the aggregations that read a fact's view as it is."""
    return [
        part
        for part in parts
        if part.source.fact == fact and part.source.across is None and not part.source.joined
    ]


def _named(parts: Sequence[Part]) -> set[str]:
    """Return the names of all columns in the aggregations, those that they make among them."""
    return {node.name for part in parts for node in part.query.find_all(exp.Column)}


def _read_instead(parts: Sequence[Part], view: str, other: str) -> None:
    for part in parts:
        for node in part.query.find_all(exp.Table):
            if node.name == view:
                node.set("this", exp.to_identifier(other, quoted=True))
