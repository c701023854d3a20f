"""Facts with what is known of their customer, and customers linked by a column of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.aggregates import OWN_CUSTOMER, joined_name
from kefen.compiler.facts import column, table

if TYPE_CHECKING:
    from collections.abc import Collection

PARENT = "parent_id"
"""The column that links customers through any number of generations."""


def joined_view(
    view: str,
    *,
    attributes: Collection[str] = (),
    customers: str = "",
    metrics: Collection[str] = (),
    measured: str = "",
    families: str | None = None,
) -> exp.Select:
    """Return the query of a fact's rows with metrics and columns of the customer of each.

    Args:
        view: The view of the fact.
        attributes: The customers' columns to add, as `customers.column`.
        customers: The relation of customers.
        metrics: The metrics to add.
        measured: The relation of metrics, by customer.
        families: The relation of families (`customer_id`, `family`): rows then belong to the
            family, by its name as `customer_id`, and keep their own customer as `OWN_CUSTOMER`;
            None: to the customer.
    """
    own = exp.column("customer_id", table="facts")
    star: exp.Expr = exp.Column(this=exp.Star(), table=exp.to_identifier("facts"))
    if families is not None:
        family = exp.alias_(exp.column("family", table="families"), "customer_id")
        star = exp.Column(this=exp.Star(replace=[family]), table=exp.to_identifier("facts"))
    query = exp.select(star).from_(exp.alias_(table(view), "facts", table=True))
    if families is not None:
        query = query.select(exp.alias_(own.copy(), OWN_CUSTOMER, quoted=True))
    for alias, relation, names in (
        ("attributes", customers, attributes),
        ("measured", measured, metrics),
    ):
        if not names:
            continue
        query = query.join(
            exp.alias_(table(relation), alias, table=True),
            on=exp.EQ(this=exp.column("customer_id", table=alias), expression=own.copy()),
            join_type="left",
        )
        for name in sorted(names):
            held = exp.to_identifier(name.removeprefix("customers."), quoted=True)
            query = query.select(
                exp.alias_(exp.column(held, table=alias), joined_name(name), quoted=True)
            )
    if families is not None:
        query = query.join(
            exp.alias_(table(families), "families", table=True),
            on=exp.EQ(this=exp.column("customer_id", table="families"), expression=own.copy()),
        )
    return query


def of_each_member(query: exp.Select, families: str) -> exp.Select:
    """Return what a query gives of each family, for each customer in it."""
    star = exp.Column(
        this=exp.Star(except_=[exp.column("customer_id")]),
        table=exp.to_identifier("counted"),
    )
    family = exp.column("family", table="families")
    return (
        exp.select(exp.column("customer_id", table="families"), star)
        .from_(exp.alias_(table(families), "families", table=True))
        .join(
            query.subquery("counted"),
            on=exp.EQ(this=exp.column("customer_id", table="counted"), expression=family),
        )
    )


def families_by_value(customers: str, name: str) -> exp.Select:
    """Return the query of families: customers with the same value; without one, each alone."""
    value, own = column(name), column("customer_id")
    return exp.select(
        own,
        exp.alias_(
            exp.Case(
                ifs=[
                    exp.If(
                        this=exp.Is(this=value, expression=exp.Null()),
                        true=_named("alone", own.copy()),
                    )
                ],
                default=_named("shared", value.copy()),
            ),
            "family",
        ),
    ).from_(table(customers))


def first_ancestors(customers: str) -> exp.Select:
    """Return the query of each customer's parent, or itself: the start of `older_ancestors`.

    A parent that is no customer is an ancestor without parents of its own.
    """
    parent, own = column(PARENT), column("customer_id")
    ancestor = exp.Coalesce(this=parent, expressions=[own.copy()])
    smallest = exp.Least(this=ancestor.copy(), expressions=[own.copy()])
    return exp.select(
        own, exp.alias_(ancestor, "ancestor"), exp.alias_(smallest, "smallest")
    ).from_(table(customers))


def older_ancestors(nearer_ones: str, same_ones: str) -> exp.Select:
    """Return the query of ancestors twice as far up, and of the smallest id on the way.

    Args:
        nearer_ones: The ancestors so far, those with one ancestor together.
        same_ones: The same, those of one customer together.
    """
    further = exp.column("ancestor", table="further")
    nearer = exp.column("ancestor", table="nearer")
    smallest = exp.column("smallest", table="nearer")
    return (
        exp.select(
            exp.column("customer_id", table="nearer"),
            exp.alias_(exp.Coalesce(this=further, expressions=[nearer]), "ancestor"),
            exp.alias_(
                exp.Least(this=smallest, expressions=[exp.column("smallest", table="further")]),
                "smallest",
            ),
        )
        .from_(exp.alias_(table(nearer_ones), "nearer", table=True))
        .join(
            exp.alias_(table(same_ones), "further", table=True),
            on=exp.EQ(this=exp.column("customer_id", table="further"), expression=nearer.copy()),
            join_type="left",
        )
    )


def moved_ancestors(nearer: str, further: str) -> exp.Select:
    """Return the query that counts customers whose ancestors differ between two relations."""
    differ = exp.NEQ(
        this=exp.column("ancestor", table="nearer"),
        expression=exp.column("ancestor", table="further"),
    )
    return (
        exp.select(exp.Count(this=exp.Star()))
        .from_(exp.alias_(table(nearer), "nearer", table=True))
        .join(exp.alias_(table(further), "further", table=True), using="customer_id")
        .where(differ)
    )


def families_by_ancestor(oldest_ones: str, same_ones: str) -> exp.Select:
    """Return the query of families: the top-most ancestor of each, or its circle's smallest id.

    Args:
        oldest_ones: Ancestors so far up that no path is longer, those with one ancestor together.
        same_ones: The same, those of one customer together.
    """
    oldest = exp.column("ancestor", table="member")
    # Seen from inside a circle, the smallest id on the way is that of the whole circle; the top
    # of a family sees nobody but itself.
    seen = exp.Coalesce(this=exp.column("smallest", table="top"), expressions=[oldest])
    return (
        exp.select(
            exp.column("customer_id", table="member"),
            exp.alias_(seen, "family"),
        )
        .from_(exp.alias_(table(oldest_ones), "member", table=True))
        .join(
            exp.alias_(table(same_ones), "top", table=True),
            on=exp.EQ(this=exp.column("customer_id", table="top"), expression=oldest.copy()),
            join_type="left",
        )
    )


def _named(kind: str, value: exp.Expr) -> exp.Expr:
    return exp.DPipe(this=exp.Literal.string(f"{kind} "), expression=exp.cast(value, "TEXT"))
