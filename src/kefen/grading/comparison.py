"""What comes of comparing a draft with the current standard, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from kefen.domain.text import Text
    from kefen.standards.model import Scheme, Standard


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scheme says of a customer: a grade, or the reason code for none."""

    grade: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many customers have an outcome, and their revenue; None without orders."""

    outcome: Outcome
    customers: int
    revenue: Decimal | None


@dataclass(frozen=True, slots=True)
class Move:
    """How many customers go from one outcome to another; equal outcomes are those who stay."""

    before: Outcome
    after: Outcome
    customers: int
    revenue: Decimal | None


@dataclass(frozen=True, slots=True)
class Mover:
    """One customer who would get another grade."""

    customer: str
    name: str | None
    before: Outcome
    after: Outcome
    revenue: Decimal | None


@dataclass(frozen=True, slots=True)
class SchemeComparison:
    """One scheme that both standards have and the data can run.

    Attributes:
        scheme: Its id.
        before: The scheme as the current standard has it.
        after: The scheme as the draft has it.
        difference: Why the grades cannot be compared one with one; None when they can.
        ordered: Whether the grades stand in the same order in both, so that moves have a direction.
        moves: Every pair of outcomes with its customers, most customers first.
        left_off: How many pairs were left off.
        counts: Customers by what becomes of them: `same`, `higher`, `lower`, `other` (another
            grade that is neither), `gained` (a grade where there was none), `lost`.
        totals_before: Customers and revenue by outcome under the current standard.
        totals_after: The same under the draft.
        largest: Those who move, largest revenue first.
    """

    scheme: str
    before: Scheme
    after: Scheme
    difference: Text | None
    ordered: bool
    moves: tuple[Move, ...]
    left_off: int
    counts: Mapping[str, int]
    totals_before: tuple[Tally, ...]
    totals_after: tuple[Tally, ...]
    largest: tuple[Mover, ...]

    @property
    def moved(self) -> int:
        """Return how many customers get another grade, or one instead of none, or none."""
        return sum(number for name, number in self.counts.items() if name != "same")


@dataclass(frozen=True, slots=True)
class Alone:
    """A scheme that only one of the two standards could grade, and why the other does not.

    `totals` counts its grades, each with its customers.
    """

    scheme: str
    name: Text
    reason: Text
    totals: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class StandardComparison:
    """A draft beside the current standard, on one data cut as of one date.

    Attributes:
        as_of: The as-of date.
        current: The current standard.
        draft: The draft.
        customers: How many customers there are.
        revenue_after: The first day of the revenue is the day after this; None: all time.
        revenue: The revenue of all of them; None without orders.
        schemes: The schemes that both graded, in the draft's order.
        only_current: The schemes that only the current standard graded.
        only_draft: The schemes that only the draft graded.
        moves: The relation of the customers who move in any of the schemes: customer_id, scheme,
            before, before_reason, before_score, after, after_reason, after_score, revenue.
    """

    as_of: date
    current: Standard
    draft: Standard
    customers: int
    revenue_after: date | None
    revenue: Decimal | None
    schemes: tuple[SchemeComparison, ...]
    only_current: tuple[Alone, ...]
    only_draft: tuple[Alone, ...]
    moves: str
