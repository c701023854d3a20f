"""What every kind of metric says: its name, description and unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.metric_units import metric_unit
from kefen.standards.metrics.scope import METRIC
from kefen.standards.model.metrics import UNITS, Metric
from kefen.standards.naming import name_of

if TYPE_CHECKING:
    from kefen.expressions.units import Unit
    from kefen.standards.document import Mapping
    from kefen.standards.metrics.scope import MetricsReading
    from kefen.standards.model import ComputedMetric, FactMetric, ModelMetric
    from kefen.standards.reading import Reading

COMMON = frozenset({"name", "description", "unit"})


def metric(
    every: MetricsReading,
    identifier: str,
    node: Mapping,
    definition: FactMetric | ComputedMetric | ModelMetric,
    value_type: ValueType,
    measure: Unit,
    *,
    tables: frozenset[str] = frozenset(),
    columns: frozenset[str] = frozenset(),
    names: frozenset[str],
    usual: str = "count",
) -> Metric:
    """Return the metric of a definition, with what the metrics it names need.

    Args:
        every: The reading.
        identifier: Its id.
        node: Its document.
        definition: How it comes about.
        value_type: The type of its values.
        measure: The unit that its definition gives.
        tables: The contract tables it needs itself.
        columns: The contract columns it needs itself.
        names: Every name in its expressions.
        usual: How its numbers are shown when nothing else says it.
    """
    place = every.places[identifier]
    used = [every.metrics[name] for name in names if name in every.metrics]
    return Metric(
        id=identifier,
        name=name_of(every.reading, node, identifier, METRIC, place),
        description=every.reading.text(node, "description", METRIC, default=Text("", "")),
        definition=definition,
        type=ValueType.TEXT if value_type is ValueType.UNKNOWN else value_type,
        unit=_unit(every.reading, identifier, node, value_type, measure, usual),
        tables=tables.union(*(metric.tables for metric in used)),
        columns=columns.union(*(metric.columns for metric in used)),
        place=place,
    )


def _unit(
    reading: Reading,
    identifier: str,
    node: Mapping,
    value_type: ValueType,
    measure: Unit,
    usual: str,
) -> str:
    """Return how values are shown; notes a unit that the definition does not give."""
    child = reading.scalar(node, "unit", METRIC)
    if child is not None and reading.choice(child, UNITS, Text("“unit”", "“unit”")) is None:
        child = None
    word = metric_unit(reading, identifier, child, measure, value_type)
    return usual if child is None and word == "count" else word
