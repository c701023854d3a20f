"""Reading tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q

from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.roles import ROLES, Ability, Scope
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.work.models import Task, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

    from kefen.workspace.customers.sight import ShownGrade

ON_A_PAGE = 50
SHOWS = ("today", "week", "later", "nobody", "done")
"""The parts of a day's list: late or due today, within a week, later, nobody's, done today."""
_SOON = timedelta(days=7)
_IN_PANEL = 20


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task beside its customer, as the reader sees it.

    Attributes:
        task: The task.
        customer: The customer's name, or its number.
        grade: Its leading grade, or None.
        late: Whether it should have been done before today.
    """

    task: Task
    customer: str
    grade: ShownGrade | None
    late: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day's work.

    Attributes:
        rows: The tasks of the part that is shown.
        counts: How many each part has.
        late: How many are late.
        after: Where the next page starts, or None.
    """

    rows: list[TaskRow]
    counts: Mapping[str, int]
    late: int
    after: str | None


def visible_tasks(user: User) -> QuerySet[Task]:
    """Return the tasks that a person sees: those for customers that the person sees."""
    tasks = Task.objects.select_related("assigned_to", "made_by", "ended_by")
    if user.in_role.scope is Scope.ALL:
        return tasks
    sight = sight_of(user)
    if sight is None:
        return tasks.none()
    return tasks.filter(customer_id__in=sight.customers().values("customer_id"))


def people_to_give_to() -> QuerySet[User]:
    """Return the people that work can be given to."""
    roles = [code for code, role in ROLES.items() if Ability.WORK in role.abilities]
    return User.objects.filter(is_active=True, role__in=roles).order_by("name", "username")


def day_of(user: User, *, show: str, mine: bool, after: str, today: date) -> Day:
    """Return a part of the work that lies before a person.

    Args:
        user: The person.
        show: One of `SHOWS`.
        mine: Whether only what is given to the person counts, instead of all that the person sees.
        after: Where the page starts, as the page before said.
        today: The day.
    """
    seen = visible_tasks(user)
    own = Q(assigned_to=user) if mine else Q()
    parts = {
        "today": own & Q(state=TaskState.OPEN, due_on__lte=today),
        "week": own & Q(state=TaskState.OPEN, due_on__gt=today, due_on__lte=today + _SOON),
        "later": own & Q(state=TaskState.OPEN, due_on__gt=today + _SOON),
        "nobody": Q(state=TaskState.OPEN, assigned_to=None),
        "done": (Q(ended_by=user) if mine else Q()) & Q(state=TaskState.DONE, ended_on=today),
    }
    counts = seen.order_by().aggregate(
        **{f"n_{name}": Count("pk", filter=part) for name, part in parts.items()},
        n_late=Count("pk", filter=own & Q(state=TaskState.OPEN, due_on__lt=today)),
    )
    found = seen.filter(parts[show]).order_by("due_on", "pk")
    place = _place(after)
    if place is not None:
        found = found.filter(Q(due_on__gt=place[0]) | Q(due_on=place[0], pk__gt=place[1]))
    page = list(found[: ON_A_PAGE + 1])
    shown = page[:ON_A_PAGE]
    more = f"{shown[-1].due_on},{shown[-1].pk}" if len(page) > ON_A_PAGE else None
    return Day(
        rows_of(user, shown, today),
        {one: counts[f"n_{one}"] for one in SHOWS},
        counts["n_late"],
        more,
    )


def rows_of(user: User, tasks: Iterable[Task], today: date) -> list[TaskRow]:
    """Return tasks beside their customers, by one query for all."""
    tasks = list(tasks)
    known = customers_called(user, {task.customer_id for task in tasks})
    return [
        TaskRow(task, *known.get(task.customer_id, (task.customer_id, None)), task.is_late(today))
        for task in tasks
    ]


def customers_called(user: User, ids: Iterable[str]) -> dict[str, tuple[str, ShownGrade | None]]:
    """Return the names and leading grades of customers that a person sees, by their ids."""
    sight = sight_of(user)
    if sight is None:
        return {}
    lead = sight.lead
    rows: Iterable[Any] = sight.customers().filter(pk__in=list(ids))
    return {
        row.customer_id: (
            row.name or row.customer_id,
            lead.grade_of(getattr(row, lead.name)) if lead is not None else None,
        )
        for row in rows
    }


def tasks_of_customer(user: User, customer_id: str, today: date) -> list[TaskRow]:
    """Return the open tasks for a customer, the most pressing first, then the last ones done."""
    tasks = visible_tasks(user).filter(customer_id=customer_id)
    found = list(tasks.filter(state=TaskState.OPEN).order_by("due_on", "pk")[:_IN_PANEL])
    found += tasks.filter(state=TaskState.DONE).order_by(F("ended_on").desc(), "-pk")[:5]
    return [TaskRow(task, customer_id, None, task.is_late(today)) for task in found]


def _place(after: str) -> tuple[date, int] | None:
    day, _, number = after.partition(",")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None
