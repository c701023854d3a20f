"""Letters to a real mail server: taken, refused, slow, gone; nothing is lost and nobody waits."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.db import connection, connections, transaction
from django.utils import timezone

from kefen.domain.text import Text
from kefen.workspace.book import served_book
from kefen.workspace.notices import services
from kefen.workspace.notices.configured import mail_settings
from kefen.workspace.notices.mail import FIRST_WAIT, LONGEST_WAIT, send_due
from kefen.workspace.notices.models import MailChoice, Notice
from kefen.workspace.notices.services import Told

WORDS = Text("Call this week.", "本周致电。")


class Post:
    """A mail server's post room: what came, and what it answers to whom."""

    def __init__(self):
        self.came, self.refused, self.answer, self.open_savepoints = [], {}, "250 OK", []
        self.of_the_test = connections["default"]

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.open_savepoints.append(len(self.of_the_test.savepoint_ids))
        if self.answer.startswith("250"):
            letter = message_from_bytes(envelope.content, policy=policy.default)
            self.came.append((envelope.rcpt_tos, letter))
        return self.answer


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def serving(post, port, **more):
    controller = Controller(post, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@pytest.fixture
def port(settings, monkeypatch):
    """The port of the mail server that the book names; nobody listens there yet."""
    number = free_port()
    use(settings, monkeypatch, f"smtp://127.0.0.1:{number}")
    return number


def use(settings, monkeypatch, url):
    book = served_book()
    kept = replace(book.settings, mail=url, mail_from="kefen@example.com")
    monkeypatch.setattr(book, "settings", kept)
    for name, value in mail_settings(book).items():
        setattr(settings, name, value)


def tell(person, subject, customer=""):
    with transaction.atomic():
        services.tell([Told(person, "alert", subject, WORDS, customer)])


def later(wait=LONGEST_WAIT):
    """Let the time pass that lies between two tries."""
    for choice in MailChoice.objects.exclude(next_try_at=None):
        choice.next_try_at -= wait
        choice.save()


def test_a_letter_comes_as_it_was_written(person, port):
    post, manager = Post(), person("manager")
    services.choose_mail(manager, "ann@example.com", "zh")
    tell(manager, "one", "C001")
    with serving(post, port):
        assert send_due() == 1
    [(to, letter)] = post.came
    assert to == ["ann@example.com"]
    assert letter["From"] == "kefen@example.com"
    assert letter["Subject"] == "Lantern & Sons：1 条新通知"
    assert "- Customer 1: 本周致电。" in letter.get_content()
    assert Notice.objects.filter(mailed_at=None).count() == 0


def test_one_who_is_refused_keeps_nobody_else_from_the_letter(person, port, signed_in):
    post = Post()
    post.refused = {"gone@example.com": "550 No such user here"}
    for role, address in (("manager", "gone@example.com"), ("analyst", "bo@example.com")):
        services.choose_mail(person(role), address, "en")
        tell(person(role), "one")
    with serving(post, port):
        assert send_due() == 1
        assert [to for to, _ in post.came] == [["bo@example.com"]]
        page = signed_in("manager").get("/notices/").content.decode()
        assert "could not be sent: the mail server answered 550: No such user here" in page
        assert "Letters to others cannot be sent" not in page
        told = signed_in("administrator").get("/notices/").content.decode()
        assert "Letters to others cannot be sent" in told
        post.refused = {}
        assert send_due() == 0  # not at once
        later(FIRST_WAIT)
        assert send_due() == 1
    assert post.came[1][0] == ["gone@example.com"]
    assert "could not be sent" not in signed_in("manager").get("/notices/").content.decode()


def test_a_server_that_is_down_loses_nothing_and_is_tried_later_each_time(person, port, signed_in):
    manager = person("manager")
    services.choose_mail(manager, "ann@example.com", "en")
    tell(manager, "one")
    waits = []
    for _ in range(12):
        assert send_due() == 0
        choice = MailChoice.objects.get()
        waits.append(round((choice.next_try_at - timezone.now()) / timedelta(minutes=1)))
        later()
    assert waits == sorted(waits)
    assert waits[:3] == [5, 10, 20]
    assert waits[-1] == LONGEST_WAIT / timedelta(minutes=1)
    tell(manager, "two")
    page = signed_in("manager", "zh-CN").get("/notices/").content.decode()
    assert "无法连接邮件服务器" in page
    post = Post()
    with serving(post, port):
        assert send_due() == 1
    assert "2 new notices" in post.came[0][1]["Subject"]


def test_a_letter_that_is_put_off_comes_once(person, port):
    post, manager = Post(), person("manager")
    post.answer = "451 Try again later"
    services.choose_mail(manager, "ann@example.com", "en")
    tell(manager, "one")
    with serving(post, port):
        assert send_due() == 0
        assert "451" in MailChoice.objects.get().problem["en"]
        post.answer = "250 OK"
        later()
        assert send_due() == 1
        later()
        assert send_due() == 0
    assert len(post.came) == 1


def test_nobody_who_writes_waits_for_the_server(person, port):
    post, manager = Post(), person("manager")
    services.choose_mail(manager, "ann@example.com", "en")
    tell(manager, "one")
    before = len(connection.savepoint_ids)
    with serving(post, port):
        assert send_due() == 1
    assert post.open_savepoints == [before]  # no transaction besides that of the test


def test_a_server_that_never_answers_is_waited_for_once(person, port, settings):
    settings.EMAIL_TIMEOUT = 1
    for role in ("manager", "analyst", "auditor"):
        services.choose_mail(person(role), f"{role}@example.com", "en")
        tell(person(role), "one")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", port))
        silent.listen()
        begun = time.monotonic()
        assert send_due() == 0
        assert time.monotonic() - begun < 2.5
    assert MailChoice.objects.exclude(problem={}).count() == 3


def test_a_wrong_password_is_said(person, settings, monkeypatch, signed_in):
    number = free_port()
    use(settings, monkeypatch, f"smtp://ann:wrong@127.0.0.1:{number}")
    settings.EMAIL_USE_TLS = False  # the server of the test has no certificate
    services.choose_mail(person("manager"), "ann@example.com", "en")
    tell(person("manager"), "one")
    answers = {
        "authenticator": lambda *_: AuthResult(success=False, handled=False),
        "auth_required": True,
    }
    with serving(Post(), number, auth_require_tls=False, **answers):
        assert send_due() == 0
    page = signed_in("manager").get("/notices/").content.decode()
    assert "takes neither the name nor the password" in page
    services.choose_mail(person("manager"), "ann@example.com", "en")
    assert MailChoice.objects.get().problem == {}


def test_a_connection_that_breaks_off_does_not_stop_the_others(person, port):
    class BreaksOff(Post):
        async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
            if address == "a@example.com":
                _server.transport.close()
            return await super().handle_RCPT(_server, _session, envelope, address, _options)

    post = BreaksOff()
    for role, address in (("manager", "a@example.com"), ("analyst", "b@example.com")):
        services.choose_mail(person(role), address, "en")
        tell(person(role), "one")
    with serving(post, port):
        assert send_due() == 1
    assert [to for to, _ in post.came] == [["b@example.com"]]
    assert timedelta(0) < MailChoice.objects.get(failures=1).next_try_at - timezone.now()
