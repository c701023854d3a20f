"""Notices by e-mail: one letter for all that is new, in the language that the person chose."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from smtplib import SMTPAuthenticationError, SMTPRecipientsRefused, SMTPResponseException
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

    from django.core.mail.backends.base import BaseEmailBackend

    from kefen.domain.text import Language
    from kefen.workspace.notices.models import Notice

log = logging.getLogger(__name__)
PAUSE = timedelta(minutes=15)
"""How long after a letter the next one to the same person goes out at the earliest."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(days=1)
"""How long after a letter that could not be sent it is tried again: doubled each time."""
_MOST_LINES = 50
_MOST_OF_ANSWER = 200
_NOT_REACHED = Text("the mail server cannot be reached", "无法连接邮件服务器")
_WRONG_PASSWORD = Text(
    "the mail server takes neither the name nor the password of kefen.toml",
    "邮件服务器拒绝了 kefen.toml 中的用户名或密码",
)
_REFUSED = Text("the mail server answered {c}: {a}", "邮件服务器答复 {c}：{a}")
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

    A letter that cannot be sent is tried again, later and later; its person is told why on the
    page of notices. A server that does not answer is waited for once, not for each letter.
    """
    if not is_configured():
        return 0
    now = timezone.now()
    choices = MailChoice.objects.select_related("person").filter(
        Q(last_sent_at=None) | Q(last_sent_at__lt=now - PAUSE),
        Q(next_try_at=None) | Q(next_try_at__lte=now),
        person__is_active=True,
        person__notices__mailed_at=None,
        person__notices__isnull=False,
    )
    waiting = [(choice, news) for choice in choices.distinct() if (news := _news(choice))]
    if not waiting:
        return 0
    server = get_connection()
    try:
        server.open()
    except OSError as error:
        log.exception("the mail server cannot be reached")
        for choice, _ in waiting:
            _failed(choice, error)
        return 0
    try:
        return sum(_send(choice, news, server) for choice, news in waiting)
    finally:
        with suppress(OSError):
            server.close()


def _news(choice: MailChoice) -> list[Notice]:
    """Return what a letter would tell; what was read, or is seen no more, is not sent."""
    news = list(visible_notices(choice.person).filter(mailed_at=None, read_at=None))
    unsent = choice.person.notices.filter(mailed_at=None)
    unsent.exclude(pk__in=[one.pk for one in news]).update(mailed_at=timezone.now())
    return news


def _send(choice: MailChoice, news: Sequence[Notice], server: BaseEmailBackend) -> bool:
    """Send one person's letter, and mark what it told then.

    No transaction is open while the server takes its time: it would hold up whoever writes. A
    worker that is killed in between sends the letter once more rather than never.
    """
    try:
        _letter(choice, news, server).send()
    except OSError as error:  # of the network and of SMTP
        log.exception("a letter could not be sent")
        _failed(choice, error)
        with suppress(OSError):
            server.close()  # the next letter opens it anew
        return False
    with transaction.atomic():
        now = timezone.now()
        choice.person.notices.filter(pk__in=[one.pk for one in news]).update(mailed_at=now)
        MailChoice.objects.filter(pk=choice.pk).update(
            last_sent_at=now, next_try_at=None, failures=0, problem={}
        )
    return True


def _failed(choice: MailChoice, error: OSError) -> None:
    """Keep why a letter could not be sent, and when it is tried again: later each time."""
    wait = min(FIRST_WAIT * 2 ** min(choice.failures, 10), LONGEST_WAIT)
    MailChoice.objects.filter(pk=choice.pk).update(
        failures=min(choice.failures + 1, 1_000),
        next_try_at=timezone.now() + wait,
        problem=_reason(error).as_dict(),
    )


def _reason(error: OSError) -> Text:
    """Return what went wrong, in words that an administrator can act on."""
    if isinstance(error, SMTPAuthenticationError):
        return _WRONG_PASSWORD
    if isinstance(error, SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return _REFUSED.filled(c=code, a=_as_words(answer))
    if isinstance(error, SMTPResponseException):
        return _REFUSED.filled(c=error.smtp_code, a=_as_words(error.smtp_error))
    return _NOT_REACHED


def _as_words(answer: bytes | str) -> str:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(words.split())[:_MOST_OF_ANSWER]


def _letter(choice: MailChoice, news: Sequence[Notice], server: BaseEmailBackend) -> EmailMessage:
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
        connection=server,
    )
