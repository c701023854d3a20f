"""Where a modelled number comes from: the model, what it learned, and the customer's inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.compiler.rowwise_values import stored
from kefen.domain.text import Text
from kefen.expressions.evaluator import evaluate
from kefen.expressions.tree import Name, names_in
from kefen.expressions.units import unit_of, unit_word
from kefen.grading.modelled.method import Telling, fitted_method
from kefen.grading.modelled.reasons import why_not_fitted
from kefen.grading.modelled.rows import columns_of_row
from kefen.grading.wording import lowered, metric_in_words
from kefen.standards.checks.examine import units_of_metrics
from kefen.standards.modelling.catalogue import method_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Value
    from kefen.grading.modelled.method import Parameters
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Model, ModelInput, ModelMetric, Standard


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
    why = _why(run, model, learned.parameters, values)
    if why is not None:
        inputs = Text("{i}; {w}", "{i}；{w}").filled(i=inputs, w=why)
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


def input_name(standard: Standard, one: ModelInput) -> Text:
    """Return what an input of a model is called for people: its metric, or its formula."""
    if isinstance(one.value, Name) and one.value.name in standard.metrics:
        return lowered(standard.metrics[one.value.name].name)
    return Text.same(one.id.replace("_", " "))


def _why(
    run: StoredRun, model: Model, parameters: Parameters, values: Mapping[str, Value]
) -> Text | None:
    """Return why a model gives a customer what it gives, where its method can say so."""
    method = fitted_method(model.method)
    if not isinstance(method, Telling):
        return None
    scope = {name: values.get(name) for tree in model.expressions for name in names_in(tree)}
    scope["as_of"] = run.as_of
    if model.among is not None and evaluate(model.among, scope) is not True:
        return None
    columns = columns_of_row(
        model, {one.id: stored(evaluate(one.value, scope), one.type) for one in model.inputs}
    )
    if columns is None or not method.usable(model, columns)[0]:
        return None
    names = {one.id: input_name(run.standard, one) for one in model.inputs}
    return method.customer_in_words(model, parameters, columns, names)


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
        label = labels.get(one.id) or input_name(run.standard, one)
        parts.append(Text("{n} {v}", "{n} {v}").filled(n=label, v=shown))
    return Text(", ".join(t.en for t in parts), "，".join(t.zh for t in parts))
