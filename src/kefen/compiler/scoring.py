"""Steps as one row-wise query: layer upon layer, each value computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.metrics import STORED
from kefen.expressions.quotients import units_of_column
from kefen.expressions.snippets import cast_to
from kefen.expressions.sql import to_sql
from kefen.expressions.tree import names_in
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.compiler.plan import Step
    from kefen.expressions.tree import Expression


@dataclass(frozen=True, slots=True)
class Written:
    """A value as SQL.

    Attributes:
        expression: What was written.
        text: The SQL.
    """

    expression: Expression
    text: str


def layered_query(
    source: str,
    steps: Sequence[Step],
    types: Mapping[str, ValueType],
    wanted: Sequence[str],
    written: Mapping[str, Written] | None = None,
) -> exp.Select:
    """Return the query of `customer_id` and the `wanted` steps, in the order of `source`.

    Args:
        source: The relation of the metrics.
        steps: All steps, each after those it names.
        types: The types of the source's columns.
        wanted: The steps whose values are kept.
        written: What `written_ahead` gave for some of them.
    """
    layers = _layers(steps)
    known = dict(types)
    there = written or {}
    query = exp.select("*").from_(table(source))
    for layer in layers:
        values = [_as_written(step, there) or _value(step, known) for step in layer]
        # Trees are handed over, not copied: copying each layer into the next is quadratic.
        below = query.subquery("layer", copy=False)
        query = exp.select("*", *values, copy=False).from_(below, copy=False)
        known |= {step.name: step.type for step in layer}
    kept = (column(name) for name in wanted)
    return exp.select(column("customer_id"), *kept, copy=False).from_(
        query.subquery("scored", copy=False), copy=False
    )


def written_ahead(steps: Sequence[Step], types: Mapping[str, ValueType]) -> dict[str, Written]:
    """Return the values of steps as SQL, by name, for a `layered_query` that comes later.

    Where that has another step of a name, its value is written then.

    Args:
        steps: The steps, each after those of them that it names.
        types: The types of what else they name; steps that name more are left out.
    """
    known = dict(types)
    written = {}
    for step in steps:
        if all(name in known for name in names_in(step.expression)):
            text = _cast(step, known).sql("duckdb")
            written[step.name] = Written(step.expression, text)
        known[step.name] = step.type
    return written


def _as_written(step: Step, written: Mapping[str, Written]) -> exp.Expr | None:
    ahead = written.get(step.name)
    if ahead is None or ahead.expression != step.expression:
        return None
    return exp.alias_(exp.Var(this=ahead.text), step.name, quoted=True, copy=False)


def _value(step: Step, types: Mapping[str, ValueType]) -> exp.Expr:
    return exp.alias_(_cast(step, types), step.name, quoted=True, copy=False)


def _cast(step: Step, types: Mapping[str, ValueType]) -> exp.Expr:
    columns: dict[str, exp.Expr] = {name: column(name) for name in names_in(step.expression)}
    return cast_to(to_sql(step.expression, columns, types), STORED[step.type])


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
