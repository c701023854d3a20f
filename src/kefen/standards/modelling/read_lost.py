"""Reading from whom a model learns who is lost, and as of when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.expressions.types import ValueType
from kefen.standards.model import ComputedMetric, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.expressions.tree import Expression
    from kefen.standards.document import Mapping
    from kefen.standards.metrics.scope import MetricsReading
    from kefen.standards.model import ModelInput
    from kefen.standards.modelling.method import Method

MODEL = Text("a model", "模型")
LOSS_KEYS = ("lost", "learned_as_of")
"""Keys of a model that learns from customers of whom it is known who was lost."""
MOST_MONTHS = 60
_AGO = re.compile(r"(\d{1,2}) (month|year)s? ago")


def metric_types(every: MetricsReading) -> dict[str, ValueType]:
    """Return the types of the names that a model's expressions may use."""
    types = {name: metric.type for name, metric in every.metrics.items()}
    return types | {"as_of": ValueType.DATE}


def read_lost(
    every: MetricsReading,
    node: Mapping,
    method: Method,
    inputs: tuple[ModelInput, ...],
    among: Expression | None,
) -> tuple[Expression | None, int]:
    """Return who counts as lost, and how many months back the inputs are that it learns from.

    Problems are noted: a method that does not learn so, an input that tells who was lost.
    """
    reading = every.reading
    if not method.learns_lost:
        for key in LOSS_KEYS:
            if key in node.entries:
                reading.problem(
                    node.key_places[key],
                    Text("{m} has no “{k}”", "{m}没有“{k}”").filled(m=method.name, k=key),
                    Text("Remove it.", "请删除。"),
                )
        return None, 0
    lost_node = reading.scalar(node, "lost", MODEL, needed=True)
    months = _months_back(every, node)
    if lost_node is None:
        return None, months
    read = reading.expression(lost_node, metric_types(every), (ValueType.BOOLEAN,))
    if read is None:
        return None, months
    lost = read[0]
    trees = [one.value for one in inputs] + ([] if among is None else [among])
    named = {name for tree in trees for name in names_in(tree)}
    if months:
        _refuse_models(every, node, named)
        return lost, months
    for name in sorted(set(names_in(lost)) & named - {"as_of"}):
        reading.problem(
            lost_node.place,
            Text(
                "“{n}” says who was lost and is learned from: it would tell what it is to foretell",
                "“{n}”既标明谁流失又用于学习：等于把答案交给模型",
            ).filled(n=name),
            Text(
                "Leave it out of inputs and among, or add “learned_as_of: 6 months ago”.",
                "请从 inputs 与 among 中去掉，或补上“learned_as_of: 6 months ago”。",
            ),
        )
    return lost, 0


def _months_back(every: MetricsReading, node: Mapping) -> int:
    written = every.reading.scalar(node, "learned_as_of", MODEL)
    if written is None:
        return 0
    match = _AGO.fullmatch(" ".join(written.text.split()))
    months = int(match[1]) * (12 if match[2] == "year" else 1) if match is not None else 0
    if 1 <= months <= MOST_MONTHS:
        return months
    every.reading.problem(
        written.place,
        Text("“{v}” is no earlier day to learn from", "“{v}”不是可供学习的较早日期").filled(
            v=written.text
        ),
        Text("Write “6 months ago”; at most 5 years.", "请写“6 months ago”；最长 5 年。"),
    )
    return 0


def _refuse_models(every: MetricsReading, node: Mapping, named: Iterable[str]) -> None:
    """Note inputs that another model gives: what it would have given then is not known."""
    pending, seen = list(named), set[str]()
    while pending:
        name = pending.pop()
        metric = every.metrics.get(name)
        if name in seen or metric is None:
            continue
        seen.add(name)
        if isinstance(metric.definition, ModelMetric):
            every.reading.problem(
                node.key_places["learned_as_of"],
                Text(
                    "the input “{n}” is given by a model, which knew nothing then",
                    "输入“{n}”由模型给出，而模型在当时尚无结果",
                ).filled(n=name),
                Text("Take metrics of facts for inputs.", "请以事实的指标作输入。"),
            )
            continue
        if isinstance(metric.definition, ComputedMetric):
            pending += names_in(metric.definition.formula)
        else:
            pending += metric.definition.names
