"""Where a modelled number comes from: the model, what it learned, and the customer's inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.compiler.rowwise_values import stored
from kefen.domain.text import Text
from kefen.expressions.evaluator import evaluate, evaluation
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

    from kefen.expressions.evaluator import Evaluation
    from kefen.expressions.tree import Value
    from kefen.grading.modelled.method import Parameters
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Model, ModelInput, Standard
    from kefen.standards.model_calibration import ModelCalibration


def origin(run: StoredRun, model: Model, values: Mapping[str, Value], currency: str | None) -> Text:
    """Return what a modelled number comes from.

    Args:
        run: The run that graded.
        model: The model that gives it.
        values: The customer's metrics.
        currency: The currency of amounts.
    """
    learned = run.calibration.models.get(model.id)
    if learned is None or learned.reason is not None:
        return why_not_fitted(model, learned)
    inputs = _inputs_in_words(run, model, values, currency)
    why = _why(run, model, learned.parameters, values)
    if why is not None:
        inputs = Text("{i}; {w}", "{i}；{w}").filled(i=inputs, w=why)
    fitted = run.kept(("model in words", model.id), lambda: _fitted(model, learned))
    return Text(f"{fitted.en}. Of this customer: {inputs.en}", f"{fitted.zh}。该客户：{inputs.zh}")


def _fitted(model: Model, learned: ModelCalibration) -> Text:
    """Return what a model learned, the same for every customer."""
    return Text(
        "{m} ({t}), learned from {n} {n:customer|customers}: {p}",
        "{m}（{t}），由 {n} 位客户得出：{p}",
    ).filled(
        m=model.name,
        t=method_of(model).name,
        n=learned.fitted_on,
        p=fitted_method(model.method).parameters_in_words(model, learned.parameters),
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
    # To look whether a method has what a protocol asks takes longer than most of what it says.
    if not run.kept(("telling", model.id), lambda: isinstance(method, Telling)):
        return None
    assert isinstance(method, Telling)  # noqa: S101  as was kept
    scope = {name: values.get(name) for tree in model.expressions for name in names_in(tree)}
    scope["as_of"] = run.as_of
    if model.among is not None and evaluate(model.among, scope) is not True:
        return None
    columns = columns_of_row(
        model,
        {one.id: stored(evaluate(one.value, scope), one.type) for one in model.inputs},
    )
    if columns is None or not method.usable(model, columns)[0]:
        return None
    names = {one.id: input_name(run.standard, one) for one in model.inputs}
    return method.customer_in_words(model, parameters, columns, names)


def _inputs_in_words(
    run: StoredRun, model: Model, values: Mapping[str, Value], currency: str | None
) -> Text:
    names, told = run.kept(("inputs in words", model.id), lambda: _inputs(run, model))
    scope = {name: values.get(name) for name in names}
    scope["as_of"] = run.as_of
    if model.among is not None and evaluate(model.among, scope) is not True:
        return Text("not among those the model is about", "不属于该模型的范围")
    parts = []
    for label, unit, value_of in told:
        shown = metric_in_words(value_of(scope), unit, currency)
        parts.append(Text(f"{label.en} {shown.en}", f"{label.zh} {shown.zh}"))
    return Text(", ".join(t.en for t in parts), "，".join(t.zh for t in parts))


def _inputs(
    run: StoredRun, model: Model
) -> tuple[frozenset[str], list[tuple[Text, str, Evaluation]]]:
    """Return the names that a model reads, and of each input its name, unit and evaluation."""
    labels = {one.id: one.name for one in method_of(model).inputs}
    units = units_of_metrics(run.standard.metrics)
    return frozenset(name for tree in model.expressions for name in names_in(tree)), [
        (
            labels.get(one.id) or input_name(run.standard, one),
            unit_word(unit_of(one.value, units)) or "count",
            evaluation(one.value),
        )
        for one in model.inputs
    ]
