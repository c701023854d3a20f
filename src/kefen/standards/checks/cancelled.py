"""Conditions on orders that only cancelled lines could meet: measures never see such lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import Call
from kefen.expressions.wording import in_words
from kefen.standards.checks.conditions import can_hold
from kefen.standards.checks.scopes import contract_domains, fact_domains

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.expressions.tree import Expression
    from kefen.standards.checks.domains import Domains
    from kefen.standards.checks.findings import Findings
    from kefen.standards.checks.places import Places
    from kefen.standards.model import FactMetric, Metric, Place

_ORDERS = "orders"


def asks_for_cancelled(
    findings: Findings, metric: Metric, definition: FactMetric, places: Places, domains: Domains
) -> bool:
    """Find conditions of a metric on orders that only cancelled lines could meet.

    Args:
        findings: Where they are noted.
        metric: The metric.
        definition: What it is counted from.
        places: The places of its document.
        domains: What is known of metrics and customers' columns.

    Returns:
        Whether there are any.
    """
    if definition.table != _ORDERS:
        return False
    any_line = contract_domains(_ORDERS, domains)
    standing = fact_domains(_ORDERS, domains)
    found = False
    for condition, place in _conditions(definition, ("metrics", metric.id), places):
        if can_hold(condition, standing) or not can_hold(condition, any_line):
            continue
        found = True
        findings.error(
            place,
            Text(
                "“{m}”: only cancelled lines meet “{c}”, and measures of orders leave them out",
                "“{m}”：只有已取消的行满足“{c}”，而 orders 的指标不含已取消的行",
            ).filled(m=metric.id, c=in_words(condition, {})),
            Text(
                "Use cancellations, as “count: cancellations” or “sum: cancellations.amount”; "
                "orders needs no condition to be without them.",
                "请用 cancellations，如“count: cancellations”“sum: cancellations.amount”；"
                "orders 本就不含已取消的行，无须另写条件。",
            ),
        )
    return found


def _conditions(
    definition: FactMetric, path: tuple[str, ...], places: Places
) -> Iterator[tuple[Expression, Place]]:
    """Yield a metric's condition on rows, and those that choose inside its expressions."""
    if definition.where is not None:
        yield definition.where, places.of(*path, "where")
    keys = {"where": definition.where, definition.aggregate: definition.of}
    keys["by"] = definition.leads_by
    for key, tree in keys.items():
        if tree is not None:
            for condition in _choosing(tree):
                yield condition, places.of(*path, key)
    for level in definition.levels:
        if isinstance(level.by, Call):
            for condition in _choosing(level.by):
                yield condition, places.of(*path, "each")


def _choosing(tree: Expression) -> Iterator[Expression]:
    """Yield the condition of every `if` in an expression."""
    if not isinstance(tree, Call):
        return
    if tree.operator == "if":
        yield tree.arguments[0]
    for argument in tree.arguments:
        yield from _choosing(argument)
