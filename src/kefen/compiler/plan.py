"""A scheme with its calibration as a list of named expressions over metrics.

Both evaluators read the same list: compiled to SQL it grades the population, evaluated row by
row it explains one customer. So there is one meaning, and an explanation cannot drift from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.compiler.deciding import grade_steps, ordered_grades, outcome_steps
from kefen.compiler.points import earned_steps, points_steps, value_steps
from kefen.compiler.steps import Step, chosen, known, part
from kefen.compiler.weights import weighted_indicators
from kefen.expressions.tree import Call, Literal, Name, names_in, replace_names
from kefen.expressions.types import ValueType, type_of
from kefen.standards.model import TOTAL, OfBest, Position, RankOfAll, ShareOfTotal, Tiles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from kefen.expressions.tree import Expression, Value
    from kefen.standards.calibration import SchemeCalibration
    from kefen.standards.model import Scheme, Standard

SCORE = "score"
"""The name, within a scheme, of its own score."""


class SchemePlan:
    """Writes the steps of one scheme.

    Args:
        standard: The standard.
        scheme: The scheme, one that can be run on the data.
        running: Schemes graded before this one; the others' grades are unknown.
        as_of: The as-of date.
    """

    def __init__(
        self,
        standard: Standard,
        scheme: Scheme,
        running: Collection[str],
        as_of: date,
    ) -> None:
        self.scheme = scheme
        self._metrics = frozenset(standard.metrics)
        self._steps: list[Step] = []
        self._calibration: SchemeCalibration | None = None
        self._types: dict[str, ValueType] = dict(standard.metric_types)
        self._names: dict[str, Expression] = {"as_of": Literal(as_of)}
        for other in standard.schemes.values():
            earlier = other.id in running
            self._types[part(other.id, "grade")] = ValueType.TEXT
            self._types[part(other.id, "score")] = ValueType.DECIMAL
            grade: Expression = Name(part(other.id, "grade")) if earlier else Literal(None)
            score: Expression = Name(part(other.id, "score")) if earlier else Literal(None)
            self._names[other.id] = grade
            self._names[f"{other.id}.score"] = score
        if scheme.indicators:
            self._names[TOTAL] = self.own("points")
        for item in [*(i.id for i in scheme.indicators), *(g.id for g in scheme.groups)]:
            self._names[f"{TOTAL}.{item}"] = self.own("points", item)
        if scheme.scored:
            self._names[SCORE] = self.own("raw_score")
        for metric in standard.metrics:
            self._names[metric] = Name(metric)  # a metric's name wins over a scheme's

    def apply(self, calibration: SchemeCalibration) -> None:
        """Apply a calibration: what it never saw a value of counts as unknown for everybody.

        Without this a calibration made before an indicator's data was imported would place all
        customers at the bottom of that indicator, without a word.
        """
        self._calibration = calibration
        self.bind(calibration)

    def bind(self, calibration: SchemeCalibration) -> None:
        """Bind the learned values alone, as long as nothing else is learned yet."""
        for learned in self.scheme.learns:
            by_group = {g: own.learned.get(learned.id) for g, own in _groups(calibration)}
            self._names[learned.id] = self.learned(by_group)

    def eligibility(self) -> tuple[Step, ...]:
        """Return the steps that decide who is graded, and the values that are ranked.

        Values learned from the population are bound first (see `bind`).
        """
        self.membership()
        value_steps(self, self.scheme, self._unlearned())
        return tuple(self._steps)

    def membership(self) -> tuple[Step, ...]:
        """Return the steps that decide who is graded, and in which group of customers."""
        self._steps = []
        among = self.scheme.among
        condition = Literal(True) if among is None else self.resolved(among)
        if isinstance(self.scheme.decision, ShareOfTotal):
            # Shares are of a total of positive values; the strictly larger then sum in one way.
            of = self.resolved(self.scheme.decision.of)
            condition = Call("and", (condition, Call("greater", (of, Literal(0)))))
        self.step("eligible", chosen(condition, Literal(True), Literal(False)))
        if self.scheme.within is not None:
            self.step("within", self.resolved(self.scheme.within), of_type=ValueType.TEXT)
        return tuple(self._steps)

    def patterns(self) -> tuple[Step, ...]:
        """Return the steps up to `pattern`, which weighted indicators are known together.

        The calibration is applied first (see `apply`).
        """
        self.eligibility()
        earned_steps(self, self.scheme, self._cuts())
        return tuple(self._steps)

    def scoring(self, calibration: SchemeCalibration, patterns: Iterable[int]) -> tuple[Step, ...]:
        """Return all steps from eligibility to points and score.

        Args:
            calibration: What the scheme learned.
            patterns: Which sets of indicators are known together, as bit patterns: those that
                occur in the population.
        """
        self.apply(calibration)
        self.patterns()
        if self.scheme.indicators:
            points_steps(self, self.scheme, self._cuts(), patterns)
        if self.scheme.scored:
            score = self.scheme.score
            self.step("raw_score", self.own("points") if score is None else self.resolved(score))
        return tuple(self._steps)

    def grading(self, calibration: SchemeCalibration, patterns: Iterable[int]) -> tuple[Step, ...]:
        """Return all steps from eligibility to grade, score, reason and what comes with them.

        Args:
            calibration: What the scheme learned.
            patterns: See `scoring`.
        """
        self.scoring(calibration, patterns)
        grade_steps(self, self.scheme, self._smallest())
        graded = known(self.own("grade"))
        if self.scheme.scored:
            self.step(
                "score",
                chosen(graded, self.own("raw_score"), Literal(None)),
                of_type=ValueType.DECIMAL,
            )
        if self.scheme.score_text:
            points = tuple(self.own("points", i.id) for i in self.scheme.indicators)
            text = Call("joined", (Literal("-"), *points))
            self.step("score_text", chosen(graded, text, Literal(None)))
        if self.scheme.id not in self._metrics:
            self._names[self.scheme.id] = self.own("grade")
        outcome_steps(self, self.scheme)
        return tuple(self._steps)

    # --- what the parts write with ----------------------------------------------------------

    def resolved(self, tree: Expression) -> Expression:
        """Return a scheme's expression with its names bound: metrics, grades, learned values."""
        return replace_names(tree, self._names)

    def type_of(self, tree: Expression) -> ValueType:
        """Return the type of a resolved expression."""
        return type_of(tree, self._types)

    def typed(self, expressions: Mapping[str, Expression]) -> tuple[Step, ...]:
        """Return resolved expressions as steps under the given names."""
        return tuple(
            Step(name, tree, type_of(tree, self._types)) for name, tree in expressions.items()
        )

    def own(self, name: str, item: str = "") -> Name:
        """Return the name of a step of this scheme."""
        return Name(part(self.scheme.id, name, item))

    def step(
        self,
        name: str,
        expression: Expression,
        item: str = "",
        of_type: ValueType | None = None,
    ) -> None:
        """Write a step."""
        full = part(self.scheme.id, name, item)
        found = of_type or self.type_of(expression)
        self._types[full] = found
        self._steps.append(Step(full, expression, found))

    def learned(self, values: Mapping[str | None, Value]) -> Expression:
        """Return a learned value as an expression: one for all, or one a group of customers."""
        if self.scheme.within is None:
            return Literal(values.get(None))
        pairs = [
            literal
            for group, value in sorted((g or "", v) for g, v in values.items())
            if value is not None
            for literal in (Literal(group), Literal(value))
        ]
        return Call("lookup", (self.own("within"), *pairs)) if pairs else Literal(None)

    # --- what was learned -------------------------------------------------------------------

    def _unlearned(self) -> frozenset[str]:
        if self._calibration is None:
            return frozenset()
        return frozenset(
            indicator.id
            for indicator in self.scheme.indicators
            if isinstance(indicator.scoring, Tiles | Position | OfBest)
            and not any(own.cuts.get(indicator.id) for _, own in _groups(self._calibration))
        )

    def _cuts(self) -> dict[str, Sequence[Mapping[str | None, Value]]]:
        """Return each indicator's cuts from worst to best, each by group of customers."""
        assert self._calibration is not None  # noqa: S101  applied before
        found: dict[str, Sequence[Mapping[str | None, Value]]] = {}
        for indicator in self.scheme.indicators:
            by_group = {g: own.cuts.get(indicator.id, ()) for g, own in _groups(self._calibration)}
            count = max((len(cuts) for cuts in by_group.values()), default=0)
            found[indicator.id] = [
                {group: cuts[place] for group, cuts in by_group.items() if cuts}
                for place in range(count)
            ]
        return found

    def _smallest(self) -> dict[str, Mapping[str | None, Value]]:
        """Return, for shares and ranks, the smallest value of each grade, by group."""
        assert self._calibration is not None  # noqa: S101  applied before
        decision = self.scheme.decision
        found: dict[str, Mapping[str | None, Value]] = {}
        if isinstance(decision, ShareOfTotal | RankOfAll):
            for grade in ordered_grades(decision):
                by_group = {g: own.smallest.get(grade) for g, own in _groups(self._calibration)}
                held = {group: value for group, value in by_group.items() if value is not None}
                if held:
                    found[grade] = held
        return found

    def hands_on(self) -> bool:
        """Return whether the scheme hands weights on, so that patterns must be known."""
        return bool(weighted_indicators(self.scheme))

    def ranks_points(self) -> bool:
        """Return whether the decision ranks the scheme's own points or score."""
        decision = self.scheme.decision
        if not isinstance(decision, RankOfAll):
            return False
        own = {SCORE, TOTAL, *(f"{TOTAL}.{i.id}" for i in self.scheme.indicators)}
        own |= {f"{TOTAL}.{group.id}" for group in self.scheme.groups}
        return not own.isdisjoint(names_in(decision.of))


def _groups(calibration: SchemeCalibration) -> list[tuple[str | None, SchemeCalibration]]:
    """Return what was learned for all customers together, or for each group of them."""
    return list(calibration.groups.items()) if calibration.groups else [(None, calibration)]


__all__ = ["SCORE", "SchemePlan", "Step", "part"]
