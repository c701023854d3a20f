"""Answers that are promised: open cases beside what the grade of their customer is entitled to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.grading.entitlements import entitlements
from kefen.lake.open_cases import unanswered_cases
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.book import served_book
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.records.entering import enter_row, locked_publication
from kefen.workspace.records.models import EnteredRow
from kefen.workspace.records.queries import customer_for
from kefen.workspace.runs.queries import stored_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kefen.domain.cadences import Promise
    from kefen.grading.entitlements import Entitlement
    from kefen.lake.open_cases import OpenCase
    from kefen.workspace.accounts.models import User
    from kefen.workspace.customers.sight import ShownGrade, Sight

    _Plans: TypeAlias = Mapping[str, Mapping[str, tuple[Promise, Entitlement]]]

MOST_CASES = 20_000
"""So many cases without an answer are looked at, the oldest."""
MOST_SHOWN = 100
_AT_ONCE = 500
_KEPT_SECONDS = 600
_KINDS = {
    "fault": Text("Fault report", "故障报修"),
    "request": Text("Request", "需求"),
    "complaint": Text("Complaint", "投诉"),
    "suggestion": Text("Suggestion", "建议"),
}
_CASE = Text("Case", "工单")
_CAUSE = Text("{g} is answered within {t}; asked on {d}.", "{g}须在 {t}内响应；提出时间 {d}。")
_DESK = "service_agent"
_TABLE = "cases"


@dataclass(frozen=True, slots=True)
class PromisedAnswer:
    """A case that is to be answered.

    Attributes:
        case: The case.
        name: The customer's name, or its number.
        grade: Its leading grade, or None.
        what: What kind of case it is.
        due_at: Until when an answer is promised.
        late: Whether that is past.
        cause: Which promise it is.
        own: Whether it falls to the reader: as owner, in the team, or at the service desk.
        may_answer: Whether the reader may note that it is answered.
    """

    case: OpenCase
    name: str
    grade: ShownGrade | None
    what: Text
    due_at: datetime
    late: bool
    cause: Text
    own: bool
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """Cases that are to be answered, the most pressing first.

    Attributes:
        shown: The first of them.
        total: How many there are.
        late: How many of them are late.
        capped: Whether only the oldest cases were looked at.
    """

    shown: list[PromisedAnswer]
    total: int
    late: int
    capped: bool


def answers_for(user: User, *, mine: bool) -> Answers:
    """Return the cases that are to be answered for the customers that a person sees.

    Args:
        user: The person.
        mine: Whether only those count that fall to the person.

    Raises:
        KefenError: The book or the run cannot be read.
    """
    sight, cases = sight_of(user), _cases()
    if sight is None:
        return Answers([], 0, 0, capped=False)
    found = [one for one in _promised(sight, cases) if one.own or not mine]
    found.sort(key=lambda one: (one.due_at, one.case.case_id))
    late = sum(one.late for one in found)
    return Answers(found[:MOST_SHOWN], len(found), late, len(cases) >= MOST_CASES)


def answers_of_customer(sight: Sight, row: Any) -> list[PromisedAnswer]:
    """Return the cases of a customer that are to be answered, the most pressing first.

    Raises:
        KefenError: The book or the run cannot be read.
    """
    own = [one for one in _cases() if one.customer == row.customer_id]
    found = _of_rows(sight, [row], {row.customer_id: own}, _plans(sight), _now()) if own else []
    return sorted(found, key=lambda one: (one.due_at, one.case.case_id))


def note_answer(actor: User, customer_id: str, case_id: str) -> None:
    """Note that a case has its first response now; it reaches the lake's cases as a batch.

    Who sends the same form twice has noted it once.

    Raises:
        Http404: The person does not see the customer.
        PermissionDenied: The role may not.
        CallError: The case is answered or closed already, or is another customer's.
    """
    if not actor.can(Ability.WORK):
        raise PermissionDenied
    with transaction.atomic():
        customer_for(actor, customer_id, Ability.WORK)
        locked_publication()  # two who answer at once come one after the other
        case = next((one for one in _cases() if one.case_id == case_id), None)
        if case is None or case.customer != customer_id:
            own = EnteredRow.objects.filter(table=_TABLE, by=actor, customer_id=customer_id)
            if own.filter(values__case_id=case_id, problem={}).exists():
                return
            raise CallError(
                Text("This case no longer waits for an answer.", "该工单已不再等待响应。"),
                mend=Text(
                    "It was answered or closed meanwhile: look at the customer's page.",
                    "它已被响应或关闭，请查看客户页面。",
                ),
            )
        values = {
            "case_id": case_id,
            "customer_id": customer_id,
            "opened_at": case.opened_at.isoformat(" "),
            "first_response_at": f"{max(_now(), case.opened_at):%Y-%m-%d %H:%M:%S}",
        }
        enter_row(actor, _TABLE, customer_id, values)


def _cases() -> list[OpenCase]:
    """Return the cases without an answer, less those whose answer is on its way to the lake."""
    noted = {
        values["case_id"]
        for values in EnteredRow.objects.filter(table=_TABLE, batch=None, problem={}).values_list(
            "values", flat=True
        )
    }
    return [one for one in _cases_in_lake() if one.case_id not in noted]


def _cases_in_lake() -> list[OpenCase]:
    """Return the cases without an answer, read once for each version of the table."""
    book = served_book()
    version = book.versions().get(_TABLE)
    key = f"unanswered:{version}:{len(book.imports.batches())}"
    found: list[OpenCase] | None = cache.get(key)
    if found is None:
        found = unanswered_cases(book, MOST_CASES)
        cache.set(key, found, _KEPT_SECONDS)
    return found


def _promised(sight: Sight, cases: Iterable[OpenCase]) -> Iterator[PromisedAnswer]:
    by_customer: dict[str, list[OpenCase]] = {}
    for one in cases:
        by_customer.setdefault(one.customer, []).append(one)
    plans = _plans(sight) if by_customer else {}
    if not plans:
        return
    now, ids = _now(), sorted(by_customer)
    lead = [sight.lead.name] if sight.lead is not None else []
    columns = {"customer_id", "name", "owner", "team", *lead, *(f"grade_{one}" for one in plans)}
    for start in range(0, len(ids), _AT_ONCE):
        part = sight.customers().only(*columns).filter(pk__in=ids[start : start + _AT_ONCE])
        yield from _of_rows(sight, part, by_customer, plans, now)


def _of_rows(
    sight: Sight,
    rows: Iterable[Any],
    by_customer: Mapping[str, list[OpenCase]],
    plans: _Plans,
    now: datetime,
) -> Iterator[PromisedAnswer]:
    may_answer = sight.user.can(Ability.WORK)
    for row in rows:
        promised = [
            plan[grade.id]
            for scheme, plan in plans.items()
            if (grade := sight.columns[f"grade_{scheme}"].grade_of(getattr(row, f"grade_{scheme}")))
            is not None
            and grade.id in plan
        ]
        for case in by_customer[row.customer_id] if promised else ():
            # Of several promises the soonest counts.
            due_at, promise, why = min(
                ((promise.until(case.opened_at), promise, one) for promise, one in promised),
                key=lambda entry: entry[0],
            )
            yield PromisedAnswer(
                case,
                row.name or row.customer_id,
                sight.lead.grade_of(getattr(row, sight.lead.name)) if sight.lead else None,
                _KINDS.get(case.kind or "", _CASE),
                due_at,
                due_at < now,
                _CAUSE.filled(
                    g=why.grade_name,
                    t=promise.in_words,
                    d=f"{case.opened_at:%Y-%m-%d %H:%M}",
                ),
                _falls_to(sight.user, why, row),
                may_answer,
            )


def _falls_to(user: User, entitled: Entitlement, row: Any) -> bool:
    if entitled.by == "owner":
        return user.in_role.owns and bool(user.name) and row.owner == user.name
    if entitled.by == "team":
        return user.team is not None and row.team == user.team.name
    return user.role == _DESK


def _plans(sight: Sight) -> _Plans:
    """Return what promises an answer, and in what time, by scheme and grade."""
    run = stored_run(sight.publication.run_id)
    found = {
        scheme: {
            grade: (one.answer_within, one)
            for grade, one in by_grade.items()
            if one.answer_within is not None
        }
        for scheme, by_grade in entitlements(run).items()
        if f"grade_{scheme}" in sight.columns
    }
    return {scheme: by_grade for scheme, by_grade in found.items() if by_grade}


def _now() -> datetime:
    """Return the present time on the clock of the book, which its records have no zone for."""
    return datetime.now(ZoneInfo(served_book().settings.timezone)).replace(tzinfo=None)
