"""Jobs: once at a time, with words when they fail, and taken up after the death of a worker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from kefen.domain.errors import BookError
from kefen.domain.text import Text
from kefen.workspace.jobs import handlers, services
from kefen.workspace.jobs.models import Job, JobState
from kefen.workspace.jobs.progress import LostJobError, Progress
from kefen.workspace.worker import work


def ask(person, **asked):
    with transaction.atomic():
        return services.ask_for(person("administrator"), "publish", "one", **asked)


@pytest.fixture
def handled(monkeypatch):
    """Let jobs of the kind `publish` be done by this module's function of that name."""

    def by(name):
        monkeypatch.setitem(handlers._HANDLERS, "publish", f"{__name__}:{name}")

    # Test modules are not importable by name: the handler is found through `sys.modules`.
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or _this())
    return by


def _this():
    import types

    module = types.ModuleType(__name__)
    module.__dict__.update(globals())
    return module


def does_well(progress, **asked):
    progress.expect(2)
    progress.begin(Text("First", "第一步"))
    progress.begin(Text("Second", "第二步"))
    return {"given": asked}


def refuses(progress, **asked):
    raise BookError(Text("It is locked.", "已锁定。"), mend=Text("Wait.", "请等待。"), where="book")


def breaks(progress, **asked):
    raise ZeroDivisionError


def test_a_job_is_asked_for_once(person):
    job, new = ask(person)
    again, not_new = ask(person)
    assert (new, not_new, again.pk) == (True, False, job.pk)


def test_a_job_runs_from_the_queue_and_says_what_came_of_it(person, handled):
    handled("does_well")
    job, _ = ask(person, run_id="x")
    work(batch=True)
    job.refresh_from_db()
    assert (job.state, job.percent, job.result) == (JobState.DONE, 100, {"given": {"run_id": "x"}})
    assert job.step == {"en": "Second", "zh": "第二步"}


def test_a_failure_is_said_in_both_languages(person, handled):
    handled("refuses")
    job, _ = ask(person)
    work(batch=True)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.error_words.zh == "book：已锁定。"
    assert job.mend_words.en == "Wait."


def test_a_defect_is_said_without_its_details(person, handled):
    handled("breaks")
    job, _ = ask(person)
    work(batch=True)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "ZeroDivision" not in str(job.error) + str(job.mend)


def dead(job, attempt=1):
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING,
        attempt=attempt,
        heartbeat_at=timezone.now() - services.DEAD_AFTER - timedelta(seconds=1),
    )


def test_the_job_of_a_dead_worker_is_taken_up(person, handled):
    handled("does_well")
    job, _ = ask(person)
    dead(job)
    assert services.reclaim() == 1
    work(batch=True)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.DONE, 2)


def test_a_living_job_is_left_alone(person):
    job, _ = ask(person)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heartbeat_at=timezone.now())
    assert services.reclaim() == 0


def test_a_job_that_dies_again_and_again_is_given_up_with_a_reason(person):
    job, _ = ask(person)
    dead(job, attempt=services.MOST_ATTEMPTS)
    assert services.reclaim() == 0
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "3" in job.error_words.en


def test_a_worker_thought_dead_stops_when_another_has_its_job(person):
    job, _ = ask(person)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempt=1)
    job.refresh_from_db()
    first = Progress(job)
    Job.objects.filter(pk=job.pk).update(attempt=2)
    with pytest.raises(LostJobError):
        first.live()
