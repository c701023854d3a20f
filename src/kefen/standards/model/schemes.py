"""What a standard says of schemes, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.standards.model.decisions import Conditions, CutOffs, Grid, RankOfAll, ShareOfTotal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from fractions import Fraction

    from kefen.domain.text import Text
    from kefen.expressions.tree import Expression
    from kefen.expressions.types import ValueType
    from kefen.standards.model.decisions import Decision
    from kefen.standards.model.metrics import Place
    from kefen.standards.model.movement import Movement
    from kefen.standards.model.scoring import Group, Indicator
    from kefen.standards.model.service import Service
    from kefen.standards.model.weight_source import WeightSource

Strategy: TypeAlias = Literal["develop", "keep", "streamline", "leave"]
LearnedBy: TypeAlias = Literal[
    "most_common", "largest", "smallest", "mean", "sum", "count", "middle", "cut"
]


@dataclass(frozen=True, slots=True)
class Learned:
    """A value that a scheme learns from those it grades, kept in the calibration.

    Attributes:
        id: Its name in the scheme's expressions.
        name: Its name for people.
        how: `most_common` (of equals the first by Unicode order), `largest`, `smallest`, `mean`,
            `sum`, `count` (of known values), `middle` or `cut` (the value at a rank).
        of: The expression it is learned from.
        type: Its type.
        at: For `cut`: the part of all that ranks up to it; 1/2 for `middle`.
    """

    id: str
    name: Text
    how: LearnedBy
    of: Expression
    type: ValueType
    at: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """One class of a scheme.

    Attributes:
        id: Its code in `grades.parquet`.
        name: Its name for people.
        advice: What to do for such a customer.
        strategy: Develop, keep, streamline or leave.
        tone: Which tier colour it wears: `S`, `A`, `B`, `C`, `D`, or None.
        reason: When the entry means “no grade”: the reason code that stands for it.
        place: Where what decides it stands in the file.
    """

    id: str
    name: Text
    advice: Text
    strategy: Strategy | None
    tone: str | None
    reason: str | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that changes the grade once it is decided; exactly one of its effects is set.

    Attributes:
        id: Its name within the scheme.
        name: Its name for people.
        when: For whom it holds.
        grade: The grade it gives; later rules are passed over.
        no_grade: The reason code it takes the grade away for; later rules are passed over.
        at_most: The highest grade it leaves.
        at_least: The lowest grade it leaves.
        place: Where it stands in the file.
    """

    id: str
    name: Text
    when: Expression
    place: Place
    grade: str | None = None
    no_grade: str | None = None
    at_most: str | None = None
    at_least: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A mark beside the grade; any number may hold."""

    id: str
    name: Text
    when: Expression
    place: Place


@dataclass(frozen=True, slots=True)
class Term:
    """Something that a grade gets: an entitlement, a condition, or an amount.

    Attributes:
        id: Its name within the scheme.
        name: Its name for people.
        unit: What its values are, such as `money`, `days` or `text`.
        values: By grade: an expression, or a wording; under None what every other grade gets.
        place: Where it stands in the file.
    """

    id: str
    name: Text
    unit: str
    values: Mapping[str | None, Expression | Text]
    place: Place


@dataclass(frozen=True, slots=True)
class Control:
    """How grades are looked after; by grade, under None for every other grade.

    Attributes:
        review_months: After how many months a grade is reviewed.
        approval: Which roles approve a grade, in order.
    """

    review_months: Mapping[str | None, int]
    approval: Mapping[str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Reviews:
    """How the rating of a customer by people is followed: when it is due, and due again.

    Attributes:
        rated: The metric with the day on which a grade was last confirmed.
        rated_as: The metric with the grade that was confirmed.
        opened: The metric with the day from which the first rating is due, or None.
        again: The metric with a day that makes a rating before it due again, or None.
        first: How many working days the first rating, and one due again, may take.
        twice: Whether a grade's interval may be at most twice that of the grade before it.
        fewest_grades: How many grades the scheme must not fall below; 0 for any number.
    """

    rated: str
    rated_as: str
    opened: str | None
    again: str | None
    first: int
    twice: bool
    fewest_grades: int = 0

    @property
    def metrics(self) -> tuple[str, ...]:
        """Return the metrics it names."""
        named = (self.rated, self.rated_as, self.opened, self.again)
        return tuple(name for name in named if name is not None)


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
        score: What `score` holds when it is not the sum of points; None when neither.
        scored: Whether `score` is filled at all.
        score_text: Whether `score_text` holds the points joined by `-`.
        decision: How the grade follows.
        grades: The classes, best first; empty for open classes.
        advice: Default advice for open classes.
        place: Where it stands in the file.
        start: The points the score starts from.
        at_most: The most points in all, or None.
        at_least: The fewest points in all, or None.
        out_of: The stated best total, or None.
        within: The expression whose values form the groups that are learned from one by one.
        rules: What changes the grade afterwards, in order.
        tags: Marks beside the grade.
        terms: What each grade gets.
        service: What work each grade causes and what it is entitled to; under None every other's.
        control: Review and approval.
        reviews: How ratings by people are followed, or None.
        movement: How its grades may move over time, or None: as they are computed.
        places: Where each of its keys stands in the file.
        weights_from: Where the weights of its indicators come from, or None.
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
    score: Expression | None
    scored: bool
    score_text: bool
    decision: Decision
    grades: tuple[Grade, ...]
    advice: Text | None
    place: Place
    start: Decimal | None = None
    at_most: Decimal | None = None
    at_least: Decimal | None = None
    out_of: Decimal | None = None
    within: Expression | None = None
    rules: tuple[Rule, ...] = ()
    tags: tuple[Tag, ...] = ()
    terms: tuple[Term, ...] = ()
    service: Mapping[str | None, Service] = field(default_factory=dict)
    control: Control | None = None
    reviews: Reviews | None = None
    movement: Movement | None = None
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    weights_from: WeightSource | None = field(default=None, compare=False)

    @property
    def decided_grades(self) -> frozenset[str]:
        """Return the codes that the decision itself can give; others follow from rules only."""
        decision = self.decision
        if isinstance(decision, CutOffs | RankOfAll):
            return frozenset(line.grade for line in decision.lines)
        if isinstance(decision, ShareOfTotal | Conditions):
            return frozenset(grade for grade, _ in decision.lines)
        return frozenset(decision.cells.values()) if isinstance(decision, Grid) else frozenset()

    def grade(self, grade_id: str) -> Grade | None:
        """Return the class with this code, or None (open classes, unknown codes)."""
        for grade in self.grades:
            if grade.id == grade_id:
                return grade
        return None

    @property
    def classes(self) -> tuple[Grade, ...]:
        """Return the grades that a customer can have: not those that stand for a reason."""
        return tuple(grade for grade in self.grades if grade.reason is None)
