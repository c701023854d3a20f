"""Reading runs and the published copy."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kefen.domain.text import Text
from kefen.grading.grader import Grader
from kefen.grading.stored import StoredRun
from kefen.reports.generated import generated_label
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.book import served_book
from kefen.workspace.runs.models import Pointer, Publication
from kefen.workspace.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.workspace.accounts.models import User


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run, as the list of runs shows it.

    Attributes:
        run_id: Its id.
        at: When it was made, ISO.
        as_of: Its as-of date, ISO.
        standard: Its standard's name and version.
        customers: How many customers it graded.
        schemes: How many schemes were run.
        shown: Whether it is the one that pages show.
    """

    run_id: str
    at: str
    as_of: str
    standard: Text
    customers: int
    schemes: int
    shown: bool


def current_publication() -> Publication | None:
    """Return the copy that is read now; None before the first."""
    kept = _kept_copy.get()
    if kept:
        return kept[0]
    found = _pointed_at()
    if kept is not None:
        kept.append(found)
    return found


def _pointed_at() -> Publication | None:
    """Return the copy that the pointer is at, asked anew; what describes a copy is kept.

    Who is given it may change it, and so has one of its own.
    """
    said = _what_is_pointed_at().rows()
    if not said:
        return None
    found = _described.get(said[0])
    if found is None:
        pointer = Pointer.objects.select_related("publication").filter(pk=1).first()
        if pointer is None:
            return None
        found = pointer.publication
        if found.pk == said[0][0]:
            if len(_described) >= _MOST_DESCRIBED:
                _described.clear()
            _described[said[0]] = found
    return copy(found)


@lru_cache(maxsize=1)
def _what_is_pointed_at() -> Statement:
    """Return the question which copy is read, with whatever of it can change."""
    names = ("pk", "made_at", "run_id", "complete", "customers", "in_columns")
    asked = Pointer.objects.filter(pk=1)
    return Statement(asked.values_list(*(f"publication__{name}" for name in names)))


_described: dict[tuple[Any, ...], Publication] = {}
_MOST_DESCRIBED = 8


@contextmanager
def one_copy() -> Iterator[None]:
    """Read the same copy to the end of the block, whatever is switched meanwhile."""
    token = _kept_copy.set([])
    try:
        yield
    finally:
        _kept_copy.reset(token)


def read_from(publication: Publication | None) -> None:
    """Read from a copy, which is held, to the end of the block of `one_copy`."""
    kept = _kept_copy.get()
    if kept is not None:
        kept[:] = [publication]


_kept_copy: ContextVar[list[Publication | None] | None] = ContextVar("kept copy", default=None)


def publication_of(run_id: str) -> Publication | None:
    """Return the copy of a run that can be read; None where there is none."""
    found = Publication.objects.filter(run_id=run_id, complete=True)
    return found.order_by("-pk").first()


def visible_runs(user: User) -> list[RunRow]:
    """Return the runs of the book, newest as-of date first; none to who may not see runs."""
    if not user.can(Ability.SEE_RUNS):
        return []
    current = current_publication()
    rows = []
    for record in served_book().runs.all():
        standard = record["standard"]
        name = standard.get("name")
        rows.append(
            RunRow(
                record["run_id"],
                record["at"],
                record["as_of"],
                Text("{n}, version {v}", "{n}，第 {v} 版").filled(
                    n=Text.from_dict(name) if isinstance(name, dict) else standard["id"],
                    v=standard["version"],
                ),
                record["customers"]["graded"],
                len(record["schemes"]),
                current is not None and current.run_id == record["run_id"],
            )
        )
    return sorted(rows, key=lambda row: (row.as_of, row.at), reverse=True)


@lru_cache(maxsize=24)
def stored_run(run_id: str) -> StoredRun:
    """Return a run with all that explains it; runs never change, so they are kept.

    Raises:
        CallError: There is no such run.
    """
    return StoredRun.load(served_book().runs.directory(run_id))


@lru_cache(maxsize=4)
def grader_of(run_id: str) -> Grader:
    """Return the grader of a run; making one reads its standard, so that it is kept.

    Raises:
        CallError: There is no such run.
    """
    return Grader(stored_run(run_id))


@lru_cache(maxsize=24)
def generated_in(run_id: str) -> Text | None:
    """Return the label of the generated sample data that a run graded; None without any."""
    records = served_book().runs.all()
    found = next((one for one in records if one["run_id"] == run_id), {})
    return generated_label(found.get("generated", ()))


def record_of(run_id: str) -> Mapping[str, Any]:
    """Return the content of a run's `run.json`.

    Raises:
        CallError: There is no such run.
    """
    return stored_run(run_id).record
