"""A customer's page of an earlier period: what is of then, what is of today, and who sees it."""

from __future__ import annotations

import pytest
from django.http import Http404

from kefen.grading.explain import explain
from kefen.workspace.customers.customer import customer_page
from kefen.workspace.customers.further import facts_for
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.customers.then import seen_customer
from kefen.workspace.ownership.services import assign_owner
from kefen.workspace.runs.queries import stored_run
from kefen.workspace.runs.services import publish


@pytest.fixture(params=["copied", "read from the run"])
def earlier(request, person, run_ids):
    """The run of the month before, with a copy and without one."""
    if request.param == "copied":
        publish(person("administrator"), run_ids[0], live=lambda: None, aside=True)
    return run_ids[0]


def test_grades_figures_and_reasons_are_of_that_run(earlier, person):
    seen = seen_customer(person("manager"), "C007", earlier)
    page = customer_page(seen.sight, seen.row, "abc", may_see_why=True)
    run = stored_run(earlier)
    why = explain(run, "C007", scheme="abc", name="Customer 7").schemes[0]
    assert page.chosen.sentence == why.sentence
    assert page.chosen.score == why.score != seen.row_now.score_abc
    assert seen.row.metric_revenue == run.metrics_of("C007")["revenue"]
    assert [one.as_of for one in page.history] == ["2026-09-30"]


def test_the_page_says_what_is_of_then_and_what_of_today(earlier, signed_in):
    client = signed_in("manager")
    page = client.get(f"/customers/C007/?run={earlier}").content.decode()
    assert "You look at an earlier period, as of 30 Sep 2026" in page or "2026-09-30" in page
    assert page.index('id="period"') < page.index("Of today") < page.index('id="tasks"')
    assert f"/customers/C007/facts/?run={earlier}" in page
    assert f'name="run" value="{earlier}"' in page
    assert "/records/customer/C007/edit/" not in page
    now = client.get("/customers/C007/").content.decode()
    assert "Of today" not in now
    assert f"?run={earlier}" in now  # from the history of runs


def test_what_happened_later_is_not_told(earlier, person):
    def days(run):
        seen = seen_customer(person("manager"), "C007", run)
        return [one.on.isoformat() for one in facts_for(seen.sight, seen.row, "").events]

    assert days("") == ["2026-10-07", "2026-08-31"]
    assert days(earlier) == ["2026-08-31"]


def test_every_part_is_of_that_run(earlier, signed_in, person):
    client = signed_in("manager")
    for part in ("reach/?scheme=abc&", "portrait/?", "card/?", "what-if/?set_revenue=99999&"):
        answer = client.get(f"/customers/C007/{part}run={earlier}")
        assert answer.status_code == 200, part
    assert "2026-09-30" in client.get(f"/customers/C007/card/?run={earlier}").content.decode()


def test_a_run_that_is_not_there_or_without_the_customer_is_said(earlier, signed_in, person):
    assert signed_in("manager").get("/customers/C007/?run=2020-01-31-1").status_code == 404
    with pytest.raises(Http404):
        seen_customer(person("account_manager"), "C069", earlier)


def test_whose_customers_one_sees_is_settled_by_today(person, run_ids):
    publish(person("administrator"), run_ids[0], live=lambda: None, aside=True)
    manager = person("account_manager")
    before = {row.pk for row in sight_of(manager, run_ids[0]).customers()}
    other = person("manager")
    other.name, other.team = "Zoe", None
    other.save()
    assign_owner(person("administrator"), ["C068"], other)
    then, now = sight_of(manager, run_ids[0]), sight_of(manager)
    assert "C068" in before
    assert {row.pk for row in then.customers()} == {row.pk for row in now.customers()}
    assert "C068" not in {row.pk for part in then.parts() for row in part}


def test_amounts_stay_hidden_in_an_earlier_period(earlier, signed_in, person):
    seen = seen_customer(person("service_agent"), "C007", earlier)
    assert "metric_revenue" not in seen.sight.columns
    page = signed_in("service_agent").get(f"/customers/C007/?run={earlier}").content.decode()
    assert "¥" not in page


def test_the_present_is_not_taken_for_a_period_without_a_copy(signed_in, run_ids):
    client = signed_in("manager")
    answer = client.get(f"/customers/?run={run_ids[0]}&region=East")
    assert answer["Location"] == f"/?run={run_ids[0]}"
    assert client.get(f"/customers/?run={run_ids[-1]}").status_code == 200
    sent = {"query": f"run={run_ids[0]}", "all": "1", "action": "tag"}
    for address in ("/customers/-/bulk/", "/customers/-/export/"):
        page = client.post(address, sent, follow=True).content.decode()
        assert "That period is not prepared any more." in page
