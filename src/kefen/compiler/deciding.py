"""How a grade follows from points and values, what rules change it, and what comes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from kefen.compiler.steps import chosen, known, points
from kefen.domain.text import Text
from kefen.expressions.tree import Call, Literal
from kefen.expressions.types import ValueType
from kefen.standards.model import (
    Categories,
    Conditions,
    CutOffs,
    Grid,
    RankOfAll,
    ShareOfTotal,
)
from kefen.standards.reasons import NOT_KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kefen.compiler.steps import Steps
    from kefen.expressions.tree import Expression, Value
    from kefen.standards.model import Rule, Scheme, ScoreLine


def grade_steps(
    steps: Steps, scheme: Scheme, smallest: Mapping[str, Mapping[str | None, Value]]
) -> None:
    """Write the grade as decided, the rules that change it, the grade and the reason.

    Args:
        steps: Where they are written.
        scheme: The scheme.
        smallest: By grade, for shares and ranks: the smallest value that has it, by group.
    """
    eligible = steps.own("eligible")
    ranked: Expression = eligible
    if scheme.within is not None:
        # Who belongs to no group was compared with nobody.
        ranked = Call("and", (eligible, known(steps.own("within"))))
    decided = chosen(ranked, _decided(steps, scheme, smallest), Literal(None))
    steps.step("decided", decided, of_type=ValueType.TEXT)
    last: Expression = steps.own("decided")
    order = [grade.id for grade in scheme.grades if grade.reason is None]
    for rule in scheme.rules:
        holds = Call("and", (eligible, steps.resolved(rule.when)))
        steps.step("rule", chosen(holds, Literal(True), Literal(False)), rule.id)
        steps.step("after", _after(steps, scheme, rule, last, order), rule.id, ValueType.TEXT)
        last = steps.own("after", rule.id)
    reasons = {grade.id: grade.reason for grade in scheme.grades if grade.reason is not None}
    grade = last
    if reasons:
        no_grade = Call("one_of", (last, *(Literal(code) for code in reasons)))
        grade = chosen(no_grade, Literal(None), last)
    steps.step("grade", grade, of_type=ValueType.TEXT)
    steps.step("reason", _reason(steps, scheme, last, reasons), of_type=ValueType.TEXT)


def outcome_steps(steps: Steps, scheme: Scheme) -> None:
    """Write the tags that hold and what the terms amount to, after `grade_steps`."""
    for tag in scheme.tags:
        holds = Call("and", (steps.own("eligible"), steps.resolved(tag.when)))
        steps.step("tag", chosen(holds, Literal(True), Literal(False)), tag.id)
    grade = steps.own("grade")
    for term in scheme.terms:
        if any(isinstance(value, Text) for value in term.values.values()):
            continue
        rest = term.values.get(None)
        result: Expression = Literal(None)
        if rest is not None and not isinstance(rest, Text):
            result = chosen(known(grade), steps.resolved(rest), Literal(None))
        for identifier, value in term.values.items():
            if identifier is not None and not isinstance(value, Text):
                own = Call("equals", (grade, Literal(identifier)))
                result = chosen(own, steps.resolved(value), result)
        steps.step("term", result, term.id, of_type=ValueType.DECIMAL)


def is_ending(rule: Rule) -> bool:
    """Return whether later rules are passed over once this one holds."""
    return rule.grade is not None or rule.no_grade is not None


# --- parts ------------------------------------------------------------------------------------


def _decided(
    steps: Steps, scheme: Scheme, smallest: Mapping[str, Mapping[str | None, Value]]
) -> Expression:
    decision = scheme.decision
    if isinstance(decision, CutOffs):
        return _by_score(steps.own("raw_score"), decision.lines)
    if isinstance(decision, ShareOfTotal | RankOfAll):
        value = steps.resolved(decision.of)
        result: Expression = Literal(None)
        for grade in reversed(ordered_grades(decision)):
            if grade == rest_grade(decision):
                result = Literal(grade)
            elif grade in smallest:
                found = steps.learned(dict(smallest[grade]))
                reached = Call("at_least", (value, found))
                result = chosen(reached, Literal(grade), result)
        return chosen(known(value), result, Literal(None))
    if isinstance(decision, Conditions):
        result = Literal(None)
        for grade, condition in reversed(decision.lines):
            result = (
                Literal(grade)
                if condition is None
                else chosen(steps.resolved(condition), Literal(grade), result)
            )
        if not scheme.indicators:
            return result
        # Points that are unknown must not fall through to the last grade.
        return chosen(known(steps.own("points")), result, Literal(None))
    if isinstance(decision, Grid):
        return _by_grid(steps, decision)
    if isinstance(decision, Categories):
        return steps.resolved(decision.of)
    assert_never(decision)


def ordered_grades(decision: ShareOfTotal | RankOfAll) -> tuple[str, ...]:
    """Return the grades of a decision by shares or ranks, from the best."""
    if isinstance(decision, ShareOfTotal):
        return tuple(grade for grade, _ in decision.lines)
    return tuple(line.grade for line in decision.lines)


def rest_grade(decision: ShareOfTotal | RankOfAll) -> str | None:
    """Return the grade of all the others, or None."""
    if isinstance(decision, ShareOfTotal):
        return next((grade for grade, share in decision.lines if share is None), None)
    lines = (line for line in decision.lines if line.share is None and line.count is None)
    return next((line.grade for line in lines), None)


def _by_score(score: Expression, lines: Sequence[ScoreLine]) -> Expression:
    result: Expression = Literal(None)
    for line in reversed(lines):
        conditions: list[Expression] = []
        if line.low is not None:
            over = "at_least" if line.low_included else "greater"
            conditions.append(Call(over, (score, points(line.low))))
        if line.high is not None:
            under = "at_most" if line.high_included else "less"
            conditions.append(Call(under, (score, points(line.high))))
        if not conditions:
            result = Literal(line.grade)
            continue
        both = conditions[0] if len(conditions) == 1 else Call("and", tuple(conditions))
        result = chosen(both, Literal(line.grade), result)
    return chosen(known(score), result, Literal(None))


def _by_grid(steps: Steps, decision: Grid) -> Expression:
    scale = 1 + max(column for _, column in decision.cells)
    across = Call("multiply", (steps.own("points", decision.rows), Literal(scale)))
    key = Call("add", (across, steps.own("points", decision.columns)))
    pairs = [
        literal
        for (row, column), grade in sorted(decision.cells.items())
        for literal in (Literal(row * scale + column), Literal(grade))
    ]
    return Call("lookup", (key, *pairs))


def _after(
    steps: Steps, scheme: Scheme, rule: Rule, before: Expression, order: Sequence[str]
) -> Expression:
    """Return the grade after a rule, which an earlier ending rule keeps from changing it."""
    holds: Expression = steps.own("rule", rule.id)
    earlier = scheme.rules[: scheme.rules.index(rule)]
    ended = _any_of(steps.own("rule", other.id) for other in earlier if is_ending(other))
    if ended is not None:
        holds = Call("and", (Call("not", (ended,)), holds))
    if rule.grade is not None:
        return chosen(holds, Literal(rule.grade), before)
    if rule.no_grade is not None:
        return chosen(holds, Literal(None), before)
    target = rule.at_most if rule.at_most is not None else rule.at_least
    assert target is not None  # noqa: S101  the reader guarantees one effect
    place = order.index(target)
    moved = order[:place] if rule.at_most is not None else order[place + 1 :]
    if not moved:
        return before
    concerned = Call("one_of", (before, *(Literal(grade) for grade in moved)))
    return chosen(Call("and", (holds, concerned)), Literal(target), before)


def _any_of(conditions: Iterable[Expression]) -> Expression | None:
    found: Expression | None = None
    for condition in conditions:
        found = condition if found is None else Call("or", (found, condition))
    return found


def _reason(
    steps: Steps, scheme: Scheme, last: Expression, reasons: Mapping[str, str]
) -> Expression:
    result: Expression = Literal(NOT_KNOWN)
    for code, reason in reversed(list(reasons.items())):
        result = chosen(Call("equals", (last, Literal(code))), Literal(reason), result)
    for rule in reversed(scheme.rules):
        if rule.no_grade is not None:
            result = chosen(steps.own("rule", rule.id), Literal(rule.no_grade), result)
    graded = chosen(known(steps.own("grade")), Literal(None), result)
    return chosen(steps.own("eligible"), graded, Literal(scheme.otherwise))
