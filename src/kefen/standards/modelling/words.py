"""Models in words: what they are fitted to, and what a metric takes from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.standards.modelling.catalogue import METHODS, method_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.domain.horizons import Horizon, HorizonUnit
    from kefen.expressions.tree import Value
    from kefen.standards.model import Model, ModelMetric
    from kefen.standards.modelling.method import MethodOption

_UNITS: dict[HorizonUnit, Text] = {
    "day": Text("{n} {n:day|days}", "{n} 天"),
    "week": Text("{n} {n:week|weeks}", "{n} 周"),
    "month": Text("{n} {n:month|months}", "{n} 个月"),
    "year": Text("{n} {n:year|years}", "{n} 年"),
}


def horizon_in_words(horizon: Horizon) -> Text:
    """Return `next 12 months`."""
    unit = _UNITS[horizon.unit].filled(n=horizon.count)
    return Text("next {u}", "未来 {u}").filled(u=unit)


def given_in_words(definition: ModelMetric) -> Text:
    """Return what a metric takes from its model, and which model that is."""
    method = METHODS[definition.model.method]
    output = method.output(definition.gives)
    name = output.name
    if definition.over is not None:
        name = name.filled(h=horizon_in_words(definition.over))
    said = _options_in_words(output.options, definition.options)
    if said.en:
        name = Text("{n} ({o})", "{n}（{o}）").filled(n=name, o=said)
    return Text("{n}, by the model “{m}” ({t})", "{n}，出自模型“{m}”（{t}）").filled(
        n=name, m=definition.model.name, t=method.name
    )


@dataclass(frozen=True, slots=True)
class ModelWords:
    """A model in words.

    Attributes:
        id: Its name in the standard.
        name: Its name for people.
        description: What it is for.
        method: What its method does.
        fitted: What it is fitted to.
    """

    id: str
    name: Text
    description: Text
    method: Text
    fitted: Text


def words_of_model(model: Model, names: Mapping[str, Text]) -> ModelWords:
    """Return a model in words, metrics by their names for people."""
    return ModelWords(
        model.id,
        model.name,
        model.description,
        method_of(model).description,
        model_in_words(model, names),
    )


def model_in_words(model: Model, names: Mapping[str, Text]) -> Text:
    """Return a model's method, inputs, customers and settings.

    Args:
        model: The model.
        names: The names of metrics for people.
    """
    method = method_of(model)
    labels = {one.id: one.name for one in method.inputs}
    inputs = [
        Text("{n} = {v}", "{n} = {v}").filled(
            n=labels.get(one.id, Text.same(one.id)), v=in_words(one.value, names)
        )
        for one in model.inputs
    ]
    said = Text("{m} of {i}", "{m}：{i}").filled(m=method.name, i=_joined(inputs))
    if model.among is not None:
        said = Text("{s}; among {a}", "{s}；范围：{a}").filled(
            s=said, a=in_words(model.among, names)
        )
    if model.lost is not None:
        said = Text("{s}; lost: {l}", "{s}；流失：{l}").filled(
            s=said, l=in_words(model.lost, names)
        )
    if model.months_back:
        said = Text(
            "{s}; learned from {n} {n:month|months} before", "{s}；由 {n} 个月前的情况学习"
        ).filled(s=said, n=model.months_back)
    said = Text("{s}; from {n} {n:customer|customers}", "{s}；至少 {n} 位客户").filled(
        s=said, n=model.smallest_population
    )
    settings = _options_in_words(method.settings, model.settings)
    return Text("{s}; {o}", "{s}；{o}").filled(s=said, o=settings) if settings.en else said


def _options_in_words(options: tuple[MethodOption, ...], values: Mapping[str, Value]) -> Text:
    said = [option for option in options if values[option.id] != ""]
    return _joined([Text.same(f"{option.id}: {values[option.id]}") for option in said])


def _joined(parts: list[Text]) -> Text:
    return Text("; ".join(t.en for t in parts), "；".join(t.zh for t in parts))
