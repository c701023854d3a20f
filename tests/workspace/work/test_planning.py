"""Tasks by the service plan: made when due, never doubled, following grades and owners."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.cadences import Cadence
from kefen.domain.text import Text
from kefen.grading.entitlements import Entitlement, entitlements
from kefen.workspace.accounts.models import User
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.jobs.models import Job
from kefen.workspace.notices.models import Notice
from kefen.workspace.ownership.services import assign_owner
from kefen.workspace.runs.queries import stored_run
from kefen.workspace.work import planning, services
from kefen.workspace.work.models import Task, TaskState
from kefen.workspace.work.owners import Owners
from kefen.workspace.work.planning import bring_up_to_date
from kefen.workspace.work.service_plan import AHEAD, Past, due_for
from kefen.workspace.worker import work as work_off

TODAY = date(2026, 11, 26)


def entitled(visit=None, contact=None, *, grade="core", by="owner", scheme="tier"):
    name = Text(grade.title(), "等级")
    return Entitlement(scheme, Text.same(scheme), grade, name, visit, contact, by, ())


MONTHLY = entitled(Cadence(1, "month"), Cadence(2, "week"))


@pytest.fixture
def plan(person):
    """Bring the tasks up to date on a day; return what was done."""

    def on(day=TODAY):
        return bring_up_to_date(person("administrator"), day, live=lambda: None)

    return on


@pytest.fixture
def all_due(monkeypatch):
    """Make tasks of all that falls due within a year, not within a week."""
    monkeypatch.setattr(planning, "AHEAD", timedelta(days=400))


def test_a_visit_is_due_an_interval_after_the_last():
    past = Past(visited_on=date(2026, 10, 30), spoken_on=date(2026, 11, 20))
    [visit] = due_for("C1", [MONTHLY], past=past, today=TODAY)  # the contact would be later
    assert (visit.kind, visit.due_on) == ("visit", date(2026, 11, 30))
    assert visit.cause.en == "Core is visited every month; the last visit was on 2026-10-30."
    assert "上次拜访为 2026-10-30" in visit.cause.zh


def test_a_contact_before_the_next_visit_is_due_too():
    past = Past(visited_on=date(2026, 11, 20), spoken_on=date(2026, 11, 20))
    due = due_for("C1", [MONTHLY], past=past, today=TODAY)
    assert [(one.kind, one.due_on) for one in due] == [
        ("visit", date(2026, 12, 20)),
        ("contact", date(2026, 12, 4)),
    ]


def test_the_tightest_of_several_schemes_counts():
    weekly = entitled(None, Cadence(1, "week"), grade="loyal", scheme="loyalty")
    past = Past(spoken_on=date(2026, 11, 25))
    due = due_for("C1", [entitled(None, Cadence(1, "quarter")), weekly], past=past, today=TODAY)
    assert [(one.grade, one.due_on) for one in due] == [("loyal", date(2026, 12, 2))]


def test_what_was_passed_over_is_not_asked_for_at_once():
    past = Past(passed_over={"contact": date(2026, 11, 25)})
    [due] = due_for("C1", [entitled(None, Cadence(1, "month"))], past=past, today=TODAY)
    assert due.due_on == date(2026, 12, 25)
    assert "no contact is on record" in due.cause.en


@given(st.text(min_size=1), st.integers(0, 900))
def test_arrears_are_spread_over_the_coming_interval(customer, days):
    today = TODAY + timedelta(days=days)
    [due] = due_for(customer, [entitled(None, Cadence(1, "quarter"))], past=Past(), today=today)
    assert today <= due.due_on < today + timedelta(days=91)
    [later] = due_for(
        customer, [entitled(None, Cadence(1, "quarter"))], past=Past(), today=due.due_on
    )
    assert later.due_on == due.due_on  # the day comes nearer, it does not flee


def test_a_plan_does_not_begin_with_everything_on_one_day():
    quarterly = [entitled(None, Cadence(1, "quarter"))]
    days = [due_for(f"C{n:04}", quarterly, past=Past(), today=TODAY)[0].due_on for n in range(910)]
    assert max(days.count(day) for day in set(days)) < 30


def test_tasks_are_made_once_with_cause_owner_and_audit(plan, person, all_due):
    counts = plan()
    made = Task.objects.exclude(rule="")
    assert counts["made"] == made.count() > 10
    assert all(task.cause and task.grade for task in made)
    assert all(task.due_on >= TODAY for task in made)
    assert AuditEntry.objects.latest("id").action == "tasks.planned"
    entries = AuditEntry.objects.count()
    assert plan() == {} or set(plan().values()) == {0}
    assert AuditEntry.objects.count() == entries
    told = Notice.objects.get(person=person("account_manager"), kind="task")
    assert told.said.en == f"{made.filter(of_owner='Ann').count()} new tasks for you"
    owned = made.filter(of_owner="Ann").first()
    assert owned.assigned_to == person("account_manager")


def test_what_lies_far_ahead_is_no_task_yet(plan):
    plan()
    assert all(task.due_on <= TODAY + AHEAD for task in Task.objects.all())


def test_every_customer_of_a_grade_is_in_its_plan(plan, person, all_due):
    plan()
    sight = sight_of(person("administrator"))
    asked = entitlements(stored_run(sight.publication.run_id))["tier"]
    wanted = {
        (row.pk, kind)
        for row in sight.customers()
        if (grade := sight.columns["grade_tier"].grade_of(row.grade_tier)) is not None
        for kind in ("visit", "contact")
        if getattr(asked[grade.id], kind) is not None
    }
    made = set(Task.objects.values_list("customer_id", "rule"))
    # A contact that would fall on the next visit's day or later is left out.
    assert made <= wanted
    assert {customer for customer, _ in made} == {customer for customer, _ in wanted}


def test_a_changed_grade_has_its_cause_and_one_that_asks_for_nothing_ends(
    plan, person, all_due, monkeypatch
):
    plan()
    task = Task.objects.filter(grade="important", rule="visit").first()
    real = planning.entitlements

    def otherwise(run):
        found = {scheme: dict(grades) for scheme, grades in real(run).items()}
        found["tier"]["important"] = entitled(
            Cadence(1, "week"), None, grade="important", by="team"
        )
        return found

    monkeypatch.setattr(planning, "entitlements", otherwise)
    Task.objects.filter(pk=task.pk).update(grade="core")
    counts = plan()
    task.refresh_from_db()
    assert (task.grade, task.assigned_to, task.state) == ("important", None, TaskState.OPEN)
    assert "every week" in task.cause["en"]
    assert counts["changed"] == 1
    ended = Task.objects.filter(state=TaskState.DROPPED)
    assert {one.rule for one in ended} == {"contact"}
    assert counts["dropped"] == ended.count() > 0
    assert "no longer asked" in ended.first().why.en


def test_a_new_owner_takes_over_what_was_the_owner_s(plan, person, all_due):
    plan()
    bo = User.objects.create(username="bo", name="Bo", role="account_manager")
    waiting = Task.objects.filter(of_owner="Bo", assigned_to=None)
    count = waiting.count()
    assert count > 0
    by_hand = waiting.first()
    services.change_task(person("manager"), by_hand.pk, due_on=TODAY, assigned_to=person("manager"))
    assert plan()["handed_over"] == count - 1
    by_hand.refresh_from_db()
    assert by_hand.assigned_to == person("manager")
    assert Task.objects.filter(assigned_to=bo).count() == count - 1
    Task.objects.filter(assigned_to=bo).update(of_owner="Somebody before")
    assert plan()["handed_over"] == count - 1


def test_a_visit_that_was_made_ends_its_task(plan, person, all_due):
    plan()
    manager = person("manager")
    task = Task.objects.filter(rule="contact").first()
    visit = services.create_task(
        manager,
        task.customer_id,
        kind="visit",
        words="Drop in",
        due_on=TODAY,
        assigned_to=manager,
    )
    services.finish_task(manager, visit.pk, result="Seen", next_step="", next_on=None)
    assert plan()["done"] >= 1
    task.refresh_from_db()
    assert task.state == TaskState.DONE
    assert "as the records say" in task.why.en


def test_a_task_that_was_dropped_does_not_come_back_at_once(plan, person):
    days = [TODAY + timedelta(days=n) for n in range(3)]
    plan(days[0])
    task = Task.objects.exclude(rule="").first()
    services.drop_task(person("manager"), task.pk, reason="On holiday")
    Task.objects.filter(pk=task.pk).update(ended_on=days[0])
    plan(days[1])
    plan(days[2])
    again = Task.objects.filter(customer_id=task.customer_id, rule=task.rule)
    assert again.count() == 1


def test_the_owner_is_not_guessed(person, db):
    owners = Owners()
    assert owners.named("Ann") == person("account_manager")  # of all Anns the account manager
    User.objects.create(username="ann2", name="Ann", role="account_manager")
    assert Owners().named("Ann") is None
    assert owners.named("Nobody") is None
    assert owners.named(None) is None


def test_tasks_follow_when_somebody_is_given_a_customer(person, plan, all_due, clean_book):
    plan()
    task = Task.objects.filter(of_owner="Bo", assigned_to=None).first()
    bo = User.objects.create(username="bo", name="Robert", role="account_manager")
    assign_owner(person("manager"), [task.customer_id], bo)
    # Whoever asked, all tasks stay: what a person does not see is not gone.
    Job.objects.filter(kind="tasks").update(asked_by=bo)
    work_off(batch=True)
    task.refresh_from_db()
    assert (task.assigned_to, task.of_owner) == (bo, "Robert")
    assert not Task.objects.filter(state=TaskState.DROPPED).exists()
