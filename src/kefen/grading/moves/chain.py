"""Runs one after the other: the moves of every month, what they come to, and what would follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.text import Text
from kefen.grading.moves.compare_runs import mobility_of
from kefen.grading.moves.model import ABSENT
from kefen.methods.errors import NotEstimableError
from kefen.methods.migration import cohort_matrix, projected, rates_of_moves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.grading.moves.model import RunMoves, SchemeMoves, State
    from kefen.methods.migration import Mobility, Rates
    from kefen.standards.model import Scheme

MOST_STATES = 40
"""Up to how many classes a scheme may have to be projected; more say nothing anybody reads."""


@dataclass(frozen=True, slots=True)
class SchemeChain:
    """One scheme over a chain of runs.

    Attributes:
        scheme: Its id.
        after: The scheme as the last standard that has it says.
        states: The states of all matrices: grades, None for no grade, `ABSENT`.
        flow: For each run its as-of date and how many customers were in each state.
        moves: For each pair of runs the moves; None where neither graded the scheme.
        counts: All pairs together: how many went from one state to another.
        rates: Of those graded at both ends, over all pairs.
        mobility: Of the same; None where it cannot be told.
        chances: The chance to go from state to state in one step (without `ABSENT`); a row is None
            where nobody started.
        later: How many would be in each state after each further step; the first entry is now.
        not_projected: Why there is nothing in `later`, or None.
    """

    scheme: str
    after: Scheme
    states: tuple[State, ...]
    flow: tuple[tuple[date, Mapping[State, int]], ...]
    moves: tuple[SchemeMoves | None, ...]
    counts: Mapping[tuple[State, State], int]
    rates: Rates
    mobility: Mobility | None
    chances: tuple[tuple[float, ...] | None, ...]
    later: tuple[Mapping[State, float], ...]
    not_projected: Text | None


def chain_of(pairs: Sequence[RunMoves], ahead: int) -> tuple[SchemeChain, ...]:
    """Return every scheme over a chain of runs.

    Args:
        pairs: The moves between each run and the next, from the earliest; at least one.
        ahead: For how many further steps to project.
    """
    names = dict.fromkeys(one.scheme for pair in reversed(pairs) for one in pair.schemes)
    return tuple(_scheme(name, pairs, ahead) for name in names)


def _scheme(name: str, pairs: Sequence[RunMoves], ahead: int) -> SchemeChain:
    moves = [next((one for one in pair.schemes if one.scheme == name), None) for pair in pairs]
    known = [one for one in moves if one is not None]
    last = known[-1]
    order = last.order if all(one.order == last.order for one in known) else ()
    counts: dict[tuple[State, State], int] = {}
    for one in known:
        for pair, customers in one.matrix.items():
            counts[pair] = counts.get(pair, 0) + customers
    grades = dict.fromkeys(s for one in reversed(known) for s in one.states)
    classes = [state for state in grades if state is not None and state != ABSENT]
    table = [[counts.get((row, to), 0) for to in classes] for row in classes] or [[0]]
    chances, later, why = _projected(counts, [*classes, None], moves[-1], pairs, ahead)
    return SchemeChain(
        scheme=name,
        after=last.after,
        states=(*classes, None, ABSENT),
        flow=_flow(moves, pairs),
        moves=tuple(moves),
        counts=counts,
        rates=rates_of_moves(table, ordered=bool(order)),
        mobility=mobility_of(table, ordered=bool(order)),
        chances=chances,
        later=later,
        not_projected=why,
    )


def _flow(
    moves: Sequence[SchemeMoves | None], pairs: Sequence[RunMoves]
) -> tuple[tuple[date, Mapping[State, int]], ...]:
    found: list[tuple[date, Mapping[State, int]]] = []
    for place, (one, pair) in enumerate(zip(moves, pairs, strict=True)):
        sides: list[dict[State, int]] = [{}, {}]
        for ends, customers in (one.matrix if one is not None else {}).items():
            for side, state in zip(sides, ends, strict=True):
                if state != ABSENT:
                    side[state] = side.get(state, 0) + customers
        if place == 0:
            found.append((pair.before_as_of, sides[0]))
        found.append((pair.after_as_of, sides[1]))
    return tuple(found)


def _projected(
    counts: Mapping[tuple[State, State], int],
    states: Sequence[State],
    last: SchemeMoves | None,
    pairs: Sequence[RunMoves],
    ahead: int,
) -> tuple[tuple[tuple[float, ...] | None, ...], tuple[Mapping[State, float], ...], Text | None]:
    """Return the chances of one step, and what follows if they stay: no grade is a state too."""
    if len(states) > MOST_STATES:
        return (), (), Text("too many classes to project", "类别过多，不作推算")
    table = np.array([[counts.get((row, to), 0) for to in states] for row in states])
    matrix = cohort_matrix(table)
    chances = tuple(None if np.isnan(row).any() else tuple(map(float, row)) for row in matrix)
    days = [(pair.after_as_of - pair.before_as_of).days for pair in pairs]
    if max(days) > min(days) + _MONTHS_DIFFER:
        why = Text(
            "the runs are not equally far apart, so one step has no length",
            "各次评级间隔不等，无法确定一步的长度",
        )
        return chances, (), why
    if last is None:
        return chances, (), Text("the last run did not grade it", "最后一次评级没有此方案")
    now = [sum(n for ends, n in last.matrix.items() if ends[1] == state) for state in states]
    try:
        rows = projected(matrix, now, ahead)
    except NotEstimableError as error:
        return chances, (), error.reason
    later = tuple({state: float(n) for state, n in zip(states, row, strict=True)} for row in rows)
    return chances, later, None


_MONTHS_DIFFER = 3
"""Months have 28 to 31 days and are equally long all the same."""
