"""Actions on many customers: who is meant is settled on the server, counted and confirmed."""

from __future__ import annotations

import re

import pytest
from django.http import QueryDict

from kefen.workspace.accounts.models import User
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.customers.models import Tag, TaggedCustomer
from kefen.workspace.customers.queries import customer_list, sight_of
from kefen.workspace.customers.tags import put_tag, take_tag
from kefen.workspace.work.models import Task


def tagged(name="VIP"):
    return set(TaggedCustomer.objects.filter(tag__name=name).values_list("customer_id", flat=True))


def test_all_that_match_are_counted_confirmed_and_tagged(signed_in, person):
    client = signed_in("manager")
    asked = {"action": "tag", "query": "region=East", "all": "10,000+"}
    page = client.post("/customers/-/bulk/", asked).content.decode()
    assert "All that match the list: 24 customers." in page
    assert tagged() == set()
    answer = client.post("/customers/-/bulk/", {**asked, "confirmed": "24", "tag": " VIP "})
    assert answer.status_code == 302
    sight = sight_of(person("manager"))
    assert tagged() == {row.customer_id for row in sight.customers().filter(region="East")}
    assert customer_list(sight, QueryDict("tag=VIP")).counted == 24
    assert customer_list(sight, QueryDict("tag=-")).counted == 46
    entry = AuditEntry.objects.get(action="customers.tagged")
    assert entry.detail == {"customers": 24, "new": 24}


def test_only_the_ticked_are_meant_when_not_all_are(signed_in):
    client = signed_in("manager")
    asked = {"action": "tag", "query": "region=East", "customer": ["C000", "C001"]}
    page = client.post("/customers/-/bulk/", asked).content.decode()
    assert "The customers that you ticked: 2." in page
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert sent["confirmed"] == "2"
    client.post("/customers/-/bulk/", {**asked, "confirmed": "2", "tag": "VIP"})
    assert tagged() == {"C000", "C001"}
    client.post(
        "/customers/-/bulk/",
        {"action": "untag", "query": "", "customer": ["C001"], "confirmed": "1", "tag": "VIP"},
    )
    assert tagged() == {"C000"}


def test_a_count_that_has_changed_is_asked_again(signed_in):
    client = signed_in("manager")
    answer = client.post(
        "/customers/-/bulk/",
        {"action": "tag", "query": "region=East", "all": "1", "confirmed": "23", "tag": "VIP"},
    )
    assert "The list has changed since it was shown" in answer.content.decode()
    assert tagged() == set()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"query": "nothing=1", "all": "1"}, "is not known here, so it is not clear who is meant"),
        ({"query": ""}, "No customer is chosen."),
    ],
)
def test_nobody_is_meant_where_it_is_not_clear(sent, said, signed_in):
    client = signed_in("manager")
    answer = client.post("/customers/-/bulk/", {"action": "tag", **sent}, follow=True)
    assert said in answer.content.decode()


def test_customers_out_of_sight_are_not_meant(signed_in):
    client = signed_in("account_manager")
    asked = {"action": "tag", "query": "", "customer": ["C068", "C069"]}
    page = client.post("/customers/-/bulk/", asked).content.decode()
    assert "The customers that you ticked: 1." in page
    client.post("/customers/-/bulk/", {**asked, "confirmed": "1", "tag": "mine"})
    assert tagged("mine") == {"C068"}


def test_an_auditor_puts_no_tags(signed_in):
    asked = {"action": "tag", "query": "", "customer": ["C000"], "confirmed": "1", "tag": "x"}
    assert signed_in("auditor").post("/customers/-/bulk/", asked).status_code == 403
    assert not Tag.objects.exists()


def test_a_tag_that_is_on_nobody_any_more_goes(person):
    user: User = person("manager")
    ids = [f"C{n:03}" for n in range(60)] * 20
    assert put_tag(user, ids, "Fair  2026") == 60
    assert put_tag(user, ids[:3], "Fair 2026") == 0
    assert take_tag(user, ids, "Fair 2026") == 60
    assert not Tag.objects.exists()


def test_each_of_those_that_match_gets_its_task(signed_in, person):
    client = signed_in("manager")
    asked = {"action": "task", "query": "region=West", "all": "1"}
    page = client.post("/customers/-/bulk/", asked).content.decode()
    assert "The owner of each customer" in page
    form = {"kind": "other", "words": "Ask about 2027", "due_on": "2026-12-01", "assigned_to": ""}
    answer = client.post("/customers/-/bulk/", {**asked, "confirmed": "23", **form}, follow=True)
    assert "23 tasks made." in answer.content.decode()
    wanted = {row.pk for row in sight_of(person("manager")).customers().filter(region="West")}
    assert set(Task.objects.values_list("customer_id", flat=True)) == wanted
    missing = client.post("/customers/-/bulk/", {**asked, "confirmed": "23", "kind": "other"})
    assert missing.status_code == 200
    assert Task.objects.count() == 23
