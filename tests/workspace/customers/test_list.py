"""The list: filters, order, pages, sight."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from kefen.workspace.customers.models import SavedView
from kefen.workspace.customers.paging import page_of
from kefen.workspace.customers.queries import customer_list, order_of, sight_of
from kefen.workspace.records.models import Contact

PHONE, EMAIL = "13900001234", "canary@secret.example"


def ids(sight, query):
    found, after = [], ""
    while True:
        asked = QueryDict(query, mutable=True)
        asked["after"] = after
        page = customer_list(sight, asked).page
        found += [row.customer_id for row in page.rows]
        if page.after is None:
            return found
        after = page.after


def exported(client, confirmed, **form):
    """Return the rows of the workbook that a list is exported as."""
    sent = {"columns": "shown", "confirmed": confirmed, **form}
    content = client.post("/customers/-/export/", sent).content
    return list(openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True))


def test_a_value_that_is_there_or_not_and_part_of_a_text_are_filters(person):
    sight = sight_of(person("manager"))
    rows = {row.customer_id: row for row in sight.customers()}
    for name in ("region", "metric_revenue", "metric_last_purchase_on", "grade_abc", "alerts"):
        known = {c for c, r in rows.items() if getattr(r, name) is not None}
        assert set(ids(sight, f"{name}=*")) == known, name
        assert set(ids(sight, f"{name}=-")) == set(rows) - known, name
        assert known
    assert set(ids(sight, "region.has=EAS")) == set(ids(sight, "region=East"))
    assert set(ids(sight, "kind=-&owner=Ann")) == set(ids(sight, "owner=Ann"))
    some = next(r.metric_last_purchase_on for r in rows.values() if r.metric_last_purchase_on)
    assert set(ids(sight, f"metric_last_purchase_on.min={some}")) == {
        c
        for c, r in rows.items()
        if r.metric_last_purchase_on is not None and r.metric_last_purchase_on >= some
    }


SORTS = ["name", "-name", "metric_revenue", "-metric_revenue", "grade_abc", "-score_abc", "region"]


@pytest.mark.parametrize("sort", SORTS)
def test_pages_hold_every_customer_once_in_order(sort, person, monkeypatch):
    monkeypatch.setattr("kefen.workspace.customers.paging.ON_A_PAGE", 7)
    sight = sight_of(person("manager"))
    found = ids(sight, f"sort={sort}")
    assert len(found) == len(set(found)) == 70
    name = sort.lstrip("-")
    values = [getattr(sight.customers().get(pk=one), name) for one in found]
    known = [value for value in values if value is not None]
    assert values[len(known) :] == [None] * (len(values) - len(known))
    assert known == sorted(known, reverse=sort.startswith("-"))


@pytest.mark.parametrize("cap", [10_000, 5])
@pytest.mark.parametrize("sort", SORTS)
def test_few_and_many_that_match_come_in_the_same_order(cap, sort, person, monkeypatch):
    monkeypatch.setattr("kefen.workspace.customers.paging.ON_A_PAGE", 7)
    for module in ("paging", "queries", "filters"):
        monkeypatch.setattr(f"kefen.workspace.customers.{module}.CAP", cap)
    sight = sight_of(person("manager"))
    everybody = ids(sight, f"sort={sort}")
    wanted = {row.customer_id for row in sight.customers().filter(industry="Trade")}
    wanted &= {row.customer_id for row in sight.customers() if "1" in row.searched}
    found = ids(sight, f"industry=Trade&search=1&sort={sort}")
    assert found == [one for one in everybody if one in wanted]
    assert len(found) > 7


def test_a_filter_of_each_kind(person):
    sight = sight_of(person("manager"))
    rows = {row.customer_id: row for row in sight.customers()}

    def matching(query):
        return set(ids(sight, query))

    assert matching("region=East") == {c for c, r in rows.items() if r.region == "East"}
    assert matching("region=East&region=-") == {
        c for c, r in rows.items() if r.region in ("East", None)
    }
    rank = sight.columns["grade_abc"].rank_of("A")
    assert matching("grade_abc=A") == {c for c, r in rows.items() if r.grade_abc == rank}
    assert matching("grade_abc=-") == {c for c, r in rows.items() if r.grade_abc is None}
    assert matching("metric_revenue.min=500&metric_revenue.max=900") == {
        c for c, r in rows.items() if r.metric_revenue and 500 <= r.metric_revenue <= 900
    }
    assert matching("metric_orders.min=1.5") == {
        c for c, r in rows.items() if r.metric_orders and r.metric_orders >= 2
    }
    assert matching("search=customer 6") == {
        c for c, r in rows.items() if r.name.startswith("Customer 6")
    }
    assert matching("search=c010") == {"C010"}
    assert matching(f"search={PHONE}") == {"C007"}
    assert matching("move_abc=up") == {
        c
        for c, r in rows.items()
        if None not in (r.before_abc, r.grade_abc) and r.grade_abc < r.before_abc
    }


@pytest.mark.parametrize(
    "query",
    ["nothing=1", "metric_revenue.min=abc", "grade_abc=Z", "metric_revenue.min=NaN", "name.min=3"],
)
def test_a_filter_that_means_nothing_is_said(query, signed_in):
    page = signed_in("manager").get(f"/customers/?{query}").content.decode()
    assert "is not known here" in page


@pytest.mark.parametrize("after", ["x", "W10=", "WzEsMl0=", "%00", "e30="])
def test_a_broken_link_to_a_page_begins_at_the_start(after, signed_in):
    assert signed_in("manager").get("/customers/", {"after": after}).status_code == 200


def test_a_page_takes_a_fixed_number_of_queries(signed_in):
    client = signed_in("manager")
    client.get("/customers/?search=c")  # reads what is searched, once for each copy
    counts = []
    for query in ("", "?region=East", "?sort=-metric_revenue&grade_abc=A&search=c"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"/customers/{query}")
        counts.append(len(queries))
    assert max(counts) <= 15


def test_an_account_manager_sees_the_own_and_the_team_s_customers(person, signed_in):
    sight = sight_of(person("account_manager"))
    rows = list(sight.customers())
    assert {row.customer_id for row in rows} == {
        f"C{n:03}" for n in range(70) if n % 2 == 0 or n < 35
    }
    assert signed_in("account_manager").get("/customers/C069/").status_code == 404
    assert signed_in("account_manager").get("/customers/C068/").status_code == 200


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_a_hidden_contact_shows_nowhere(role, signed_in):
    client = signed_in(role)
    pages = [
        client.get("/customers/C007/"),
        client.get("/customers/?columns=phone,email"),
        client.get("/customers/?sort=phone"),
    ]
    for page in pages:
        assert PHONE not in page.content.decode()
        assert EMAIL not in page.content.decode()
    for query in (f"?search={PHONE}", f"?search={EMAIL}"):
        assert "No customer matches" in client.get(f"/customers/{query}").content.decode()
    assert "is not known here" in client.get(f"/customers/?phone={PHONE}").content.decode()
    if role == "analyst":
        sheet = exported(client, "70", all="1", columns="all")
        assert PHONE not in {cell for row in sheet for cell in row}
    assert PHONE in signed_in("manager").get("/customers/C007/").content.decode()


def test_amounts_hidden_from_a_service_agent_show_nowhere(signed_in, person):
    client = signed_in("service_agent")
    sight = sight_of(person("service_agent"))
    assert "metric_revenue" not in sight.columns
    assert not [name for name in sight.columns if name.startswith("score_")]
    for address in ("/", "/customers/", "/customers/C060/", "/customers/?columns=metric_revenue"):
        assert "¥" not in client.get(address).content.decode()
    assert order_of(sight, "-metric_revenue").column.name != "metric_revenue"
    unknown = client.get("/customers/?metric_revenue.min=5").content.decode()
    assert "is not known here" in unknown


def test_views_are_one_s_own_unless_shared(signed_in, person):
    analyst = signed_in("analyst")
    analyst.post("/customers/-/views/", {"name": "East", "query": "region=East"})
    analyst.post(
        "/customers/-/views/", {"name": "Top", "query": "grade_abc=A&sort=name", "shared": "on"}
    )
    other = signed_in("manager").get("/customers/").content.decode()
    assert "Top" in other
    assert "?region=East" not in other
    view = SavedView.objects.get(name="Top")
    assert signed_in("manager").post(f"/customers/-/views/{view.pk}/delete/").status_code == 403
    unshared = signed_in("account_manager").post(
        "/customers/-/views/", {"name": "x", "query": "", "shared": "on"}
    )
    assert unshared.status_code == 403
    assert analyst.post(f"/customers/-/views/{view.pk}/delete/").status_code == 302


def test_a_page_beyond_the_last_is_empty(person):
    sight = sight_of(person("manager"))
    order = order_of(sight, "name")
    assert page_of(sight.customers().filter(pk="nobody"), order, "").rows == []


def test_the_form_offers_every_field_that_the_person_sees(signed_in, person):
    for role in ("manager", "service_agent"):
        sight = sight_of(person(role))
        form = signed_in(role).get("/customers/-/filters/?grade_abc=A&metric_orders.min=2")
        text = form.content.decode()
        for name in sight.columns:
            assert f'name="{name}' in text, name
        assert ("metric_revenue" in text) == (role == "manager")
    assert 'name="grade_abc" value="A" checked' in text
    assert 'name="metric_orders.min"' in text and 'value="2"' in text


def test_fields_left_empty_are_not_in_the_address(signed_in):
    answer = signed_in("manager").get("/customers/?region=East&industry=&metric_revenue.min=")
    assert answer.status_code == 302
    assert answer["Location"] == "/customers/?region=East"
    assert signed_in("manager").get("/customers/?region=")["Location"] == "/customers/?all=1"


def test_alerts_and_truths_are_filters(person, run_ids):
    sight = sight_of(person("manager"))
    column = sight.columns["alerts"]
    rows = list(sight.customers())
    found = {code for row in rows if row.alerts for code in row.alerts.split()}
    assert found <= {one.id for one in column.grades}
    for code in found:
        wanted = {row.customer_id for row in rows if code in (row.alerts or "").split()}
        assert set(ids(sight, f"alerts={code}")) == wanted
    assert found
    truths = [one for one in sight.columns.values() if one.type == "boolean"]
    for one in truths:
        wanted = {row.customer_id for row in rows if getattr(row, one.name) is True}
        assert set(ids(sight, f"{one.name}=yes")) == wanted


def test_the_list_opens_with_the_chosen_view(signed_in):
    client = signed_in("analyst")
    client.post("/customers/-/views/", {"name": "East", "query": "region=East", "shared": "on"})
    view = SavedView.objects.get(name="East")
    client.post("/customers/-/views/default/", {"view": view.pk})
    assert client.get("/customers/")["Location"] == f"/customers/?region=East&view={view.pk}"
    assert client.get("/customers/?all=1").status_code == 200
    assert signed_in("manager").get("/customers/").status_code == 200
    changed = client.get(f"/customers/?region=West&view={view.pk}").content.decode()
    assert "View changed" in changed
    client.post("/customers/-/views/default/", {"view": ""})
    assert client.get("/customers/").status_code == 200
    signed_in("manager").post("/customers/-/views/default/", {"view": view.pk})
    SavedView.objects.update(shared=False)
    assert signed_in("manager").get("/customers/").status_code == 200


def test_the_palette_finds_pages_views_and_customers_in_sight(signed_in):
    client = signed_in("account_manager", "en")
    text = client.get("/customers/-/find/?search=customer 6").content.decode()
    assert "Customer 68" in text
    assert "Customer 69" not in text
    assert 'data-address="/"' in client.get("/customers/-/find/?search=overv").content.decode()
    assert "/people/" not in client.get("/customers/-/find/?search=").content.decode()
    assert "Nothing of that name" in client.get("/customers/-/find/?search=zzzz").content.decode()


def test_customers_are_found_by_their_contacts_by_who_sees_contacts(person):
    Contact.objects.create(
        customer_id="C011", name="顾雅琴", phone="13811112222", by=person("manager")
    )
    sight = sight_of(person("manager"))
    assert ids(sight, "search=顾雅") == ids(sight, "search=13811112222") == ["C011"]
    for role in ("analyst", "auditor"):
        assert ids(sight_of(person(role)), "search=顾雅") == []
