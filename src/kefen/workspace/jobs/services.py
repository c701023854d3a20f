"""Asking for jobs, running them, and taking up those whose worker died."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import close_old_connections, connection, transaction
from django.db.models import F
from django.utils import timezone

from kefen.domain.errors import KefenError
from kefen.domain.text import Text
from kefen.workspace.jobs.handlers import handler_of
from kefen.workspace.jobs.models import Job, JobState
from kefen.workspace.jobs.progress import LostJobError, Progress
from kefen.workspace.jobs.tasks import run_job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.workspace.accounts.models import User

log = logging.getLogger(__name__)

BEAT = timedelta(seconds=5)
DEAD_AFTER = timedelta(seconds=60)
MOST_ATTEMPTS = 3
_FAILED = Text("Something went wrong in the workspace.", "工作区出错了。")
_TELL = Text(
    "Nothing was left half-done. Try again; if it stays, the server's log says more.",
    "未留下半成品。请重试；若仍如此，服务器日志有详情。",
)
_DIED = Text("The work stopped {n} times before its end.", "任务中断了 {n} 次，未能完成。")
_WHY_DIED = Text(
    "The machine may lack memory or disk. Nothing was left half-done.",
    "机器内存或磁盘可能不足。未留下半成品。",
)


def ask_for(actor: User, kind: str, subject: str = "", **asked: Any) -> tuple[Job, bool]:
    """Ask for a job; the same thing that waits or runs already is not asked for twice.

    Call it within the transaction that writes the audit entry.

    Returns:
        The job, and whether it is new.

    Raises:
        RuntimeError: There is no transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{kind} is asked for outside a transaction")
    open_one = Job.objects.filter(
        kind=kind, subject=subject, state__in=(JobState.WAITING, JobState.RUNNING)
    ).first()
    if open_one is not None:
        return open_one, False
    job = Job.objects.create(kind=kind, subject=subject, asked=asked, asked_by=actor)
    run_job.enqueue(job.pk)
    return job, True


def run(number: int) -> None:
    """Run a job that waits; one that another worker has, or that has ended, is left alone."""
    taken = Job.objects.filter(pk=number, state=JobState.WAITING).update(
        state=JobState.RUNNING,
        attempt=F("attempt") + 1,
        started_at=timezone.now(),
        heartbeat_at=timezone.now(),
        steps_begun=0,
    )
    if not taken:
        return
    job = Job.objects.select_related("asked_by").get(pk=number)
    progress = Progress(job)
    try:
        with _beating(progress):
            result = handler_of(job.kind)(progress, **job.asked)
    except LostJobError:
        log.warning("job %s was taken up by another worker", number)
        return
    except KefenError as error:
        what = error.what
        if error.where:
            what = Text("{w}: {t}", "{w}：{t}").filled(w=error.where, t=what)
        _end(job, JobState.FAILED, error=what.as_dict(), mend=error.mend.as_dict())
    except Exception:
        log.exception("job %s failed", number)
        _end(job, JobState.FAILED, error=_FAILED.as_dict(), mend=_TELL.as_dict())
    else:
        _end(job, JobState.DONE, result=result)


def reclaim() -> int:
    """Take up the jobs whose worker has given no sign of life; return how many.

    One that died too often is given up, with the reason.
    """
    with transaction.atomic():
        dead = Job.objects.select_for_update().filter(
            state=JobState.RUNNING, heartbeat_at__lt=timezone.now() - DEAD_AFTER
        )
        again = 0
        for job in dead:
            if job.attempt >= MOST_ATTEMPTS:
                job.state, job.ended_at = JobState.FAILED, timezone.now()
                job.error = _DIED.filled(n=job.attempt).as_dict()
                job.mend = _WHY_DIED.as_dict()
            else:
                job.state = JobState.WAITING
                run_job.enqueue(job.pk)
                again += 1
            job.save()
    return again


def _end(job: Job, state: JobState, **what: object) -> None:
    mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING)
    mine.update(state=state, ended_at=timezone.now(), **what)


@contextmanager
def _beating(progress: Progress) -> Iterator[None]:
    """Give signs of life from a thread of its own, however long a single step takes."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT.total_seconds()):
            try:
                progress.live()
            except LostJobError:
                break
            except Exception:
                log.exception("job %s could not give a sign of life", progress.job.pk)
            finally:
                close_old_connections()
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=10)
