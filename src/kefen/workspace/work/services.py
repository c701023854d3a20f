"""Making, changing and ending tasks; each with its audit entry, in one transaction."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.services import record
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.notices.services import Told, tell
from kefen.workspace.records.attached import add_interaction
from kefen.workspace.shell.language import current_language
from kefen.workspace.work.models import Task, TaskState
from kefen.workspace.work.owners import Owners
from kefen.workspace.work.queries import visible_tasks
from kefen.workspace.work.words import WAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from kefen.workspace.accounts.models import User

CHUNK = 500
"""How many customers are looked up at once."""
_ENDED = Text("This task has ended already.", "该任务已结束。")
_LOOK = Text("Load the page again to see by whom and how.", "请刷新页面查看由谁、如何结束。")
_NOT_SEEN = Text("{p} does not see this customer.", "{p}无权查看该客户。")
_GIVEN = Text("{who} gave you a task: {w}", "{who}给您分配了任务：{w}")
_MANY_GIVEN = Text("{n} new {n:task|tasks} for you", "您有 {n} 项新任务")
_ANOTHER = Text("Give the task to somebody else.", "请将任务交给其他人。")


def create_tasks(
    by: User,
    customer_ids: Iterable[str],
    *,
    kind: str,
    words: str,
    due_on: date,
    assigned_to: User | None = None,
) -> int:
    """Make a task of the same words for each of several customers.

    Customers that `by` does not see are left out, as if they were not there.

    Args:
        by: Who makes them.
        customer_ids: For whom.
        kind: One of `KINDS`.
        words: What is to be done.
        due_on: Until when.
        assigned_to: Who is to do it; None: the owner of each customer, and nobody yet for those
            without an owner.

    Returns:
        How many were made.

    Raises:
        PermissionDenied: The role makes no tasks.
        CallError: `assigned_to` does not see all of the customers.
    """
    _must_work(by)
    sight = sight_of(by)
    if sight is None:
        return 0
    theirs = sight_of(assigned_to) if assigned_to is not None else None
    owners = Owners()
    made = 0
    given: Counter[User] = Counter()
    with transaction.atomic():
        for ids in _chunks(dict.fromkeys(customer_ids)):
            rows = list(sight.customers().filter(pk__in=ids).order_by("pk"))
            if theirs is not None:
                seen = theirs.customers().filter(pk__in=[row.pk for row in rows]).count()
                if seen < len(rows):
                    raise CallError(
                        Text(
                            "{p} does not see all of these customers.",
                            "{p}无权查看其中部分客户。",
                        ).filled(p=theirs.user.shown_name),
                        mend=_ANOTHER,
                    )
            tasks = [
                Task(
                    customer_id=row.pk,
                    kind=kind,
                    words=Text.same(words).as_dict(),
                    due_on=due_on,
                    assigned_to=assigned_to or owners.of(row),
                    of_owner=(row.owner or "") if assigned_to is None else "",
                    made_by=by,
                )
                for row in rows
            ]
            Task.objects.bulk_create(tasks)
            given.update(task.assigned_to for task in tasks if task.assigned_to is not None)
            made += len(rows)
        record(by, "tasks.made", str(made), kind=kind, due_on=str(due_on))
        del given[by]  # who gave them knows already
        tell_of_many(given)
    return made


def create_task(
    by: User,
    customer_id: str,
    *,
    kind: str,
    words: str,
    due_on: date,
    assigned_to: User | None,
) -> Task:
    """Make a task for a customer.

    Args:
        by: Who makes it.
        customer_id: For whom.
        kind: One of `KINDS`.
        words: What is to be done.
        due_on: Until when.
        assigned_to: Who is to do it; None: nobody yet.

    Raises:
        PermissionDenied: The role makes no tasks, or does not see the customer.
        CallError: `assigned_to` does not see the customer.
    """
    _must_work(by)
    if not sees(by, customer_id):
        raise PermissionDenied
    _must_see(assigned_to, customer_id)
    with transaction.atomic():
        task = Task.objects.create(
            customer_id=customer_id,
            kind=kind,
            words=Text.same(words).as_dict(),
            due_on=due_on,
            assigned_to=assigned_to,
            made_by=by,
        )
        record(by, "task.made", customer_id, task=task.pk, kind=kind, due_on=str(due_on))
        _tell(by, task)
        return task


def change_task(by: User, number: int, *, due_on: date, assigned_to: User | None) -> Task:
    """Put a task off, or give it to somebody else.

    Raises:
        PermissionDenied: The person does not see the task, or the role makes none.
        CallError: It has ended, or `assigned_to` does not see the customer.
    """
    with transaction.atomic():
        task = _open_task(by, number)
        _must_see(assigned_to, task.customer_id)
        handed_over = assigned_to != task.assigned_to
        if handed_over:
            task.of_owner = ""  # whom a person chose is not changed with the owner
        before = {"due_on": str(task.due_on), "to": _name(task.assigned_to)}
        after = {"due_on": str(due_on), "to": _name(assigned_to)}
        task.due_on, task.assigned_to = due_on, assigned_to
        task.save(update_fields=["due_on", "assigned_to", "of_owner"])
        changes = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
        record(by, "task.changed", task.customer_id, task=task.pk, **changes)
        if handed_over:
            _tell(by, task)
        return task


def finish_task(
    by: User,
    number: int,
    *,
    result: str,
    next_step: str,
    next_on: date | None,
    kind: str | None = None,
) -> Task | None:
    """Finish a task, and make the next one where a day for the next step is given.

    Args:
        by: Who finishes it.
        number: The task.
        result: What came of it.
        next_step: What follows.
        next_on: When; None: nothing is planned yet.
        kind: How the customer was spoken with, where the task left that open.

    Returns:
        The task that follows, or None.

    Raises:
        PermissionDenied: The person does not see the task, or the role makes none.
        CallError: It has ended already.
    """
    with transaction.atomic():
        task = _open_task(by, number)
        task.state, task.ended_by, task.ended_on = TaskState.DONE, by, timezone.localdate()
        task.result, task.next_step = result, next_step
        task.kind = kind or task.kind
        task.save()
        record(by, "task.done", task.customer_id, task=task.pk)
        if task.kind in WAYS and by.can(Ability.NOTE):
            # Grading and the customer's page read what was done as an interaction.
            add_interaction(
                by,
                task.customer_id,
                kind=task.kind,
                at=task.ended_on,
                purpose=task.purpose.in_language(current_language()),
                result=result,
                next_on=next_on,
                planned=True,
            )
        if next_on is None:
            return None
        return create_task(
            by,
            task.customer_id,
            kind=task.kind,
            words=next_step or task.purpose.en,
            due_on=next_on,
            assigned_to=_still(task, by),
        )


def drop_task(by: User, number: int, *, reason: str) -> Task:
    """End a task without doing it.

    Raises:
        PermissionDenied: The person does not see the task, or the role makes none.
        CallError: It has ended already.
    """
    with transaction.atomic():
        task = _open_task(by, number)
        task.state, task.ended_by, task.ended_on = TaskState.DROPPED, by, timezone.localdate()
        task.result = reason
        task.save()
        record(by, "task.dropped", task.customer_id, task=task.pk)
        return task


def tell_of_many(given: Mapping[User, int]) -> None:
    """Tell people how many tasks they were given at once."""
    now = timezone.now().isoformat()
    tell(
        Told(
            person,
            "task",
            f"tasks {now}",
            _MANY_GIVEN.filled(n=count),
            address=reverse("work:my_day"),
        )
        for person, count in given.items()
    )


def sees(person: User, customer_id: str) -> bool:
    """Return whether a person sees a customer."""
    sight = sight_of(person)
    return sight is not None and sight.customers().filter(pk=customer_id).exists()


def _must_work(by: User) -> None:
    if not by.can(Ability.WORK):
        raise PermissionDenied


def _must_see(person: User | None, customer_id: str) -> None:
    if person is None:
        return
    if not (person.can(Ability.WORK) and sees(person, customer_id)):
        raise CallError(_NOT_SEEN.filled(p=person.shown_name), mend=_ANOTHER)


def _open_task(by: User, number: int) -> Task:
    """Return a task that is open, held until the transaction ends."""
    _must_work(by)
    task = visible_tasks(by).select_related(None).select_for_update().filter(pk=number).first()
    if task is None:
        raise PermissionDenied
    if not task.is_open:
        raise CallError(_ENDED, mend=_LOOK)
    return task


def _tell(by: User, task: Task) -> None:
    """Tell who is to do a task of it, unless they gave it to themselves."""
    person: User | None = task.assigned_to
    if person is None or person == by:
        return
    words = _GIVEN.filled(who=by.shown_name, w=task.purpose)
    subject = f"task {task.pk} {timezone.now().isoformat()}"
    address = reverse("work:task", kwargs={"number": task.pk})
    tell([Told(person, "task", subject, words, task.customer_id, address)])


def _still(task: Task, by: User) -> User:
    """Return who goes on with a task's customer: who had it, as long as they see the customer."""
    person: User | None = task.assigned_to
    if person is not None and person.can(Ability.WORK) and sees(person, task.customer_id):
        return person
    return by


def _name(person: User | None) -> str:
    return person.username if person is not None else ""


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield ids in parts that a database takes at once."""
    part: list[str] = []
    for one in ids:
        part.append(one)
        if len(part) == CHUNK:
            yield part
            part = []
    if part:
        yield part
