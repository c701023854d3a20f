"""What a standard says of schemes, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from fractions import Fraction

    from kefen.domain.text import Text
    from kefen.expressions.tree import Expression
    from kefen.expressions.types import ValueType
    from kefen.standards.model.metrics import Place

Strategy: TypeAlias = Literal["develop", "keep", "streamline", "leave"]
Better: TypeAlias = Literal["higher", "lower"]
LearnedBy: TypeAlias = Literal["most_common", "largest", "smallest"]


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
class Band:
    """One band of points: values for which `condition` holds get `points`."""

    condition: Expression | None
    points: Decimal


@dataclass(frozen=True, slots=True)
class Bands:
    """Points by the first band whose condition holds."""

    bands: tuple[Band, ...]


Scoring: TypeAlias = Tiles | Position | Bands


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a score.

    Attributes:
        id: Its name within the scheme (`R`, `revenue`).
        name: Its name for people.
        value: The expression over metrics that is scored.
        scoring: How the value becomes points.
        weight: Points at best, in ten-thousandths; None for tiles and bands, which say their own.
        group: The id of the group it belongs to, or None.
        better: Whether higher or lower values are better.
    """

    id: str
    name: Text
    value: Expression
    scoring: Scoring
    weight: int | None
    group: str | None
    better: Better
    place: Place


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators that share a weight: it stays with the group while one of them is known."""

    id: str
    name: Text
    weight: int


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Grade by score: the first line that the score reaches; None is the rest."""

    lines: tuple[tuple[str, Decimal | None], ...]


@dataclass(frozen=True, slots=True)
class ShareOfTotal:
    """Grade by cumulative share of a total: the strictly larger values hold less than the share.

    Attributes:
        of: The expression that is summed.
        lines: (grade, cumulative share from the top), ascending; None is the rest.
    """

    of: Expression
    lines: tuple[tuple[str, Fraction | None], ...]


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


@dataclass(frozen=True, slots=True)
class Learned:
    """A value that a scheme learns from those it grades, kept in the calibration.

    Attributes:
        id: Its name in the scheme's expressions.
        name: Its name for people.
        how: `most_common` (of equals the first by Unicode order), `largest` or `smallest`.
        of: The expression it is learned from.
        type: Its type.
    """

    id: str
    name: Text
    how: LearnedBy
    of: Expression
    type: ValueType


Decision: TypeAlias = CutOffs | ShareOfTotal | Conditions | Grid | Categories


@dataclass(frozen=True, slots=True)
class Grade:
    """One class of a scheme.

    Attributes:
        id: Its code in `grades.parquet`.
        name: Its name for people.
        advice: What to do for such a customer.
        strategy: Develop, keep, streamline or leave.
        tone: Which tier colour it wears: `S`, `A`, `B`, `C`, `D`, or None.
    """

    id: str
    name: Text
    advice: Text
    strategy: Strategy | None
    tone: str | None


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to classify.

    Attributes:
        id: Its code.
        name: Its name for people.
        question: The question it answers.
        rationale: Formula and reason for its defaults, in words.
        among: Who is graded; None: every customer.
        otherwise: Reason code of those who are not.
        groups: Groups of indicators with weights, if any.
        indicators: The lines of the score; empty when the decision needs none.
        learns: Values learned from those who are graded.
        may_lack: Metrics that may be absent from the data as long as one of them is there.
        score: What `score` holds when it is not the sum of points; None when neither.
        scored: Whether `score` is filled at all.
        score_text: Whether `score_text` holds the points joined by `-`.
        decision: How the grade follows.
        grades: The classes, best first; empty for open classes.
        advice: Default advice for open classes.
        place: Where it stands in the file.
    """

    id: str
    name: Text
    question: Text
    rationale: Text
    among: Expression | None
    otherwise: str
    groups: tuple[Group, ...]
    indicators: tuple[Indicator, ...]
    learns: tuple[Learned, ...]
    may_lack: frozenset[str]
    score: Expression | None
    scored: bool
    score_text: bool
    decision: Decision
    grades: tuple[Grade, ...]
    advice: Text | None
    place: Place

    def grade(self, grade_id: str) -> Grade | None:
        """Return the class with this code, or None (open classes, unknown codes)."""
        return next((grade for grade in self.grades if grade.id == grade_id), None)
