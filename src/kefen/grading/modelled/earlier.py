"""The inputs of models as they were on an earlier day, for those who were customers then.

A model that foretells who will be lost learns from a day after which it is known: from the inputs
as of that day, measured as a grading of that day would have measured them, and from who was lost
by now. So nothing that it learns from had not happened yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.calendar import months_before
from kefen.expressions.tree import names_in
from kefen.grading.fact_views import make_views
from kefen.grading.measure import METRICS, make_metrics
from kefen.grading.modelled.population import make_inputs
from kefen.grading.population import make_population
from kefen.standards.model import ComputedMetric

if TYPE_CHECKING:
    from datetime import date

    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Model, Standard


def earlier_inputs(
    dataset: Dataset, standard: Standard, as_of: date, imported: frozenset[str]
) -> dict[str, str]:
    """Make the relations of the inputs that models learn from, and return their names by model.

    The views and the metrics of the earlier day are left behind; those of the as-of date, made
    afterwards, take their place.

    Args:
        dataset: The data cut.
        standard: The standard.
        as_of: The as-of date.
        imported: The metrics whose data was imported.

    Raises:
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    by_months: dict[int, list[Model]] = {}
    for model in standard.models.values():
        if model.months_back and model.names <= imported | {"as_of"}:
            by_months.setdefault(model.months_back, []).append(model)
    found: dict[str, str] = {}
    for months, models in by_months.items():
        then = months_before(as_of, months)
        facts = make_views(dataset, then)
        make_population(dataset, then)
        needed = frozenset[str]().union(*(_metrics_behind(standard, one) for one in models))
        make_metrics(dataset, standard, then, needed & imported, facts)
        for model in models:
            found[model.id] = make_inputs(
                dataset.engine,
                model,
                METRICS,
                standard.metric_types,
                then,
                name=f"earlier inputs of {model.id}",
            )
    return found


def _metrics_behind(standard: Standard, model: Model) -> frozenset[str]:
    """Return the metrics that a model's inputs rest on, those behind them too."""
    pending = [name for tree in model.expressions for name in names_in(tree)]
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name in found or name not in standard.metrics:
            continue
        found.add(name)
        definition = standard.metrics[name].definition
        if isinstance(definition, ComputedMetric):
            pending += names_in(definition.formula)
        else:
            pending += definition.names
    return frozenset(found)
