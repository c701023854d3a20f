"""A scheme with its calibration as a list of named expressions over metrics.

Both evaluators read the same list: compiled to SQL it grades the population, evaluated row by
row it explains one customer. So there is one meaning, and an explanation cannot drift from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.decimals import apportioned, from_units, rounded
from kefen.expressions.tree import Call, Literal, Name, names_in, replace_names
from kefen.expressions.types import ValueType, type_of
from kefen.standards.model import (
    Bands,
    Categories,
    Conditions,
    CutOffs,
    FactMetric,
    Grid,
    Position,
    ShareOfTotal,
    Tiles,
)
from kefen.standards.reasons import NOT_KNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from kefen.expressions.tree import Expression, Value
    from kefen.standards.calibration import SchemeCalibration
    from kefen.standards.model import Indicator, Scheme, Standard

POSITION_CUTS = 99
"""How many percentile cuts are stored for positions."""
POSITION_WHOLE = 2 * POSITION_CUTS


@dataclass(frozen=True, slots=True)
class Step:
    """One named value: `scheme:part`."""

    name: str
    expression: Expression
    type: ValueType


def part(scheme: str, name: str, indicator: str = "") -> str:
    """Return the name of a step's value, such as `rfm:points:R`."""
    return f"{scheme}:{name}:{indicator}" if indicator else f"{scheme}:{name}"


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
        self._steps: list[Step] = []
        self._unlearned: frozenset[str] = frozenset()
        self._types: dict[str, ValueType] = dict(standard.metric_types)
        self._names: dict[str, Expression] = {"as_of": Literal(as_of)}
        for other in standard.schemes.values():
            known = other.id in running
            self._types[part(other.id, "grade")] = ValueType.TEXT
            self._types[part(other.id, "score")] = ValueType.DECIMAL
            grade: Expression = Name(part(other.id, "grade")) if known else Literal(None)
            score: Expression = Name(part(other.id, "score")) if known else Literal(None)
            self._names[other.id] = grade
            self._names[f"{other.id}.score"] = score
        for metric in standard.metrics:
            self._names[metric] = Name(metric)  # a metric's name wins over a scheme's

    def apply(self, calibration: SchemeCalibration) -> None:
        """Apply a calibration: what it never saw a value of counts as unknown for everybody.

        Without this a calibration made before an indicator's data was imported would place all
        customers at the bottom of that indicator, without a word.
        """
        self._unlearned = frozenset(
            indicator.id
            for indicator in self.scheme.indicators
            if isinstance(indicator.scoring, Tiles | Position)
            and not calibration.cuts.get(indicator.id)
        )

    def eligibility(self) -> tuple[Step, ...]:
        """Return the steps that decide who is graded, and the values that are ranked."""
        self._steps = []
        among = self.scheme.among
        condition = Literal(True) if among is None else self.resolved(among)
        if isinstance(self.scheme.decision, ShareOfTotal):
            # Shares are of a total of positive values; the strictly larger then sum in one way.
            of = self.resolved(self.scheme.decision.of)
            condition = Call("and", (condition, Call("greater", (of, Literal(0)))))
        self._step("eligible", Call("if", (condition, Literal(True), Literal(False))))
        for indicator in self.scheme.indicators:
            value = self.resolved(indicator.value)
            self._step(
                "value",
                Literal(None) if indicator.id in self._unlearned else value,
                indicator.id,
                of_type=type_of(value, self._types),
            )
        if self._weighted():
            self._step("pattern", self._pattern())
        return tuple(self._steps)

    def grading(self, calibration: SchemeCalibration, patterns: Iterable[int]) -> tuple[Step, ...]:
        """Return all steps from eligibility to grade, score and reason.

        The calibration is applied first (see `apply`).

        Args:
            calibration: What the scheme learned.
            patterns: Which sets of indicators are known together, as bit patterns: those that
                occur in the population.
        """
        self.apply(calibration)
        self.eligibility()
        for learned in self.scheme.learns:
            self._names[learned.id] = Literal(calibration.learned.get(learned.id))
        weights = self._weights(patterns)
        for indicator in self.scheme.indicators:
            self._points(indicator, calibration, weights)
        self._score()
        grade = self._grade(calibration)
        graded = Name(part(self.scheme.id, "eligible"))
        self._step("grade", Call("if", (graded, grade, Literal(None))), of_type=ValueType.TEXT)
        known = Call("is_known", (self._own("grade"),))
        reason = Call(
            "if",
            (
                graded,
                Call("if", (known, Literal(None), Literal(NOT_KNOWN))),
                Literal(self.scheme.otherwise),
            ),
        )
        self._step("reason", reason)
        if self.scheme.scored:
            self._step(
                "score",
                Call("if", (known, self._own("raw_score"), Literal(None))),
                of_type=ValueType.DECIMAL,
            )
        if self.scheme.score_text:
            points = tuple(self._own("points", i.id) for i in self.scheme.indicators)
            text = Call("joined", (Literal("-"), *points))
            self._step("score_text", Call("if", (known, text, Literal(None))))
        return tuple(self._steps)

    def resolved(self, tree: Expression) -> Expression:
        """Return a scheme's expression with its names bound: metrics, grades, learned values."""
        return replace_names(tree, self._names)

    def typed(self, expressions: Mapping[str, Expression]) -> tuple[Step, ...]:
        """Return resolved expressions as steps under the given names."""
        return tuple(
            Step(name, tree, type_of(tree, self._types)) for name, tree in expressions.items()
        )

    # --- parts ----------------------------------------------------------------------------

    def _own(self, name: str, indicator: str = "") -> Name:
        return Name(part(self.scheme.id, name, indicator))

    def _step(
        self,
        name: str,
        expression: Expression,
        indicator: str = "",
        of_type: ValueType | None = None,
    ) -> None:
        full = part(self.scheme.id, name, indicator)
        found = of_type or type_of(expression, self._types)
        self._types[full] = found
        self._steps.append(Step(full, expression, found))

    def _weighted(self) -> list[Indicator]:
        return [i for i in self.scheme.indicators if i.weight is not None]

    def _may_lack(self, indicator: Indicator) -> bool:
        return not self.scheme.may_lack.isdisjoint(names_in(indicator.value))

    def _pattern(self) -> Expression:
        total: Expression = Literal(0)
        for bit, indicator in enumerate(self._weighted()):
            known = Call("is_known", (self._own("value", indicator.id),))
            total = Call("add", (total, Call("if", (known, Literal(1 << bit), Literal(0)))))
        return total

    def _weights(self, patterns: Iterable[int]) -> dict[str, list[Literal]]:
        """Return, by indicator, the pairs (pattern, weight) of a lookup."""
        weighted = self._weighted()
        pairs: dict[str, list[Literal]] = {indicator.id: [] for indicator in weighted}
        for pattern in sorted(set(patterns)):
            for indicator, weight in zip(
                weighted, effective_weights(self.scheme, pattern), strict=True
            ):
                if weight:
                    pairs[indicator.id] += [Literal(pattern), Literal(from_units(weight))]
        return pairs

    def _points(
        self,
        indicator: Indicator,
        calibration: SchemeCalibration,
        weights: Mapping[str, list[Literal]],
    ) -> None:
        value = self._own("value", indicator.id)
        scoring = indicator.scoring
        if isinstance(scoring, Bands):
            points: Expression = Literal(None)
            for band in reversed(scoring.bands):
                worth = Literal(rounded(band.points))
                points = (
                    worth
                    if band.condition is None
                    else Call("if", (self.resolved(band.condition), worth, points))
                )
            known = Call("is_known", (value,))
            self._step("points", Call("if", (known, points, Literal(None))), indicator.id)
            return
        cuts = calibration.cuts.get(indicator.id, ())
        goodness: Expression = value
        if scoring.better == "lower":
            goodness, cuts = Call("negate", (value,)), tuple(-cut for cut in cuts)
        literals = tuple(Literal(cut) for cut in cuts)
        below = Call("cuts_below", (goodness, *literals))
        if isinstance(scoring, Tiles):
            self._step("points", Call("add", (Literal(1), below)), indicator.id)
            return
        up_to = Call("cuts_up_to", (goodness, *literals))
        self._step("position", Call("add", (below, up_to)), indicator.id)
        pairs = weights[indicator.id]
        lookup: Expression = (
            Call("lookup", (self._own("pattern"), *pairs)) if pairs else Literal(None)
        )
        self._step("weight", lookup, indicator.id, of_type=ValueType.DECIMAL)
        share = (
            self._own("weight", indicator.id),
            self._own("position", indicator.id),
            Literal(POSITION_WHOLE),
        )
        self._step("points", Call("share_of", share), indicator.id)

    def _score(self) -> None:
        if self.scheme.score is not None:
            self._step("raw_score", self.resolved(self.scheme.score))
            return
        if not self.scheme.scored:
            return
        total: Expression = Literal(Decimal("0.0000"))
        for indicator in self.scheme.indicators:
            points: Expression = self._own("points", indicator.id)
            if indicator.weight is not None or self._may_lack(indicator):
                # An unknown weight was handed on; what the data may lack earns nothing.
                points = Call("first_known", (points, Literal(Decimal("0.0000"))))
            total = Call("add", (total, points))
        if self._weighted():
            some = Call("greater", (self._own("pattern"), Literal(0)))
            total = Call("if", (some, total, Literal(None)))
        self._step("raw_score", total)

    def _grade(self, calibration: SchemeCalibration) -> Expression:
        decision = self.scheme.decision
        if isinstance(decision, CutOffs):
            return self._by_lines(
                self._own("raw_score"),
                [(g, None if line is None else rounded(line)) for g, line in decision.lines],
            )
        if isinstance(decision, ShareOfTotal):
            lines: list[tuple[str, Value]] = []
            for grade, share in decision.lines:
                smallest = calibration.smallest.get(grade)
                if share is None:
                    lines.append((grade, None))
                elif smallest is not None:
                    lines.append((grade, smallest))
            return self._by_lines(self.resolved(decision.of), lines)
        if isinstance(decision, Conditions):
            result: Expression = Literal(None)
            for grade, condition in reversed(decision.lines):
                result = (
                    Literal(grade)
                    if condition is None
                    else Call("if", (self.resolved(condition), Literal(grade), result))
                )
            return result
        if isinstance(decision, Grid):
            scale = 1 + max(column for _, column in decision.cells)
            key = Call(
                "add",
                (
                    Call("multiply", (self._own("points", decision.rows), Literal(scale))),
                    self._own("points", decision.columns),
                ),
            )
            pairs = [
                literal
                for (row, column), grade in sorted(decision.cells.items())
                for literal in (Literal(row * scale + column), Literal(grade))
            ]
            return Call("lookup", (key, *pairs))
        assert isinstance(decision, Categories)  # noqa: S101  the last of the union
        return self.resolved(decision.of)

    @staticmethod
    def _by_lines(value: Expression, lines: list[tuple[str, Value]]) -> Expression:
        result: Expression = Literal(None)
        for grade, line in reversed(lines):
            result = (
                Literal(grade)
                if line is None
                else Call("if", (Call("at_least", (value, Literal(line))), Literal(grade), result))
            )
        return Call("if", (Call("is_known", (value,)), result, Literal(None)))


