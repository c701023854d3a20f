"""Alerts in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.wording import in_words
from kefen.grading.wording import lowered, metric_in_words
from kefen.standards.decision_words import grade_name, joined
from kefen.standards.model import BEFORE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.expressions.tree import Value
    from kefen.standards.model import Alert, Standard

SEVERITY_WORDS: dict[str, Text] = {
    "high": Text("high", "高"),
    "medium": Text("medium", "中"),
    "low": Text("low", "低"),
    "chance": Text("chance", "机会"),
}
STATE_WORDS: dict[str, Text] = {
    "new": Text("new", "新"),
    "still": Text("still", "持续"),
    "gone": Text("gone", "解除"),
}


def evidence_in_words(
    standard: Standard, evidence: Sequence[tuple[str, Value]], currency: str | None
) -> Text:
    """Return what an alert rests on: each name with its value, and the value before.

    Args:
        standard: The standard.
        evidence: Names of the condition and their values.
        currency: The currency of money, where the data names one.
    """
    values = dict(evidence)
    said = []
    for name, value in evidence:
        plain = name.removeprefix(BEFORE)
        what, shown = name_in_words(standard, plain), _value(standard, plain, value, currency)
        if not name.startswith(BEFORE) and f"{BEFORE}{plain}" in values:
            was = _value(standard, plain, values[f"{BEFORE}{plain}"], currency)
            said.append(Text("{n}: {w} → {v}", "{n}：{w} → {v}").filled(n=what, w=was, v=shown))
        elif not name.startswith(BEFORE):
            said.append(Text("{n}: {v}", "{n}：{v}").filled(n=what, v=shown))
        elif plain not in values:
            said.append(Text("{n} before: {v}", "上期{n}：{v}").filled(n=what, v=shown))
    return joined(said, "; ", "；")


def foretold_in_words(standard: Standard, alert: Alert) -> Text | None:
    """Return what an alert foretells; None where it foretells nothing."""
    if alert.foretells is None:
        return None
    names = {name: lowered(metric.name) for name, metric in standard.metrics.items()}
    for scheme in standard.schemes:
        for name in (scheme, f"{scheme}.score"):
            names[name] = name_in_words(standard, name)
    return in_words(alert.foretells, names)


def name_in_words(standard: Standard, name: str) -> Text:
    """Return what a name of a condition is called: a metric, a scheme or its score."""
    if name.startswith(BEFORE):
        own = name_in_words(standard, name.removeprefix(BEFORE))
        return Text("{n} before", "上期{n}").filled(n=own)
    if name in standard.metrics:
        return lowered(standard.metrics[name].name)
    scheme, _, what = name.partition(".")
    own = lowered(standard.schemes[scheme].name)
    return Text("score of {s}", "{s}得分").filled(s=own) if what else own


def _value(standard: Standard, name: str, value: Value, currency: str | None) -> Text:
    if name in standard.metrics:
        return metric_in_words(value, standard.metrics[name].unit, currency)
    if isinstance(value, str):
        return grade_name(standard.schemes[name], value)
    if value is None:
        return Text("no grade", "无等级")
    return metric_in_words(value, "points")
