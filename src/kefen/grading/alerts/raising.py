"""Raising alerts: what holds now, since when, and what is gone; nothing is raised twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.expressions.sql import literal
from kefen.grading.alerts.conditions import Side, column_of, conditions_of, evaluate, rows_in
from kefen.grading.history import kept_runs, run_before
from kefen.grading.months.differences import make_whole
from kefen.grading.outputs import parquet_pattern
from kefen.grading.stored import StoredRun

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.engines.engine import Engine
    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book
    from kefen.standards.model import Standard

ALERTS_FILE = "alerts.parquet"
_HOLDS, _RAISED, _PRIOR = "alerts that hold", "alerts raised", "alerts before"


def write_alerts(engine: Engine, run: StoredRun, before: StoredRun | None) -> bool:
    """Write `alerts.parquet` beside a run's other files; False where its standard has no alerts.

    The file has customer_id, alert, severity, state (`new`: it holds and did not in the run
    before; `still`: it holds since `first_seen`; `gone`: it held in the run before and does not
    any more) and first_seen, the as-of date of the run that raised it; ordered by alert and
    customer_id.

    Args:
        engine: The engine to work in.
        run: The run, its files written.
        before: The run before of the same standard, or None: then all that holds is new.

    Raises:
        EngineError: Memory or disk ran out.
    """
    if not run.standard.alerts:
        return False
    earlier = None if before is None else before.directory
    sides = Side.of(run), Side.of(before) if before is not None else None
    write_alerts_of(engine, *sides, earlier, run.directory / ALERTS_FILE)
    return True


def write_alerts_of(
    engine: Engine,
    run: Side,
    before: Side | None,
    earlier: Path | None,
    path: Path,
    among: str | None = None,
) -> None:
    """Write the alerts of a run, or of some of its customers, into a file.

    Args:
        engine: The engine to work in.
        run: The run.
        before: The run before of the same standard, or None.
        earlier: Where the files of the run before are, or None.
        path: The file.
        among: The relation of the customers to whom both sides are kept, or None: all.

    Raises:
        EngineError: Memory or disk ran out.
    """
    evaluate(engine, _HOLDS, conditions_of(run.standard), run, before)
    engine.create("TABLE", _RAISED, _raised(run.standard))
    engine.create("TABLE", _PRIOR, _prior(earlier, among))
    engine.write_parquet(_with_states(run).sql("duckdb"), path)
    for name in (_HOLDS, _RAISED, _PRIOR):
        engine.run(exp.Drop(tables=[table(name)], kind="TABLE").sql("duckdb"))


def _raised(standard: Standard) -> exp.Query:
    parts: list[exp.Query] = [
        exp.select(column("customer_id"), exp.alias_(exp.Literal.string(one), "alert"))
        .from_(table(_HOLDS))
        .where(column(column_of(one)))
        for one in standard.alerts
    ]
    query = parts[0]
    for further in parts[1:]:
        query = exp.union(query, further, distinct=False)
    return query


def _prior(before: Path | None, among: str | None) -> exp.Query:
    """Return what was open in the run before: nothing without one, or without its alerts."""
    names = ("customer_id", "alert", "first_seen")
    if before is not None:
        make_whole(before, ALERTS_FILE)
    if before is None or not (before / ALERTS_FILE).exists():
        types = ("TEXT", "TEXT", "DATE")
        empty = (
            exp.alias_(exp.cast(exp.Null(), kind), name, quoted=True)
            for name, kind in zip(names, types, strict=True)
        )
        return exp.select(*empty).where(exp.false())
    gone = exp.EQ(this=column("state"), expression=exp.Literal.string("gone"))
    opened = (
        exp.select(*(column(name) for name in names))
        .from_(rows_in(before / ALERTS_FILE).subquery("prior"))
        .where(exp.not_(gone))
    )
    if among is None:
        return opened
    some = exp.select(column("customer_id")).from_(table(among))
    return opened.where(exp.In(this=column("customer_id"), query=some.subquery()))


def _with_states(run: Side) -> exp.Select:
    now, prior = (
        {name: exp.column(name, table=side, quoted=True) for name in _KEYS}
        for side in ("now", "prior")
    )
    held, was = (
        exp.Is(this=s["customer_id"].copy(), expression=exp.Null()).not_() for s in (now, prior)
    )
    first = exp.column("first_seen", table="prior", quoted=True)
    state = exp.Case(
        ifs=[
            exp.If(this=exp.and_(held, was.copy()), true=exp.Literal.string("still")),
            exp.If(this=was, true=exp.Literal.string("gone")),
        ],
        default=exp.Literal.string("new"),
    )
    known = {
        name: exp.alias_(
            exp.func("coalesce", now[name].copy(), prior[name].copy()), name, quoted=True
        )
        for name in _KEYS
    }
    joined = (
        exp.select(
            *known.values(),
            exp.alias_(state, "state", quoted=True),
            exp.alias_(exp.func("coalesce", first, literal(run.as_of)), "first_seen", quoted=True),
        )
        .from_(exp.alias_(table(_RAISED), "now", table=True))
        .join(
            exp.alias_(table(_PRIOR), "prior", table=True),
            on=exp.and_(
                *(exp.EQ(this=now[name].copy(), expression=prior[name].copy()) for name in _KEYS)
            ),
            join_type="full",
        )
    )
    severity = exp.Case(
        this=column("alert"),
        ifs=[
            exp.If(this=exp.Literal.string(one.id), true=exp.Literal.string(one.severity))
            for one in run.standard.alerts.values()
        ],
    )
    return (
        exp.select(
            column("customer_id"),
            column("alert"),
            exp.alias_(severity, "severity", quoted=True),
            column("state"),
            column("first_seen"),
        )
        .from_(joined.subquery("joined"))
        .order_by(column("alert"), column("customer_id"))
    )


_KEYS = ("customer_id", "alert")


def write_alerts_beside(engine: Engine, directory: Path, before: Path | None) -> bool:
    """Write the alerts of the run in a directory; False where its standard has none.

    Args:
        engine: The engine to work in.
        directory: Where the run's files are.
        before: Where those of the run before are, or None.

    Raises:
        DataError: A file of a run is damaged.
        EngineError: Memory or disk ran out.
    """
    earlier = None if before is None else StoredRun.load(before)
    run = StoredRun.load(directory)
    if earlier is not None and earlier.standard.id != run.standard.id:
        earlier = None  # its alerts are others
    return write_alerts(engine, run, earlier)


def write_alerts_of_run(run: GradedRun, directory: Path, before: Path | None) -> None:
    """Write the alerts of a run into its directory, from its relations, which are not read back.

    Args:
        run: The run, in an engine of one machine; its standard has alerts.
        directory: Where the run's files are.
        before: Where those of the run before are, or None.

    Raises:
        DataError: A file of the run before is damaged.
        EngineError: Memory or disk ran out.
    """
    earlier = None if before is None else StoredRun.load(before)
    if earlier is not None and earlier.standard.id != run.standard.id:
        earlier = None  # its alerts are others
    then = None if earlier is None else Side.of(earlier)
    folder = None if earlier is None else earlier.directory
    path = directory / ALERTS_FILE
    write_alerts_of(run.dataset.engine, Side.in_engine(run), then, folder, path)


def run_before_in(book: Book, run: GradedRun) -> Path | None:
    """Return where the files of the run before are in a book; None for the first."""
    found = run_before(kept_runs(book), run.as_of, run.standard.id)
    return None if found is None else found.folder


def alerts_of(directory: Path) -> str | None:
    """Return the pattern of a run's alerts for `read_parquet`; None where it has none."""
    make_whole(directory, ALERTS_FILE)
    path = directory / ALERTS_FILE
    return parquet_pattern(path) if path.exists() else None
