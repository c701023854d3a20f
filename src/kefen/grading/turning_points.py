"""Where a grade may change as one metric moves: comparisons, cuts, anchors, caps and their like.

A customer's grade is a function of the metric that can only jump where one of these tests of the
steps changes: a comparison, a cut, an anchor, a cap, a division by zero, something known or not.
Between the places where the tests over metrics change, points move along lines; so the tests of
points and scores are followed afterwards, in the order of the steps, from one such place to the
next.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from kefen.expressions.evaluator import evaluation
from kefen.expressions.operators import OutOfRangeError
from kefen.expressions.tree import Call, Literal, Name, names_in, replace_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kefen.compiler.steps import Step
    from kefen.expressions.tree import Expression, Value

_COMPARISONS = frozenset({"equals", "differs", "less", "at_most", "greater", "at_least"})
_CUTS = frozenset({"cuts_below", "cuts_around", "one_of"})
_KEYED = frozenset({"lookup", "choose"})
_LIMITS = frozenset({"smallest", "largest"})
_KNOWN = frozenset({"is_known", "is_unknown", "first_known"})
_JUMPING = (
    _COMPARISONS
    | _CUTS
    | frozenset({"and", "or", "not", "is_known", "is_unknown", "contains", "starts_with"})
)
_MOST_HALVINGS = 64
_WIDEST_INLINED = 200


@dataclass(frozen=True, slots=True)
class Test:
    """A number that moves with the metric, and the numbers it is compared with.

    The number is `left`, or `left` less `right` (compared with 0). Without keys only whether it
    is known counts.

    Attributes:
        left: The number.
        right: What is taken from it, or None.
        keys: The numbers it is compared with, ascending.
    """

    left: Expression
    right: Expression | None
    keys: tuple[Decimal, ...]

    @property
    def names(self) -> set[str]:
        """Return the names it reads."""
        return {*names_in(self.left), *(names_in(self.right) if self.right is not None else ())}


@dataclass(frozen=True, slots=True)
class Tests:
    """The tests that move with a metric.

    Attributes:
        of_metrics: Those over metrics alone.
        of_steps: Those over points, scores and the like, in the order of the steps.
        by_month: Whether a month of a date is asked, which comes again every year.
    """

    of_metrics: tuple[Test, ...]
    of_steps: tuple[Test, ...]
    by_month: bool


def tests_of(
    metric: str,
    formulas: Mapping[str, Expression],
    steps: Sequence[Step],
    values: Mapping[str, Value],
) -> Tests:
    """Return the tests that move with a metric.

    Args:
        metric: The metric.
        formulas: The formulas of the metrics that are computed, in order.
        steps: The steps that grade the customer, in order.
        values: The customer's metrics and steps as they are.
    """
    return _Collector(metric, formulas, values).collected(steps)


class _Collector:
    """Collects tests along the formulas and steps."""

    def __init__(
        self, metric: str, formulas: Mapping[str, Expression], values: Mapping[str, Value]
    ) -> None:
        self.values = values
        self.formulas = formulas
        self.dependent = {metric}  # changes somehow with the metric
        self.flowing = {metric}  # changes with it all along, not only where a test does
        self.plain: dict[str, Expression] = {}  # flowing steps as expressions over metrics
        self.by_month = False
        self._found: dict[tuple[Expression, Expression | None], set[Decimal]] = {}

    def collected(self, steps: Sequence[Step]) -> Tests:
        for name, formula in self.formulas.items():
            self._pass(name, formula)
        metrics = {name for name in self.values if ":" not in name} | {"as_of"}
        for step in steps:
            self._pass(step.name, step.expression)
            if step.name in self.flowing:
                inlined = replace_names(step.expression, self.plain)
                if metrics.issuperset(names_in(inlined)) and _size(inlined) <= _WIDEST_INLINED:
                    self.plain[step.name] = inlined
        of_metrics: dict[Test, None] = {}
        of_steps: dict[Test, None] = {}
        for (left, right), keys in self._found.items():
            test = Test(
                replace_names(left, self.plain),
                None if right is None else replace_names(right, self.plain),
                tuple(sorted(keys)),
            )
            (of_metrics if test.names <= metrics else of_steps).setdefault(test)
        return Tests(tuple(of_metrics), tuple(of_steps), self.by_month)

    def _pass(self, name: str, tree: Expression) -> None:
        if self.dependent.isdisjoint(names_in(tree)):
            return
        self._collect(tree)
        self.dependent.add(name)
        if self._flows(tree):
            self.flowing.add(name)

    def _flows(self, tree: Expression) -> bool:
        if isinstance(tree, Name):
            return tree.name in self.flowing
        if isinstance(tree, Literal) or tree.operator in _JUMPING:
            return False
        passed_over = 1 if tree.operator in _KEYED or tree.operator == "if" else 0
        return any(self._flows(argument) for argument in tree.arguments[passed_over:])

    def _collect(self, tree: Expression) -> None:
        if not isinstance(tree, Call) or self.dependent.isdisjoint(names_in(tree)):
            return
        for argument in tree.arguments:
            self._collect(argument)
        first, *others = tree.arguments
        if tree.operator in _CUTS or tree.operator in _COMPARISONS or tree.operator in _LIMITS:
            for index, other in enumerate(tree.arguments):
                for earlier in tree.arguments[:index] if tree.operator in _LIMITS else [first]:
                    if other is not earlier:
                        self._against(earlier, other)
        elif tree.operator in _KNOWN:
            for argument in tree.arguments:
                self._add(argument, None, ())
        elif tree.operator == "divide":
            self._add(others[0], None, (Decimal(0),))
        elif tree.operator == "absolute":
            self._add(first, None, (Decimal(0),))
        elif tree.operator == "halved":
            self._add(others[0], None, [Decimal(n) for n in range(_MOST_HALVINGS)])
        elif tree.operator in _KEYED or tree.operator == "interpolated":
            for key in others[::2] if tree.operator != "choose" else others[:-1:2]:
                self._against(first, key)
        elif tree.operator == "month_of":
            self.by_month = True

    def _against(self, left: Expression, right: Expression) -> None:
        """Note that two values are compared; one that stays as it is counts as a number."""
        if self.dependent.isdisjoint(names_in(left)):
            left, right = right, left
        if self.dependent.isdisjoint(names_in(right)):
            key = sortable(evaluation(right)(self.values))
            if key is not None:
                self._add(left, None, (key,))
        else:
            self._add(left, right, (Decimal(0),))

    def _add(self, left: Expression, right: Expression | None, keys: Iterable[Decimal]) -> None:
        if self._flows(left) or (right is not None and self._flows(right)):
            self._found.setdefault((left, right), set()).update(keys)


def _size(tree: Expression) -> int:
    return 1 + sum(_size(a) for a in tree.arguments) if isinstance(tree, Call) else 1


class Follower:
    """Follows the tests along the metric, in its smallest units.

    Args:
        metric: The metric.
        place_of: Gives the place at a value, or the one before it.
        tests: The tests.
        changed: Gives the customer's metrics with the metric at a place.
        evaluated: Gives every step's value for such metrics.
    """

    def __init__(
        self,
        metric: str,
        place_of: Callable[[Decimal], int],
        tests: Tests,
        changed: Callable[[int], Mapping[str, Value]],
        evaluated: Callable[[Mapping[str, Value]], Mapping[str, Value]],
    ) -> None:
        self.tests = tests
        self._metric = Name(metric)
        self._place_of = place_of
        self._changed = changed
        self._evaluated = evaluated
        self._values: dict[int, Mapping[str, Value] | None] = {}

    def places(self, grid: Iterable[int]) -> set[int]:
        """Return both sides of every place where a test changes.

        Args:
            grid: Places between which a tested number is taken to move one way, apart from the
                places that are found.
        """
        base = set(grid)
        found: set[int] = set()
        for test in self.tests.of_metrics:
            keys = self._keys(test)
            if keys is not None:
                found |= {self._place_of(key) + beside for key in keys for beside in (-1, 0, 1, 2)}
                continue
            found |= self._crossings(test, sorted(base), self._metrics_at)
        for test in self.tests.of_steps:
            found |= self._crossings(test, sorted(base | found), self._steps_at)
        return found

    def _keys(self, test: Test) -> tuple[Decimal, ...] | None:
        """Return the values of the metric itself at which a test changes; None: to be searched."""
        if test.right is not None:
            return None
        if test.left == self._metric:
            return test.keys
        if test.left == Call("negate", (self._metric,)):
            return tuple(-key for key in test.keys)
        return None

    def _metrics_at(self, number: int) -> Mapping[str, Value] | None:
        try:
            return self._changed(number)
        except OutOfRangeError:
            return None

    def _steps_at(self, number: int) -> Mapping[str, Value] | None:
        if number not in self._values:
            try:
                self._values[number] = self._evaluated(self._changed(number))
            except OutOfRangeError:
                self._values[number] = None
        return self._values[number]

    @staticmethod
    def _crossings(
        test: Test, grid: Sequence[int], at: Callable[[int], Mapping[str, Value] | None]
    ) -> set[int]:
        left_of = evaluation(test.left)
        right_of = evaluation(test.right) if test.right is not None else None

        def level(number: int) -> int | None:
            """Return between which of the keys the subject lies: odd on one, even between."""
            values = at(number)
            if values is None:
                return None
            try:
                key = sortable(left_of(values))
                against = sortable(right_of(values)) if right_of is not None else Decimal(0)
            except OutOfRangeError:
                return None
            if key is None or against is None:
                return None
            key -= against
            place = bisect_left(test.keys, key)
            return 2 * place + (1 if place < len(test.keys) and test.keys[place] == key else 0)

        found: set[int] = set()
        levels = {number: level(number) for number in grid}
        for lower, upper in pairwise(grid):
            found |= set(_changes(lower, upper, levels[lower], levels[upper], level))
        return found


def _changes(
    left: int,
    right: int,
    level_left: int | None,
    level_right: int | None,
    level: Callable[[int], int | None],
) -> Iterator[int]:
    """Yield both sides of every change between two places, halving while the ends differ."""
    pending = [(left, right, level_left, level_right)]
    while pending:
        a, b, at_a, at_b = pending.pop()
        if at_a == at_b:
            continue
        if b - a == 1:
            yield a
            yield b
            continue
        middle = (a + b) // 2
        at_middle = level(middle)
        pending += [(a, middle, at_a, at_middle), (middle, b, at_middle, at_b)]


def sortable(value: Value) -> Decimal | None:
    """Return a number or date as a number that orders alike; None for anything else."""
    if isinstance(value, date):
        return Decimal(value.toordinal())
    return Decimal(value) if isinstance(value, int | Decimal) else None
