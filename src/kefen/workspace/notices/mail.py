"""Notices by e-mail: one letter for all that is new, in the language that the person chose."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kefen.domain.text import Text
from kefen.workspace.book import served_book
from kefen.workspace.notices.models import MailChoice
from kefen.workspace.notices.queries import visible_notices
from kefen.workspace.work.queries import customers_called

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kefen.domain.text import Language
    from kefen.workspace.notices.models import Notice

log = logging.getLogger(__name__)
PAUSE = timedelta(minutes=15)
"""How long after a letter the next one to the same person goes out at the earliest."""
_MOST_LINES = 50
_SUBJECT = Text(
    "{b}: {n} new {n:notice|notices}",
    "{b}：{n} 条新通知",
)
_MORE = Text("... and {n} more in the workspace.", "……另有 {n} 条，请在工作区查看。")
_OPEN = Text("Open them: {a}", "查看：{a}")
_END = Text(
    "You get this letter because you asked for it on the page of your notices.",
    "您在通知页面选择了接收邮件，因此收到此信。",
)


def is_configured() -> bool:
    """Return whether `kefen.toml` says how e-mail is sent."""
    return bool(settings.EMAIL_FROM)


def send_if_due(_: datetime) -> None:
    """Send what is new, when the worker looks."""
    send_due()


def send_due() -> int:
    """Send what is new to everybody who wants it and has had no letter lately; return how many.

    A letter that cannot be sent is tried again later, and the log says why.
    """
    if not is_configured():
        return 0
    lately = timezone.now() - PAUSE
    choices = MailChoice.objects.select_related("person").filter(
        Q(last_sent_at=None) | Q(last_sent_at__lt=lately),
        person__is_active=True,
        person__notices__mailed_at=None,
        person__notices__isnull=False,
    )
    return sum(_send(choice.pk) for choice in choices.distinct())


def _send(number: int) -> bool:
    """Send one person's letter: what it tells is marked in the same transaction."""
    with transaction.atomic():
        choice = MailChoice.objects.select_for_update().select_related("person").get(pk=number)
        news = list(visible_notices(choice.person).filter(mailed_at=None, read_at=None))
        now = timezone.now()
        choice.person.notices.filter(mailed_at=None).update(mailed_at=now)
        if not news:
            return False
        choice.last_sent_at = now
        choice.save(update_fields=["last_sent_at"])
        try:
            _letter(choice, news).send()
        except OSError:  # of the network and of SMTP
            log.exception("a letter could not be sent")
            transaction.set_rollback(True)
            return False
        return True


def _letter(choice: MailChoice, news: Sequence[Notice]) -> EmailMessage:
    language: Language = "zh" if choice.language == "zh" else "en"
    called = customers_called(choice.person, {one.customer_id for one in news} - {""})
    lines = []
    for one in news[:_MOST_LINES]:
        name, _ = called.get(one.customer_id, (one.customer_id, None))
        words = one.said.in_language(language)
        lines.append(f"- {name}: {words}" if name else f"- {words}")
    if len(news) > _MOST_LINES:
        lines.append(_MORE.filled(n=len(news) - _MOST_LINES).in_language(language))
    if settings.SITE_ADDRESS:
        address = f"{settings.SITE_ADDRESS.rstrip('/')}/notices/"
        lines += ["", _OPEN.filled(a=address).in_language(language)]
    lines += ["", _END.in_language(language)]
    subject = _SUBJECT.filled(b=served_book().settings.name, n=len(news)).in_language(language)
    return EmailMessage(
        " ".join(subject.split()),
        "\n".join(lines),
        settings.EMAIL_FROM,
        [choice.address],
        connection=get_connection(),
    )
