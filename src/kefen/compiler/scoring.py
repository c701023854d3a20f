"""Steps as one row-wise query: layer upon layer, each value computed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.metrics import STORED
from kefen.expressions.snippets import cast_to, units_of_column
from kefen.expressions.sql import to_sql
from kefen.expressions.tree import names_in
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.compiler.plan import Step


def layered_query(
    source: str,
    steps: Sequence[Step],
    types: Mapping[str, ValueType],
    wanted: Sequence[str],
) -> exp.Select:
    """Return the query of `customer_id` and the `wanted` steps, in the order of `source`.

    Args:
        source: The relation of the metrics.
        steps: All steps, each after those it names.
        types: The types of the source's columns.
        wanted: The steps whose values are kept.
    """
    layers = _layers(steps)
    known = dict(types)
    query = exp.select("*").from_(table(source))
    for layer in layers:
        values = [_value(step, known) for step in layer]
        # Trees are handed over, not copied: copying each layer into the next is quadratic.
        below = query.subquery("layer", copy=False)
        query = exp.select("*", *values, copy=False).from_(below, copy=False)
        known |= {step.name: step.type for step in layer}
    return exp.select(column("customer_id"), *(column(name) for name in wanted)).from_(
        query.subquery("scored", copy=False), copy=False
    )


def _value(step: Step, types: Mapping[str, ValueType]) -> exp.Expr:
    columns: dict[str, exp.Expr] = {name: column(name) for name in names_in(step.expression)}
    value = cast_to(to_sql(step.expression, columns, types), STORED[step.type])
    return exp.alias_(value, step.name, quoted=True, copy=False)


def whole_numbers(value: str, of_type: ValueType, *, negated: bool) -> exp.Expr:
    """Return a column as whole numbers that order alike: decimals in ten-thousandths.

    Args:
        value: The column.
        of_type: Its type, a number.
        negated: Whether lower is better, so that ascending goes from worst to best.
    """
    plain: exp.Expr = column(value)
    if of_type is ValueType.DECIMAL:
        plain = units_of_column(column(value))
    return exp.Neg(this=exp.paren(plain)) if negated else plain


def _layers(steps: Sequence[Step]) -> list[list[Step]]:
    depth: dict[str, int] = {}
    layers: list[list[Step]] = []
    for step in steps:
        level = 1 + max((depth.get(name, 0) for name in names_in(step.expression)), default=0)
        depth[step.name] = level
        while len(layers) < level:
            layers.append([])
        layers[level - 1].append(step)
    return layers
