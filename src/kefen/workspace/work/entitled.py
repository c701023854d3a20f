"""What a customer is entitled to, for the panel of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.grading.entitlements import ABOUT_MONEY, entitlements
from kefen.workspace.accounts.roles import Kind
from kefen.workspace.runs.queries import stored_run

if TYPE_CHECKING:
    from kefen.domain.text import Text
    from kefen.workspace.customers.sight import Sight


def entitled_to(sight: Sight, row: Any) -> list[tuple[Text, Text, list[Text]]]:
    """Return scheme, grade and what is promised, for each scheme whose grade promises something.

    Who sees no amounts is not told of price, rebate and credit.

    Args:
        sight: What the reader sees.
        row: The customer, as the reader sees it.
    """
    hides_money = Kind.MONEY in sight.user.in_role.hidden
    found = []
    for scheme, by_grade in entitlements(stored_run(sight.publication.run_id)).items():
        column = sight.columns.get(f"grade_{scheme}")
        grade = column.grade_of(getattr(row, column.name)) if column is not None else None
        one = by_grade.get(grade.id) if grade is not None else None
        if one is not None:
            words = [text for key, text in one.words if not (hides_money and key in ABOUT_MONEY)]
            found.append((one.scheme_name, one.grade_name, words))
    return found
