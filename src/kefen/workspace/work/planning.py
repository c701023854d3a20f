"""Tasks that follow from what grades are entitled to: made, changed and ended, never doubled."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Q

from kefen.domain.text import Text
from kefen.grading.entitlements import entitlements
from kefen.lake.last_contacts import last_contacts
from kefen.workspace.audit.services import record
from kefen.workspace.book import served_book
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.runs.queries import stored_run
from kefen.workspace.work.models import Task, TaskState
from kefen.workspace.work.owners import Owners
from kefen.workspace.work.service_plan import AHEAD, Past, due_for
from kefen.workspace.work.services import tell_of_many
from kefen.workspace.work.words import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from kefen.grading.entitlements import Entitlement
    from kefen.workspace.accounts.models import User
    from kefen.workspace.customers.sight import Sight
    from kefen.workspace.work.service_plan import Due

CHUNK = 2_000
_NO_LONGER = Text("By its present grades this is no longer asked for.", "按当前等级已不再要求。")
_MEANWHILE = Text("Done on {d}, as the records say.", "据记录已于 {d} 完成。")
_FIELDS = (
    *("words", "cause", "grade", "due_on", "assigned_to", "of_owner", "counted_from"),
    *("state", "result", "ended_by", "ended_on"),
)


@dataclass(slots=True)
class _Changes:
    """What is to be written for one part of the customers."""

    made: list[Task] = field(default_factory=list)
    changed: dict[int, Task] = field(default_factory=dict)
    given: Counter[User] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def change(self, task: Task, what: str) -> None:
        self.changed[task.pk] = task
        self.counts[what] += 1


def bring_up_to_date(actor: User, today: date, *, live: Callable[[], None]) -> dict[str, int]:
    """Make tasks of visits and contacts that fall due, and bring the open ones up to date.

    A task whose grade changed has the new cause and day; one that no grade asks for any more is
    dropped; one that was done meanwhile, as imported interactions or other tasks say, is done; one
    of an owner goes to the new owner. What a person chose (another day, another person) stays.
    Called again on the same day, it changes nothing.

    Args:
        actor: For whom it is done: somebody who sees all customers.
        today: The day.
        live: Called between parts.

    Returns:
        How many were made, changed, handed over, done and dropped.
    """
    sight = sight_of(actor)
    if sight is None:
        return {}
    plans = _plans(sight)
    past = _past(today)
    owners = Owners()
    open_tasks: dict[str, list[Task]] = defaultdict(list)
    for task in Task.objects.filter(state=TaskState.OPEN).exclude(rule="", of_owner=""):
        open_tasks[task.customer_id].append(task)
    totals: dict[str, int] = defaultdict(int)
    for rows in _customers(sight, plans, list(open_tasks)):
        changes = _Changes()
        for row in rows:
            entitled = [
                plan[grade.id]
                for scheme, plan in plans.items()
                if (grade := sight.columns[_column(scheme)].grade_of(getattr(row, _column(scheme))))
                is not None
                and grade.id in plan
            ]
            tasks = open_tasks.pop(row.customer_id, [])
            _bring(actor, row, entitled, tasks, past[row.customer_id], owners, today, changes)
        _write(actor, changes)
        for what, count in changes.counts.items():
            totals[what] += count
        live()
    gone = _Changes()
    for task in (task for tasks in open_tasks.values() for task in tasks if task.rule):
        _drop(actor, task, today, gone)
    _write(actor, gone)
    totals["dropped"] += gone.counts["dropped"]
    return dict(totals)


def _bring(
    actor: User,
    row: Any,
    entitled: Sequence[Entitlement],
    tasks: Sequence[Task],
    past: Past,
    owners: Owners,
    today: date,
    changes: _Changes,
) -> None:
    """Bring the tasks of one customer up to date."""
    due = {one.kind: one for one in due_for(row.customer_id, entitled, past=past, today=today)}
    asked = {kind for one in entitled for kind in ("visit", "contact") if getattr(one, kind)}
    held: set[str] = set()
    for task in tasks:
        if task.rule and task.rule not in asked:
            _drop(actor, task, today, changes)
            continue
        last = past.last(task.rule) if task.rule else None
        if last is not None and (task.counted_from is None or last > task.counted_from):
            task.state, task.ended_by, task.ended_on = TaskState.DONE, actor, last
            task.cause = _MEANWHILE.filled(d=last).as_dict()
            changes.change(task, "done")
            continue
        if task.rule:
            held.add(task.rule)
            now = due.get(task.rule)
            if now is not None and now.grade != task.grade:
                task.grade, task.cause = now.grade, now.cause.as_dict()
                task.due_on = now.due_on
                _give(task, now, row, owners)
                changes.change(task, "changed")
        if task.of_owner:
            _follow(task, row, owners, changes)
    for kind, one in due.items():
        if kind in held or one.due_on > today + AHEAD:
            continue
        task = Task(
            customer_id=row.customer_id,
            kind=kind,
            words=one.words.as_dict(),
            cause=one.cause.as_dict(),
            rule=kind,
            grade=one.grade,
            counted_from=one.last,
            due_on=max(one.due_on, today),
            made_by=actor,
        )
        _give(task, one, row, owners)
        if task.assigned_to is not None:
            changes.given[task.assigned_to] += 1
        changes.made.append(task)
        changes.counts["made"] += 1


def _give(task: Task, due: Due, row: Any, owners: Owners) -> None:
    """Give a task to who acts: the owner, or nobody yet, so that the team or desk takes it."""
    by_owner = due.by == "owner"
    task.assigned_to = owners.of(row) if by_owner else None
    task.of_owner = (row.owner or "") if by_owner else ""


def _follow(task: Task, row: Any, owners: Owners, changes: _Changes) -> None:
    """Hand a task of the owner over when the owner changed, or can sign in only now."""
    owner = row.owner or ""
    person = owners.of(row)
    if owner == task.of_owner and (task.assigned_to_id is not None or person is None):
        return
    task.of_owner, task.assigned_to = owner, person
    if person is not None:
        changes.given[person] += 1
    changes.change(task, "handed_over")


def _drop(actor: User, task: Task, today: date, changes: _Changes) -> None:
    task.state, task.ended_by, task.ended_on = TaskState.DROPPED, actor, today
    task.cause = _NO_LONGER.as_dict()
    changes.change(task, "dropped")


def _write(actor: User, changes: _Changes) -> None:
    if not changes.made and not changes.changed:
        return
    with transaction.atomic():
        # Another worker may have made the same ones: the database keeps one of each.
        Task.objects.bulk_create(changes.made, ignore_conflicts=True, batch_size=500)
        Task.objects.bulk_update(list(changes.changed.values()), _FIELDS, batch_size=50)
        record(actor, "tasks.planned", "", **changes.counts)
        tell_of_many(changes.given)


def _plans(sight: Sight) -> dict[str, Mapping[str, Entitlement]]:
    """Return what grades ask for, by scheme, where the published copy has the scheme."""
    run = stored_run(sight.publication.run_id)
    return {
        scheme: by_grade
        for scheme, by_grade in entitlements(run).items()
        if _column(scheme) in sight.columns
    }


def _column(scheme: str) -> str:
    return f"grade_{scheme}"


def _customers(
    sight: Sight, plans: Mapping[str, Mapping[str, Entitlement]], with_tasks: list[str]
) -> Iterator[list[Any]]:
    """Yield, part by part, the customers that a plan asks something for, or that have a task."""
    asked = Q(pk__in=[])
    for scheme, by_grade in plans.items():
        column = sight.columns[_column(scheme)]
        grades = [grade for grade, one in by_grade.items() if one.visit or one.contact]
        ranks = [column.rank_of(grade) for grade in grades] if column.type == "rank" else grades
        asked |= Q(**{f"{column.name}__in": ranks})
    columns = ["customer_id", "owner", *(_column(scheme) for scheme in plans)]
    customers = sight.customers().only(*columns)
    last = ""
    while True:
        part = list(customers.filter(asked, pk__gt=last).order_by("pk")[:CHUNK])
        if not part:
            break
        last = part[-1].pk
        yield part
    seen_with_tasks = sorted(with_tasks)
    for start in range(0, len(seen_with_tasks), 500):
        ids = seen_with_tasks[start : start + 500]
        yield list(customers.filter(~asked, pk__in=ids).order_by("pk"))


def _past(today: date) -> dict[str, Past]:
    """Return when each customer was last spoken with, by the book and by finished tasks."""
    found: dict[str, Past] = defaultdict(Past)
    for customer, contact in last_contacts(served_book(), today).items():
        found[customer] = Past(contact.visited_on, contact.spoken_on)
    done = (
        Task.objects.filter(state=TaskState.DONE, kind__in=CONTACTS)
        .values("customer_id")
        .annotate(spoken=Max("ended_on"), visited=Max("ended_on", filter=Q(kind="visit")))
        .order_by()
    )
    for row in done:
        past = found[row["customer_id"]]
        past.spoken_on = _later(past.spoken_on, row["spoken"])
        past.visited_on = _later(past.visited_on, row["visited"])
    dropped = (
        Task.objects.filter(state=TaskState.DROPPED)
        .exclude(rule="")
        .values("customer_id", "rule")
        .annotate(on=Max("ended_on"))
        .order_by()
    )
    for over in dropped:
        found[over["customer_id"]].passed_over[over["rule"]] = over["on"]
    return found


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)
