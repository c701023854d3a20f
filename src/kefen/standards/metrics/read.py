"""Reading the metrics of a standard, in an order in which they can be computed."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import TYPE_CHECKING, cast

from kefen.domain.text import Text
from kefen.expressions.parser import WORDS
from kefen.standards.document import Mapping, Scalar
from kefen.standards.metrics.computed import computed_metric
from kefen.standards.metrics.counted import counted_metric
from kefen.standards.metrics.judged import judged_metric
from kefen.standards.metrics.scope import MetricsReading, metrics_named, words_in
from kefen.standards.modelling.read import (
    expressions_of_model,
    model_metric,
    read_other_models,
)
from kefen.standards.reading import IDENTIFIER

if TYPE_CHECKING:
    from kefen.domain.calendar import Window
    from kefen.standards.model import Metric, Model, Place
    from kefen.standards.reading import Reading

RESERVED = frozenset({"as_of", "customer_id", "points", "score", "value"}) | WORDS
"""Names that mean something else in expressions: nothing can be called by them."""
MOST_METRICS = 300
MOST_LINKS = 20
"""How long a chain of metrics, each named by the next, can be: more than anyone can follow."""


def read_metrics(
    reading: Reading, node: Mapping, window: Window, models: Mapping | None
) -> tuple[dict[str, Metric], dict[str, Model]]:
    """Return the metrics and models of a standard, in an order in which they can be computed.

    Metrics counted from facts alone stand first, as in the document. Problems are noted in
    `reading`; what has problems is left out.
    """
    children = _named(reading, node)
    every = MetricsReading(reading, window, {name: node.key_places[name] for name in children})
    every.models_node = models
    needs = {name: _metrics_needed(every, child) for name, child in children.items()}
    alone = [
        name
        for name, child in children.items()
        if not needs[name] and not {"value", "from_model"} & set(child.entries)
    ]
    reading.broken |= set(node.entries) - set(children)
    rest = {n: needs[n] - set(alone) for n in children if n not in set(alone)}
    links: dict[str, int] = {}
    for name in [*alone, *_computing_order(reading, node, rest)]:
        child = children[name]
        links[name] = 1 + max((links.get(own, 0) for own in needs[name]), default=0)
        if links[name] > MOST_LINKS:
            if links[name] == MOST_LINKS + 1:
                _refuse_chain(reading, node, name)
            reading.broken.add(name)
            continue
        if "value" in child.entries:
            metric = computed_metric(every, name, child)
        elif "from_model" in child.entries:
            metric = model_metric(every, name, child)
        elif "judged" in child.entries:
            metric = judged_metric(every, name, child)
        else:
            metric = counted_metric(every, name, child)
        if metric is None:
            reading.broken.add(name)
        else:
            every.metrics[name] = metric
    read_other_models(every)
    return every.metrics, {name: own for name, own in every.models.items() if own is not None}


def _metrics_needed(every: MetricsReading, node: Mapping) -> set[str]:
    """Return the metrics that a metric's document names, or those that its model rests on."""
    model = node.entries.get("from_model")
    if not isinstance(model, Scalar):
        return metrics_named(node, every.named)
    texts = expressions_of_model(every, model.text)
    return {word for text in texts for word in words_in(text) if word in every.named}


def _named(reading: Reading, node: Mapping) -> dict[str, Mapping]:
    """Return the metrics' documents by id; notes ids that cannot be used."""
    children: dict[str, Mapping] = {}
    seen: list[str] = []
    reading.at_most(len(node.entries), MOST_METRICS, node.place, Text("metrics", "指标"))
    for identifier, child in islice(node, MOST_METRICS):
        place = node.key_places[identifier]
        if not IDENTIFIER.fullmatch(identifier) or identifier in RESERVED:
            reading.problem(
                place,
                Text("“{n}” cannot name a metric", "“{n}”不能作为指标名").filled(n=identifier),
                Text(
                    "Use letters, digits and _, starting with a letter.",
                    "请用字母、数字和下划线，以字母开头。",
                )
                if identifier not in RESERVED
                else Text(
                    "The word means something of its own in expressions; take another.",
                    "该词在表达式中另有含义，请换一个。",
                ),
            )
            continue
        if not reading.unlike(identifier, place, seen):
            continue
        seen.append(identifier)
        if not isinstance(child, Mapping):
            reading.problem(
                place,
                Text("the metric needs named values", "指标应由若干命名的项组成"),
                Text(
                    "Write name, description, and one of sum, count, ..., value.",
                    "请写 name、description，以及 sum、count、…、value 之一。",
                ),
            )
            continue
        children[identifier] = child
    return children


def _computing_order(reading: Reading, node: Mapping, needs: dict[str, set[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        cycle = cast("list[str]", error.args[1])
        reading.broken |= set(cycle)
        reading.problem(
            _place_of(node, cycle[0]),
            Text("these metrics need each other: {c}", "这些指标互相依赖：{c}").filled(
                c=" → ".join(cycle)
            ),
            Text("Define one of them without the others.", "请让其中一个不依赖其他指标。"),
        )
        # The others are still read, so that their problems are told too.
        left = {name: own - set(cycle) for name, own in needs.items() if name not in cycle}
        return _computing_order(reading, node, left)


def _refuse_chain(reading: Reading, node: Mapping, name: str) -> None:
    reading.problem(
        _place_of(node, name),
        Text(
            "“{n}” rests on a chain of more than {m} metrics",
            "“{n}”所依赖的指标链超过 {m} 层",
        ).filled(n=name, m=MOST_LINKS),
        Text("Merge some of them.", "请合并其中一部分。"),
    )


def _place_of(node: Mapping, identifier: str) -> Place:
    """Return where a metric's formula stands, or the metric itself."""
    child = node.entries[identifier]
    formula = child.entries.get("value") if isinstance(child, Mapping) else None
    return formula.place if formula is not None else node.key_places[identifier]
