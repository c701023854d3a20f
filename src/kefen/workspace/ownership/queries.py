"""Reading whose customers are: the public pool, one's own, and those about to return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.roles import Ability, Scope
from kefen.workspace.ownership.models import Due
from kefen.workspace.records.models import Archived, EnteredRow
from kefen.workspace.runs.published import model_of
from kefen.workspace.runs.queries import current_publication, stored_run

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from kefen.grading.ownership import Ownership
    from kefen.workspace.runs.models import Publication

POOL_COLUMNS = ("name", "kind", "region", "city", "industry", "owner", "team", "created_on")
"""What the pool shows of a customer that is nobody's yet: no contacts and no amounts."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose a customer is, and what a person may do about it.

    Attributes:
        own: Whether it is the person's.
        may_claim: Whether the person may claim it while it is nobody's.
        may_return: Whether the person may give it back to the pool.
        may_assign: Whether the person may give it to somebody.
        due: When it returns to the pool unless it is looked after, or None.
        people: Who it could be given to.
    """

    own: bool
    may_claim: bool
    may_return: bool
    may_assign: bool
    due: Due | None
    people: list[User]


def current_rules() -> Ownership | None:
    """Return the rules of the standard that lists show; None where it has none."""
    publication = current_publication()
    if publication is None:
        return None
    found: Ownership | None = stored_run(publication.run_id).standard.ownership
    return found


def rules_column(publication: Publication) -> str | None:
    """Return the column of the grades that the rules speak of; None where it was not run."""
    rules = current_rules()
    name = f"grade_{rules.by}" if rules is not None else ""
    return name if publication.column(name) is not None else None


def grade_of_row(row: Any) -> str | None:
    """Return the grade of a customer that the rules speak of; None without one."""
    publication = current_publication()
    column = rules_column(publication) if publication is not None else None
    if publication is None or column is None:
        return None
    value = getattr(row, column)
    if value is None:
        return None
    described = publication.column(column) or {}
    return described["grades"][value]["id"] if described["type"] == "rank" else str(value)


def days_of_cool_down(grade: str | None) -> int | None:
    """Return for how many days who gave up a customer of a grade may not claim it again."""
    rules = current_rules()
    return rules.of(rules.cool_down, grade) if rules is not None else None


def pool_for(user: User) -> QuerySet[Any]:
    """Return the customers in the pool that a person sees: without owner, of no team or the own.

    This is the one way to read the pool; only `POOL_COLUMNS`, the grade of the rules and the last
    purchase are read.
    """
    publication = current_publication()
    if publication is None:
        return User.objects.none()
    model: Any = model_of(publication.pk)
    if not user.can(Ability.CLAIM):
        nobody: QuerySet[Any] = model._default_manager.none()
        return nobody
    further = (rules_column(publication), "metric_last_purchase_on")
    names = [*POOL_COLUMNS, *(one for one in further if one and publication.column(one))]
    found: QuerySet[Any] = model._default_manager.filter(Q(owner=None) | Q(owner=""))
    if user.in_role.scope is Scope.TEAM:
        team = Q(team=None) | Q(team="")
        if user.team is not None:
            team |= Q(team=user.team.name)
        found = found.filter(team)
    return found.exclude(pk__in=Archived.objects.values("pk")).only("customer_id", *names)


def own_customers(user: User, grade: str | None) -> int:
    """Return how many customers a person owns that count against the limit of a grade."""
    publication, rules = current_publication(), current_rules()
    if publication is None or rules is None or not user.name:
        return 0
    model: Any = model_of(publication.pk)
    own = model._default_manager.filter(owner=user.name)
    column = rules_column(publication)
    if column is None or not rules.limits_each_grade:
        return int(own.count())
    described = publication.column(column) or {}
    codes = [one["id"] for one in described["grades"]]
    if grade in rules.at_most:
        return int(own.filter(**{column: codes.index(grade)}).count())
    named = [codes.index(one) for one in rules.at_most if one in codes]
    others = Q(**{f"{column}__isnull": True}) | ~Q(**{f"{column}__in": named})
    return int(own.filter(others).count())


def visible_due(user: User) -> QuerySet[Due]:
    """Return the customers about to return that a person sees: the own ones; to who assigns, all.

    What was looked after since the check is left out.
    """
    since = EnteredRow.objects.filter(
        customer_id=OuterRef("customer_id"), table="interactions", at__gt=OuterRef("checked_at")
    )
    found = Due.objects.exclude(Exists(since)).order_by("on", "customer_id")
    return found if user.can(Ability.ASSIGN) else found.filter(owner=user.name or None)


def owners() -> QuerySet[User]:
    """Return the people that customers can be given to."""
    return (
        User.objects.filter(is_active=True)
        .exclude(name="")
        .select_related("team")
        .order_by("name", "username")
    )


def number_owned(person: User) -> int:
    """Return how many customers a person owns."""
    publication = current_publication()
    if publication is None or not person.name:
        return 0
    model: Any = model_of(publication.pk)
    return int(model._default_manager.filter(owner=person.name).count())


def standing_of(user: User, row: Any) -> Standing:
    """Return whose a customer is, and what a person may do about it."""
    own = bool(user.name) and row.owner == user.name
    assigns = user.can(Ability.ASSIGN)
    return Standing(
        own=own,
        may_claim=user.can(Ability.CLAIM) and bool(user.name),
        may_return=bool(row.owner) and user.can(Ability.CLAIM) and (own or assigns),
        may_assign=assigns,
        due=visible_due(user).filter(pk=row.customer_id, owner=row.owner or "").first(),
        people=list(owners()) if assigns else [],
    )
