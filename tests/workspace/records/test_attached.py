"""Contacts, notes, files and interactions: who sees them, double submit, stale forms."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from kefen.lake.book.records import rows_of_customer
from kefen.workspace.records import attached
from kefen.workspace.records.models import Contact, EnteredRow, Note, StoredFile
from kefen.workspace.worker import work

PHONE = "13911112222"


@pytest.fixture
def contact(person):
    return attached.add_contact(
        person("manager"),
        "C001",
        {"name": "Wu Lan", "phone": PHONE},
        token="x",  # noqa: S106
    )


def test_a_contact_is_added_once_however_often_it_is_sent(signed_in):
    client = signed_in("manager")
    page = client.get("/customers/C001/").content.decode()
    token = re.search(r'name="token" value="(\w+-c)"', page).group(1)
    form = {"token": token, "name": "Wu Lan", "phone": PHONE, "first": "on"}
    client.post("/records/customer/C001/contacts/", form)
    client.post("/records/customer/C001/contacts/", form)
    assert Contact.objects.count() == 1
    assert PHONE in client.get("/customers/C001/").content.decode()


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_who_sees_no_contacts_sees_none_of_these(role, contact, signed_in, person, clean_book):
    manager = person("manager")
    attached.add_note(manager, "C001", f"ring {PHONE}", token="n")  # noqa: S106
    file = attached.add_file(
        manager,
        "C001",
        SimpleUploadedFile(f"{PHONE}.txt", b"x"),
        token="f",  # noqa: S106
    )
    client = signed_in(role)
    for address in ("/customers/C001/", "/records/customer/C001/history/", "/customers/"):
        assert PHONE not in client.get(address).content.decode()
    assert client.get(f"/records/files/{file.pk}/").status_code == 404
    assert client.get(f"/records/contacts/{contact.pk}/").status_code in (403, 404)


def test_a_contact_that_somebody_changed_meanwhile_is_not_overwritten(contact, signed_in):
    address = f"/records/contacts/{contact.pk}/"
    mine, theirs = signed_in("manager"), signed_in("credit_controller")
    theirs.post(address, {"name": "Wu Lan", "position": "Buyer", "version": "1"})
    answer = mine.post(address, {"name": "Wu", "version": "1"}).content.decode()
    assert "changed this meanwhile" in answer
    assert "Buyer" in answer
    contact.refresh_from_db()
    assert contact.name == "Wu Lan"
    version = re.search(r'name="version" value="(\d+)"', answer).group(1)
    mine.post(address, {"name": "Wu", "version": version})
    contact.refresh_from_db()
    assert contact.name == "Wu"


def test_a_contact_that_is_removed_is_gone_from_the_page(contact, signed_in):
    client = signed_in("manager")
    client.post(f"/records/contacts/{contact.pk}/remove/")
    assert PHONE not in client.get("/customers/C001/").content.decode()
    assert client.get(f"/records/contacts/{contact.pk}/").status_code == 404


def test_only_who_wrote_a_note_changes_it(person, signed_in):
    note = attached.add_note(person("manager"), "C001", "first", token="n")  # noqa: S106
    with pytest.raises(PermissionDenied):
        attached.change_note(person("credit_controller"), note, "other", 1)
    signed_in("manager").post(f"/records/notes/{note.pk}/", {"text": "second", "version": "1"})
    assert Note.objects.get().text == "second"
    signed_in("administrator").post(f"/records/notes/{note.pk}/remove/")
    assert "second" not in signed_in("manager").get("/customers/C001/").content.decode()


def test_a_note_is_text_and_never_markup(person, signed_in):
    attached.add_note(person("manager"), "C001", "<script>x</script>", token="n")  # noqa: S106
    assert "<script>x" not in signed_in("manager").get("/customers/C001/").content.decode()


def test_a_file_comes_back_as_it_was_and_only_to_be_saved(signed_in, clean_book):
    client = signed_in("manager")
    form = {"file": SimpleUploadedFile("../page.html", b"<b>x</b>"), "token": "f"}
    client.post("/records/customer/C001/files/", form)
    kept = StoredFile.objects.get()
    answer = client.get(f"/records/files/{kept.pk}/")
    assert b"".join(answer.streaming_content) == b"<b>x</b>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "/" not in kept.name
    (clean_book.directory / "files" / kept.folder / kept.name).write_bytes(b"other")
    assert "gone or damaged" in client.get(f"/records/files/{kept.pk}/").content.decode()
    client.post(f"/records/files/{kept.pk}/remove/")
    assert not (clean_book.directory / "files" / kept.folder).exists()


def test_a_file_that_is_too_large_is_refused_in_words(signed_in, monkeypatch):
    monkeypatch.setattr(attached, "LARGEST_FILE", 3)
    form = {"file": SimpleUploadedFile("a.txt", b"four"), "token": "f"}
    answer = signed_in("manager").post("/records/customer/C001/files/", form)
    assert "larger than 20 MB" in answer.content.decode()
    assert not StoredFile.objects.exists()


def test_an_interaction_reaches_the_book(signed_in, clean_book):
    client = signed_in("account_manager")
    form = {"kind": "visit", "at": "2026-10-05", "purpose": "price", "result": "agreed"}
    client.post("/records/customer/C000/interactions/", form | {"token": "i"})
    client.post("/records/customer/C000/interactions/", form | {"token": "i"})
    work(batch=True)
    rows = rows_of_customer(clean_book, "interactions", "C000")
    assert len(rows) == 1
    assert (rows[0]["kind"], rows[0]["purpose"], rows[0]["employee"]) == ("visit", "price", "Ann")
    assert EnteredRow.objects.get().batch is not None
    work(batch=True)
    assert len(rows_of_customer(clean_book, "interactions", "C000")) == 1


def test_nothing_is_hung_on_a_customer_that_one_does_not_see(person):
    manager = person("account_manager")
    with pytest.raises(Http404):
        attached.add_note(manager, "C035", "x", token="n")  # noqa: S106
    with pytest.raises(Http404):
        attached.add_contact(manager, "C035", {"name": "x"}, token="c")  # noqa: S106