def effective_weights(scheme: Scheme, pattern: int) -> list[int]:
    """Return each weighted indicator's weight, in ten-thousandths, when only some are known.

    An unknown indicator's weight goes to the others of its group in proportion, or, when its
    whole group is unknown, to the other groups in proportion; apportioned by largest remainder.

    Args:
        scheme: The scheme.
        pattern: Bit i is set when weighted indicator i is known.
    """
    weighted = [i for i in scheme.indicators if i.weight is not None]
    known = [bool(pattern >> bit & 1) for bit in range(len(weighted))]
    groups: dict[str | None, list[int]] = {}
    for index, indicator in enumerate(weighted):
        groups.setdefault(indicator.group, []).append(index)
    stated = [sum(weighted[i].weight or 0 for i in members) for members in groups.values()]
    living = [
        total if any(known[i] for i in members) else 0
        for total, members in zip(stated, groups.values(), strict=True)
    ]
    weights = [0] * len(weighted)
    if not any(living):
        return weights
    shared = apportioned(sum(stated), living)
    for total, members in zip(shared, groups.values(), strict=True):
        if total:
            own = [(weighted[i].weight or 0) if known[i] else 0 for i in members]
            for index, weight in zip(members, apportioned(total, own), strict=True):
                weights[index] = weight
    return weights


