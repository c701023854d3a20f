"""Which ratings by people are due: the first one, again, or after their interval.

A rating is what people confirmed, not what a run proposes. The first is due so many working days
after the relation began. A later event, such as changed identity data, makes an earlier rating due
again within as many working days. Else it is due after the interval of the grade confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kefen.domain.calendar import months_before
from kefen.domain.text import Text
from kefen.domain.working_days import add_working_days
from kefen.standards.decision_words import for_grade

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from kefen.standards.model import Scheme, Standard

Why: TypeAlias = Literal["first", "again", "interval"]
State: TypeAlias = Literal["overdue", "due", "later", "undated"]
SOON_DAYS = 30
WHY_WORDS: dict[str, Text] = {
    "first": Text("first rating", "首次评级"),
    "again": Text("identity data changed", "身份资料变更"),
    "interval": Text("regular review", "定期复评"),
}
STATE_WORDS: dict[str, Text] = {
    "overdue": Text("overdue", "逾期"),
    "due": Text("due within {n} days", "{n} 天内到期").filled(n=SOON_DAYS),
    "later": Text("later", "未到期"),
    "undated": Text("no date to count from", "缺少起算日期"),
}


@dataclass(frozen=True, slots=True)
class DueReview:
    """When a customer's rating is due.

    Attributes:
        customer: The customer.
        scheme: The scheme.
        proposed: The grade that the run proposes, or None.
        rated_as: The grade last confirmed, or None.
        rated: The day of that, or None.
        why: Why it is due.
        due: The day by which; None where there is no day to count from.
        provisional: Whether holidays of a year not yet announced were passed.
        state: Overdue, due soon, later, or without a day.
        days: Days from the as-of date to the due day; negative when overdue.
    """

    customer: str
    scheme: str
    proposed: str | None
    rated_as: str | None
    rated: date | None
    why: Why
    due: date | None
    provisional: bool
    state: State
    days: int | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "customer_id": self.customer,
            "scheme": self.scheme,
            "proposed": self.proposed,
            "rated_as": self.rated_as,
            "rated": self.rated.isoformat() if self.rated else None,
            "why": self.why,
            "due": self.due.isoformat() if self.due else None,
            "provisional": self.provisional,
            "state": self.state,
            "days": self.days,
        }


def review_query(scheme: Scheme, metrics: str, grades: str) -> str:
    """Return SQL for the rows that `due_reviews` reads, of relations or files named in SQL.

    Args:
        scheme: A scheme with reviews.
        metrics: The relation of metrics, as SQL.
        grades: The relation of grades, as SQL.
    """
    reviews = scheme.reviews
    assert reviews is not None  # noqa: S101  only schemes with reviews are asked
    columns = [
        "NULL" if name is None else f'm."{name}"'
        for name in (reviews.rated, reviews.rated_as, reviews.opened, reviews.again)
    ]
    # Ids of metrics and schemes are letters, digits and _; the relations are the caller's own.
    return (
        f"SELECT m.customer_id, g.grade, {', '.join(columns)} FROM {metrics} m "  # noqa: S608
        f"LEFT JOIN {grades} g ON g.customer_id = m.customer_id AND g.scheme = '{scheme.id}' "
        "ORDER BY m.customer_id"
    )


def schemes_reviewed(standard: Standard, running: Iterable[str]) -> tuple[Scheme, ...]:
    """Return the schemes of a run whose ratings are followed."""
    ran = set(running)
    return tuple(s for s in standard.schemes.values() if s.reviews is not None and s.id in ran)


def due_reviews(
    scheme: Scheme, rows: Iterable[Sequence[Any]], as_of: date
) -> tuple[DueReview, ...]:
    """Return when each customer's rating is due, the most overdue first.

    Args:
        scheme: The scheme.
        rows: customer_id, proposed grade, rated, rated_as, opened, again (see `review_query`).
        as_of: The as-of date.
    """
    found = [_due(scheme, row, as_of) for row in rows]
    never = as_of.max
    return tuple(sorted(found, key=lambda r: (r.state == "undated", r.due or never, r.customer)))


def _due(scheme: Scheme, row: Sequence[Any], as_of: date) -> DueReview:
    customer, proposed, rated, rated_as, opened, again = row
    reviews = scheme.reviews
    assert reviews is not None  # noqa: S101  only schemes with reviews are asked
    why: Why
    start: date | None
    if rated is None or rated_as is None:
        why, start = "first", opened
    elif again is not None and again > rated:
        why, start = "again", again
    else:
        why, start = "interval", rated
    due: date | None = None
    provisional = False
    if start is not None and why != "interval":
        deadline = add_working_days(start, reviews.first)
        due, provisional = deadline.day, deadline.provisional
    elif start is not None and scheme.control is not None:
        months = for_grade(scheme.control.review_months, str(rated_as))
        due = None if months is None else months_before(start, -months)
    return DueReview(
        customer=customer,
        scheme=scheme.id,
        proposed=proposed,
        rated_as=rated_as,
        rated=rated,
        why=why,
        due=due,
        provisional=provisional,
        state=_state(due, as_of),
        days=None if due is None else (due - as_of).days,
    )


def _state(due: date | None, as_of: date) -> State:
    if due is None:
        return "undated"
    left = (due - as_of).days
    return "overdue" if left < 0 else "due" if left <= SOON_DAYS else "later"
