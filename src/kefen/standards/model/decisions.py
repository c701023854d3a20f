"""What a standard says of how a grade follows, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from fractions import Fraction

    from kefen.expressions.tree import Expression
    from kefen.standards.model.metrics import Place

Ties: TypeAlias = Literal["up", "down"]
Crossing: TypeAlias = Literal["inside", "outside"]
Rounding: TypeAlias = Literal["up", "down", "half up"]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line of a score: what the score must meet for a grade.

    Attributes:
        grade: The grade's code.
        low: The lower end, or None.
        high: The upper end, or None.
        low_included: Whether the lower end itself belongs to it.
        high_included: Whether the upper end itself belongs to it.
        place: Where it stands in the file.
    """

    grade: str
    low: Decimal | None
    high: Decimal | None
    low_included: bool = True
    high_included: bool = False
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Grade by score: the first line that the score meets; one without ends is the rest."""

    lines: tuple[ScoreLine, ...]


@dataclass(frozen=True, slots=True)
class ShareOfTotal:
    """Grade by cumulative share of a total, counted from the largest value.

    Attributes:
        of: The expression that is summed.
        lines: (grade, cumulative share from the top), ascending; None is the rest.
        crossing: Whether the value that crosses a line is inside it (the strictly larger ones
            hold less than the share) or outside (it and the larger ones hold at most the share).
    """

    of: Expression
    lines: tuple[tuple[str, Fraction | None], ...]
    crossing: Crossing = "inside"


@dataclass(frozen=True, slots=True)
class RankLine:
    """One line of a ranking: how many of those graded, counted from the best.

    Attributes:
        grade: The grade's code.
        share: The part of all, or None.
        count: The number of customers, or None. Neither: the rest.
    """

    grade: str
    share: Fraction | None
    count: int | None


@dataclass(frozen=True, slots=True)
class RankOfAll:
    """Grade by rank: forced shares or fixed sizes, counted from the largest value.

    Attributes:
        of: The expression that is ranked.
        lines: From the best; each counts all before it too.
        ties: Whether those equal to the last one inside are inside (`up`) or none of them (`down`).
        rounding: How a share of all becomes a number of customers.
    """

    of: Expression
    lines: tuple[RankLine, ...]
    ties: Ties
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class Conditions:
    """Grade by the first condition that holds; None is the rest."""

    lines: tuple[tuple[str, Expression | None], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Grade by two indicators' points; total and disjoint by construction.

    Attributes:
        rows: Id of the indicator down the side.
        columns: Id of the indicator across.
        cells: Grade for each (row points, column points).
    """

    rows: str
    columns: str
    cells: Mapping[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class Categories:
    """Grade is the value itself (an industry, a leading category): open classes."""

    of: Expression


Decision: TypeAlias = CutOffs | ShareOfTotal | RankOfAll | Conditions | Grid | Categories
