"""Telling people, and marking what they have read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone

from kefen.workspace.audit.services import record
from kefen.workspace.notices.models import MailChoice, Notice
from kefen.workspace.notices.queries import visible_notices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.domain.text import Language, Text
    from kefen.workspace.accounts.models import User


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is to be told.

    Attributes:
        person: Who.
        kind: `alert`, `task` or `run`.
        subject: What it is about, by a code: the same is told once.
        words: What is told; they name no customer.
        customer_id: The customer that it is about, or empty.
        address: The page that it leads to, or empty.
    """

    person: User
    kind: str
    subject: str
    words: Text
    customer_id: str = ""
    address: str = ""


def tell(told: Iterable[Told]) -> None:
    """Tell people, within the transaction that does what they are told of.

    Raises:
        RuntimeError: There is no transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("people are told outside a transaction")
    Notice.objects.bulk_create(
        (
            Notice(
                person=one.person,
                kind=one.kind,
                subject=one.subject,
                words=one.words.as_dict(),
                customer_id=one.customer_id,
                address=one.address,
            )
            for one in told
        ),
        ignore_conflicts=True,
        batch_size=100,
    )


def mark_read(user: User, number: int) -> Notice | None:
    """Mark a notice as read; return it, or None where the person has none of that number."""
    with transaction.atomic():
        notice = visible_notices(user).filter(pk=number).first()
        if notice is not None and notice.read_at is None:
            notice.read_at = timezone.now()
            notice.save(update_fields=["read_at"])
            record(user, "notice.read", notice.subject[:200])
        return notice


def mark_all_read(user: User) -> int:
    """Mark all of a person's notices as read; return how many were not."""
    with transaction.atomic():
        count = Notice.objects.filter(person=user, read_at=None).update(read_at=timezone.now())
        if count:
            record(user, "notice.read", "", count=count)
        return count


def choose_mail(user: User, address: str, language: Language) -> None:
    """Have notices sent by e-mail from now on; an empty address ends it."""
    with transaction.atomic():
        if address:
            MailChoice.objects.update_or_create(
                person=user,
                defaults={
                    "address": address,
                    "language": language,
                    "next_try_at": None,
                    "failures": 0,
                    "problem": {},
                },
            )
            # What was told before was read here, or will be.
            Notice.objects.filter(person=user, mailed_at=None).update(mailed_at=timezone.now())
        else:
            MailChoice.objects.filter(person=user).delete()
        record(user, "notice.mail", "", wanted=bool(address))
