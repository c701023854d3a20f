"""Counting a metric looks at no column of order lines but those that are told to be read for it."""

from __future__ import annotations

from datetime import date

import pytest
from small_facts import standard_of
from sqlglot import exp
from test_measures_in_both_evaluators import METRICS

from kefen.compiler.aggregates import FactSQL
from kefen.compiler.aggregation import FactAggregation, source_of
from kefen.compiler.facts import COUNTED_ALONE, as_of_view, cancellations_view, purchases_view
from kefen.compiler.metrics import customers_columns
from kefen.standards.metrics import named_columns
from kefen.standards.model import FactMetric, Metric, Standard
from kefen.standards.reader import bundled_names, bundled_standard

_MORE = """\
cut: {last: purchases.amount, over: all time}
off: {sum: purchases.discount, over: all time}
given_up: {first: cancellations.amount, over: all time}
counter: {count: cancellations, where: "cancellations.channel = 'shop'", over: all time}
pieces: {sum: "first_known(orders.quantity, orders.amount)", over: all time}
"""
AS_OF = date(2025, 6, 30)
STANDARDS = [standard_of(METRICS), standard_of(_MORE), *map(bundled_standard, bundled_names())]
COUNTED = [
    pytest.param(standard, metric, id=f"{standard.id}-{metric.id}")
    for standard in STANDARDS
    for metric in standard.metrics.values()
    if isinstance(metric.definition, FactMetric)
]


@pytest.mark.parametrize(("standard", "metric"), COUNTED)
def test_what_counting_looks_at_is_told(standard: Standard, metric: Metric) -> None:
    definition = metric.definition
    assert isinstance(definition, FactMetric)
    types = standard.metric_types | customers_columns([metric])
    source = source_of(definition, types)
    aggregation = FactAggregation(FactSQL(AS_OF, types, frozenset()), {source: "facts"})
    (part,) = aggregation.parts([metric])
    looked_at = {node.name for node in part.query.find_all(exp.Column)}
    if definition.table == "purchases":
        query = purchases_view("lines", looked_at)
        looked_at = {node.name for node in query.find_all(exp.Column)}
    told = {name.rpartition(".")[2] for name in named_columns(definition)}
    assert looked_at & COUNTED_ALONE <= told


@pytest.mark.parametrize("recorded", [False, True])
def test_views_of_facts_look_at_none_that_only_counting_does(recorded: bool) -> None:
    for view in (
        as_of_view("orders", "lines", AS_OF, recorded=recorded),
        cancellations_view("lines", AS_OF, recorded=recorded),
        purchases_view("lines", {"purchased_on", "amount", "lines", "returned"}),
    ):
        assert not {node.name for node in view.find_all(exp.Column)} & COUNTED_ALONE
