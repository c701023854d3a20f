"""What the worker does for notices."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse

from kefen.domain.text import Text
from kefen.grading.alerts.raised import raised_anew
from kefen.grading.history import kept_runs
from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.roles import ROLES, Ability
from kefen.workspace.audit.services import record
from kefen.workspace.book import served_book
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.notices.services import Told, tell
from kefen.workspace.runs.queries import stored_run
from kefen.workspace.work.owners import Owners

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kefen.grading.alerts.raised import RaisedAnew
    from kefen.grading.stored import StoredRun
    from kefen.workspace.jobs.progress import Progress

MOST_OF_ONE = 20
"""How many customers of one alert a person is told of one by one; more are told as a number."""
_CHUNK = 500
_TELLING = Text("Telling people of alerts", "通知预警")
_ALERT = Text("{n}. {a}", "{n}。{a}")
_ALERT_ALONE = Text("{n}.", "{n}。")
_MANY = Text("{c} of your customers: {n}. {a}", "您的 {c} 位客户：{n}。{a}")
_RUN = Text(
    "Graded as of {d}. New alerts: {t}.",
    "已完成截至 {d} 的评级。新预警：{t}。",
)
_RUN_QUIET = Text("Graded as of {d}. No new alerts.", "已完成截至 {d} 的评级。无新预警。")


def tell_alerts(progress: Progress, *, run_id: str) -> dict[str, Any]:
    """Tell owners of new alerts on their customers, and those who follow runs how many there are.

    Of an older run than the newest nobody is told: it was shown again to look back. The same alert
    of the same day is told once, however often a run is made anew.
    """
    progress.expect(1)
    progress.begin(_TELLING)
    run = stored_run(run_id)
    if any(one.as_of > run.as_of for one in kept_runs(served_book())):
        return {"told": 0}
    raised = raised_anew(run)
    told = [*_owners_told(progress, run, raised), *_followers_told(run, raised)]
    with transaction.atomic():
        tell(reversed(told))  # newest stand first, and so the most pressing
        record(progress.actor, "alerts.told", run_id, alerts=len(raised), notices=len(told))
    return {"told": len(told)}


def _owners_told(
    progress: Progress, run: StoredRun, raised: Sequence[RaisedAnew]
) -> Iterator[Told]:
    sight = sight_of(progress.actor)
    if sight is None:
        return
    ids = sorted({one.customer for one in raised})
    owner_of: dict[str, str | None] = {}
    for start in range(0, len(ids), _CHUNK):
        part = sight.customers().only("customer_id", "owner").filter(pk__in=ids[start:][:_CHUNK])
        owner_of |= {row.customer_id: row.owner for row in part}
        progress.live()
    owners = Owners()
    by_person: dict[tuple[User, str], list[RaisedAnew]] = defaultdict(list)
    for one in raised:
        person = owners.named(owner_of.get(one.customer))
        if person is not None:
            by_person[person, one.alert].append(one)
    for (person, alert), ones in by_person.items():
        name, advice = ones[0].name, ones[0].advice
        if len(ones) > MOST_OF_ONE:
            yield Told(
                person,
                "alert",
                f"alerts {run.as_of} {alert}",
                _MANY.filled(c=len(ones), n=name, a=advice),
                address=f"{reverse('customers:list')}?alerts={alert}",
            )
            continue
        words = _ALERT if advice.en else _ALERT_ALONE
        for one in ones:
            yield Told(
                person,
                "alert",
                f"alert {run.as_of} {alert} {one.customer}"[:300],
                words.filled(n=name, a=advice),
                one.customer,
                reverse("customers:customer", kwargs={"customer_id": one.customer}),
            )


def _followers_told(run: StoredRun, raised: Sequence[RaisedAnew]) -> Iterator[Told]:
    counts: dict[str, int] = defaultdict(int)
    names = {}
    for one in raised:
        counts[one.alert] += 1
        names[one.alert] = one.name
    listed = Text(
        "; ".join(f"{names[alert].en} {count}" for alert, count in counts.items()),
        "；".join(f"{names[alert].zh} {count}" for alert, count in counts.items()),
    )
    words = (_RUN if raised else _RUN_QUIET).filled(d=run.as_of, t=listed)
    roles = [code for code, role in ROLES.items() if Ability.SEE_RUNS in role.abilities]
    address = reverse("runs:run", kwargs={"run_id": run.directory.name})
    for person in User.objects.filter(is_active=True, role__in=roles):
        yield Told(person, "run", f"run {run.directory.name}", words, address=address)
