"""Customers added, changed, taken back and archived; nothing lost, nothing doubled."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from kefen.domain.errors import CallError
from kefen.lake.book.records import customer_row
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.records import services
from kefen.workspace.records.models import Edit, FieldChange
from kefen.workspace.records.queries import history_of, record_of
from kefen.workspace.runs.queries import current_publication
from kefen.workspace.runs.services import publish
from kefen.workspace.worker import work

ADDRESS = "/records/customer/C001/edit/"


def form_of(client, address=ADDRESS):
    """Return what a browser would send of the form at an address."""
    page = client.get(address).content.decode()
    found = dict(
        re.findall(r'<input type="(?:hidden|text|date|number)" name="(\w+)" value="([^"]*)"', page)
    )
    found |= {
        name: ""
        for name in re.findall(r'<input type="\w+" name="(\w+)"(?! value)', page)
        if name not in found
    }
    for name, body in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen.group(1) if chosen else ""
    return found


def listed(person, customer, role="manager"):
    return sight_of(person(role)).customers().get(pk=customer)


def test_an_edit_is_in_the_list_at_once_and_in_the_book_as_a_batch(signed_in, person, clean_book):
    client = signed_in("manager")
    sent = form_of(client) | {"name": "Bright & Co", "registered_capital": "1250.5"}
    before = len(clean_book.imports.batches())
    assert client.post(ADDRESS, sent).status_code == 302
    assert listed(person, "C001").name == "Bright & Co"
    assert sight_of(person("manager")).customers().filter(searched__contains="bright").exists()
    assert customer_row(clean_book, "C001")["name"] == "Customer 1"
    work(batch=True)
    kept = customer_row(clean_book, "C001")
    assert (kept["name"], kept["registered_capital"]) == ("Bright & Co", "1250.5")
    assert (kept["industry"], kept["owner"]) == ("Trade", "Bo")
    batches = clean_book.imports.batches()
    assert len(batches) == before + 1
    assert (batches[-1].rows_new, batches[-1].rows_updated) == (0, 1)
    assert set(FieldChange.objects.values_list("batch", flat=True)) == {batches[-1].id}
    entry = AuditEntry.objects.get(action="customer.changed")
    assert entry.subject == "C001"
    assert "Bright" not in str(entry.detail)


def test_the_history_says_who_changed_what(signed_in, person, clean_book):
    client = signed_in("manager")
    client.post(ADDRESS, form_of(client) | {"city": "Suzhou"})
    work(batch=True)
    line = history_of(person("manager"), "C001")[0]
    assert (line.field.en, line.before, line.after, line.who) == ("City", None, "Suzhou", "Ann")
    assert not line.waits
    shown = client.get("/records/customer/C001/history/").content.decode()
    assert "Suzhou" in shown


def test_an_import_is_in_the_history_too(person, clean_book):
    from kefen.lake.book.records import write_rows

    write_rows(
        clean_book,
        "customers",
        [{"customer_id": "C001", "city": "Wuxi"}],
        note="",
        wait_seconds=1,
    )
    line = history_of(person("manager"), "C001")[0]
    assert (line.field.en, line.before, line.after, line.edit) == ("City", None, "Wuxi", None)


def test_a_form_sent_twice_is_one_edit(signed_in, clean_book):
    client = signed_in("manager")
    sent = form_of(client) | {"name": "Twice"}
    client.post(ADDRESS, sent)
    client.post(ADDRESS, sent)
    assert Edit.objects.count() == 1


def test_what_somebody_else_changed_meanwhile_is_not_lost(signed_in, person, clean_book):
    mine, theirs = signed_in("manager"), signed_in("credit_controller")
    sent = form_of(mine) | {"name": "Mine", "city": "Wuxi"}
    theirs.post(ADDRESS, form_of(theirs) | {"name": "Theirs", "country": "China"})
    answer = mine.post(ADDRESS, sent)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "has changed this customer meanwhile" in shown
    assert "Theirs" in shown
    assert "Mine" in shown
    assert listed(person, "C001").name == "Theirs"
    # Saved again from the page that told them, it counts; the other field stays theirs.
    again = dict(re.findall(r'name="(was|token)" value="([^"]*)"', shown))
    assert mine.post(ADDRESS, sent | again).status_code == 302
    assert listed(person, "C001").name == "Mine"
    assert record_of("C001")["country"] == "China"


def test_different_fields_changed_at_once_do_not_disturb_each_other(signed_in, clean_book):
    mine, theirs = signed_in("manager"), signed_in("credit_controller")
    sent = form_of(mine) | {"city": "Wuxi"}
    theirs.post(ADDRESS, form_of(theirs) | {"country": "China"})
    assert mine.post(ADDRESS, sent).status_code == 302
    assert (record_of("C001")["city"], record_of("C001")["country"]) == ("Wuxi", "China")


def test_an_edit_is_taken_back_except_what_changed_since(signed_in, person, clean_book):
    client = signed_in("manager")
    client.post(ADDRESS, form_of(client) | {"name": "First", "city": "Wuxi"})
    first = Edit.objects.latest("id")
    client.post(ADDRESS, form_of(client) | {"city": "Suzhou"})
    _, stay = services.undo_edit(person("manager"), first)
    assert stay == ["city"]
    assert listed(person, "C001").name == "Customer 1"
    assert record_of("C001")["city"] == "Suzhou"
    work(batch=True)
    assert customer_row(clean_book, "C001")["name"] == "Customer 1"
    with pytest.raises(CallError):
        services.undo_edit(person("manager"), first)
    with pytest.raises(PermissionDenied):
        services.undo_edit(person("credit_controller"), Edit.objects.latest("id"))


def test_a_new_customer_is_there_before_it_is_graded(signed_in, person, clean_book):
    client = signed_in("account_manager")
    sent = form_of(client, "/records/new/") | {"name": "New Ltd", "kind": "company"}
    first = client.post("/records/new/", sent)
    assert client.post("/records/new/", sent)["Location"] == first["Location"]
    number = first["Location"].split("/")[-2]
    assert listed(person, number, "account_manager").owner == "Ann"
    assert client.get(first["Location"]).status_code == 200
    work(batch=True)
    assert customer_row(clean_book, number)["name"] == "New Ltd"
    with pytest.raises(CallError):
        services.create_customer(person("manager"), {"name": "x"}, number="C001", token="t")  # noqa: S106


def test_a_new_copy_has_the_edits_that_its_run_did_not_know(signed_in, person, clean_book, run_ids):
    client = signed_in("manager")
    client.post(ADDRESS, form_of(client) | {"name": "Later"})
    new = client.post("/records/new/", form_of(client, "/records/new/") | {"name": "Newer"})
    work(batch=True)
    publish(person("administrator"), run_ids[0], live=lambda: None)
    assert current_publication().run_id == run_ids[0]
    assert listed(person, "C001").name == "Later"
    assert listed(person, new["Location"].split("/")[-2]).name == "Newer"


def test_an_archived_customer_is_in_no_list_and_comes_back(signed_in, person):
    client = signed_in("manager")
    client.post("/records/customer/C001/archive/", {"reason": "closed"})
    assert not sight_of(person("manager")).customers().filter(pk="C001").exists()
    assert "closed" in client.get("/customers/C001/").content.decode()
    assert "Customer 1" in client.get("/records/archive/").content.decode()
    client.post("/records/customer/C001/restore/")
    assert sight_of(person("manager")).customers().filter(pk="C001").exists()


def test_a_company_is_not_above_itself(person, clean_book):
    manager = person("manager")
    was = record_of("C001")
    with pytest.raises(CallError):
        services.change_customer(manager, "C001", {"parent_id": "C001"}, was=was)
    with pytest.raises(CallError):
        services.change_customer(manager, "C001", {"parent_id": "nobody"}, was=was)
    services.change_customer(manager, "C001", {"parent_id": "C002"}, was=was)
    with pytest.raises(CallError):
        services.change_customer(manager, "C002", {"parent_id": "C001"}, was=record_of("C002"))


def test_the_group_of_companies_is_shown(signed_in, person, clean_book):
    services.change_customer(
        person("manager"), "C001", {"parent_id": "C002"}, was=record_of("C001")
    )
    assert "Customer 2" in signed_in("manager").get("/customers/C001/").content.decode()
    assert "Customer 1" in signed_in("manager").get("/customers/C002/").content.decode()


def test_who_sees_no_contacts_cannot_set_them(person, clean_book):
    analyst = person("analyst")
    with pytest.raises(PermissionDenied):
        services.change_customer(analyst, "C001", {"phone": "1"}, was={})
    with pytest.raises(PermissionDenied):
        services.change_customer(analyst, "C001", {"owner": "Ann"}, was={})
    with pytest.raises(PermissionDenied):
        services.change_customer(person("auditor"), "C001", {"name": "x"}, was={})


def test_who_does_not_see_a_customer_cannot_change_it(person, clean_book):
    # C035 is Bo's, of team South.
    with pytest.raises(Http404):
        services.change_customer(person("account_manager"), "C035", {"name": "x"}, was={})


def test_our_own_fields_are_kept_here_and_in_the_history(signed_in, person, clean_book):
    analyst = signed_in("analyst")
    analyst.post(
        "/records/fields/",
        {"name_en": "Fleet", "name_zh": "车队", "kind": "number"},
    )
    client = signed_in("manager")
    field = next(name for name in form_of(client) if name.startswith("own_"))
    before = len(clean_book.imports.batches())
    client.post(ADDRESS, form_of(client) | {field: "12"})
    work(batch=True)
    assert len(clean_book.imports.batches()) == before
    assert "Fleet" in client.get("/customers/C001/").content.decode()
    assert history_of(person("manager"), "C001")[0].after == "12"


def test_an_edit_whose_batch_was_undone_says_so(signed_in, person, clean_book):
    client = signed_in("manager")
    client.post(ADDRESS, form_of(client) | {"city": "Suzhou"})
    work(batch=True)
    clean_book.imports.undo(clean_book.imports.batches()[-1].id)
    assert history_of(person("manager"), "C001")[0].undone
    assert "undone with its batch" in client.get("/records/customer/C001/history/").content.decode()
