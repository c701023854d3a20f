"""What the queue calls."""

from __future__ import annotations

from django_tasks import task


@task()
def run_job(number: int) -> None:
    """Run a job; the queue hands over its number alone."""
    from kefen.workspace.jobs.services import run

    run(number)
