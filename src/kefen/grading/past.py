"""The grade that a customer had in a run of the past."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.compiler.plan import part
from kefen.domain.errors import CallError

if TYPE_CHECKING:
    from kefen.grading.stored import StoredRun


@dataclass(frozen=True, slots=True)
class PastGrade:
    """A grade of the past; None where there was none, and so with the score."""

    grade: str | None
    score: Decimal | None


def past_grade(run: StoredRun, customer: str, scheme: str) -> PastGrade | None:
    """Return the grade that a customer had; None where the run has no such customer or scheme.

    Raises:
        DataError: A file of the run is damaged.
    """
    if scheme not in run.running:
        return None
    try:
        metrics = run.metrics_of(customer)
    except CallError:
        return None
    values = run.evaluated(metrics, run.needs(scheme))
    grade, score = values.get(part(scheme, "grade")), values.get(part(scheme, "score"))
    return PastGrade(
        grade if isinstance(grade, str) else None,
        Decimal(score) if isinstance(score, int | Decimal) else None,
    )
