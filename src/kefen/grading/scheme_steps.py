"""The steps by which the schemes of a run grade one customer, ready to be evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING

from kefen.compiler.plan import SchemePlan
from kefen.expressions.evaluator import evaluation
from kefen.standards.calibration import NOTHING_LEARNED

if TYPE_CHECKING:
    from datetime import date

    from kefen.compiler.plan import Step
    from kefen.expressions.evaluator import Evaluation
    from kefen.standards.calibration import Calibration
    from kefen.standards.model import Standard


@dataclass(frozen=True, slots=True)
class CompiledSteps:
    """A scheme's steps, and the same ready to be evaluated.

    Attributes:
        steps: The steps.
        evaluations: The name of each, and what evaluates it.
        after: Those that come after the steps that lead to the pattern.
    """

    steps: tuple[Step, ...]
    evaluations: tuple[tuple[str, Evaluation], ...]
    after: tuple[tuple[str, Evaluation], ...]


class SchemeSteps:
    """The steps of the schemes of a run, compiled when they are first asked for.

    Several threads may ask at once. A plan writes its steps into itself: written for two customers
    at once they would mix, so that one alone plans.

    Args:
        standard: The standard.
        calibration: What the schemes learned.
        as_of: The as-of date.
        running: The schemes that were run, in order.
    """

    def __init__(
        self,
        standard: Standard,
        calibration: Calibration,
        as_of: date,
        running: tuple[str, ...],
    ) -> None:
        self._standard = standard
        self._calibration = calibration
        self._as_of = as_of
        self._running = running
        self._planning = RLock()
        self._plans: dict[str, SchemePlan] = {}
        self._hands_on: dict[str, bool] = {}
        self._compiled: dict[tuple[str, int | None], CompiledSteps] = {}

    def hands_on(self, scheme: str) -> bool:
        """Return whether a scheme hands the weight of what is unknown on, by a pattern."""
        found = self._hands_on.get(scheme)
        if found is None:
            with self._planning:
                found = self._hands_on[scheme] = self._plan(scheme).hands_on()
        return found

    def of(self, scheme: str, pattern: int | None) -> CompiledSteps:
        """Return a scheme's steps: up to the pattern for no pattern, else all of them."""
        key = (scheme, pattern)
        found = self._compiled.get(key)
        if found is not None:
            return found
        with self._planning:
            if key not in self._compiled:
                self._compiled[key] = self._made(scheme, pattern)
            return self._compiled[key]

    def _made(self, scheme: str, pattern: int | None) -> CompiledSteps:
        plan = self._plan(scheme)
        learned = self._calibration.schemes.get(scheme, NOTHING_LEARNED)
        steps = plan.patterns() if pattern is None else plan.grading(learned, [pattern])
        evaluations = tuple((step.name, evaluation(step.expression)) for step in steps)
        known = pattern is not None and plan.hands_on()
        first = len(self.of(scheme, None).steps) if known else 0
        return CompiledSteps(steps, evaluations, evaluations[first:])

    def _plan(self, scheme: str) -> SchemePlan:
        if scheme not in self._plans:
            before = self._running[: self._running.index(scheme)]
            plan = SchemePlan(self._standard, self._standard.schemes[scheme], before, self._as_of)
            plan.apply(self._calibration.schemes.get(scheme, NOTHING_LEARNED))
            self._plans[scheme] = plan
        return self._plans[scheme]
