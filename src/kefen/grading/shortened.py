"""Facts cut short: what several aggregations name of a fact, computed once.

The as-of view of a fact reads files, leaves out copies and strangers, and turns every cell into
its type, each time it is asked. Where several aggregations ask, a table of the rows with the few
columns that they name costs less than the second reading. Where the standard and the as-of date
are known before files are read, reading makes that table of the order lines (`lines_wanted`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.aggregates import FactSQL
from kefen.compiler.aggregation import FactAggregation, Source, source_of
from kefen.compiler.facts import as_of_view, column, columns_of, purchases_view, table
from kefen.compiler.metrics import customers_columns
from kefen.domain.contract import TABLES
from kefen.grading.population import NUMBER, POPULATION
from kefen.lake.dataset import LinesWanted
from kefen.standards.facts import RECORDED_ON
from kefen.standards.model import CANCELLATIONS, PURCHASES, FactMetric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.compiler.aggregation import Part
    from kefen.engines.engine import Engine
    from kefen.lake.dataset import ShortLines
    from kefen.standards.model import Standard

_FEWEST = 2  # aggregations that make a table of their own worth its while
_KEYS = {"orders": ("customer_id", "order_id", "ordered_on")}
"""The columns that a table of a fact has in any case."""


@dataclass(slots=True)
class Shortened:
    """What was made.

    Attributes:
        orders: The short table of order lines, or None.
        numbered: The relations made that have a number of the customer as `customer_id`, each
            with the column of `POPULATION` that has these numbers; so have the aggregations that
            read them.
        made: Kind and name of every relation made, in order. Who asked for them drops them.
    """

    orders: str | None = None
    numbered: dict[str, str] = field(default_factory=dict)
    made: list[tuple[str, str]] = field(default_factory=list)


def lines_wanted(standard: Standard, as_of: date) -> LinesWanted | None:
    """Return what a grading will ask of order lines; None where it is better read as it is asked.

    Args:
        standard: The standard.
        as_of: The as-of date.
    """
    metrics = [
        metric
        for metric in standard.metrics.values()
        if isinstance(metric.definition, FactMetric)
        and metric.definition.table in ("orders", PURCHASES)
        and source_of(metric.definition, standard.metrics) == Source(metric.definition.table)
    ]
    views = {Source(fact): fact for fact in ("orders", PURCHASES)}
    sql = FactSQL(as_of, standard.metric_types | customers_columns(metrics))
    parts = FactAggregation(sql, views).parts(metrics)
    if len(parts) < _FEWEST or not all(map(_groups_by_customer, parts)):
        return None
    own, bought = _reading(parts, "orders"), _reading(parts, PURCHASES)
    known = as_of_view("orders", "orders", as_of).args["where"].this
    return LinesWanted(
        as_of=as_of,
        columns=frozenset(_columns_named("orders", own, bought, "orders"))
        & {*TABLES["orders"].column_names, "ordered_on"},
        counted=known.sql("duckdb"),
        unless=frozenset({RECORDED_ON}),
    )


def shorten(
    engine: Engine,
    parts: Sequence[Part],
    facts: Mapping[str, str],
    lines: exp.Select | None,
    read: ShortLines | None = None,
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
        read: The order lines as they were read in short, of the same as-of date; None without.
            They are dropped with what is made.
    """
    short = Shortened()
    if read is not None:
        short.made.append(("TABLE", read.relation))
        read.is_taken = True
    for fact, view in facts.items():
        if fact in (PURCHASES, CANCELLATIONS):
            continue
        own = _reading(parts, fact)
        bought = _reading(parts, PURCHASES) if fact == "orders" else []
        if len(own) + len(bought) < _FEWEST:
            continue
        named = _columns_named(fact, own, bought, view)
        there = {name for name, _ in engine.columns(exp.to_identifier(view, quoted=True).sql())}
        made = f"{fact} in short"
        columns = sorted(named & there)
        by_customer = all(map(_groups_by_customer, (*own, *bought)))
        if (
            fact == "orders"
            and read is not None
            and by_customer
            and set(columns) - {"customer_id"} <= read.columns
        ):
            engine.create("VIEW", made, _counted(read, columns))
            short.numbered[made] = NUMBER
            short.made.append(("VIEW", made))
        elif fact == "orders" and lines is not None and engine.is_one_place and by_customer:
            engine.create("TABLE", made, _with_numbers(lines, columns), as_written=True)
            short.numbered[made] = "rowid"
            short.made.append(("TABLE", made))
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
                short.numbered[whole] = short.numbered[made]
            _read_instead(bought, facts[PURCHASES], whole)
    return short


def _columns_named(fact: str, own: Sequence[Part], bought: Sequence[Part], view: str) -> set[str]:
    """Return the columns of a fact that its aggregations name, and those of its purchases."""
    named = {*_KEYS.get(fact, ("customer_id",)), *_named(own)}
    if bought:
        purchases = purchases_view(view, _named(bought))
        named |= {node.name for node in purchases.find_all(exp.Column)}
    return named


def _counted(read: ShortLines, columns: Sequence[str]) -> exp.Select:
    """Return the query of columns of the order lines read in short, those known as of the date."""
    counts = exp.Is(this=column("counted_number"), expression=exp.Null()).not_()
    return (
        exp.select(
            *(column(name) for name in columns if name != "customer_id"),
            exp.alias_(column("counted_number"), "customer_id"),
        )
        .from_(table(read.relation))
        .where(counts)
    )


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
