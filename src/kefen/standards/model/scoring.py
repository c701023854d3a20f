"""What a standard says of a score, as plain data: indicators, their points, their groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.domain.text import Text
    from kefen.expressions.tree import Expression
    from kefen.standards.model.metrics import Place
    from kefen.standards.model.weight_source import WeightSource

Better: TypeAlias = Literal["higher", "lower"]
IfUnknown: TypeAlias = Literal["left out", "no grade", "zero", "worst", "points"]
TOTAL = "points"
"""The name, within a scheme, of the sum of its points after caps."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """1 to `count` by rank: 1 + the cuts that are worse than the value (fifths when 5)."""

    count: int
    better: Better = "higher"


@dataclass(frozen=True, slots=True)
class Position:
    """The share of the population below, plus half of the share equal, read off 99 cuts."""

    better: Better = "higher"


@dataclass(frozen=True, slots=True)
class OfBest:
    """The value as a part of the best value among those graded; below zero counts as zero."""

    better: Better = "higher"


@dataclass(frozen=True, slots=True)
class Band:
    """One band of points: values for which `condition` holds get `points`.

    Attributes:
        condition: What the value must meet; None for `else`.
        points: What it earns.
        place: Where it stands in the file.
    """

    condition: Expression | None
    points: Decimal
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Bands:
    """Points by the first band whose condition holds.

    Attributes:
        bands: The bands; empty when `tables` holds them.
        by: The expression that chooses a table, or None.
        tables: For `by`: (its value as text, the bands); None is every other value.
    """

    bands: tuple[Band, ...]
    by: Expression | None = None
    tables: tuple[tuple[str | None, tuple[Band, ...]], ...] = ()

    @property
    def all_bands(self) -> tuple[Band, ...]:
        """Return the bands of all tables."""
        return self.bands + tuple(band for _, bands in self.tables for band in bands)


@dataclass(frozen=True, slots=True)
class Formula:
    """Points by an expression, which may name the indicator's value as `value`."""

    points: Expression


Scoring: TypeAlias = Tiles | Position | OfBest | Bands | Formula


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a score.

    Attributes:
        id: Its name within the scheme (`R`, `revenue`).
        name: Its name for people.
        value: The expression over metrics that is scored.
        scoring: How the value becomes points.
        weight: Points at best, in ten-thousandths; None when the scoring's points count as they
            are.
        out_of: With a weight: the scoring's points that earn all of it; None: the scoring's best.
        group: The id of the group it belongs to, or None.
        better: Whether higher or lower values are better; None when that is not said.
        applies: For whom it counts at all; None: everybody.
        at_most: The most points it gives, or None.
        at_least: The fewest points it gives, or None.
        if_unknown: What an unknown value does.
        unknown_points: The points of an unknown value for `if_unknown` of `points`.
        place: Where it stands in the file.
    """

    id: str
    name: Text
    value: Expression
    scoring: Scoring
    weight: int | None
    group: str | None
    better: Better | None
    place: Place
    out_of: Decimal | None = None
    applies: Expression | None = None
    at_most: Decimal | None = None
    at_least: Decimal | None = None
    if_unknown: IfUnknown = "no grade"
    unknown_points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators that belong together.

    Attributes:
        id: Its name within the scheme.
        name: Its name for people.
        weight: The sum of its indicators' weights, in ten-thousandths, which stays with the group
            while one of them is known; None when they have no weights.
        start: The points it starts from.
        at_most: The most points it gives, or None.
        at_least: The fewest points it gives, or None.
        place: Where it stands in the file.
        weights_from: Where the weights of its indicators come from, or None.
    """

    id: str
    name: Text
    weight: int | None
    place: Place
    start: Decimal | None = None
    at_most: Decimal | None = None
    at_least: Decimal | None = None
    weights_from: WeightSource | None = field(default=None, compare=False)
