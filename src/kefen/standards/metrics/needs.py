"""What a metric cannot do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.expressions.tree import Call, Name, names_in
from kefen.standards.facts import date_column, fact_types, source_columns
from kefen.standards.model import ComputedMetric, ModelMetric
from kefen.standards.model.metrics import BY_LAST_ROW

if TYPE_CHECKING:
    from kefen.expressions.tree import Expression
    from kefen.standards.model import FactMetric


def needed_names(tree: Expression) -> tuple[str, ...]:
    """Return the names that must have data: those outside `first_known`, which has a way out."""
    if isinstance(tree, Name):
        return (tree.name,)
    if isinstance(tree, Call) and tree.operator != "first_known":
        return tuple(name for argument in tree.arguments for name in needed_names(argument))
    return ()


def needed_by(definition: FactMetric | ComputedMetric | ModelMetric) -> frozenset[str]:
    """Return the names that a definition needs data for: metrics, `customers.column`, columns.

    The columns of a counted metric's own facts are among them by their bare names.
    """
    if isinstance(definition, ComputedMetric):
        trees: tuple[Expression, ...] = (definition.formula,)
    elif isinstance(definition, ModelMetric):
        trees = definition.model.all_expressions
    else:
        trees = definition.expressions
    return frozenset(name for tree in trees for name in needed_names(tree)) - {"as_of"}


def needed_columns(definition: FactMetric) -> frozenset[str]:
    """Return the contract columns, as `table.column`, that a metric's own rows need."""
    fact = definition.table
    own = fact_types(fact)
    columns = set(source_columns(fact, definition.dated or date_column(fact)))
    for name in needed_by(definition):
        if name in own:
            columns |= source_columns(fact, name)
        elif name.startswith("customers."):
            columns.add(name)
    if definition.across is not None:
        columns.add(f"customers.{definition.across}")
    return frozenset(columns)


def named_columns(definition: FactMetric) -> frozenset[str]:
    """Return the contract columns, as `table.column`, that counting a metric looks at.

    Beside those that it cannot do without: what it can do without, and all that put rows of one
    moment in order where the last or first counts.
    """
    fact = definition.table
    own = fact_types(fact)
    names = {definition.dated or date_column(fact)}
    if definition.aggregate in BY_LAST_ROW:
        names |= set(own)
    names |= {name for tree in definition.expressions for name in names_in(tree) if name in own}
    return frozenset(column for name in names for column in source_columns(fact, name))
