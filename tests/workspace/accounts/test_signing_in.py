"""First run, signing in, lock-out, passwords."""

from __future__ import annotations

from django.test import Client

from kefen.workspace.accounts.models import User
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
