"""The smallest unit that a metric can move by: a day, one, 0.0001, or what a mark is given in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import units
from kefen.expressions.tree import Name
from kefen.expressions.types import ValueType
from kefen.standards.model import FactMetric

if TYPE_CHECKING:
    from kefen.expressions.tree import Value
    from kefen.standards.model import Metric

_SINGLE = frozenset({"last", "first", "smallest", "largest"})
_SCORES = (Name("score"), Name("surveys.score"))
_ONE = 10_000


def smallest_unit(metric: Metric, now: Value) -> int:
    """Return the smallest unit of a metric: of decimals in ten-thousandths, else 1.

    A mark that somebody gives moves by what it and the least and the most that can be given are
    written in: from 3 by one, from 3.5 by a tenth. A mean of marks moves by a ten-thousandth.

    Args:
        metric: The metric.
        now: Its value.
    """
    if not isinstance(now, Decimal) or not _is_mark(metric):
        return 1
    written = [units(now)]
    judged = metric.definition.judgement if isinstance(metric.definition, FactMetric) else None
    if judged is not None:
        written += [units(end) for end in (judged.lowest, judged.highest) if end is not None]
    step = _ONE
    while any(number % step for number in written):
        step //= 10
    return step


def _is_mark(metric: Metric) -> bool:
    """Return whether a metric is one mark that somebody gave, no mean or sum of several."""
    definition = metric.definition
    if metric.type is not ValueType.DECIMAL or not isinstance(definition, FactMetric):
        return False
    if definition.judgement is not None:
        return definition.judgement.raters != "mean"
    return (
        definition.table == "surveys"
        and definition.aggregate in _SINGLE
        and definition.of in _SCORES
        and not definition.levels
    )
