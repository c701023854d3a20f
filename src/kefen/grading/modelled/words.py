"""Where a modelled number comes from: the model, what it learned, and the customer's inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.evaluator import evaluate
from kefen.expressions.tree import names_in
from kefen.expressions.units import unit_of, unit_word
from kefen.grading.modelled.method import fitted_method
from kefen.grading.modelled.reasons import why_not_fitted
from kefen.grading.wording import metric_in_words
from kefen.standards.checks.examine import units_of_metrics
from kefen.standards.modelling.catalogue import method_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Value
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Model, ModelMetric


def origin(
    run: StoredRun, definition: ModelMetric, values: Mapping[str, Value], currency: str | None
) -> Text:
    """Return what a modelled number comes from.

    Args:
        run: The run that graded.
        definition: What the metric takes from its model.
        values: The customer's metrics.
        currency: The currency of amounts.
    """
    model = definition.model
    learned = run.calibration.models.get(model.id)
    if learned is None or learned.reason is not None:
        return why_not_fitted(model, learned)
    inputs = _inputs_in_words(run, model, values, currency)
    said = Text(
        "{m} ({t}), learned from {n} {n:customer|customers}: {p}. Of this customer: {i}",
        "{m}（{t}），由 {n} 位客户得出：{p}。该客户：{i}",
    )
    return said.filled(
        m=model.name,
        t=method_of(model).name,
        n=learned.fitted_on,
        p=fitted_method(model.method).parameters_in_words(model, learned.parameters),
        i=inputs,
    )


def _inputs_in_words(
    run: StoredRun, model: Model, values: Mapping[str, Value], currency: str | None
) -> Text:
    labels = {one.id: one.name for one in method_of(model).inputs}
    scope = {name: values.get(name) for tree in model.expressions for name in names_in(tree)}
    scope["as_of"] = run.as_of
    if model.among is not None and evaluate(model.among, scope) is not True:
        return Text("not among those the model is about", "不属于该模型的范围")
    units = run.kept("units of metrics", lambda: units_of_metrics(run.standard.metrics))
    parts = []
    for one in model.inputs:
        unit = unit_word(unit_of(one.value, units)) or "count"
        shown = metric_in_words(evaluate(one.value, scope), unit, currency)
        label = labels.get(one.id, Text.same(one.id))
        parts.append(Text("{n} {v}", "{n} {v}").filled(n=label, v=shown))
    return Text(", ".join(t.en for t in parts), "，".join(t.zh for t in parts))
