"""The steps of a movement as they are written: ranks of grades, conditions, lengths of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.compiler.movement_names import GIVEN, STATE, given, kept_by_name, was
from kefen.compiler.steps import Step, chosen, part
from kefen.expressions.tree import Call, Literal, Name, replace_names
from kefen.expressions.types import ValueType, type_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from kefen.domain.spans import Span
    from kefen.expressions.tree import Expression
    from kefen.standards.model import Scheme, Standard

TRUE, FALSE, NONE, ZERO = Literal(True), Literal(False), Literal(None), Literal(0)


class MovementSteps:
    """Where the steps of one scheme's movement are written, and what they are written with.

    Args:
        standard: The standard.
        scheme: The scheme; without a movement its grade is the computed one, overrides aside.
        running: The schemes that were run.
        as_of: The as-of date.
        before: The as-of date of the run before, or None.
    """

    def __init__(
        self,
        standard: Standard,
        scheme: Scheme,
        running: Collection[str],
        as_of: date,
        before: date | None,
    ) -> None:
        self.scheme = scheme
        self.as_of = as_of
        self.before = before
        self.codes = tuple(reversed([g.id for g in scheme.grades if g.reason is None]))
        self._steps: list[Step] = []
        self.types: dict[str, ValueType] = dict(standard.metric_types)
        self._names: dict[str, Expression] = {"as_of": Literal(as_of)}
        for other in standard.schemes.values():
            ran = other.id in running
            grade, score = part(other.id, "grade"), part(other.id, "score")
            self.types |= {grade: ValueType.TEXT, score: ValueType.DECIMAL}
            self._names[other.id] = Name(grade) if ran else NONE
            self._names[f"{other.id}.score"] = Name(score) if ran else NONE
        self._names |= {"score": Name(part(scheme.id, "score"))}
        self._names |= {name: Name(name) for name in standard.metrics}
        self.types |= {was(scheme.id, name): of_type for name, of_type in STATE.items()}
        self.types |= {given(scheme.id, name): of_type for name, of_type in GIVEN.items()}
        kept = kept_by_name(scheme)
        for names, of_type in (
            (kept.days, ValueType.DATE),
            (kept.numbers, ValueType.DECIMAL),
            (kept.levels, ValueType.TEXT),
        ):
            for step in names.values():
                self.types[was(scheme.id, step)] = of_type

    def _own(self, name: str, item: str = "") -> str:
        return part(self.scheme.id, name, item)

    def _at(self, name: str, item: str = "") -> Name:
        return Name(self._own(name, item))

    def _was(self, name: str) -> Name:
        return Name(was(self.scheme.id, name))

    def _given(self, name: str) -> Name:
        return Name(given(self.scheme.id, name))

    def _step(
        self, name: str, tree: Expression, of_type: ValueType | None = None, item: str = ""
    ) -> Name:
        full = self._own(name, item)
        found = of_type or type_of(tree, self.types)
        self.types[full] = found
        self._steps.append(Step(full, tree, found))
        return Name(full)

    def _resolved(self, tree: Expression) -> Expression:
        return replace_names(tree, self._names)

    def _holds(self, tree: Expression | None) -> Expression:
        """Return whether a condition holds; unknown is no."""
        return TRUE if tree is None else chosen(self._resolved(tree), TRUE, FALSE)

    def _rank(self, grade: Expression) -> Expression:
        pairs = [x for n, code in enumerate(self.codes, 1) for x in (Literal(code), Literal(n))]
        return Call("choose", (grade, *pairs, ZERO))

    def _code(self, rank: Expression) -> Expression:
        pairs = [x for n, code in enumerate(self.codes, 1) for x in (Literal(n), Literal(code))]
        return Call("choose", (rank, *pairs, NONE))

    def _level_of(self, code: str) -> int:
        return self.codes.index(code) + 1

    def _by_grade(
        self,
        values: Mapping[str | None, Expression],
        otherwise: Expression,
        rank: Name | None = None,
    ) -> Expression:
        """Return what is said by grade, of the grade held before or of another one."""
        rest = values.get(None, otherwise)
        pairs = [
            item
            for grade, value in values.items()
            if grade is not None
            for item in (Literal(self._level_of(grade)), value)
        ]
        if not pairs:
            return rest
        return Call("choose", (rank or self._at("base_rank"), *pairs, rest))

    def _last_year(self) -> Expression:
        if self.before is None:
            return NONE
        if self.as_of.year > self.before.year:
            return self._was("moved")
        return self._was("last_year")


def positive(rank: Expression) -> Call:
    """Return whether a rank is a grade's."""
    return Call("greater", (rank, ZERO))


def both(*conditions: Expression) -> Expression:
    """Return whether all conditions hold."""
    return _joined("and", conditions, TRUE)


def either(*conditions: Expression) -> Expression:
    """Return whether one of the conditions holds."""
    return _joined("or", conditions, FALSE)


def _joined(operator: str, conditions: Iterable[Expression], neutral: Literal) -> Expression:
    kept = [condition for condition in conditions if condition != neutral]
    if not kept:
        return neutral
    return kept[0] if len(kept) == 1 else Call(operator, tuple(kept))


def later(day: Name, span: Span) -> Expression:
    """Return the day a counted span after a day of the customer's own."""
    if span.count is None:
        return NONE
    if span.unit == "days":
        return Call("days_after", (day, Literal(span.count)))
    return Call("months_before", (day, Literal(-span.count)))


def end_of(span: Span, day: date) -> Literal:
    """Return the day on which a span that begins on a known day ends."""
    return Literal(span.end(day))
