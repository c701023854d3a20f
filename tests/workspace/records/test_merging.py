"""Two records of one customer made one, with everything, and taken apart again."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from kefen.domain.errors import CallError
from kefen.lake.book.records import customer_row, rows_of_customer
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.records import attached, merging, services
from kefen.workspace.records.models import Contact, Edit, Merge, Note
from kefen.workspace.records.queries import record_of
from kefen.workspace.records.similar import plain_name, similar_customers
from kefen.workspace.work.services import create_task
from kefen.workspace.worker import work


def orders_of(book, customer):
    return sorted(row["order_id"] for row in rows_of_customer(book, "orders", customer))


def test_everything_goes_over_and_comes_back(signed_in, person, clean_book):
    manager = person("manager")
    mine, theirs = orders_of(clean_book, "C001"), orders_of(clean_book, "C007")
    assert mine
    assert theirs
    attached.add_note(manager, "C007", "rings on Mondays", token="n")  # noqa: S106
    attached.add_contact(manager, "C007", {"name": "Wu"}, token="c")  # noqa: S106
    attached.add_interaction(manager, "C007", kind="call", at=timezone.localdate())
    services.change_customer(manager, "C002", {"parent_id": "C007"}, was=record_of("C002"))
    client = signed_in("manager")
    page = client.get("/records/customer/C001/merge/?with=C007").content.decode()
    assert "Customer 7" in page
    sent = {"with": "C007", "take_name": "other", "take_region": "own"}
    client.post("/records/customer/C001/merge/", sent)
    client.post("/records/customer/C001/merge/", sent)  # pressed twice
    assert Merge.objects.count() == 1
    assert not sight_of(manager).customers().filter(pk="C007").exists()
    work(batch=True)
    merge = Merge.objects.get()
    assert merge.state == "done"
    assert orders_of(clean_book, "C001") == sorted(mine + theirs)
    assert rows_of_customer(clean_book, "interactions", "C001")
    assert customer_row(clean_book, "C007") is None
    kept = customer_row(clean_book, "C001")
    # What was chosen, and what the record did not have; the owner stays.
    assert (kept["name"], kept["phone"], kept["owner"]) == ("Customer 7", "13900001234", "Bo")
    assert customer_row(clean_book, "C002")["parent_id"] == "C001"
    assert Note.objects.get().customer_id == Contact.objects.get().customer_id == "C001"
    assert "Merged into" in client.get("/customers/C007/").content.decode()
    assert "C007" in client.get("/customers/C001/").content.decode()
    # Changed after the merge, it stays so when the two are taken apart.
    services.change_customer(manager, "C001", {"phone": "1"}, was=record_of("C001"))
    client.post(f"/records/merges/{merge.pk}/undo/")
    work(batch=True)
    assert orders_of(clean_book, "C001") == mine
    assert orders_of(clean_book, "C007") == theirs
    assert customer_row(clean_book, "C007")["name"] == "Customer 7"
    back = customer_row(clean_book, "C001")
    assert (back["name"], back["phone"]) == ("Customer 1", "1")
    assert customer_row(clean_book, "C002")["parent_id"] == "C007"
    assert Note.objects.get().customer_id == "C007"
    assert sight_of(manager).customers().filter(pk="C007").exists()


def test_tasks_go_over_with_the_record(person, clean_book):
    manager = person("manager")
    task = create_task(
        manager,
        "C007",
        kind="call",
        words="Ring them up",
        due_on=timezone.localdate(),
        assigned_to=manager,
    )
    merge = merging.merge_customers(manager, "C001", "C007", ())
    task.refresh_from_db()
    assert task.customer_id == "C001"
    assert merge.moved["Task"] == [task.pk]


def test_the_same_and_the_merged_cannot_be_merged_again(person, clean_book):
    manager = person("manager")
    with pytest.raises(CallError):
        merging.merge_customers(manager, "C001", "C001", ())
    merging.merge_customers(manager, "C001", "C002", ())
    with pytest.raises(CallError):
        merging.merge_customers(manager, "C003", "C002", ())
    with pytest.raises(CallError, match="under way"):
        merging.take_apart(manager, Merge.objects.get())
    with pytest.raises(PermissionDenied):
        merging.merge_customers(person("account_manager"), "C003", "C004", ())
    work(batch=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bright & Co., Ltd.", "bright"),
        ("苏州明光贸易有限公司", "苏州明光贸易"),
        ("ACME Holdings Inc", "Acme"),
    ],
)
def test_the_legal_form_is_no_part_of_a_plain_name(one, other):
    assert plain_name(one) == plain_name(other)


def test_a_customer_that_is_there_is_hinted_at_while_typing(signed_in, person, clean_book):
    manager = person("manager")
    services.change_customer(manager, "C001", {"tax_id": "91X"}, was=record_of("C001"))
    client = signed_in("manager")
    shown = client.get("/records/similar/", {"name": "customer 12 Ltd"}).content.decode()
    assert "Customer 12" in shown
    assert "Customer 1" in client.get("/records/similar/", {"tax_id": "91X"}).content.decode()
    assert client.get("/records/similar/", {"name": "x"}).content.decode().strip() == ""


def test_of_customers_of_others_only_whose_they_are_is_told(person, clean_book):
    manager = person("manager")
    services.change_customer(manager, "C035", {"tax_id": "77Y"}, was=record_of("C035"))
    found = similar_customers(person("account_manager"), {"tax_id": "77Y", "name": "Customer"})
    hidden = [one for one in found if one.row is None]
    assert [one.owner for one in hidden] == ["Bo"]
    # A name that is only similar tells nothing of customers of others.
    assert all(one.row is not None for one in found if one.why.en == "a similar name")
    # Who sees no contacts cannot find out by telephone.
    assert not similar_customers(person("analyst"), {"phone": "13900001234"})
    assert similar_customers(manager, {"phone": "13900001234"})


def test_a_merge_is_one_entry_of_the_history(person, clean_book):
    manager = person("manager")
    merging.merge_customers(manager, "C001", "C007", {"name"})
    edit = Edit.objects.latest("id")
    assert edit.kind == "merged"
    assert edit.changes.filter(field="name", after="Customer 7").exists()
    work(batch=True)
