"""What is said of the moves between two runs, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from kefen.domain.text import Text
    from kefen.grading.moves.causes import Cause
    from kefen.grading.moves.path import Leg
    from kefen.methods.migration import Mobility, Rates
    from kefen.standards.model import Scheme, Standard

ABSENT = "absent"
"""The state of a customer that a run does not have; “no grade” is the state None."""
State = str | None


@dataclass(frozen=True, slots=True)
class CausePart:
    """What one cause did in one scheme.

    Attributes:
        cause: The cause.
        alone: Customers that moved by it alone.
        together: Customers that moved by it and by another cause.
        offset: Customers that it would have moved, had not another cause moved them back.
        steps: By how many grades it moved all customers, up less down; no grade counts as one
            below the lowest. None where grades have no order.
        up: How many grades up, all customers together; None without an order.
        down: How many grades down; None without an order.
    """

    cause: Cause
    alone: int
    together: int
    offset: int
    steps: int | None
    up: int | None
    down: int | None


@dataclass(frozen=True, slots=True)
class SchemeMoves:
    """The moves of one scheme between two runs.

    Attributes:
        scheme: Its id.
        before: The scheme as the earlier standard has it, or the later one where it has none.
        after: The scheme as the later standard has it, or the earlier one.
        order: Its grades from the best; empty where they have no order.
        states: The states in the order of the matrix: grades, None for no grade, `ABSENT`.
        matrix: How many customers went from one state to another; pairs with nobody are left out.
        left_off: Customers in pairs of open classes that were left off, being too many.
        moved: Customers whose grade differs, those that gained or lost one too.
        counts: Customers by what became of them: `same`, `higher`, `lower`, `other`, `gained`,
            `lost`, `entered` (with a grade), `left` (with a grade), `without` (none at both ends).
        rates: Of those graded at both ends.
        mobility: Of those graded at both ends; None where it cannot be told.
        causes: Every cause that moved somebody, in the order of `CAUSES`.
        together: By the causes that moved a customer: how many customers; they add up to `moved`.
        total_steps: By how many grades all customers moved; the causes' steps add up to it.
        not_split: Why its moves could not be split by cause, or None.
    """

    scheme: str
    before: Scheme
    after: Scheme
    order: tuple[str, ...]
    states: tuple[State, ...]
    matrix: Mapping[tuple[State, State], int]
    left_off: int
    moved: int
    counts: Mapping[str, int]
    rates: Rates
    mobility: Mobility | None
    causes: tuple[CausePart, ...]
    together: Mapping[tuple[Cause, ...], int]
    total_steps: int | None
    not_split: Text | None


@dataclass(frozen=True, slots=True)
class RunMoves:
    """The moves between two runs.

    Attributes:
        before: The earlier run's id or folder.
        after: The later run's.
        before_as_of: The as-of date of the earlier run.
        after_as_of: The as-of date of the later run.
        before_standard: The earlier standard.
        after_standard: The later standard.
        warnings: What keeps the two runs from meaning the same, in words.
        entered: Customers that the earlier run does not have.
        left: Customers that the later run does not have.
        schemes: The schemes, in the later standard's order.
        legs: By scheme, the steps of the ways in the engine (see `path`).
    """

    before: str
    after: str
    before_as_of: date
    after_as_of: date
    before_standard: Standard
    after_standard: Standard
    warnings: tuple[Text, ...]
    entered: int
    left: int
    schemes: tuple[SchemeMoves, ...]
    legs: Mapping[str, tuple[Leg, ...]]
