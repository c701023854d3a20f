"""Grading one customer by the run that pages show, as a person may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.workspace.accounts.roles import Kind
from kefen.workspace.runs.queries import stored_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.grading.grader import CustomerGrade
    from kefen.workspace.customers.sight import Sight


def answer(sight: Sight, customer: str, grades: Mapping[str, CustomerGrade]) -> dict[str, Any]:
    """Return grades as JSON: of the schemes, and with the scores, that the person sees."""
    run = stored_run(sight.publication.run_id)
    # Looked up once: behind each of them is the person, who is looked up anew each time.
    scored, columns = Kind.MONEY not in sight.user.in_role.hidden, sight.columns
    found = []
    for scheme, one in grades.items():
        if f"grade_{scheme}" not in columns:
            continue
        named = run.standard.schemes[scheme].grade(one.grade) if one.grade is not None else None
        reason = run.standard.reasons.get(one.reason) if one.reason is not None else None
        found.append(
            {
                "scheme": scheme,
                "grade": one.grade,
                "name": named.name.as_dict() if named is not None else None,
                "score": format(one.score, "f") if scored and one.score is not None else None,
                "score_text": one.score_text if scored else None,
                "reason": one.reason,
                "reason_name": reason.as_dict() if reason is not None else None,
                "confidence": one.confidence,
            }
        )
    return {
        "run": sight.publication.run_id,
        "as_of": run.as_of.isoformat(),
        "standard": {"id": run.standard.id, "version": run.standard.version},
        "customer_id": customer,
        "grades": found,
    }
