"""The run of each month: set by a person, started by the worker, once."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from kefen.domain.calendar import months_before
from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.roles import ROLES, Ability
from kefen.workspace.audit.services import record
from kefen.workspace.jobs.services import ask_for
from kefen.workspace.jobs.timed import claim
from kefen.workspace.runs.models import Schedule

if TYPE_CHECKING:
    from datetime import date

    from kefen.domain.text import Language


def current_schedule() -> Schedule | None:
    """Return when the month's run starts; None where nobody has set it."""
    return Schedule.objects.select_related("set_by").filter(pk=1).first()


def set_schedule(
    actor: User, *, day: int, hour: int, standard: str | None, language: Language
) -> Schedule:
    """Have a run started each month from now on; the present month's day may be past.

    Args:
        actor: Who sets it; the runs are started for them.
        day: The day of the month, 1 to 28.
        hour: The hour, in the book's time zone.
        standard: The name of the standard; None: the default one.
        language: The language of the reports.
    """
    with transaction.atomic():
        schedule, _ = Schedule.objects.update_or_create(
            pk=1,
            defaults={
                "day": day,
                "hour": hour,
                "standard": standard or "",
                "language": language,
                "set_by": actor,
                "set_at": timezone.now(),
            },
        )
        record(actor, "run.scheduled", "", day=day, hour=hour, standard=standard or "")
        return schedule


def end_schedule(actor: User) -> None:
    """Start no more runs by themselves."""
    with transaction.atomic():
        Schedule.objects.filter(pk=1).delete()
        record(actor, "run.unscheduled")


def start_if_due(now: datetime) -> None:
    """Start this month's run when its time has come, also when the workspace was down then."""
    schedule = current_schedule()
    if schedule is None:
        return
    moment = _moment(schedule, now.date())
    if not schedule.set_at < moment <= now:
        return
    actor = acting()
    if actor is None:
        return
    with transaction.atomic():
        if not claim("run", f"{now:%Y-%m}"):
            return
        job, new = ask_for(
            actor,
            "grade",
            standard=schedule.standard or None,
            as_of=None,
            language=schedule.language,
        )
        if new:
            record(actor, "run.asked", str(job.pk), scheduled=f"{now:%Y-%m}")


def next_start(schedule: Schedule, now: datetime) -> datetime:
    """Return when the next run starts."""
    moment = _moment(schedule, now.date())
    if moment > now:
        return moment
    return _moment(schedule, months_before(now.date().replace(day=1), -1))


def acting() -> User | None:
    """Return for whom the worker acts: who set the schedule, else the first administrator."""
    schedule = current_schedule()
    if schedule is not None and schedule.set_by.can(Ability.GRADE):
        person: User = schedule.set_by
        return person
    roles = [code for code, role in ROLES.items() if Ability.MANAGE_PEOPLE in role.abilities]
    return User.objects.filter(is_active=True, role__in=roles).order_by("pk").first()


def _moment(schedule: Schedule, day: date) -> datetime:
    naive = datetime.combine(day.replace(day=schedule.day), time(schedule.hour))
    return timezone.make_aware(naive)
