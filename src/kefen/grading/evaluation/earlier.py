"""The evaluation that the report of a run carries: of an earlier run, by what happened since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.calendar import months_between
from kefen.domain.errors import StandardError
from kefen.grading.evaluation.evaluate import Asked, evaluate
from kefen.grading.evaluation.following import DEFAULT_MONTHS, Period, data_end, not_covered
from kefen.grading.history import KeptRun, current_runs, kept_runs
from kefen.grading.stored import StoredRun

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kefen.grading.evaluation.evaluate import Evaluation
    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book


def earlier_judged(run: GradedRun, previous: Path | None, book: Book | None) -> Evaluation | None:
    """Return how an earlier run of the same standard did up to the date of this one.

    The latest one with three months since then is taken, else the one with most; of it the first
    scheme that can be judged.

    Args:
        run: The run that is reported; facts after its as-of date count for nothing.
        previous: The results of an earlier run that the call names, or None.
        book: The book whose earlier runs are looked at when none is named, or None.

    Returns:
        None where there is no such run, or less than a month has passed in the data.

    Raises:
        EngineError: The engine stopped.
    """
    if "orders" not in run.dataset.tables:
        return None
    if previous is not None:
        candidates: Sequence[KeptRun] = [KeptRun.in_folder(previous)]
    elif book is not None:
        candidates = current_runs(kept_runs(book), run.standard.id)
    else:
        return None
    chosen = _chosen(run, candidates)
    if chosen is None:
        return None
    kept, months = chosen
    try:
        stored = StoredRun.load(kept.folder)
    except StandardError:
        return None  # of a standard that this version cannot read nothing can be told
    asked = Asked(months, first_only=True)
    return evaluate(stored, run.dataset, run.as_of, asked)


def _chosen(run: GradedRun, candidates: Sequence[KeptRun]) -> tuple[KeptRun, int] | None:
    last = data_end(run.dataset, None)
    found = [
        (min(DEFAULT_MONTHS, months), one)
        for one in candidates
        if one.standard == run.standard.id
        and one.as_of < run.as_of
        and (months := months_between(one.as_of, run.as_of)) >= 1
        and not_covered(Period(one.as_of, min(DEFAULT_MONTHS, months)), min(run.as_of, last))
        is None
    ]
    if not found:
        return None
    months, one = max(found, key=lambda entry: (entry[0], entry[1].as_of))
    return one, months
