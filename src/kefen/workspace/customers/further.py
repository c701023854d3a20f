"""What a customer's page asks for after it is shown: facts, what reaches a grade, a portrait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from kefen.domain.text import Text
from kefen.grading.portraits.customer import customer_words, draw_customer, standing_note
from kefen.grading.portraits.kept import kept_material
from kefen.grading.smallest_changes import smallest_changes
from kefen.reports.customer_facts import customer_facts
from kefen.workspace.accounts.roles import Kind
from kefen.workspace.book import served_book
from kefen.workspace.runs.queries import stored_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.domain.text import Text as Words
    from kefen.grading.smallest_changes import Reach
    from kefen.reports.customer_facts import Event, Owed
    from kefen.workspace.customers.sight import Sight

EVENT_KINDS: dict[str, tuple[Text, str]] = {
    "order": (Text("Orders", "交易"), "receipt"),
    "money": (Text("Invoices and payments", "账款"), "scale"),
    "contact": (Text("Contacts", "联系"), "phone"),
    "case": (Text("Cases", "工单"), "headset"),
    "survey": (Text("Surveys", "回访"), "star"),
}
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class CreditInUse:
    """What a customer owes, beside its limit.

    Attributes:
        owed: What it owes.
        limit: Its limit, or None.
        share: How much of the limit is used, in whole percent; None without a limit.
        not_due: The width of what is not due, of the bar.
        overdue: The width of what is overdue.
        overdue_from: Where that begins.
    """

    owed: Owed
    limit: Decimal | None
    share: int | None
    not_due: str
    overdue: str
    overdue_from: str


@dataclass(frozen=True, slots=True)
class FurtherFacts:
    """What is recorded of a customer, as far as the person sees it."""

    events: list[Event]
    kinds: Sequence[tuple[str, Text, bool]]
    credit: CreditInUse | None


def facts_for(sight: Sight, row: Any, kind: str) -> FurtherFacts:
    """Return what happened with a customer, and its credit; in an earlier period, up to then.

    Who does not see amounts sees what happened without them, and no credit.

    Raises:
        KefenError: The book cannot be read.
    """
    as_of = sight.publication.as_of
    found = customer_facts(
        served_book(), row.customer_id, as_of, until=as_of if sight.period else None
    )
    hidden = Kind.MONEY in sight.user.in_role.hidden
    events = [replace(one, amount=None) if hidden else one for one in found.events]
    present = dict.fromkeys(one.kind for one in events)
    kinds = [(one, name, one == kind) for one, (name, _) in EVENT_KINDS.items() if one in present]
    return FurtherFacts(
        [one for one in events if kind not in present or one.kind == kind],
        kinds,
        None if hidden or found.owed is None else _credit(found.owed, row),
    )


def _credit(owed: Owed, row: Any) -> CreditInUse | None:
    limit = getattr(row, "credit_limit", None)
    if not owed.balance and not limit:
        return None
    whole = max(limit or Decimal(0), owed.balance, Decimal(1))
    late = min(max(owed.overdue, Decimal(0)), max(owed.balance, Decimal(0)))
    not_due = max(owed.balance, Decimal(0)) - late
    share = None
    if limit:
        share = int((owed.balance * _HUNDRED / limit).quantize(Decimal(1), ROUND_HALF_UP))
    return CreditInUse(
        owed,
        limit,
        share,
        f"{not_due * _HUNDRED / whole:.2f}%",
        f"{late * _HUNDRED / whole:.2f}%",
        f"{not_due * _HUNDRED / whole:.2f}%",
    )


@dataclass(frozen=True, slots=True)
class WayUp:
    """What single changes would give a customer the next better grade.

    Attributes:
        grade: The grade; None where there is no better one.
        changes: The changes that reach it.
    """

    grade: Words | None
    changes: list[Reach]


def way_up(sight: Sight, row: Any, scheme: str) -> WayUp:
    """Return the smallest single change of each figure that reaches the next better grade.

    Raises:
        KefenError: The run is damaged, or has no such customer or scheme.
    """
    run = stored_run(sight.publication.run_id)
    column = sight.columns.get(f"grade_{scheme}")
    rank = getattr(row, column.name) if column is not None else None
    if column is None or column.type != "rank" or rank == 0:
        return WayUp(None, [])
    wanted = column.grades[-1 if rank is None else rank - 1]
    found = smallest_changes(run, row.customer_id, wanted.id, scheme)
    return WayUp(wanted.name, [one for one in found if one.found == "reached"])


@dataclass(frozen=True, slots=True)
class PortraitWords:
    """What sets a customer apart, by side."""

    sides: tuple[tuple[Text, Text], ...]
    note: Text


def portrait_for(sight: Sight, customer: str) -> PortraitWords:
    """Return the portrait of a customer among all others of the run.

    Raises:
        KefenError: The run is damaged, or has no such customer.
    """
    run = stored_run(sight.publication.run_id)
    with kept_material(run) as material:
        drawn = draw_customer(material, customer)
        sides = (
            ((Text("Portrait", "画像"), drawn.not_drawn),)
            if drawn.not_drawn is not None
            else customer_words(drawn, material.currency)
        )
        return PortraitWords(tuple(sides), standing_note(drawn))
