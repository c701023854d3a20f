"""What a standard says and does not use, or does not say: unused metrics, grades without advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import names_in
from kefen.standards.checks.findings import quoted
from kefen.standards.checks.scopes import expressions_in
from kefen.standards.model import BEFORE

if TYPE_CHECKING:
    from kefen.standards.checks.findings import Findings
    from kefen.standards.checks.places import Places
    from kefen.standards.model import Scheme, Standard


def check_unused_metrics(findings: Findings, standard: Standard, places: Places) -> None:
    """Find metrics that no scheme, no alert and no other metric names."""
    used: set[str] = set(standard.up_to_date)
    for scheme in standard.schemes.values():
        used.update(scheme.reviews.metrics if scheme.reviews is not None else ())
    for tree in expressions_in(dict(standard.schemes)):
        used.update(names_in(tree))
    for tree in expressions_in(dict(standard.alerts)):
        used.update(name.removeprefix(BEFORE) for name in names_in(tree))
    for metric in standard.metrics.values():
        for tree in expressions_in(metric):
            used.update(name for name in names_in(tree) if name != metric.id)
    for metric in standard.metrics.values():
        if metric.id not in used:
            findings.note(
                places.of("metrics", metric.id),
                Text(
                    "“{m}” is measured, but no scheme rests on it",
                    "指标“{m}”已计算，但没有方案使用它",
                ).filled(m=metric.id),
                Text(
                    "Nothing, if it is only to be shown; otherwise use it or remove it.",
                    "如仅供展示，无需处理；否则请使用或删除。",
                ),
            )


def check_advice(findings: Findings, scheme: Scheme, places: Places) -> None:
    """Find grades that do not say what to do for such a customer."""
    silent = [g.id for g in scheme.grades if g.reason is None and not g.advice.en]
    if silent:
        findings.note(
            places.of("schemes", scheme.id, "grades"),
            Text("no advice is written for {g}", "{g}没有写明建议").filled(g=quoted(silent)),
            Text(
                "Add “advice: {{en: ..., zh: ...}}”: what to do for such a customer.",
                "请补上“advice: {{en: ..., zh: ...}}”：对这类客户应做什么。",
            ).filled(),
        )
