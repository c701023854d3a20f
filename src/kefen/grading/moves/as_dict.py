"""Moves as plain values for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kefen.grading.moves.causes import CAUSES
from kefen.grading.moves.model import ABSENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kefen.grading.moves.chain import SchemeChain
    from kefen.grading.moves.model import RunMoves, SchemeMoves, State
    from kefen.methods.migration import Rates


def chain_as_dict(
    pairs: Sequence[RunMoves], schemes: Sequence[SchemeChain], moves: Path | None
) -> dict[str, Any]:
    """Return what `kefen compare --json` prints.

    States are codes of grades; `none` is no grade, and `absent` that a run has no such customer.

    Args:
        pairs: The moves between each run and the next.
        schemes: Every scheme over all of them.
        moves: Where the list of moves was written, or None.
    """
    return {
        "runs": [
            {"run": pairs[0].before, "as_of": pairs[0].before_as_of.isoformat()},
            *({"run": pair.after, "as_of": pair.after_as_of.isoformat()} for pair in pairs),
        ],
        "warnings": [
            {"before": pair.before, "after": pair.after, "reason": warning.as_dict()}
            for pair in pairs
            for warning in pair.warnings
        ],
        "schemes": [_chain(one, pairs) for one in schemes],
        "moves_file": None if moves is None else str(moves),
    }


def _chain(chain: SchemeChain, pairs: Sequence[RunMoves]) -> dict[str, Any]:
    return {
        "scheme": chain.scheme,
        "name": chain.after.name.as_dict(),
        "states": [_state(state) for state in chain.states],
        "flow": [
            {"as_of": day.isoformat(), "customers": _counts(counts)} for day, counts in chain.flow
        ],
        "matrix": _matrix(chain.counts),
        "rates": _rates(chain.rates),
        "mobility": None if chain.mobility is None else asdict(chain.mobility),
        "chances": [
            {"from": _state(state), "to": None if row is None else list(row)}
            for state, row in zip(chain.states, chain.chances, strict=False)
        ],
        "projected": [_counts(later) for later in chain.later],
        "not_projected": None if chain.not_projected is None else chain.not_projected.as_dict(),
        "moves": [
            {"before": pair.before, "after": pair.after, **_scheme(one)}
            for pair, one in zip(pairs, chain.moves, strict=True)
            if one is not None
        ],
    }


def _scheme(moves: SchemeMoves) -> dict[str, Any]:
    return {
        "ordered": bool(moves.order),
        "moved": moves.moved,
        "customers": dict(moves.counts),
        "matrix": _matrix(moves.matrix),
        "customers_left_off": moves.left_off,
        "rates": _rates(moves.rates),
        "mobility": None if moves.mobility is None else asdict(moves.mobility),
        "causes": [{"name": CAUSES[part.cause].as_dict(), **asdict(part)} for part in moves.causes],
        "by_causes": [
            {"causes": list(causes), "customers": customers}
            for causes, customers in moves.together.items()
        ],
        "total_steps": moves.total_steps,
        "not_split": None if moves.not_split is None else moves.not_split.as_dict(),
    }


def _matrix(matrix: Mapping[tuple[State, State], int]) -> list[dict[str, Any]]:
    return [
        {"from": _state(before), "to": _state(after), "customers": customers}
        for (before, after), customers in matrix.items()
    ]


def _counts(counts: Mapping[State, float]) -> dict[str, float]:
    return {_state(state): customers for state, customers in counts.items()}


def _state(state: State) -> str:
    return "none" if state is None else state if state != ABSENT else "absent"


def _rates(rates: Rates) -> dict[str, Any]:
    return asdict(rates)
