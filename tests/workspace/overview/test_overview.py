"""The overview: its figures are those of the lists that they lead to."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum
from django.http import QueryDict

from kefen.workspace.customers.queries import customer_list, sight_of
from kefen.workspace.overview.queries import overview_of


def listed(sight, address):
    return customer_list(sight, QueryDict(address.removeprefix("?"))).counted


def test_every_mark_counts_the_list_that_it_leads_to(person):
    for role in ("manager", "account_manager"):
        sight = sight_of(person(role))
        for scheme in (one for one in sight.schemes if one.type == "rank"):
            found = overview_of(sight, scheme)
            assert sum(tier.customers for tier in found.tiers) == found.customers
            for tier in found.tiers:
                assert listed(sight, tier.address) == tier.customers
            for _, row in found.matrix:
                for move in row:
                    assert move is None or listed(sight, move.address) == move.customers
            for region in found.regions:
                assert listed(sight, region.address) == region.customers
            assert listed(sight, f"?move_{scheme.scheme}=up") == found.up
            assert listed(sight, f"?move_{scheme.scheme}=down") == found.down


def test_revenue_by_class_adds_up(person):
    sight = sight_of(person("manager"))
    found = overview_of(sight, sight.lead)
    total = sight.customers().aggregate(s=Sum("metric_revenue"))["s"]
    assert found.revenue == total == sum((t.revenue or Decimal(0) for t in found.tiers), Decimal(0))
    assert found.curve[-1].customers == found.curve[-1].revenue == 100
    assert all(a.revenue <= b.revenue for a, b in zip(found.curve, found.curve[1:], strict=False))


def test_one_person_s_figures_are_not_another_s(person):
    all_of = overview_of(sight_of(person("manager")), sight_of(person("manager")).lead)
    own = overview_of(sight_of(person("account_manager")), sight_of(person("manager")).lead)
    assert own.customers < all_of.customers
