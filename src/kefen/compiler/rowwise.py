"""The schemes of a standard for one customer in plain Python decimals, without SQL.

The same meanings as the compiled queries, written a second time: the oracle of the tests, and a
way to check one customer by hand from raw facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.compiler.plan import SchemePlan, part
from kefen.compiler.rowwise_metrics import metrics_of_customer
from kefen.compiler.rowwise_values import stored
from kefen.expressions.evaluator import evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.expressions.tree import Value
    from kefen.standards.calibration import SchemeCalibration
    from kefen.standards.model import Standard

__all__ = ["RowGrade", "grades_of_customer", "metrics_of_customer"]

Row = dict[str, "Value"]


@dataclass(frozen=True, slots=True)
class RowGrade:
    """What one scheme says of one customer.

    Attributes:
        grade: The class, or None.
        score: The score with four decimals, or None.
        score_text: The points joined by `-`, or None.
        reason: Why there is no grade, as a code; None when there is one.
        steps: Every value on the way, by the name of its step.
    """

    grade: str | None
    score: Decimal | None
    score_text: str | None
    reason: str | None
    steps: Mapping[str, Value]


def grades_of_customer(
    standard: Standard,
    calibrations: Mapping[str, SchemeCalibration],
    metrics: Mapping[str, Value],
    as_of: date,
    *,
    running: Sequence[str] | None = None,
) -> dict[str, RowGrade]:
    """Return what each scheme says of one customer, from its metrics and stored calibrations.

    Args:
        standard: The standard.
        calibrations: What each scheme learned, by scheme.
        metrics: Every metric of the standard, as `metrics_of_customer` returns them.
        as_of: The as-of date.
        running: The schemes that can be run on the data, in the standard's order; None: those
            with a calibration.

    Raises:
        OutOfRangeError: A number grew too large to be exact.
        KeyError: A scheme has no calibration.
    """
    names = [s for s in standard.schemes if s in calibrations] if running is None else running
    values: Row = dict(metrics)
    grades: dict[str, RowGrade] = {}
    for index, name in enumerate(names):
        plan = SchemePlan(standard, standard.schemes[name], names[:index], as_of)
        plan.apply(calibrations[name])
        own: Row = {}
        for step in plan.patterns():
            own[step.name] = stored(evaluate(step.expression, values | own), step.type)
        pattern = own.get(part(name, "pattern"))
        patterns = [pattern] if isinstance(pattern, int) else []
        own = {}
        for step in plan.grading(calibrations[name], patterns):
            own[step.name] = stored(evaluate(step.expression, values | own), step.type)
        values |= own
        grades[name] = RowGrade(
            grade=_text(own[part(name, "grade")]),
            score=_decimal(own.get(part(name, "score"))),
            score_text=_text(own.get(part(name, "score_text"))),
            reason=_text(own[part(name, "reason")]),
            steps=own,
        )
    return grades


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _decimal(value: Value) -> Decimal | None:
    return value if isinstance(value, Decimal) else None
