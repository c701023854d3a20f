"""Asking for runs, and publishing them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from kefen.grading.history import kept_runs
from kefen.grading.listed import ListedRun
from kefen.workspace.audit.services import record
from kefen.workspace.book import served_book
from kefen.workspace.customers.models import EarlierPeriod
from kefen.workspace.jobs.services import ask_for
from kefen.workspace.records.entering import put_later_edits
from kefen.workspace.runs.columns import ColumnWriter
from kefen.workspace.runs.models import Pointer, Publication
from kefen.workspace.runs.published import (
    drop_table,
    insert_rows,
    make_indexes,
    make_table,
    publication_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from kefen.workspace.accounts.models import User
    from kefen.workspace.jobs.models import Job

CHUNK = 2_000
_YEAR = 12
_COPIES = 2


def ask_for_run(
    actor: User, *, standard: str | None, as_of: date | None, language: str
) -> tuple[Job, bool]:
    """Ask for a run of the book; one that is under way already is returned instead."""
    with transaction.atomic():
        job, new = ask_for(
            actor,
            "grade",
            standard=standard,
            as_of=as_of.isoformat() if as_of else None,
            language=language,
        )
        if new:
            record(actor, "run.asked", str(job.pk), as_of=str(as_of or ""), standard=standard or "")
        return job, new


def ask_to_publish(actor: User, run_id: str) -> Job:
    """Ask that a run that the book has becomes the one that pages show."""
    with transaction.atomic():
        job, _ = ask_for(actor, "publish", run_id, run_id=run_id)
        return job


def ask_to_prepare(actor: User, run_id: str) -> Job:
    """Ask that an earlier run can be looked at, beside the one that pages show."""
    with transaction.atomic():
        job, _ = ask_for(actor, "prepare", run_id, run_id=run_id)
        return job


def publish_latest(actor: User) -> Job | None:
    """Ask that the latest run becomes the one that pages show, where none is shown yet."""
    runs = kept_runs(served_book())
    if not runs or Pointer.objects.exists():
        return None
    latest = max(enumerate(runs), key=lambda entry: (entry[1].as_of, entry[0]))[1]
    return ask_to_publish(actor, latest.run_id)


def fill_year(actor: User) -> Job | None:
    """Ask for the months of the last run's year that the book does not have.

    Returns:
        The job; None where there is no run, or no month is missing.
    """
    runs = kept_runs(served_book())
    if not runs:
        return None
    last = max(run.as_of for run in runs)
    year, month = divmod(12 * last.year + last.month - _YEAR, 12)
    first = date(year, month + 1, 1)
    graded = {(run.as_of.year, run.as_of.month) for run in runs if run.as_of >= first}
    if len(graded) >= _YEAR:
        return None
    with transaction.atomic():
        job, new = ask_for(actor, "fill", first=first.isoformat(), last=last.isoformat())
        if new:
            record(actor, "run.months", f"{first:%Y-%m} {last:%Y-%m}")
        return job


def publish(
    actor: User, run_id: str, *, live: Callable[[], None], aside: bool = False
) -> Publication:
    """Copy a run into a table of its own in chunks, then turn the pointer to it.

    Readers see the copy before it until the pointer turns. A copy that was left unfinished is
    removed, and so is every one but the last two.

    Args:
        actor: Who asked.
        run_id: The run.
        live: Called between chunks.
        aside: Whether the copy is only to be looked at as an earlier period: the pointer stays,
            and so do the last two of such copies.

    Raises:
        CallError: The book has no such run.
    """
    listed = ListedRun(served_book(), run_id)
    for left in Publication.objects.filter(complete=False):
        _remove(left)
    publication = publication_for(listed)
    publication.save()
    make_table(publication)
    columns = ColumnWriter(publication)
    copied = 0
    for rows in listed.chunks(CHUNK):
        with transaction.atomic():
            columns.add(insert_rows(publication, rows))
        copied += len(rows)
        live()
    with transaction.atomic():
        columns.finish()
    make_indexes(publication)
    live()
    read = listed.run.record["lake_versions"].get("customers", 0)
    left_at = {one.id: one.version_after or 0 for one in served_book().imports.batches()}
    with transaction.atomic():
        # No edit is entered while the pointer is held; those since the run read the lake follow it.
        list(Pointer.objects.select_for_update().filter(pk=1))
        put_later_edits(publication, read, left_at)
        publication.customers, publication.complete = copied, True
        publication.save(update_fields=["customers", "complete"])
        if aside:
            EarlierPeriod.objects.create(publication=publication)
            record(actor, "run.prepared", run_id, customers=copied)
        else:
            Pointer.objects.update_or_create(pk=1, defaults={"publication": publication})
            record(actor, "run.published", run_id, customers=copied)
            ask_for(actor, "tasks")
            ask_for(actor, "alerts", run_id, run_id=run_id)
    kept = Publication.objects.filter(complete=True, earlier_period__isnull=not aside)
    for old in kept.order_by("-pk")[_COPIES:]:
        _remove(old)
    return publication


def _remove(publication: Publication) -> None:
    with transaction.atomic():
        drop_table(publication)
        publication.delete()
