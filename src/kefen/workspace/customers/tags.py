"""Reading tags, and putting them on customers and off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from kefen.workspace.accounts.roles import Ability
from kefen.workspace.audit.services import record
from kefen.workspace.customers.models import Tag, TaggedCustomer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from kefen.workspace.accounts.models import User

_CHUNK = 500
LONGEST_TAG = 40


def tag_names() -> list[str]:
    """Return every tag."""
    return list(Tag.objects.order_by("name").values_list("name", flat=True))


def tags_of(customers: Collection[str]) -> Mapping[str, list[str]]:
    """Return the tags of some customers, by their ids."""
    found: dict[str, list[str]] = {}
    rows = TaggedCustomer.objects.filter(customer_id__in=customers).order_by("tag__name")
    for customer, name in rows.values_list("customer_id", "tag__name"):
        found.setdefault(customer, []).append(name)
    return found


def put_tag(actor: User, customers: Collection[str], name: str) -> int:
    """Put a tag on customers that the person sees; a new tag is made.

    Returns:
        How many did not have it.

    Raises:
        PermissionDenied: The role may not.
    """
    _require(actor)
    with transaction.atomic():
        tag, _ = Tag.objects.get_or_create(name=" ".join(name.split())[:LONGEST_TAG])
        before = tag.tagged.count()
        for chunk in _chunks(customers):
            TaggedCustomer.objects.bulk_create(
                [TaggedCustomer(tag=tag, customer_id=one) for one in chunk], ignore_conflicts=True
            )
        put = tag.tagged.count() - before
        record(actor, "customers.tagged", tag.name, customers=len(customers), new=put)
        return put


def take_tag(actor: User, customers: Collection[str], name: str) -> int:
    """Take a tag off customers; a tag that is on none any more goes.

    Returns:
        How many had it.

    Raises:
        PermissionDenied: The role may not.
    """
    _require(actor)
    with transaction.atomic():
        taken = 0
        for chunk in _chunks(customers):
            found = TaggedCustomer.objects.filter(tag__name=name, customer_id__in=chunk)
            taken += found.delete()[0]
        Tag.objects.filter(name=name, tagged__isnull=True).delete()
        record(actor, "customers.untagged", name, customers=len(customers), taken=taken)
        return taken


def _require(actor: User) -> None:
    if not actor.can(Ability.TAG):
        raise PermissionDenied


def _chunks(customers: Collection[str]) -> Iterable[list[str]]:
    ids = list(customers)
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
