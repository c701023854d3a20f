"""The overview: its figures are those of the lists that they lead to."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum
from django.http import QueryDict

from kefen.workspace.customers.models import EarlierPeriod
from kefen.workspace.customers.queries import customer_list, sight_of
from kefen.workspace.jobs.models import Job
from kefen.workspace.overview.periods import periods_of
from kefen.workspace.overview.queries import overview_of, teams_of
from kefen.workspace.overview.trends import trends_of
from kefen.workspace.runs.queries import current_publication
from kefen.workspace.runs.services import publish


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


def test_each_class_opens_and_closes_with_its_moves(person):
    for role in ("manager", "account_manager"):
        sight = sight_of(person(role))
        for scheme in (one for one in sight.schemes if one.type == "rank"):
            found = overview_of(sight, scheme)
            for one in found.growth:
                came = sum(part.customers for part in one.came)
                went = sum(part.customers for part in one.went)
                assert one.opening + came - went == one.closing
                for part in (*one.came, *one.went):
                    assert not part.customers or listed(sight, part.address) == part.customers


def test_every_band_counts_the_list_that_it_leads_to(person):
    sight = sight_of(person("manager"))
    drawn = 0
    for scheme in (one for one in sight.schemes if one.type == "rank"):
        found = overview_of(sight, scheme)
        if found.flows is None:
            continue
        moved = sum(node.customers for node in found.flows.left)
        assert moved == sum(node.customers for node in found.flows.right)
        assert moved == sum(listed(sight, band.address) for band in found.flows.bands)
        drawn += 1
    assert drawn


def test_a_team_s_figures_are_those_of_its_list(person):
    sight = sight_of(person("manager"))
    assert teams_of(sight) == ["North", "South"]
    found = overview_of(sight, sight.lead, "South")
    assert found.customers == listed(sight, "?team=South") == 35
    assert sum(tier.customers for tier in found.tiers) == 35
    for tier in found.tiers:
        assert listed(sight, tier.address) == tier.customers
    assert listed(sight, found.alerted_address) == found.alerted


def test_lines_over_the_months_end_with_the_figures_of_now(person, signed_in):
    for role, team in (("manager", ""), ("manager", "South"), ("account_manager", "")):
        sight = sight_of(person(role))
        found, now = trends_of(sight, sight.lead, team), overview_of(sight, sight.lead, team)
        assert found.customers[-1] == now.customers
        assert found.revenue[-1] == now.revenue
        closing = [tier.customers for tier in now.tiers if tier.grade is not None]
        assert [line.customers[-1] for line in found.classes] == closing
        assert len(found.customers) == 2
    agent = sight_of(person("service_agent"))
    assert trends_of(agent, agent.lead).revenue == []
    assert signed_in("service_agent").get("/trends/").status_code == 200


def test_an_earlier_period_is_prepared_beside_the_present_one_and_counted_by_its_lists(
    person, signed_in, run_ids
):
    client = signed_in("manager")
    now = current_publication()
    wait = client.get(f"/?run={run_ids[0]}").content.decode()
    assert "This period is not prepared yet" in wait
    answer = client.post("/period/", {"run": run_ids[0]})
    assert answer["Location"] == f"/?run={run_ids[0]}"
    assert Job.objects.get(kind="prepare").subject == run_ids[0]
    assert "is being prepared" in client.get(f"/?run={run_ids[0]}").content.decode()
    publish(person("manager"), run_ids[0], live=lambda: None, aside=True)
    assert current_publication() == now
    sight = sight_of(person("manager"), run_ids[0])
    assert sight.publication.run_id == run_ids[0]
    found = overview_of(sight, sight.lead)
    for tier in found.tiers:
        assert f"run={run_ids[0]}" in tier.address
        assert listed(sight, tier.address) == tier.customers
    listing = client.get(f"/customers/?run={run_ids[0]}").content.decode()
    assert "You look at an earlier period" in listing
    assert trends_of(sight, sight.lead).customers[-1] == found.customers
    for _ in range(3):
        publish(person("manager"), run_ids[0], live=lambda: None, aside=True)
    assert EarlierPeriod.objects.count() == 2
    assert current_publication() == now
    publish(person("administrator"), run_ids[-1], live=lambda: None)
    assert EarlierPeriod.objects.count() == 2


def test_who_sees_no_runs_looks_at_prepared_periods_only(person, run_ids):
    user = person("account_manager")
    assert [one.run_id for one in periods_of(user, sight_of(user))] == [run_ids[-1]]
    publish(person("manager"), run_ids[0], live=lambda: None, aside=True)
    assert [one.run_id for one in periods_of(user, sight_of(user))] == run_ids[::-1]
