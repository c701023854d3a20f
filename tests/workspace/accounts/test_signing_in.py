"""First run, signing in, lock-out, passwords."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.sessions import SessionStore
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.jobs.models import Job

PASSWORD = "a long enough secret"  # noqa: S105


def test_the_first_account_needs_the_key_that_the_server_printed(db):
    AuditEntry.objects.all().delete()
    Job.objects.all().delete()
    User.objects.all().delete()
    client = Client()
    assert client.get("/").headers["Location"] == "/first-run/"
    form = {"username": "lin", "name": "林若溪", "password": "correct-horse-9"}
    assert client.post("/first-run/", form).status_code == 403
    assert not User.objects.exists()
    assert client.post("/first-run/", form | {"key": "first-key"}).headers["Location"] == "/"
    made = User.objects.get()
    assert (made.role, made.name) == ("administrator", "林若溪")
    assert client.get("/").status_code == 200
    again = Client().post("/first-run/", form | {"key": "first-key", "username": "eve"})
    assert again.headers["Location"] == "/sign-in/"
    assert User.objects.count() == 1


def test_five_wrong_passwords_lock_a_name_and_an_administrator_unlocks_it(signed_in, person):
    client = Client()
    wrong = {"username": "manager", "password": "not it at all"}
    for _ in range(4):
        assert client.post("/sign-in/", wrong).status_code == 200
    assert client.post("/sign-in/", wrong).status_code == 429
    right = {"username": "manager", "password": PASSWORD}
    assert client.post("/sign-in/", right).status_code == 429
    assert Client().post("/sign-in/", right | {"username": "auditor"}).status_code == 302
    manager = person("manager")
    administrator = signed_in("administrator")
    assert b"Locked" in administrator.get("/people/").content
    administrator.post(f"/people/{manager.pk}/unlock/")
    assert client.post("/sign-in/", right).status_code == 302


def test_names_and_passwords_are_not_told_apart(db):
    answers = [
        Client().post("/sign-in/", {"username": name, "password": "x"}).content
        for name in ("auditor", "nobody")
    ]
    assert all(b"User name or password is wrong" in one for one in answers)


def test_a_new_password_ends_other_sessions(signed_in, person):
    here, there = signed_in("manager"), signed_in("manager")
    weak = here.post("/password/", {"old": PASSWORD, "new": "password"})
    assert weak.status_code == 200
    here.post("/password/", {"old": PASSWORD, "new": "another fine secret"})
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


def test_the_only_administrator_stays(signed_in, person):
    administrator = person("administrator")
    client = signed_in("administrator")
    form = {"name": "Ann", "role": "manager", "is_active": "on"}
    answer = client.post(f"/people/{administrator.pk}/", form)
    assert b"is the only administrator" in answer.content
    assert person("administrator").role == "administrator"


def test_adding_a_person_is_written_down(signed_in, person):
    form = {"username": "zhou", "name": "周启航", "password": "correct-horse-9", "role": "analyst"}
    assert signed_in("administrator").post("/people/new/", form).status_code == 302
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.subject, entry.actor.username) == (
        "person.added",
        "zhou",
        "administrator",
    )
    assert "correct-horse" not in str(entry.detail)
    taken = signed_in("administrator").post("/people/new/", form | {"username": "ZHOU"})
    assert "taken" in taken.content.decode()


@pytest.mark.parametrize("ended", ["it is over", "it was deleted", "it says something else"])
def test_a_session_that_ended_elsewhere_is_over_with_the_next_request(ended, signed_in):
    client = signed_in("manager")
    assert client.get("/customers/").status_code == 200
    kept = Session.objects.filter(session_key=client.session.session_key)
    if ended == "it is over":
        kept.update(expire_date=timezone.now() - timedelta(seconds=1))
    elif ended == "it was deleted":
        kept.delete()
    else:
        kept.update(session_data="forged")
    assert client.get("/customers/").headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("role", ["manager", "account_manager"])
def test_the_person_of_a_request_is_the_one_that_is_stored(role, signed_in, person):
    client = signed_in(role)
    request = RequestFactory().get("/")
    request.session = SessionStore(client.session.session_key)
    found, stored = get_user(request), person(role)
    assert isinstance(found, User)
    for field in User._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(stored, field.attname)
    with CaptureQueriesContext(connection) as asked:
        assert (found.team and found.team.name) == (stored.team and stored.team.name)
    assert len(asked) == (stored.team is not None)  # the stored one looks the team up, once
    found.name = "Changed"
    found.save()
    assert User.objects.get(pk=found.pk).name == "Changed"
