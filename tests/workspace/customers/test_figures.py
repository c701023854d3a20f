"""Figures of many customers: exact, and the same from columns and from rows."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from kefen.workspace.customers import figures
from kefen.workspace.customers.figures import NOTHING, Values, exact_sum, figures_of
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.records.entering import Change, enter
from kefen.workspace.records.models import Archived, EditKind

NAMES = ("region", "metric_revenue", "grade_abc", "alerts", "owner", "metric_orders", "created_on")
large = st.integers(-(10**18), 10**18)


@given(st.lists(large, max_size=40))
def test_a_sum_is_exact_where_no_single_number_could_hold_it(numbers):
    assert exact_sum(np.array(numbers, dtype=np.int64)) == sum(numbers)


@given(st.lists(st.none() | large, max_size=20), st.lists(st.integers(0, 3), min_size=20))
def test_groups_hold_everybody_with_a_value_once_and_are_summed_exactly(amounts, codes):
    codes = codes[: len(amounts)]
    amount = Values(np.array([NOTHING if one is None else one for one in amounts], int), None, 4)
    by = Values(np.array([one or NOTHING for one in codes], int), ["", "x", "y", "z"], 0)
    groups = by.groups()
    assert [name for name, _ in groups] == sorted({"xyz"[one - 1] for one in codes if one})
    for (name, places), total in zip(groups, amount.totals([p for _, p in groups]), strict=True):
        assert places.tolist() == [
            n for n, one in enumerate(codes) if one and "xyz"[one - 1] == name
        ]
        known = [amounts[place] for place in places if amounts[place] is not None]
        assert total == (Decimal(sum(known)).scaleb(-4) if known else None)
    assert by.counts() == {name: len(places) for name, places in groups}
    known = [one for one in amounts if one is not None]
    assert amount.total() == (Decimal(sum(known)).scaleb(-4) if known else None)


def plain(found):
    """Columns as lists of values, customers in no order."""
    columns = []
    for name, values in sorted(found.values.items()):
        shown = [
            None if one == NOTHING else values.words[one] if values.words is not None else one
            for one in values.numbers.tolist()
        ]
        columns.append((name, values.places, sorted(shown, key=repr)))
    return found.count, columns


@pytest.mark.parametrize("role", ["manager", "account_manager", "service_agent"])
@pytest.mark.parametrize("condition", [[], [Q(region="East")], [Q(owner="Bo"), Q(grade_abc=2)]])
def test_figures_are_the_same_from_columns_and_from_rows(role, condition, person, monkeypatch):
    actor = person("administrator")
    changes = [Change("C001", "region", "West", "Far"), Change("C003", "owner", "Bo", None)]
    enter(actor, EditKind.CHANGED, changes)
    Archived.objects.create(customer_id="C006", reason="gone", by=actor)
    sight = sight_of(person(role))
    found = figures_of(sight, condition, NAMES)
    assert ("metric_revenue" in found.values) == (role != "service_agent")
    assert found.count or (role, len(condition)) == ("account_manager", 2)
    monkeypatch.setattr(figures, "matches_of", lambda *_, **__: None)
    assert plain(figures_of(sight, condition, NAMES)) == plain(found)


def test_figures_of_nobody_are_empty(person):
    found = figures_of(sight_of(person("manager")), [Q(region="Nowhere")], NAMES)
    assert found.count == 0
    assert found.values["metric_revenue"].total() is None
    assert found.values["region"].groups() == []
