"""The background worker: takes jobs from the queue, and takes up what a dead worker left."""

from __future__ import annotations

import logging
import os
import threading

import django

log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.5
_RECLAIM_SECONDS = 15
_LOOK_AT_CLOCK_SECONDS = 30


def main() -> None:
    """Work until the process is told to end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefen.workspace.settings")
    django.setup()
    threading.Thread(target=_reclaim_forever, daemon=True).start()
    threading.Thread(target=_keep_time_forever, daemon=True).start()
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    work(batch=False)


def work(*, batch: bool) -> None:
    """Run the jobs of the queue.

    Args:
        batch: Whether to end when nothing waits, instead of waiting for more.
    """
    from django_tasks_db.management.commands.db_worker import Worker

    worker = Worker(
        queue_names=["default"],
        interval=_LOOK_SECONDS,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"worker-{os.getpid()}",
        excluded_queue_names=[],
    )
    if not batch:
        worker.configure_signals()
    worker.run()


def _reclaim_forever() -> None:
    from django.db import connection

    from kefen.workspace.jobs.services import reclaim

    pause = threading.Event()
    while True:
        try:
            reclaim()
        except Exception:
            log.exception("looking for dead jobs failed")
        finally:
            connection.close()
        pause.wait(_RECLAIM_SECONDS)


def _keep_time_forever() -> None:
    """Begin what is to be done at its time: the month's run, the day's tasks, letters."""
    from django.db import connection

    from kefen.workspace.jobs.timed import look

    pause = threading.Event()
    while True:
        try:
            look()
        finally:
            connection.close()
        pause.wait(_LOOK_AT_CLOCK_SECONDS)


def _end_with_parent(parent: int) -> None:
    """End when the server that started this worker is gone, however it went."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(2)
    os._exit(0)


if __name__ == "__main__":
    main()
