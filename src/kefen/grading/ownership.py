"""What a standard says of whose customers are, applied to days: when one returns to the pool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kefen.standards.model import Ownership
from kefen.standards.ownership import ownership_in_words

if TYPE_CHECKING:
    from kefen.domain.text import Text
    from kefen.grading.stored import StoredRun

__all__ = ["OwnedCustomer", "Ownership", "returns_on", "rules_in_words", "told_on"]


@dataclass(frozen=True, slots=True)
class OwnedCustomer:
    """What is known of a customer that somebody owns.

    Attributes:
        grade: Its grade under the scheme of the rules; None for none.
        touched_on: The last day with a purchase or a contact, or on which it was created; None
            where no such day is known.
        owned_since: Since when its owner has it; None where that is not known.
    """

    grade: str | None
    touched_on: date | None
    owned_since: date | None


def returns_on(rules: Ownership, customer: OwnedCustomer) -> date | None:
    """Return the first day on which a customer returns to the pool unless it is looked after.

    It is so many days after the last purchase or contact, and not before its protection ends.
    Being given to somebody counts as a contact. None: never, or no day is known.
    """
    after = rules.of(rules.returns, customer.grade)
    days = [one for one in (customer.touched_on, customer.owned_since) if one is not None]
    if after is None or not days:
        return None
    due = max(days) + timedelta(days=after)
    protection = rules.of(rules.protection, customer.grade)
    if protection is not None and customer.owned_since is not None:
        due = max(due, customer.owned_since + timedelta(days=protection))
    return due


def told_on(rules: Ownership, customer: OwnedCustomer) -> date | None:
    """Return the day from which its owner is told of it; None where nobody is."""
    due = returns_on(rules, customer)
    before = rules.of(rules.remind, customer.grade)
    return due - timedelta(days=before) if due is not None and before is not None else None


def rules_in_words(run: StoredRun) -> Text:
    """Return the rules of a run's standard as sentences."""
    rules = run.standard.ownership
    scheme = run.standard.schemes.get(rules.by) if rules is not None else None
    names = {one.id: one.name for one in scheme.grades} if scheme is not None else {}
    return ownership_in_words(rules, names)
