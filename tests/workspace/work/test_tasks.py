"""Tasks: made one by one and for many, seen by who sees the customer, ended once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kefen.domain.errors import CallError
from kefen.workspace.accounts.models import User
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.records.models import EnteredRow
from kefen.workspace.work import services
from kefen.workspace.work.models import Task, TaskState
from kefen.workspace.work.queries import day_of, visible_tasks

TODAY = date(2026, 11, 26)


@pytest.fixture
def bo(db):
    """An account manager of another team, who owns every second customer."""
    made = User(username="bo", name="Bo", role="account_manager")
    made.set_unusable_password()
    made.save()
    return made


def make(by, customer="C001", **changed):
    asked = {"kind": "other", "words": "Send the offer", "due_on": TODAY, "assigned_to": by}
    return services.create_task(by, customer, **(asked | changed))


def test_a_task_is_made_with_its_audit_entry(person):
    task = make(person("manager"))
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.subject, entry.detail["task"]) == ("task.made", "C001", task.pk)
    assert task.purpose.en == "Send the offer"


def test_tasks_for_many_go_to_the_owner_of_each(person, bo):
    ids = ["C000", "C001", "C003", "C999", "C001"]
    made = services.create_tasks(
        person("manager"), ids, kind="call", words="Ring them up", due_on=TODAY
    )
    assert made == 3  # one is not there, and one was named twice
    given = dict(Task.objects.values_list("customer_id", "assigned_to__username"))
    assert given == {"C000": "account_manager", "C001": "bo", "C003": "bo"}
    assert AuditEntry.objects.latest("id").action == "tasks.made"


def test_tasks_for_many_cost_few_queries(person):
    def cost(count):
        ids = [f"C{n:03}" for n in range(count)]
        with CaptureQueriesContext(connection) as seen:
            services.create_tasks(person("manager"), ids, kind="call", words="Ring", due_on=TODAY)
        return len(seen)

    assert cost(5) == cost(40)


def test_customers_that_are_not_seen_get_no_task(person):
    ids = [f"C{n:03}" for n in range(70)]
    # The team North has the first 35; Ann owns every second of the others too.
    made = services.create_tasks(
        person("account_manager"), ids, kind="call", words="Ring", due_on=TODAY
    )
    assert made == 35 + 17
    assert not Task.objects.filter(customer_id="C037").exists()


def test_work_is_given_only_to_who_sees_the_customer(person, bo):
    with pytest.raises(CallError, match="does not see"):
        make(person("manager"), "C000", assigned_to=bo)
    with pytest.raises(CallError, match="all of these"):
        services.create_tasks(
            person("manager"),
            ["C000", "C001"],
            kind="call",
            words="Ring",
            due_on=TODAY,
            assigned_to=bo,
        )
    assert Task.objects.count() == 0


def test_who_changes_nothing_makes_no_tasks(person):
    with pytest.raises(PermissionDenied):
        make(person("auditor"))
    with pytest.raises(PermissionDenied):
        services.create_tasks(person("auditor"), ["C001"], kind="call", words="Ring", due_on=TODAY)


def test_a_task_for_a_customer_of_others_is_not_there(person, bo, signed_in):
    task = make(person("manager"), "C001", assigned_to=bo)
    hidden = make(person("manager"), "C037", assigned_to=bo)
    seen = visible_tasks(person("account_manager"))
    assert set(seen) == {task}
    client = signed_in("account_manager")
    assert client.get(f"/work/{hidden.pk}/").status_code == 404
    assert client.post(f"/work/{hidden.pk}/finish/", {"result": "x"}).status_code == 404
    with pytest.raises(PermissionDenied):
        services.finish_task(
            person("account_manager"), hidden.pk, result="", next_step="", next_on=None
        )


def test_a_task_ends_once(person):
    manager = person("manager")
    task = make(manager)
    services.finish_task(manager, task.pk, result="Sent", next_step="", next_on=None)
    with pytest.raises(CallError, match="ended already"):
        services.finish_task(manager, task.pk, result="Again", next_step="", next_on=None)
    with pytest.raises(CallError, match="ended already"):
        services.drop_task(manager, task.pk, reason="No")
    task.refresh_from_db()
    assert (task.state, task.result) == (TaskState.DONE, "Sent")


def test_the_next_step_becomes_a_task(person):
    manager = person("manager")
    visit = make(manager, kind="contact")
    following = services.finish_task(
        manager,
        visit.pk,
        result="Wants a price",
        next_step="Bring the price",
        next_on=TODAY + timedelta(days=3),
        kind="visit",
    )
    visit.refresh_from_db()
    assert (visit.kind, following.kind) == ("visit", "visit")
    assert following.purpose.zh == "Bring the price"
    entered = EnteredRow.objects.get(customer_id="C001", table="interactions")
    assert (entered.values["kind"], entered.values["result"]) == ("visit", "Wants a price")
    assert following.due_on == TODAY + timedelta(days=3)


def test_the_day_has_its_parts(person):
    manager = person("manager")
    for days in (-2, 0, 3, 30):
        make(manager, due_on=TODAY + timedelta(days=days))
    make(manager, assigned_to=None)
    day = day_of(manager, show="today", mine=True, after="", today=TODAY)
    assert day.counts == {"today": 2, "week": 1, "later": 1, "nobody": 1, "done": 0}
    assert (day.late, [row.late for row in day.rows]) == (1, [True, False])
    assert day.rows[0].customer == "Customer 1"


def test_pages_of_a_day_meet_without_gap(person):
    manager = person("manager")
    services.create_tasks(
        manager,
        [f"C{n:03}" for n in range(60)],
        kind="call",
        words="Ring",
        due_on=TODAY,
        assigned_to=manager,
    )
    first = day_of(manager, show="today", mine=True, after="", today=TODAY)
    second = day_of(manager, show="today", mine=True, after=first.after, today=TODAY)
    ids = [row.task.pk for row in (*first.rows, *second.rows)]
    assert (len(ids), len(set(ids)), second.after) == (60, 60, None)


def test_the_pages_take_one_through(signed_in, person):
    client = signed_in("manager")
    today = timezone.localdate()
    made = {"kind": "visit", "words": "Show the samples", "due_on": str(today)}
    answer = client.post("/work/new/?customer=C001", made | {"assigned_to": person("manager").pk})
    assert answer.status_code == 302
    task = Task.objects.get()
    page = client.get("/work/").content.decode()
    assert "Show the samples" in page
    assert "Customer 1" in page
    refused = client.post(f"/work/{task.pk}/finish/", {"result": ""})
    assert "required" in refused.content.decode()
    client.post(f"/work/{task.pk}/finish/", {"result": "Liked them"})
    assert "Liked them" in client.get("/work/?show=done").content.decode()
    again = client.post(f"/work/{task.pk}/finish/", {"result": "Twice"})
    assert "ended already" in again.content.decode()


def test_a_task_is_put_off_handed_over_and_dropped(signed_in, person, bo):
    client = signed_in("manager", "zh-CN")
    task = make(person("manager"))
    client.post(f"/work/{task.pk}/", {"due_on": "2026-12-24", "assigned_to": bo.pk})
    task.refresh_from_db()
    assert (task.due_on, task.assigned_to) == (date(2026, 12, 24), bo)
    assert AuditEntry.objects.latest("id").detail["to"] == ["manager", "bo"]
    client.post(f"/work/{task.pk}/drop/", {"reason": "客户已停业"})
    assert "客户已停业" in client.get(f"/work/{task.pk}/").content.decode()


def test_a_customer_s_page_has_its_tasks(signed_in, person):
    make(person("manager"), "C001", words="Send the contract")
    page = signed_in("auditor").get("/customers/C001/").content.decode()
    assert "Send the contract" in page
    assert "New task" not in page
    assert "New task" in signed_in("manager").get("/customers/C001/").content.decode()


def test_a_page_costs_the_same_however_many_tasks(signed_in, person):
    client = signed_in("manager")

    def cost():
        with CaptureQueriesContext(connection) as seen:
            client.get("/work/")
        return len(seen)

    make(person("manager"))
    few = cost()
    services.create_tasks(
        person("manager"),
        [f"C{n:03}" for n in range(40)],
        kind="call",
        words="Ring",
        due_on=TODAY,
        assigned_to=person("manager"),
    )
    assert cost() == few


def test_days_in_forms_are_written_as_browsers_take_them(signed_in, person):
    task = make(person("manager"))
    page = signed_in("manager", "zh-CN").get(f"/work/{task.pk}/").content.decode()
    assert 'value="2026-11-26"' in page
