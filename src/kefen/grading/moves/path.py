"""The way of every customer from one run's grades to the next's, one changed thing at a time.

One row a customer: the grades it was served, was computed, would have had with one thing after
the other changed, is computed and is served. Neighbouring columns differ by one cause only, so
the steps of all causes add up to the whole way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.steps import part
from kefen.grading.moves.metrics import come_or_gone, make_stored, metrics_of_stage
from kefen.grading.moves.regrading import grade_again
from kefen.grading.outputs import SERVED_FILE
from kefen.grading.serving.written import grades_held

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.engines.engine import Engine
    from kefen.grading.moves.causes import Cause
    from kefen.grading.moves.stages import Plan
    from kefen.grading.stored import StoredRun

PATHS = "paths"
"""The relation that `make_paths` makes: customer_id, `there_before`, `there_after`, the grades."""
_SIDES = ("before", "after")


@dataclass(frozen=True, slots=True)
class Leg:
    """One step on the way: two columns of `PATHS` that differ by one cause.

    Attributes:
        cause: The cause.
        start: The column with the grade before.
        end: The column with the grade after.
    """

    cause: Cause
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Paths:
    """The ways of all customers.

    Attributes:
        legs: By scheme, the steps from the earlier run's grades to the later run's, in order.
        taken: The metrics that came or went for somebody.
    """

    legs: Mapping[str, tuple[Leg, ...]]
    taken: frozenset[str]


def make_paths(
    engine: Engine, before: StoredRun, after: StoredRun, plan: Plan, schemes: Sequence[str]
) -> Paths:
    """Make the relation `PATHS`.

    Args:
        engine: The engine to work in.
        before: The earlier run.
        after: The later run.
        plan: The gradings between them.
        schemes: The schemes whose ways are wanted.

    Raises:
        EngineError: Memory or disk ran out.
    """
    make_stored(engine, before, after)
    taken = come_or_gone(engine, before, after, plan)
    stages = [
        (place, stage)
        for place, stage in enumerate(plan.stages)
        if stage.cause != "data" or taken or set(before.running) != set(stage.running)
    ]
    for place, stage in stages:
        source = metrics_of_stage(engine, stage, before, after, taken)
        grade_again(
            engine,
            _graded(place),
            source,
            stage.standard,
            stage.learned,
            stage.running,
            stage.as_of,
        )
    for side, run in zip(_SIDES, (before, after), strict=True):
        engine.create("TABLE", f"grades {side}", _wide(run, schemes, side))
    legs: dict[str, tuple[Leg, ...]] = {}
    columns: list[exp.Expr] = []
    for scheme in schemes:
        columns += [column(f"{scheme}:{end}{side}") for side in _SIDES for end in ("", "held ")]
        own: list[tuple[Cause, str]] = []
        for place, stage in stages:
            if scheme in plan.whole or scheme in plan.without_data:
                continue
            name = f"{scheme}:{place}"
            columns.append(_stage_grade(scheme, place, name, graded=scheme in stage.running))
            own.append((stage.cause, name))
        last = "data" if scheme in plan.without_data else plan.last
        ways: list[tuple[Cause, str]] = [*own, (last, f"{scheme}:after")]
        first = f"{scheme}:before"
        if is_served(before):
            ways.insert(0, ("override", first))
            first = f"{scheme}:held before"
        if is_served(after):
            ways.append(("override", f"{scheme}:held after"))
        starts = [first, *(name for _, name in ways)]
        legs[scheme] = tuple(
            Leg(cause, start, end) for start, (cause, end) in zip(starts, ways, strict=False)
        )
    _join(engine, columns, [place for place, _ in stages])
    return Paths(legs, taken)


def _graded(place: int) -> str:
    return f"graded {place}"


def _stage_grade(scheme: str, place: int, name: str, *, graded: bool) -> exp.Expr:
    if not graded:
        return exp.alias_(exp.cast(exp.Null(), "TEXT"), name, quoted=True)
    grade = exp.column(part(scheme, "grade"), table=_graded(place), quoted=True)
    return exp.alias_(grade, name, quoted=True)


def is_served(run: StoredRun) -> bool:
    """Return whether a run says which grades customers hold, beside those it computed."""
    return (run.directory / SERVED_FILE).exists()


def _wide(run: StoredRun, schemes: Sequence[str], side: str) -> exp.Select:
    """Return one row a customer of a run: its computed and its held grade under each scheme."""
    grades = [
        exp.alias_(
            exp.Filter(
                this=exp.AnyValue(this=column(name)),
                expression=exp.Where(
                    this=exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme))
                ),
            ),
            f"{scheme}:{end}{side}",
            quoted=True,
        )
        for scheme in schemes
        for name, end in (("computed", ""), ("grade", "held "))
    ]
    return (
        exp.select(column("customer_id"), *grades)
        .from_(grades_held(run.directory).subquery("held"))
        .group_by(column("customer_id"))
    )


def _join(engine: Engine, columns: Sequence[exp.Expr], places: Sequence[int]) -> None:
    ids = [exp.column("customer_id", table=f"grades {side}", quoted=True) for side in _SIDES]
    there = [
        exp.alias_(
            exp.Is(this=one.copy(), expression=exp.Null()).not_(), f"there_{side}", quoted=True
        )
        for one, side in zip(ids, _SIDES, strict=True)
    ]
    who = exp.alias_(exp.func("coalesce", *(one.copy() for one in ids)), "customer_id", quoted=True)
    query = (
        exp.select(who, *there, *columns)
        .from_(table("grades before"))
        .join(
            table("grades after"),
            on=exp.EQ(this=ids[0], expression=ids[1]),
            join_type="full",
        )
    )
    for place in places:
        own = exp.column("customer_id", table=_graded(place), quoted=True)
        query = query.join(
            table(_graded(place)),
            on=exp.EQ(this=ids[0].copy(), expression=own),
            join_type="left",
        )
    engine.create("TABLE", PATHS, query)