def scheme_needs(standard: Standard, scheme: Scheme) -> tuple[frozenset[str], frozenset[str]]:
    """Return the metrics a scheme cannot do without, and those of which it needs at least one.

    Metrics reached through other schemes' grades are those schemes' own concern.
    """
    decision = scheme.decision
    trees: list[Expression] = [learned.of for learned in scheme.learns]
    trees += [tree for tree in (scheme.among, scheme.score) if tree is not None]
    if isinstance(decision, ShareOfTotal | Categories):
        trees.append(decision.of)
    if isinstance(decision, Conditions):
        trees += [condition for _, condition in decision.lines if condition is not None]
    some: set[str] = set(scheme.may_lack)
    for indicator in scheme.indicators:
        if isinstance(indicator.scoring, Position):
            some.update(name for name in names_in(indicator.value) if name in standard.metrics)
        else:
            trees.append(indicator.value)
    needed = {name for tree in trees for name in names_in(tree) if name in standard.metrics}
    return frozenset(needed - scheme.may_lack), frozenset(some)


def schemes_named(standard: Standard, scheme: Scheme) -> frozenset[str]:
    """Return the other schemes whose grade or score a scheme reads."""
    trees: list[Expression] = [learned.of for learned in scheme.learns]
    trees += [tree for tree in (scheme.among, scheme.score) if tree is not None]
    trees += [indicator.value for indicator in scheme.indicators]
    if isinstance(scheme.decision, Conditions):
        trees += [condition for _, condition in scheme.decision.lines if condition is not None]
    if isinstance(scheme.decision, ShareOfTotal | Categories):
        trees.append(scheme.decision.of)
    names = {name.split(".")[0] for tree in trees for name in names_in(tree)}
    return frozenset(
        name for name in names if name in standard.schemes and name not in standard.metrics
    ) - {scheme.id}


def depends_on_facts(standard: Standard, scheme: Scheme) -> bool:
    """Return whether a scheme's grade rests on facts in time, and not on attributes alone."""
    pending = list(scheme_needs(standard, scheme)[0] | scheme_needs(standard, scheme)[1])
    pending += [
        name
        for other in schemes_named(standard, scheme)
        for name in scheme_needs(standard, standard.schemes[other])[0]
    ]
    while pending:
        definition = standard.metrics[pending.pop()].definition
        if isinstance(definition, FactMetric):
            return True
        pending += [name for name in names_in(definition.formula) if name in standard.metrics]
    return False
