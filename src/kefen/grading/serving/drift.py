"""When the computed grade leaves an override behind: told after a run, and asked of a book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.grading.history import current_runs, kept_runs
from kefen.grading.outputs import SERVED_FILE, parquet_pattern
from kefen.grading.serving.words import grade_in_words
from kefen.grading.serving.written import grades_held
from kefen.lake.book.overrides import override_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kefen.grading.history import KeptRun
    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book
    from kefen.lake.book.overrides import Override
    from kefen.standards.model import Scheme, Standard


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the computed grade is from an override in the last run that knew it.

    Attributes:
        override: The override.
        run: The run's id.
        as_of: Its as-of date.
        computed: The computed grade's code then, or None.
        since: The as-of date of the first run, without a break, with this computed grade; None
            while it is the same as when the override was given, and where only one run was
            looked at.
        steps: How many grades the computed one is above (below zero: below) the override's.
        left_behind: Whether it is farther from the override's grade than when that was given.
        needless: Whether the computed grade meets the override by itself.
    """

    override: Override
    run: str
    as_of: date
    computed: str | None
    since: date | None
    steps: int
    left_behind: bool
    needless: bool

    @property
    def lifts_nothing(self) -> bool:
        """Return whether it is a floor of a customer without a computed grade."""
        return self.override.kind == "floor" and self.computed is None

    def in_words(self, scheme: Scheme) -> Text | None:
        """Return the warning in words; None where there is none to give."""
        said = {
            "o": self.override.id,
            "c": grade_in_words(scheme, self.computed),
            "g": grade_in_words(scheme, self.override.grade),
            "d": Text("since {d}", "自 {d} 起").filled(d=self.since)
            if self.since
            else Text("as of {d}", "截至 {d}").filled(d=self.as_of),
            "n": abs(self.steps),
            "w": grade_in_words(scheme, self.override.computed),
        }
        if self.needless:
            return Text(
                "{o}: the computed grade is {c} {d}; the override is not needed any more.",
                "{o}：{d}按数据已为{c}，不再需要人工调级。",
            ).filled(**said)
        if self.lifts_nothing:
            return Text(
                "{o}: there is no computed grade {d}, so that a floor lifts nothing.",
                "{o}：{d}没有按数据的等级，保底调级不起作用。",
            ).filled(**said)
        if self.left_behind:
            return Text(
                "{o}: the computed grade has left it behind: {c} {d}, {n} {n:step|steps} "
                "from {g}; when it was given: {w}.",
                "{o}：按数据的等级已偏离人工调级：{d}为{c}，与{g}相差 {n} 级；调级时为{w}。",
            ).filled(**said)
        return None

    def as_dict(self, scheme: Scheme) -> dict[str, Any]:
        """Return it for JSON."""
        words = self.in_words(scheme)
        return {
            "run": self.run,
            "as_of": self.as_of.isoformat(),
            "computed": self.computed,
            "computed_since": self.since.isoformat() if self.since else None,
            "steps": self.steps,
            "left_behind": self.left_behind,
            "needless": self.needless,
            "warning": words.as_dict() if words is not None else None,
        }


def drifts(book: Book, standard: Standard, overrides: Sequence[Override]) -> dict[str, Drift]:
    """Return, by override, how the computed grade moved away from it; where a run knew it.

    Args:
        book: The book.
        standard: The standard.
        overrides: Overrides of its schemes that are no lifts.

    Raises:
        BookError: The runs cannot be read.
        DataError: A file of one is damaged.
    """
    wanted = [own for own in overrides if own.kind != "lift" and own.standard == standard.id]
    if not wanted:
        return {}
    runs = [
        run
        for run in current_runs(kept_runs(book), standard.id)
        if run.as_of >= min(own.given_on for own in wanted)
    ]
    people = sorted({own.customer for own in wanted})
    computed = {run.run_id: computed_of(run, people) for run in runs}
    found = {}
    for own in wanted:
        known = [run for run in runs if own.holds(run.as_of)]
        if known and own.scheme in standard.schemes:
            found[own.id] = _drift(standard.schemes[own.scheme], own, known, computed)
    return found


