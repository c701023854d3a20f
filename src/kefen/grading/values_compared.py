"""The values that a standard compares a text or a yes-or-no metric with: what what-if can try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.expressions.tree import Call, Literal, Name
from kefen.expressions.types import ValueType
from kefen.standards.model import ComputedMetric, FactMetric, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kefen.expressions.tree import Expression, Value
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Metric

_COMPARED = frozenset({"equals", "differs", "one_of"})
_KEYED = frozenset({"lookup", "choose"})
_PASSING = frozenset({"first_known", "if", "lower"})


def values_compared(
    run: StoredRun, metric: Metric, order: Sequence[str], stored: Mapping[str, Value]
) -> tuple[Value, ...]:
    """Return the values worth trying for a metric of text or yes and no, in a fixed order.

    Where only certain words can be, those: a judgement's, a code's; else those that formulas,
    conditions and bands compare it with, and the keys of tables that it chooses from. Numbers and
    dates have none.

    Args:
        run: The run.
        metric: The metric.
        order: The schemes that decide, in the order they are graded.
        stored: The customer's metrics.
    """
    if metric.type is ValueType.BOOLEAN:
        return True, False
    if metric.type is not ValueType.TEXT:
        return ()
    possible = only_possible(metric)
    if possible:
        return tuple(sorted(possible))
    found: set[str] = set()
    names = {metric.id}
    for name, tree in _expressions(run, order, stored):
        found.update(_texts(tree, names))
        if _passes(tree, names):
            names.add(name)
    return tuple(sorted(found))


def only_possible(metric: Metric) -> frozenset[str]:
    """Return the only texts that a metric can be: words of a judgement, codes; empty: any."""
    definition = metric.definition
    if isinstance(definition, FactMetric):
        return frozenset(definition.judgement.words) if definition.judgement else frozenset()
    if isinstance(definition, ModelMetric):
        return frozenset()
    formula = definition.formula
    codes = {f"customers.{column.name}": column.codes for column in TABLES["customers"].columns}
    found = codes.get(formula.name) if isinstance(formula, Name) else None
    return frozenset(found or ())


def _expressions(
    run: StoredRun, order: Sequence[str], stored: Mapping[str, Value]
) -> Iterator[tuple[str, Expression]]:
    for metric in run.standard.metrics.values():
        if isinstance(metric.definition, ComputedMetric) and run.inputs(metric.id):
            yield metric.id, metric.definition.formula
    for scheme in order:
        for step in run.steps(scheme, stored):
            yield step.name, step.expression


def _texts(tree: Expression, names: set[str]) -> Iterator[str]:
    """Yield the texts that an expression compares one of the names with."""
    if not isinstance(tree, Call):
        return
    for argument in tree.arguments:
        yield from _texts(argument, names)
    if tree.operator in _COMPARED and any(_passes(one, names) for one in tree.arguments):
        yield from _literals(tree.arguments)
    elif tree.operator in _KEYED and _passes(tree.arguments[0], names):
        yield from _literals(tree.arguments[1::2])


def _literals(arguments: Sequence[Expression]) -> Iterator[str]:
    for argument in arguments:
        if isinstance(argument, Literal) and isinstance(argument.value, str):
            yield argument.value


def _passes(tree: Expression, names: set[str]) -> bool:
    """Return whether an expression is one of the names, or gives its text on."""
    if isinstance(tree, Name):
        return tree.name in names
    if not isinstance(tree, Call) or tree.operator not in _PASSING:
        return False
    given = tree.arguments[1:] if tree.operator == "if" else tree.arguments
    return any(_passes(argument, names) for argument in given)
