"""What a standard says of how the grades of a scheme may move over time, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from kefen.domain.spans import Cadence, Span
    from kefen.domain.text import Text
    from kefen.expressions.tree import Expression
    from kefen.expressions.units import Unit
    from kefen.standards.model.metrics import Place

RuleEffect: TypeAlias = Literal["grade", "at_most", "at_least"]
Event: TypeAlias = Literal["first", "rise", "fall", "stay"]
EVENTS: tuple[Event, ...] = ("first", "rise", "fall", "stay")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a reason to move must last before the grade moves.

    Attributes:
        span: So long since it was first seen; None with `times`.
        times: So many times running; None with `span`.
    """

    span: Span | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """How a grade moves in one direction.

    Attributes:
        when: Only where this holds; None: always.
        by_hand: Only where a person lifts the customer (rises only).
        steps: At most so many grades at once, or None.
        once_in: At most once in this span, or None.
        after: How long the reason must last; by the grade held, under None for every other grade.
    """

    when: Expression | None = None
    by_hand: bool = False
    steps: int | None = None
    once_in: Span | None = None
    after: Mapping[str | None, Patience] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Level:
    """The grade that a rule names.

    Attributes:
        code: A grade's code; None: relative to the previous grade.
        steps: How many grades above the previous one (negative: below).
    """

    code: str | None
    steps: int = 0


@dataclass(frozen=True, slots=True)
class MovementRule:
    """A rule about the grade that a customer holds.

    Attributes:
        id: Its name within the movement.
        name: Its name for people.
        when: For whom it holds.
        effect: What it does: `grade`, `at_most` or `at_least`.
        level: The grade it names.
        lasts: How long it goes on from the day it begins to hold; None: as long as it holds.
        place: Where it stands in the file.
    """

    id: str
    name: Text
    when: Expression
    effect: RuleEffect
    level: Level
    lasts: Span | None
    place: Place


@dataclass(frozen=True, slots=True)
class Counter:
    """A number counted since the customer's counter last began afresh.

    Attributes:
        id: Its name within the movement.
        name: Its name for people.
        counts: What is counted: an expression that grows over the customer's whole history.
        unit: The unit of it.
        afresh: The events after which it begins afresh.
        every: After how long it begins afresh at the latest, or on which day of each year, or
            None.
        carries_above: By the grade held then: what it has above this number goes on counting when
            it begins afresh; under None for every other. A grade that is not there carries nothing.
        place: Where it stands in the file.
    """

    id: str
    name: Text
    counts: Expression
    unit: Unit
    afresh: frozenset[Event]
    every: Span | Cadence | None
    carries_above: Mapping[str | None, Decimal]
    place: Place


@dataclass(frozen=True, slots=True)
class Movement:
    """How the grades of a scheme may move over time.

    Attributes:
        cadence: On which days grades may move; None: in every run.
        at_once: What makes a grade move at once, whatever day it is and whatever keeps it.
        takes_effect: From when a move is in force: `same day`, `next day` or the first day of the
            next `month`, `quarter` or `year`.
        to_rise: By grade: what must hold to rise to it, instead of being computed as it.
        to_stay: By grade: what is enough to stay at it.
        keeps: By event: how long a grade is kept from it on; by grade, under None for every other.
        rise: How grades rise.
        fall: How they fall.
        counters: What is counted.
        rules: What holds whatever was computed, in order.
        names: The grades whose days are counted, for `days_at`.
        place: Where it stands in the file.
    """

    cadence: Cadence | None
    at_once: Expression | None
    takes_effect: str
    to_rise: Mapping[str, Expression]
    to_stay: Mapping[str, Expression]
    keeps: Mapping[Event, Mapping[str | None, Span]]
    rise: Way
    fall: Way
    counters: tuple[Counter, ...]
    rules: tuple[MovementRule, ...]
    names: tuple[str, ...]
    place: Place = field(compare=False)

    def expressions(self) -> Iterator[Expression]:
        """Yield every expression of it."""
        yield from (tree for tree in (self.at_once, self.rise.when, self.fall.when) if tree)
        yield from self.to_rise.values()
        yield from self.to_stay.values()
        yield from (counter.counts for counter in self.counters)
        yield from (rule.when for rule in self.rules)
