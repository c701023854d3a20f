"""For which values a condition holds, and whether it can hold at all.

A condition is taken apart into what it asks of each of its subjects: a subject is whatever a
constant is compared with. Parts that compare two subjects count as yes-or-no subjects of their
own. So what is said to be impossible really is; what is too involved is taken as possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.expressions.evaluator import evaluate
from kefen.expressions.operators.operator import OutOfRangeError
from kefen.expressions.tree import Call, Name
from kefen.standards.checks import ranges
from kefen.standards.checks.ranges import Scale, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kefen.expressions.tree import Expression, Value

    Domain: TypeAlias = Callable[[Expression], Values]
    """The values that a subject may have."""

Outcome: TypeAlias = Literal["holds", "fails", "holds not", "fails not"]
"""What a condition does; unknown is neither `holds` nor `fails`, so it is both of the others."""

MOST_WAYS = 64
"""How many ways for a condition to come about are followed."""
_FLIPPED = {
    "less": "greater",
    "greater": "less",
    "at_most": "at_least",
    "at_least": "at_most",
    "equals": "equals",
    "differs": "differs",
}
_OPPOSITE: dict[Outcome, Outcome] = {
    "holds": "fails",
    "fails": "holds",
    "holds not": "fails not",
    "fails not": "holds not",
}
_ASKS_WHETHER_KNOWN = frozenset({"is_known", "is_unknown", "first_known", "if"})


class TooInvolvedError(Exception):
    """A condition with more ways to hold than are followed."""


Way: TypeAlias = "dict[Expression, Values]"
"""One way for a condition to come about: the values that each subject must have."""


@dataclass(frozen=True, slots=True)
class Answer:
    """For which values of one subject a condition holds, and for which it fails.

    Where it does neither, it is unknown.
    """

    subject: Expression
    holds: Values
    fails: Values

    def values(self, outcome: Outcome) -> Values:
        """Return the values for which the condition has this outcome."""
        if outcome == "holds":
            return self.holds
        if outcome == "fails":
            return self.fails
        return (self.holds if outcome == "holds not" else self.fails).rest()


def constant(tree: Expression) -> tuple[bool, Value]:
    """Return whether an expression is the same for everybody, and its value."""
    if _has_names(tree):
        return False, None
    try:
        return True, evaluate(tree, {})
    except (OutOfRangeError, KeyError, ValueError, ArithmeticError):
        return False, None


def values_where(condition: Expression, subject: Expression, domain: Domain) -> Values | None:
    """Return the values of `subject` for which a condition holds; None when others decide too."""
    try:
        ways = ways_to(condition, "holds", domain)
    except TooInvolvedError:
        return None
    whole = domain(subject)
    found = ranges.nothing(whole.scale)
    for way in ways:
        if set(way) - {subject}:
            return None
        found = found.either(way.get(subject, whole))
    return found


def can_hold(condition: Expression, domain: Domain) -> bool:
    """Return whether a condition may hold for some values."""
    try:
        return bool(ways_to(condition, "holds", domain))
    except TooInvolvedError:
        return True


def always_holds(condition: Expression, domain: Domain) -> bool:
    """Return whether a condition holds whenever the values it rests on are known."""
    if any(call in _ASKS_WHETHER_KNOWN for call in _operators(condition)):
        return _cannot_be(condition, "holds not", domain)
    return _cannot_be(condition, "holds not", lambda subject: domain(subject).known())


def _cannot_be(condition: Expression, outcome: Outcome, domain: Domain) -> bool:
    try:
        return not ways_to(condition, outcome, domain)
    except TooInvolvedError:
        return False


def ways_to(condition: Expression, outcome: Outcome, domain: Domain) -> list[Way]:
    """Return every way for a condition to have an outcome; none when it cannot.

    Raises:
        TooInvolvedError: There are more than can be followed.
    """
    if isinstance(condition, Call):
        if condition.operator == "not":
            return ways_to(condition.arguments[0], _OPPOSITE[outcome], domain)
        if condition.operator in ("and", "or"):
            each = [ways_to(argument, outcome, domain) for argument in condition.arguments]
            joint = (condition.operator == "and") == (outcome in ("holds", "fails not"))
            return all_of(each) if joint else _any_of(each)
    answer = _answer(condition, domain)
    if answer is None:
        is_constant, value = constant(condition)
        if is_constant:
            return [{}] if _is(value, outcome) else []
        return [{}]
    allowed = answer.values(outcome).both(domain(answer.subject))
    return [] if allowed.is_empty else [{answer.subject: allowed}]


def all_of(each: Iterable[list[Way]]) -> list[Way]:
    """Return the ways in which all of several things come about.

    Raises:
        TooInvolvedError: There are more than can be followed.
    """
    found: list[Way] = [{}]
    for ways in each:
        if len(found) * len(ways) > MOST_WAYS**2:
            raise TooInvolvedError
        merged = (_merged(way, other) for way in found for other in ways)
        found = _few([way for way in merged if way is not None])
    return found


def _any_of(each: Iterable[list[Way]]) -> list[Way]:
    return _few([way for ways in each for way in ways])


def _few(ways: list[Way]) -> list[Way]:
    different: list[Way] = []
    for way in ways:
        if not way:
            return [{}]
        if way not in different:
            different.append(way)
        if len(different) > MOST_WAYS:
            raise TooInvolvedError
    return different


def _merged(left: Way, right: Way) -> Way | None:
    merged = dict(left)
    for subject, values in right.items():
        before = merged.get(subject)
        together = values if before is None else before.both(values)
        if together.is_empty:
            return None
        merged[subject] = together
    return merged


def _answer(condition: Expression, domain: Domain) -> Answer | None:
    """Return what one comparison, or one yes-or-no value, asks of its subject."""
    if not isinstance(condition, Call):
        return _yes_or_no(condition) if isinstance(condition, Name) else None
    operator, arguments = condition.operator, condition.arguments
    if operator in ("is_known", "is_unknown"):
        whole = ranges.everything(domain(arguments[0]).scale)
        unknown = whole.without(whole.known())
        return (
            Answer(arguments[0], whole.known(), unknown)
            if operator == "is_known"
            else Answer(arguments[0], unknown, whole.known())
        )
    if operator == "one_of":
        return _one_of(arguments, domain)
    if operator in _FLIPPED:
        return _compared(operator, arguments[0], arguments[1], domain)
    return _yes_or_no(condition) if _has_names(condition) else None


def _one_of(arguments: tuple[Expression, ...], domain: Domain) -> Answer | None:
    subject = arguments[0]
    if not _has_names(subject):
        return None
    members = [constant(argument) for argument in arguments[1:]]
    if not all(is_constant for is_constant, _ in members):
        return _yes_or_no(Call("one_of", arguments))
    scale = domain(subject).scale
    if any(value is None for _, value in members) or scale is Scale.OTHER:
        return None
    inside = ranges.listed(scale, (value for _, value in members))
    return Answer(subject, inside, inside.rest().known())


def _compared(operator: str, left: Expression, right: Expression, domain: Domain) -> Answer | None:
    left_constant, left_value = constant(left)
    right_constant, right_value = constant(right)
    if left_constant and right_constant:
        return None
    if left_constant:
        operator, left, right_value = _FLIPPED[operator], right, left_value
    elif not right_constant:
        return _two_sided(operator, left, right)
    scale = domain(left).scale
    if right_value is None:
        return Answer(left, ranges.nothing(scale), ranges.nothing(scale))
    try:
        inside = _inside(operator, scale, right_value)
    except TypeError:
        # Texts have an order, but no next one: such a part is a yes-or-no subject of its own.
        return _yes_or_no(Call(operator, (left, right)))
    return Answer(left, inside, inside.rest().known())


def _inside(operator: str, scale: Scale, value: Value) -> Values:
    if operator in ("equals", "differs"):
        if scale is Scale.OTHER:
            raise TypeError(operator)
        same = ranges.listed(scale, (value,))
        return same if operator == "equals" else same.rest().known()
    if operator in ("greater", "at_least"):
        return ranges.above(scale, value, included=operator == "at_least").known()
    return ranges.below(scale, value, included=operator == "at_most").known()


COMPARED = "compared"
"""Not an operator of expressions: which of two subjects is larger, as -1, 0 or 1."""


def _two_sided(operator: str, left: Expression, right: Expression) -> Answer:
    if repr(right) < repr(left):
        operator, left, right = _FLIPPED[operator], right, left
    inside = _inside(operator, Scale.WHOLE, 0)
    return Answer(Call(COMPARED, (left, right)), inside, inside.rest().known())


def _yes_or_no(subject: Expression) -> Answer:
    return Answer(
        subject, ranges.listed(Scale.TRUTH, (True,)), ranges.listed(Scale.TRUTH, (False,))
    )


def _is(value: Value, outcome: Outcome) -> bool:
    if outcome in ("holds", "fails"):
        return value is (outcome == "holds")
    return value is not (outcome == "holds not")


def _has_names(tree: Expression) -> bool:
    if isinstance(tree, Call):
        return any(_has_names(argument) for argument in tree.arguments)
    return isinstance(tree, Name)


def _operators(tree: Expression) -> set[str]:
    if not isinstance(tree, Call):
        return set()
    return {tree.operator}.union(*(_operators(argument) for argument in tree.arguments))
