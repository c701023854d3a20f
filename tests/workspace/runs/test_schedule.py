"""The monthly run: started by the worker at its time, once, whatever happened before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kefen.workspace.accounts.models import User
from kefen.workspace.audit.models import AuditEntry
from kefen.workspace.jobs import timed
from kefen.workspace.jobs.models import Job, TimedWork
from kefen.workspace.runs.models import Schedule
from kefen.workspace.runs.schedule import acting, end_schedule, next_start, set_schedule


def at(month, day, hour=12):
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def schedule(person):
    """On the third at six, set on 20 November."""
    set_schedule(person("analyst"), day=3, hour=6, standard=None, language="zh")
    Schedule.objects.update(set_at=at(11, 20))
    return Schedule.objects.get()


def runs():
    return list(Job.objects.filter(kind="grade").order_by("pk"))


def test_it_starts_at_its_time_and_once(schedule, person):
    for moment in (at(11, 21), at(12, 2), at(12, 3, 5)):
        timed.look(moment)
    assert runs() == []
    for moment in (at(12, 3, 6), at(12, 3, 7), at(12, 4)):
        timed.look(moment)
    [job] = runs()
    assert (job.asked_by, job.asked["language"]) == (person("analyst"), "zh")
    entry = AuditEntry.objects.filter(action="run.asked").latest("id")
    assert entry.detail["scheduled"] == "2026-12"


def test_after_a_day_out_of_work_it_starts_late_and_once(schedule):
    timed.look(at(12, 9))
    timed.look(at(12, 9, 13))
    assert len(runs()) == 1


def test_the_next_month_has_its_own(schedule):
    timed.look(at(12, 3))
    Job.objects.update(state="done")
    timed.look(datetime(2027, 1, 3, 6, tzinfo=UTC))
    assert len(runs()) == 2


def test_two_workers_start_one(schedule, monkeypatch):
    timed.look(at(12, 3))
    Job.objects.update(state="done")
    TimedWork.objects.filter(name="run").update(done_for="2026-12")
    timed.look(at(12, 3))
    assert len(runs()) == 1


def test_a_failure_before_the_end_leaves_the_occasion_open(schedule, monkeypatch):
    from kefen.workspace.runs import schedule as module

    def fails(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(module, "ask_for", fails)
    timed.look(at(12, 3))
    monkeypatch.undo()
    timed.look(at(12, 3))
    assert len(runs()) == 1


def test_the_next_start_is_told(schedule):
    assert next_start(schedule, at(12, 1)) == at(12, 3, 6)
    assert next_start(schedule, at(12, 3, 6)) == datetime(2027, 1, 3, 6, tzinfo=UTC)


def test_who_set_it_and_left_is_followed_by_an_administrator(schedule, person):
    User.objects.filter(username="analyst").update(is_active=False)
    assert acting() == person("administrator")
    timed.look(at(12, 3))
    assert runs()[0].asked_by == person("administrator")


def test_ended_it_starts_nothing(schedule, person):
    end_schedule(person("administrator"))
    timed.look(at(12, 3))
    assert runs() == []


def test_the_page_sets_tells_and_ends_it(signed_in):
    client = signed_in("administrator")
    client.post("/runs/schedule/", {"day": 5, "hour": 7, "standard": "default"})
    page = client.get("/runs/").content.decode()
    assert "starts by itself on 5" in page
    client.post("/runs/schedule/", {"day": 31, "hour": 7, "standard": "default"})
    assert Schedule.objects.get().day == 5
    client.post("/runs/unschedule/")
    assert "starts by itself" not in client.get("/runs/").content.decode()


def test_tasks_are_planned_once_a_day(person):
    for moment in (at(12, 3, 1), at(12, 3, 9)):
        timed.look(moment)
    assert Job.objects.filter(kind="tasks").count() == 1
    Job.objects.update(state="done")
    timed.look(at(12, 4, 1))
    assert Job.objects.filter(kind="tasks").count() == 2
