"""Reading notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from kefen.workspace.accounts.roles import Ability, Scope
from kefen.workspace.customers.queries import sight_of
from kefen.workspace.notices.models import MailChoice, Notice

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from kefen.workspace.accounts.models import User

MOST_COUNTED = 99


def visible_notices(user: User) -> QuerySet[Notice]:
    """Return what a person is told of: without customers that the person no longer sees."""
    found = Notice.objects.filter(person=user)
    if user.in_role.scope is Scope.ALL:
        return found
    sight = sight_of(user)
    if sight is None:
        return found.filter(customer_id="")
    return found.filter(
        Q(customer_id="") | Q(customer_id__in=sight.customers().values("customer_id"))
    )


def unread(user: User) -> int:
    """Return how many notices a person has not read, counted to one more than are told."""
    return visible_notices(user).filter(read_at=None).order_by()[: MOST_COUNTED + 1].count()


def mail_choice(user: User) -> MailChoice | None:
    """Return where a person wants notices sent; None: nowhere."""
    return MailChoice.objects.filter(person=user).first()


def letters_that_fail(user: User) -> QuerySet[MailChoice]:
    """Return whose letters cannot be sent now: all to who looks after people, else none."""
    found = MailChoice.objects.exclude(problem={}).select_related("person").order_by("pk")
    return found if user.can(Ability.MANAGE_PEOPLE) else found.none()
