"""The tabs of the list say how many customers they hold, of those that the person sees."""

from __future__ import annotations

import re

from kefen.workspace.customers.models import SavedView
from kefen.workspace.customers.tabs import own_query, tab_counts


def test_each_tab_has_its_count(person, signed_in):
    manager = person("account_manager")
    shared = SavedView.objects.create(
        owner=person("manager"), name="East", query="region=East", shared=True
    )
    odd = SavedView.objects.create(owner=manager, name="Odd", query="nothing=1")
    assert tab_counts(person("analyst")) == {"all": "70", str(shared.pk): "24"}
    own = tab_counts(manager)
    assert own["all"] == "52"
    assert own["own"] == "35"
    assert int(own[str(shared.pk)]) < 24
    assert str(odd.pk) not in own
    part = signed_in("account_manager").get("/customers/-/views/counts/").content.decode()
    told = dict(re.findall(r'id="count-(\w+)" hx-swap-oob="true"><span[^>]*>\(</span>(\d+)', part))
    assert told == own
    page = signed_in("account_manager").get("/customers/").content.decode()
    assert {f'id="count-{tab}"' in page for tab in told} == {True}


def test_counts_stop_at_the_cap(person, monkeypatch):
    for module in ("paging", "tabs"):
        monkeypatch.setattr(f"kefen.workspace.customers.{module}.CAP", 20)
    assert tab_counts(person("manager"))["all"] == "20+"


def test_who_owns_none_has_no_tab_of_the_own(person, signed_in):
    assert own_query(person("analyst")) == ""
    assert 'id="count-own"' not in signed_in("analyst").get("/customers/").content.decode()
    mine = signed_in("account_manager").get(f"/customers/?{own_query(person('account_manager'))}")
    assert "35 match" in mine.content.decode()
