"""Two runs beside each other: the moves of every scheme, with their causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.grading.moves.causes import order_of
from kefen.grading.moves.counting import causes_of, matrix_of, together_of, ways_of
from kefen.grading.moves.model import ABSENT, RunMoves, SchemeMoves
from kefen.grading.moves.path import PATHS, make_paths
from kefen.grading.moves.stages import plan_between
from kefen.methods.errors import NotEstimableError
from kefen.methods.migration import cohort_matrix, mobility, rates_of_moves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.engines.engine import Engine
    from kefen.grading.moves.counting import Way
    from kefen.grading.moves.model import State
    from kefen.grading.moves.path import Leg
    from kefen.grading.moves.stages import Plan
    from kefen.grading.stored import StoredRun
    from kefen.methods.migration import Mobility
    from kefen.standards.model import Scheme


def compare_runs(
    engine: Engine,
    before: StoredRun,
    after: StoredRun,
    *,
    names: tuple[str, str],
    warnings: Sequence[Text] = (),
    schemes: Sequence[str] | None = None,
) -> RunMoves:
    """Return the moves between two runs; their ways stay in the engine (see `PATHS`).

    Args:
        engine: The engine to work in.
        before: The earlier run.
        after: The later run.
        names: What the two are called.
        warnings: What keeps them from meaning the same.
        schemes: Only these; None: every scheme that one of the two graded.

    Raises:
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    graded = [name for name in after.standard.schemes if name in after.running]
    graded += [name for name in before.running if name not in graded]
    wanted = [name for name in graded if schemes is None or name in schemes]
    plan = plan_between(before, after)
    paths = make_paths(engine, before, after, plan, wanted)
    there = "SELECT count(*) FILTER (NOT there_before), count(*) FILTER (NOT there_after) FROM "
    ((entered, left),) = engine.rows(there + PATHS)
    return RunMoves(
        before=names[0],
        after=names[1],
        before_as_of=before.as_of,
        after_as_of=after.as_of,
        before_standard=before.standard,
        after_standard=after.standard,
        warnings=tuple(warnings),
        entered=entered,
        left=left,
        schemes=tuple(
            _scheme_moves(engine, name, paths.legs[name], before, after, plan) for name in wanted
        ),
        legs=paths.legs,
    )


def schemes_beside(scheme: str, before: StoredRun, after: StoredRun) -> tuple[Scheme, Scheme]:
    """Return a scheme as both standards have it, or twice as the only one has it."""
    sides = [run.standard.schemes.get(scheme) for run in (before, after)]
    one, other = sides[0] or sides[1], sides[1] or sides[0]
    assert one is not None and other is not None  # noqa: S101  one of the runs graded it
    return one, other


def common_order(one: Scheme, other: Scheme) -> tuple[str, ...]:
    """Return the order of the grades, where both schemes have the same one."""
    order = order_of(other)
    return order if order == order_of(one) else ()


def _scheme_moves(
    engine: Engine,
    scheme: str,
    legs: tuple[Leg, ...],
    before: StoredRun,
    after: StoredRun,
    plan: Plan,
) -> SchemeMoves:
    one, other = schemes_beside(scheme, before, after)
    order = common_order(one, other)
    ways = ways_of(engine, legs, order)
    matrix = matrix_of(ways)
    counts = _counts(ways, order)
    graded = [g.id for g in other.classes] + [g.id for g in one.classes]
    open_states = sorted({s for pair in matrix for s in pair if s is not None and s != ABSENT})
    states: list[State] = list(dict.fromkeys([*graded, *open_states]))
    table = _square(matrix, states)
    causes = causes_of(ways, ordered=bool(order))
    return SchemeMoves(
        scheme=scheme,
        before=one,
        after=other,
        order=order,
        states=(*states, None, ABSENT),
        matrix=matrix,
        left_off=sum(way.customers for way in ways) - sum(matrix.values()),
        moved=sum(way.customers for way in ways if way.moved),
        counts=counts,
        rates=rates_of_moves(table, ordered=bool(order)),
        mobility=mobility_of(table, ordered=bool(order)),
        causes=causes,
        together=together_of(ways),
        total_steps=sum(part.steps or 0 for part in causes) if order else None,
        not_split=_not_split(scheme, plan, before),
    )


def _square(matrix: Mapping[tuple[State, State], int], states: Sequence[State]) -> list[list[int]]:
    return [[matrix.get((row, to), 0) for to in states] for row in states] or [[0]]


def mobility_of(table: list[list[int]], *, ordered: bool) -> Mobility | None:
    """Return the mobility of counts; None where nobody was in one of the classes."""
    try:
        return mobility(cohort_matrix(table), [sum(row) for row in table], ordered=ordered)
    except NotEstimableError:
        return None


def _counts(ways: Sequence[Way], order: Sequence[str]) -> dict[str, int]:
    places = {grade: place for place, grade in enumerate(order)}
    kinds = (
        "same", "higher", "lower", "other", "gained", "lost", "entered", "left", "without"
    )  # fmt: skip
    found = dict.fromkeys(kinds, 0)
    for way in ways:
        found[_kind(way, places)] += way.customers
    return found


def _kind(way: Way, places: Mapping[str, int]) -> str:
    one, other = way.before, way.after
    if one in (None, ABSENT) and other in (None, ABSENT):
        return "without"
    if one == other:
        return "same"
    if one in (None, ABSENT):
        return "entered" if one == ABSENT else "gained"
    if other in (None, ABSENT):
        return "left" if other == ABSENT else "lost"
    if one in places and other in places:
        return "higher" if places[str(other)] < places[str(one)] else "lower"
    return "other"


def _not_split(scheme: str, plan: Plan, before: StoredRun) -> Text | None:
    if scheme not in plan.whole:
        return None
    names = [before.standard.metrics[name].name for name in plan.whole[scheme]]
    return Text(
        "The standards measure {m} differently, so all of its moves are put down to the standard.",
        "两版标准对{m}的定义不同，该方案的变动全部计入标准变更。",
    ).filled(m=Text(", ".join(n.en for n in names), "、".join(n.zh for n in names)))
