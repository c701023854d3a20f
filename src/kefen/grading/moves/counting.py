"""Counting the ways of customers: matrices, and what each cause did."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.grading.moves.causes import CAUSES
from kefen.grading.moves.model import ABSENT, CausePart
from kefen.grading.moves.path import PATHS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kefen.engines.engine import Engine
    from kefen.grading.moves.causes import Cause
    from kefen.grading.moves.model import State
    from kefen.grading.moves.path import Leg

MOST_PAIRS = 2_000
"""How many pairs of states of a scheme are kept: open classes may have any number."""


class Way(NamedTuple):
    """Customers of a scheme that went the same way.

    Attributes:
        before: Their state in the earlier run.
        after: Their state in the later run.
        causes: What moved them on the way, in order and each once.
        customers: How many they are.
        up: By cause: how many grades up, all together.
        down: By cause: how many grades down.
    """

    before: State
    after: State
    causes: tuple[Cause, ...]
    customers: int
    up: Mapping[Cause, int]
    down: Mapping[Cause, int]

    @property
    def moved(self) -> bool:
        """Return whether their grade differs at the two ends."""
        return _grade(self.before) != _grade(self.after)


def _grade(state: State) -> State:
    return None if state == ABSENT else state


def ways_of(engine: Engine, legs: Sequence[Leg], order: Sequence[str]) -> list[Way]:
    """Return the different ways of a scheme's customers, with how many went each.

    Args:
        engine: The engine, with the relation `PATHS`.
        legs: The scheme's steps.
        order: Its grades from the best; empty where they have no order.
    """
    there = [column(f"there_{side}") for side in ("before", "after")]
    ends = [column(legs[0].start), column(legs[-1].end)]
    changed = [changed_by(leg) for leg in legs]
    names = [f"changed {place}" for place in range(len(legs))]
    steps = [steps_up(leg, order) for leg in legs] if order else []
    sums = [
        exp.Sum(this=exp.Greatest(this=signed, expressions=[exp.Literal.number(0)]))
        for step in steps
        for signed in (step.copy(), exp.Neg(this=exp.paren(step.copy())))
    ]
    keys = [
        *there,
        *ends,
        *(exp.alias_(c, n, quoted=True) for c, n in zip(changed, names, strict=True)),
    ]
    query = (
        exp.select(*keys, exp.Count(this=exp.Star()), *sums)
        .from_(table(PATHS))
        .group_by(*(exp.Literal.number(place) for place in range(1, len(keys) + 1)))
    )
    return [_way(row, legs) for row in engine.rows(query.sql("duckdb"))]


def changed_by(leg: Leg) -> exp.Expr:
    """Return whether a step changed the grade."""
    return exp.NullSafeNEQ(this=column(leg.start), expression=column(leg.end))


def steps_up(leg: Leg, order: Sequence[str]) -> exp.Expr:
    """Return by how many grades a step goes up."""
    return exp.Sub(
        this=exp.paren(_place(leg.start, order)), expression=exp.paren(_place(leg.end, order))
    )


def _place(name: str, order: Sequence[str]) -> exp.Expr:
    """Return the place of a grade from the best; no grade is one below the lowest."""
    return exp.Case(
        this=column(name),
        ifs=[
            exp.If(this=exp.Literal.string(grade), true=exp.Literal.number(place))
            for place, grade in enumerate(order)
        ],
        default=exp.Literal.number(len(order)),
    )


def _way(row: tuple[object, ...], legs: Sequence[Leg]) -> Way:
    was, is_, first, last = row[:4]
    flags = row[4 : 4 + len(legs)]
    customers, *sums = row[4 + len(legs) :]
    before: State = str(first) if first is not None else None if was else ABSENT
    after: State = str(last) if last is not None else None if is_ else ABSENT
    up: dict[Cause, int] = defaultdict(int)
    down: dict[Cause, int] = defaultdict(int)
    causes: dict[Cause, None] = {}
    whole: Cause | None = "entered" if not was else "left" if not is_ else None
    for place, leg in enumerate(legs):
        if flags[place]:
            causes[whole or leg.cause] = None
        if sums:
            up[whole or leg.cause] += int(str(sums[2 * place]))
            down[whole or leg.cause] += int(str(sums[2 * place + 1]))
    if whole is not None:
        # Nothing lies between for one that was or is not there: the whole way is one step.
        net = up[whole] - down[whole]
        up, down = {whole: max(net, 0)}, {whole: max(-net, 0)}
        causes = {whole: None} if _grade(before) != _grade(after) else {}
    return Way(before, after, tuple(causes), int(str(customers)), up, down)


def matrix_of(ways: Iterable[Way]) -> dict[tuple[State, State], int]:
    """Return how many customers went from state to state; most first, no more than are kept."""
    found: dict[tuple[State, State], int] = defaultdict(int)
    for way in ways:
        found[way.before, way.after] += way.customers
    ranked = sorted(found.items(), key=lambda one: (-one[1], str(one[0])))
    return dict(ranked[:MOST_PAIRS])


def causes_of(ways: Iterable[Way], *, ordered: bool) -> tuple[CausePart, ...]:
    """Return what each cause did, of those that did anything."""
    customers: dict[Cause, list[int]] = defaultdict(lambda: [0, 0, 0])
    up: dict[Cause, int] = defaultdict(int)
    down: dict[Cause, int] = defaultdict(int)
    for way in ways:
        kind = 2 if not way.moved else 1 if len(way.causes) > 1 else 0
        # Held alike in both runs, a customer goes to the computed grade and back by one cause.
        causes = () if kind == 2 and len(way.causes) == 1 else way.causes
        for cause in causes:
            customers[cause][kind] += way.customers
        for cause, steps in way.up.items():
            up[cause] += steps
        for cause, steps in way.down.items():
            down[cause] += steps
    return tuple(
        CausePart(
            cause,
            alone=customers[cause][0],
            together=customers[cause][1],
            offset=customers[cause][2],
            steps=up[cause] - down[cause] if ordered else None,
            up=up[cause] if ordered else None,
            down=down[cause] if ordered else None,
        )
        for cause in CAUSES
        if cause in customers
    )


def together_of(ways: Iterable[Way]) -> dict[tuple[Cause, ...], int]:
    """Return, by the causes that moved them, how many customers moved; most first."""
    found: dict[tuple[Cause, ...], int] = defaultdict(int)
    places = {cause: place for place, cause in enumerate(CAUSES)}
    for way in ways:
        if way.moved:
            found[tuple(sorted(way.causes, key=places.__getitem__))] += way.customers
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
