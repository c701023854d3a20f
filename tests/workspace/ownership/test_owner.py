"""Whose customers are: assignment."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from kefen.domain.errors import CallError
from kefen.lake.book.records import customer_row
from kefen.workspace.accounts.models import Team, User
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.ownership.services import assign_owner
from kefen.workspace.worker import work


@pytest.fixture
def cai(db):
    return User.objects.create(
        username="cai", name="Cai", role="account_manager", team=Team.objects.create(name="West")
    )


def test_assigned_customers_are_seen_by_their_new_owner_at_once(person, cai, clean_book):
    assert not sight_of(cai).customers().exists()
    assert assign_owner(person("manager"), ["C001", "C002", "C002", "nobody"], cai) == 2
    assert set(sight_of(cai).customers().values_list("pk", flat=True)) == {"C001", "C002"}
    assert not sight_of(person("account_manager")).customers().filter(pk="C001").exists()
    work(batch=True)
    assert customer_row(clean_book, "C001")["owner"] == "Cai"
    assert customer_row(clean_book, "C001")["team"] == "West"
    assert assign_owner(person("manager"), ["C001"], cai) == 0


def test_only_who_may_assign_does(person, cai):
    with pytest.raises(PermissionDenied):
        assign_owner(person("account_manager"), ["C001"], cai)


def test_who_cannot_own_is_refused(person, cai):
    cai.is_active = False
    with pytest.raises(CallError):
        assign_owner(person("manager"), ["C001"], cai)


def test_the_bulk_bar_assigns_what_was_confirmed(signed_in, person, cai, clean_book):
    sent = {"action": "assign", "query": "", "customer": ["C001", "C002"], "owner": cai.pk}
    client = signed_in("manager")
    asked = client.post("/customers/-/bulk/", sent | {"confirmed": "1"})
    assert asked.status_code == 200  # two are meant, not one
    assert not sight_of(cai).customers().exists()
    client.post("/customers/-/bulk/", sent | {"confirmed": "2"})
    assert sight_of(cai).customers().count() == 2
    pooled = {"action": "pool", "query": "", "customer": ["C001"], "confirmed": "1"}
    client.post("/customers/-/bulk/", pooled)
    assert not sight_of(person("manager")).customers().get(pk="C001").owner
    assert signed_in("account_manager").post("/customers/-/bulk/", pooled).status_code == 403
