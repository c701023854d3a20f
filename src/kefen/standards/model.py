"""What a standard says, as plain data: metrics, schemes, grades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from fractions import Fraction

    from kefen.domain.calendar import Window
    from kefen.domain.text import Text
    from kefen.expressions.tree import Expression
    from kefen.expressions.types import ValueType

Aggregate: TypeAlias = Literal[
    "sum", "count", "distinct", "smallest", "largest", "mean", "earliest", "latest", "leading"
]
Strategy: TypeAlias = Literal["develop", "keep", "streamline", "leave"]
Better: TypeAlias = Literal["higher", "lower"]
LearnedBy: TypeAlias = Literal["most_common", "largest", "smallest"]
Take: TypeAlias = Literal["largest", "smallest", "mean", "sum"]
PURCHASES = "purchases"
"""The derived fact: an order's lines together, above zero; see DESIGN of the default standard."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a standard's file; both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class FactMetric:
    """A metric counted from facts.

    Attributes:
        aggregate: How rows become one value.
        table: The fact table, or `purchases`.
        of: The expression over the table's columns that is aggregated; None counts rows.
        where: Which rows count; None: all.
        dated: The date column that places rows in the window; None: the table's own.
        over: The window of the rows' dates.
        per: Divide the sum or count by the months in the window.
        by: Group rows by this first (`month`, or an expression); `take` joins the groups.
        take: How the groups' values become one.
        leads_by: For `leading`: the group with the largest sum of this expression.
    """

    aggregate: Aggregate
    table: str
    of: Expression | None
    where: Expression | None
    over: Window
    dated: str | None = None
    per: Literal["month"] | None = None
    by: Expression | None = None
    take: Take | None = None
    leads_by: Expression | None = None


@dataclass(frozen=True, slots=True)
class ComputedMetric:
    """A metric computed from other metrics, customers' columns and `as_of`."""

    formula: Expression


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        id: Its name in expressions and the column of `metrics.parquet`.
        name: Its name for people.
        description: What it means, in words.
        definition: How it comes about.
        type: The type of its values.
        unit: `money`, `count`, `days`, `months`, `share`, `date`, `text`, `points`, or `yes_no`.
        tables: The contract tables it needs.
        columns: The contract columns it needs, as `table.column`.
        place: Where it stands in the file.
    """

    id: str
    name: Text
    description: Text
    definition: FactMetric | ComputedMetric
    type: ValueType
    unit: str
    tables: frozenset[str]
    columns: frozenset[str]
    place: Place


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


@dataclass(frozen=True, slots=True)
class Constants:
    """Figures that hold for the whole standard.

    Attributes:
        window: W, the window of the standard.
        small_population: Below so many graded customers, confidence is low.
        coverage: Below this share of W's months with facts, confidence is low.
    """

    window: Window
    small_population: int
    coverage: Fraction


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard as read and checked.

    Attributes:
        id: Its code.
        version: Its version, from 1.
        name: Its name for people.
        description: What it is for.
        constants: Figures that hold for all of it.
        reasons: Reason codes of its own, with their wording.
        metrics: Metrics by id, in the order they can be computed.
        schemes: Schemes by id, in the order they can be graded.
        text: The document itself.
        fingerprint: sha256 of its meaning, in hex: equal for documents that grade alike.
        source: The file's name.
    """

    id: str
    version: int
    name: Text
    description: Text
    constants: Constants
    reasons: Mapping[str, Text]
    metrics: Mapping[str, Metric]
    schemes: Mapping[str, Scheme]
    text: str
    fingerprint: str
    source: str

    @property
    def metric_types(self) -> dict[str, ValueType]:
        """Return the type of every metric by id."""
        return {metric.id: metric.type for metric in self.metrics.values()}
