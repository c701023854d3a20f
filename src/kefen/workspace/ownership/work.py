"""Checking the rules of ownership: who is told of a customer, and what returns to the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from kefen.domain.text import Text
from kefen.grading.ownership import OwnedCustomer, returns_on, told_on
from kefen.lake.book.records import latest_by_customer
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.book import served_book
from kefen.workspace.jobs.services import ask_for
from kefen.workspace.notices.services import Told, tell
from kefen.workspace.ownership.models import AutomaticReturn, Due
from kefen.workspace.ownership.pool import recall_due
from kefen.workspace.ownership.queries import (
    current_rules,
    grade_of_row,
    owners,
    rules_column,
)
from kefen.workspace.records.models import EnteredRow, FieldChange
from kefen.workspace.runs.published import model_of
from kefen.workspace.runs.queries import current_publication

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from kefen.workspace.accounts.models import User
    from kefen.workspace.jobs.progress import Progress

_CHUNK = 2_000
_RETURNS = Text(
    "Returns to the public pool on {d} unless it is looked after", "{d} 前未跟进将收回公海"
)
_CHECKING = Text("Checking whose customers are looked after", "检查客户跟进情况")


def check_ownership(progress: Progress, *, returns: bool) -> dict[str, Any]:
    """Work out which customers return to the pool and when; and return them where asked.

    Done twice, it gives the same.
    """
    progress.expect(1)
    progress.begin(_CHECKING)
    due = due_customers(timezone.localdate(), live=progress.live)
    with transaction.atomic():
        Due.objects.all().delete()
        Due.objects.bulk_create(due, batch_size=_CHUNK)
        tell(reminders(due))
    returned = recall_due(progress.actor) if returns else 0
    return {"due": len(due), "returned": returned}


def reminders(due: Iterable[Due]) -> Iterator[Told]:
    """Yield what owners are told: once for each customer and day of return."""
    people: dict[str, list[User]] = {}
    for person in owners():
        people.setdefault(person.name, []).append(person)
    for one in due:
        for person in people.get(one.owner, ()):
            yield Told(
                person,
                "task",
                f"return {one.customer_id} {one.on.isoformat()}",
                _RETURNS.filled(d=one.on.isoformat()),
                one.customer_id,
            )


def due_customers(today: date, *, live: Any) -> list[Due]:
    """Return the customers that return to the pool by the rules, from the day of the reminder."""
    rules, publication = current_rules(), current_publication()
    if rules is None or publication is None:
        return []
    model: Any = model_of(publication.pk)
    column = rules_column(publication)
    names = {field.name for field in model._meta.get_fields()}
    bought = "metric_last_purchase_on" if "metric_last_purchase_on" in names else None
    wanted = ["customer_id", "owner", "created_on", *filter(None, (column, bought))]
    contacts = latest_by_customer(served_book(), "interactions")
    entered = _last_entered()
    since = _owned_since()
    found = []
    rows = model._default_manager.exclude(owner=None).exclude(owner="").only(*wanted)
    for number, row in enumerate(rows.order_by().iterator(chunk_size=_CHUNK)):
        if number % _CHUNK == 0:
            live()
        days = [
            day
            for day in (
                contacts.get(row.pk),
                entered.get(row.pk),
                getattr(row, bought) if bought else None,
            )
            if day is not None
        ]
        last = max(days, default=None)
        grade = grade_of_row(row)
        customer = OwnedCustomer(grade, last or row.created_on, since.get(row.pk))
        on, told = returns_on(rules, customer), told_on(rules, customer)
        if on is not None and (on <= today or (told is not None and told <= today)):
            found.append(
                Due(customer_id=row.pk, owner=row.owner, grade=grade or "", last_on=last, on=on)
            )
    return found


def start_if_due(now: datetime) -> None:
    """Ask for the check of the day, in the name of who switched automatic returns on."""
    today = now.date()
    with transaction.atomic():
        setting = (
            AutomaticReturn.objects.select_for_update().select_related("by").filter(pk=1).first()
        )
        if setting is None or not setting.on or setting.checked_on == today:
            return
        if not setting.by.can(Ability.ASSIGN):
            return  # who switched it on has left; the page of the rules says so
        setting.checked_on = today
        setting.save(update_fields=["checked_on"])
        ask_for(setting.by, "pool", today.isoformat(), returns=True)


def _last_entered() -> dict[str, date]:
    rows = EnteredRow.objects.filter(table="interactions").values("customer_id")
    return {
        one["customer_id"]: timezone.localtime(one["last"]).date()
        for one in rows.annotate(last=Max("at"))
    }


def _owned_since() -> dict[str, date]:
    rows = FieldChange.objects.filter(field="owner").exclude(after=None).values("customer_id")
    return {
        one["customer_id"]: timezone.localtime(one["last"]).date()
        for one in rows.annotate(last=Max("edit__at"))
    }
