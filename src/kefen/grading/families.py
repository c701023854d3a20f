"""Families: customers whose facts count together, made as relations of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import table
from kefen.compiler.linked import (
    PARENT,
    families_by_ancestor,
    families_by_value,
    first_ancestors,
    moved_ancestors,
    older_ancestors,
)

if TYPE_CHECKING:
    from kefen.engines.engine import Engine

_ANCESTORS = "ancestors"


def make_families(engine: Engine, customers: str, column: str) -> str:
    """Make the relation of families by a column of customers, and return its name.

    Args:
        engine: The engine.
        customers: The relation of customers.
        column: The column that they share; through `parent_id`, all below the top-most ancestor
            are one family, and so are the customers of a circle of parents and all below it.

    Returns:
        A relation with `customer_id` and `family`, one row a customer.
    """
    name = f"families by {column}"
    if column != PARENT:
        engine.create("TABLE", name, families_by_value(customers, column))
        return name
    nearer = f"{_ANCESTORS} 0"
    engine.create("TABLE", nearer, first_ancestors(customers))
    counted = exp.select(exp.Count(this=exp.Star())).from_(table(customers))
    customer_count = int(engine.rows(counted.sql("duckdb"))[0][0])
    step, moved, far = 0, 1, 1
    # Ancestors twice as far at every step. They are the same ones only where all are at the top
    # or once around their circle; no circle is longer than there are customers.
    while moved and far <= customer_count:
        step, far = step + 1, far * 2
        made = f"{_ANCESTORS} {step}"
        engine.create("TABLE", made, older_ancestors(engine.placed(nearer, "ancestor"), nearer))
        further = engine.placed(made, "customer_id")
        moved = int(engine.rows(moved_ancestors(nearer, further).sql("duckdb"))[0][0])
        _drop(engine, nearer)
        nearer = further
    engine.create("TABLE", name, families_by_ancestor(engine.placed(nearer, "ancestor"), nearer))
    _drop(engine, nearer)
    return engine.placed(name, "customer_id")


def _drop(engine: Engine, name: str) -> None:
    engine.run(exp.Drop(tables=[table(name)], kind="TABLE").sql("duckdb"))
