"""What the worker does for runs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from kefen.domain.text import Text
from kefen.grading.months.back_fill import back_fill
from kefen.grading.named_standard import NamedStandard
from kefen.reports.book_run import STEPS, grade_book
from kefen.workspace.book import served_book
from kefen.workspace.runs.services import publish

if TYPE_CHECKING:
    from kefen.domain.text import Language
    from kefen.workspace.jobs.progress import Progress

_MEMORY = "2GB"
_MONTH = Text("Grading {d} ({n} of {t})", "评级 {d}（第 {n} 个，共 {t} 个）")
_PUBLISH = Text("Putting the grades into the lists", "将等级写入列表")


def grade_and_publish(
    progress: Progress, *, standard: str | None, as_of: str | None, language: Language
) -> dict[str, Any]:
    """Grade the book, keep the run, and publish it.

    A job that is taken up after its worker died grades anew: what the first left is no run, or
    one run more that is as good.
    """
    progress.expect(STEPS + 1)
    run_id = grade_book(
        served_book(),
        standard=standard,
        as_of=date.fromisoformat(as_of) if as_of else None,
        language=language,
        begin=progress.begin,
    )
    progress.begin(_PUBLISH)
    publication = publish(progress.actor, run_id, live=progress.live)
    return {"run_id": run_id, "customers": publication.customers}


def fill_months(progress: Progress, *, first: str, last: str) -> dict[str, Any]:
    """Grade the months of a span that the book does not have, each by what was known at its end.

    A job that is taken up after its worker died goes on where that stopped: months that are
    there are kept.
    """
    book = served_book()

    def begin(day: date, number: int, total: int) -> None:
        if number == 1:
            progress.expect(total)
        progress.begin(_MONTH.filled(d=day, n=number, t=total))

    found = back_fill(
        book,
        NamedStandard(None, book).on,
        date.fromisoformat(first),
        date.fromisoformat(last),
        memory=_MEMORY,
        on_month=begin,
    )
    return {"graded": sum(month.state == "graded" for month in found.months)}


def prepare_run(progress: Progress, *, run_id: str) -> dict[str, Any]:
    """Copy an earlier run, so that its period can be looked at."""
    progress.expect(1)
    progress.begin(_PUBLISH)
    publication = publish(progress.actor, run_id, live=progress.live, aside=True)
    return {"run_id": run_id, "customers": publication.customers}


def publish_run(progress: Progress, *, run_id: str) -> dict[str, Any]:
    """Publish a run that the book has."""
    progress.expect(1)
    progress.begin(_PUBLISH)
    publication = publish(progress.actor, run_id, live=progress.live)
    return {"run_id": run_id, "customers": publication.customers}
