"""The plan of visits and other contacts of a month, and how much of it was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from kefen.domain.calendar import month_end
from kefen.workspace.accounts.models import User
from kefen.workspace.work.models import TaskState
from kefen.workspace.work.queries import rows_of, visible_tasks
from kefen.workspace.work.words import CONTACTS

if TYPE_CHECKING:
    from datetime import date

    from kefen.workspace.work.queries import TaskRow

MOST_SHOWN = 200
"""How many contacts of a month a page shows; of more the number is told."""


@dataclass(frozen=True, slots=True)
class Completion:
    """How much of a plan was done.

    Attributes:
        person: Whose plan; None for contacts that nobody has yet, and for all together.
        planned: How many contacts were planned for the month, dropped ones left out.
        done: How many of them were done.
        on_time: How many of those by their day.
    """

    person: User | None
    planned: int
    done: int
    on_time: int


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """The contacts of a month.

    Attributes:
        rows: The contacts, by day.
        count: How many there are.
        by_person: The completion of each person's plan.
        total: That of all together.
    """

    rows: list[TaskRow]
    count: int
    by_person: list[Completion]
    total: Completion


def visit_plan(
    user: User, month: date, *, who: int | None, visits_only: bool, today: date
) -> VisitPlan:
    """Return the plan of a month, as far as a person sees the customers.

    Args:
        user: The person who looks.
        month: Its first day.
        who: Whose contacts are listed; None: everybody's.
        visits_only: Whether only visits count.
        today: The day.
    """
    kinds = ("visit",) if visits_only else CONTACTS
    seen = visible_tasks(user).filter(
        kind__in=kinds, due_on__gte=month, due_on__lte=month_end(month)
    )
    planned = seen.exclude(state=TaskState.DROPPED)
    done = Q(state=TaskState.DONE)
    counts = list(
        planned.order_by()
        .values("assigned_to")
        .annotate(
            planned=Count("pk"),
            done=Count("pk", filter=done),
            on_time=Count("pk", filter=done & Q(ended_on__lte=F("due_on"))),
        )
    )
    people = User.objects.in_bulk([row["assigned_to"] for row in counts if row["assigned_to"]])
    by_person = [
        Completion(people.get(row["assigned_to"] or 0), row["planned"], row["done"], row["on_time"])
        for row in counts
    ]
    listed = planned if who is None else planned.filter(assigned_to=who)
    rows = rows_of(user, listed.order_by("due_on", "pk")[:MOST_SHOWN], today)
    return VisitPlan(
        rows,
        sum(row["planned"] for row in counts if who is None or row["assigned_to"] == who),
        sorted(by_person, key=lambda one: one.person.shown_name if one.person else "\uffff"),
        Completion(
            None,
            sum(one.planned for one in by_person),
            sum(one.done for one in by_person),
            sum(one.on_time for one in by_person),
        ),
    )
