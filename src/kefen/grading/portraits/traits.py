"""What could set customers apart: every number and class that a run holds of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlglot import exp

from kefen.compiler.needs import expressions_of
from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.expressions.types import ValueType
from kefen.standards.model import ComputedMetric, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.engines.engine import Engine
    from kefen.grading.run import GradedRun
    from kefen.standards.model import Metric, Scheme, Standard

Dimension: TypeAlias = Literal["who", "value", "behaviour", "needs", "service", "grades"]

DIMENSIONS: dict[Dimension, Text] = {
    "value": Text("Value", "价值"),
    "behaviour": Text("Behaviour", "行为"),
    "needs": Text("Needs", "需求"),
    "service": Text("Service", "服务"),
    "who": Text("Who they are", "他们是谁"),
    "grades": Text("Other grades", "其他等级"),
}
"""The sides of a portrait, in the order they are told."""

NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)
_SERVED = frozenset({"cases", "surveys", "assessments", "interactions"})
_SMALL_COUNTS = frozenset({"money", "per_month", "per_year"})


@dataclass(frozen=True, slots=True)
class Material:
    """What portraits are drawn from: the results of one run, in an engine.

    Attributes:
        engine: Holds the relations.
        metrics: Name of the relation with one row a customer and one column a metric.
        grades: Name of the relation (customer_id, scheme, grade, ...).
        standard: The standard that graded.
        running: The schemes that were run, in order.
        currency: The unit of money, or None.
    """

    engine: Engine
    metrics: str
    grades: str
    standard: Standard
    running: tuple[str, ...]
    currency: str | None

    @classmethod
    def of_run(cls, run: GradedRun, running: Iterable[Scheme]) -> Material:
        """Return the material that a graded run holds, of the schemes that were run."""
        return cls(
            run.dataset.engine,
            run.metrics,
            run.grades,
            run.standard,
            tuple(scheme.id for scheme in running),
            run.dataset.currency,
        )

    def metrics_of(self, types: Iterable[ValueType]) -> tuple[Metric, ...]:
        """Return the metrics held that have values of these types, in the standard's order."""
        wanted = frozenset(types)
        source = exp.to_identifier(self.metrics, quoted=True).sql("duckdb")
        held = {name for name, _ in self.engine.columns(source)}
        return tuple(
            metric
            for metric in self.standard.metrics.values()
            if metric.type in wanted and metric.id in held
        )

    def schemes_beside(self, scheme: Scheme | None) -> tuple[Scheme, ...]:
        """Return the other schemes with named grades that were run."""
        return tuple(
            other
            for name in self.running
            if (other := self.standard.schemes[name]).classes
            and (scheme is None or other.id != scheme.id)
        )


def dimension_of(metric: Metric) -> Dimension:
    """Return the side of a portrait that a metric belongs to, by what it is counted from."""
    tables = metric.tables - {"customers"}
    if not tables:
        return "who"
    if tables & _SERVED:
        return "service"
    if metric.type is ValueType.TEXT:
        return "needs"
    return "value" if metric.unit in _SMALL_COUNTS else "behaviour"


def models_behind(standard: Standard, scheme: Scheme) -> frozenset[str]:
    """Return the models whose results a scheme's grades are themselves made of."""
    names = {name for tree in expressions_of(scheme) for name in names_in(tree)}
    return frozenset(
        definition.model.id
        for name in names & set(standard.metrics)
        if isinstance(definition := standard.metrics[name].definition, ModelMetric)
    )


def decided_by(standard: Standard, scheme: Scheme) -> frozenset[str]:
    """Return the metrics that a scheme's grades rest on, through other schemes and metrics too."""
    found: set[str] = set()
    seen = {scheme.id}
    pending = [name for tree in expressions_of(scheme) for name in names_in(tree)]
    while pending:
        name = pending.pop()
        head = name.split(".")[0]
        if name in standard.metrics and name not in found:
            found.add(name)
            definition = standard.metrics[name].definition
            if isinstance(definition, ComputedMetric):
                pending += names_in(definition.formula)
            if isinstance(definition, ModelMetric):
                pending += definition.names
        elif head in standard.schemes and head not in standard.metrics and head not in seen:
            seen.add(head)
            pending += [
                part for tree in expressions_of(standard.schemes[head]) for part in names_in(tree)
            ]
    return frozenset(found)