def _drift(
    scheme: Scheme,
    own: Override,
    runs: Sequence[KeptRun],
    computed: dict[str, dict[tuple[str, str], str | None]],
) -> Drift:
    def grade_in(run: KeptRun) -> str | None:
        return computed[run.run_id].get((own.customer, own.scheme))

    last = runs[-1]
    now = grade_in(last)
    since: date | None = None
    if now != own.computed:
        for run in reversed(runs):
            if grade_in(run) != now:
                break
            since = run.as_of
    return _moved(scheme, own, now, last.run_id, last.as_of, since)


def _moved(
    scheme: Scheme, own: Override, now: str | None, run: str, as_of: date, since: date | None
) -> Drift:
    """Return how far a computed grade is from an override, next to when that was given."""
    codes = [grade.id for grade in reversed(scheme.classes)]

    def rank(code: str | None) -> int:
        return codes.index(code) + 1 if code in codes else 0

    target = rank(own.grade)
    steps = rank(now) - target
    then = rank(own.computed) - target
    met = {"pin": steps == 0, "floor": steps >= 0, "cap": steps <= 0}[own.kind]
    differs = now != own.computed
    return Drift(
        override=own,
        run=run,
        as_of=as_of,
        computed=now,
        since=since,
        steps=steps,
        left_behind=differs and not met and abs(steps) > abs(then),
        needless=differs and met,
    )


def drifts_in(run: GradedRun, run_id: str = "") -> tuple[Drift, ...]:
    """Return how far the computed grades of a run are from the overrides that it applied.

    Args:
        run: The run, its relations at hand.
        run_id: Its id in the book.

    Raises:
        EngineError: Memory or disk ran out.
    """
    applied = [override_from(own) for own in run.record.get("overrides", ())]
    wanted = [own for own in applied if own.kind != "lift" and own.scheme in run.standard.schemes]
    if not wanted:
        return ()
    people = [exp.Literal.string(one) for one in sorted({own.customer for own in wanted})]
    asked = (
        exp.select(column("customer_id"), column("scheme"), column("grade"))
        .from_(table(run.grades))
        .where(exp.In(this=column("customer_id"), expressions=people))
    )
    rows = run.dataset.engine.rows(asked.sql("duckdb"))
    computed = {(who, scheme): grade for who, scheme, grade in rows}
    return tuple(
        _moved(
            run.standard.schemes[own.scheme],
            own,
            computed.get((own.customer, own.scheme)),
            run_id,
            run.as_of,
            None,
        )
        for own in wanted
    )


def base_of(run: KeptRun, scheme: str, customer: str) -> str | None:
    """Return the grade from which a customer of a run moves on, overrides and floors aside.

    None where the run holds no grades under the scheme, or none of the customer.
    """
    path = run.folder / SERVED_FILE
    if not path.exists():
        return None
    try:
        with duckdb.connect() as connection:
            row = connection.execute(
                "SELECT base FROM read_parquet(?) WHERE scheme = ? AND customer_id = ?",
                [parquet_pattern(path), scheme, customer],
            ).fetchone()
    except duckdb.Error as error:
        raise _unreadable(run) from error
    return row[0] if row is not None else None


def computed_of(run: KeptRun, customers: Sequence[str]) -> dict[tuple[str, str], str | None]:
    """Return the computed grades of some customers of a run, by customer and scheme."""
    query = grades_held(run.folder).subquery("held")
    try:
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"SELECT customer_id, scheme, computed FROM {query.sql('duckdb')} "  # noqa: S608
                "WHERE list_contains(?, customer_id)",
                [list(customers)],
            ).fetchall()
    except duckdb.Error as error:
        raise _unreadable(run) from error
    return {(str(who), str(scheme)): grade for who, scheme, grade in rows}


def _unreadable(run: KeptRun) -> DataError:
    return DataError(
        Text("the grades of the run cannot be read", "无法读取评级运行的等级"),
        where=str(run.folder),
        mend=Text("Grade again.", "请重新评级。"),
    )
