"""Notices: told once, read, seen only with their customer, and sent by e-mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from kefen.domain.errors import BookError
from kefen.domain.text import Text
from kefen.grading.alerts.raised import raised_anew
from kefen.lake.book import Book
from kefen.workspace.accounts.models import User
from kefen.workspace.jobs.models import Job, JobState
from kefen.workspace.jobs.services import ask_for
from kefen.workspace.notices import services, work
from kefen.workspace.notices.configured import mail_settings
from kefen.workspace.notices.mail import PAUSE, send_due
from kefen.workspace.notices.models import MailChoice, Notice
from kefen.workspace.notices.queries import unread, visible_notices
from kefen.workspace.notices.services import Told
from kefen.workspace.runs.queries import stored_run
from kefen.workspace.work.services import create_task, create_tasks
from kefen.workspace.worker import work as work_off

WORDS = Text("Call this week.", "本周致电。")


def tell(person, subject="a", customer="", words=WORDS):
    with transaction.atomic():
        services.tell([Told(person, "alert", subject, words, customer)])


def test_a_subject_is_told_once(person):
    manager = person("manager")
    tell(manager)
    tell(manager)
    tell(manager, "b")
    assert unread(manager) == 2


def test_the_unread_are_counted_on_every_page_and_read_one_by_one(signed_in, person):
    client = signed_in("manager")
    tell(person("manager"))
    tell(person("manager"), "b")
    assert "2<span" in client.get("/customers/").content.decode()
    number = Notice.objects.filter(person=person("manager")).first().pk
    assert client.post(f"/notices/{number}/").headers["Location"] == "/notices/"
    assert unread(person("manager")) == 1
    client.post("/notices/read/")
    assert unread(person("manager")) == 0
    assert "bell-count" not in client.get("/notices/").content.decode()


def test_nobody_opens_another_s_notice(signed_in, person):
    tell(person("manager"))
    number = Notice.objects.get().pk
    assert signed_in("analyst").post(f"/notices/{number}/").status_code == 404
    assert unread(person("manager")) == 1


def test_a_customer_that_is_seen_no_more_takes_its_notices_along(person, signed_in):
    manager = person("account_manager")
    tell(manager, "seen", "C001")
    tell(manager, "not seen", "C037")
    assert [one.subject for one in visible_notices(manager)] == ["seen"]
    page = signed_in("account_manager", "zh-CN").get("/notices/").content.decode()
    assert "本周致电。" in page
    assert "Customer 1" in page
    assert "Customer 37" not in page


def test_who_gets_a_task_is_told_and_who_takes_one_is_not(person):
    manager, mate = person("manager"), person("account_manager")
    made = {"kind": "call", "words": "Ring", "due_on": timezone.localdate()}
    create_task(manager, "C001", assigned_to=manager, **made)
    create_task(manager, "C001", assigned_to=mate, **made)
    create_tasks(manager, ["C000", "C002"], **made)
    assert unread(manager) == 0
    told = [one.said.en for one in visible_notices(mate).order_by("pk")]
    assert told == ["Ann gave you a task: Ring", "2 new tasks for you"]


@pytest.fixture
def told_of_run(person, run_ids):
    """Tell of the alerts of a run."""

    def told(run_id=run_ids[-1]):
        with transaction.atomic():
            ask_for(person("administrator"), "alerts", run_id, run_id=run_id)
        work_off(batch=True)
        job = Job.objects.filter(kind="alerts").latest("id")
        assert job.state == JobState.DONE, job.error
        return job.result

    return told


def test_owners_are_told_of_new_alerts_and_followers_how_many(told_of_run, person, run_ids):
    raised = raised_anew(stored_run(run_ids[-1]))
    assert raised, "the test data raises alerts"
    told_of_run()
    own = visible_notices(person("account_manager"))
    assert own.filter(kind="alert").exists()
    assert all(one.address for one in own)
    [run] = visible_notices(person("manager"))
    assert (run.kind, run.address) == ("run", f"/runs/{run_ids[-1]}/")
    counts = {}
    for one in raised:
        counts[one.name.en] = counts.get(one.name.en, 0) + 1
    for name, count in counts.items():
        assert f"{name} {count}" in run.said.en
    before = Notice.objects.count()
    told_of_run()
    assert Notice.objects.count() == before


def test_of_many_customers_a_number_is_told(told_of_run, person, monkeypatch):
    monkeypatch.setattr(work, "MOST_OF_ONE", 0)
    told_of_run()
    own = visible_notices(person("account_manager")).filter(kind="alert")
    assert all(one.customer_id == "" and "?alerts=" in one.address for one in own)
    assert own.exists()


def test_of_an_older_run_nobody_is_told(told_of_run, run_ids):
    assert told_of_run(run_ids[0]) == {"told": 0}
    assert not Notice.objects.filter(subject__contains=run_ids[0]).exists()
    assert not Notice.objects.filter(subject__contains="2026-09-30").exists()


@pytest.fixture
def configured(settings):
    """E-mail is sent, to the outbox of the tests."""
    settings.EMAIL_FROM = "kefen@example.com"
    settings.SITE_ADDRESS = "https://kefen.example.com"


def test_one_letter_tells_all_that_is_new_in_the_chosen_language(person, configured):
    manager = person("manager")
    tell(manager, "old")
    services.choose_mail(manager, "ann@example.com", "zh")
    tell(manager, "one", "C001")
    tell(manager, "two")
    assert send_due() == 1
    [letter] = mail.outbox
    assert letter.to == ["ann@example.com"]
    assert letter.subject == "Lantern & Sons：2 条新通知"
    assert "- Customer 1: 本周致电。" in letter.body
    assert "https://kefen.example.com/notices/" in letter.body
    tell(manager, "three")
    assert send_due() == 0  # not so soon again
    MailChoice.objects.update(last_sent_at=timezone.now() - PAUSE - timedelta(seconds=1))
    assert send_due() == 1
    assert "1 条" in mail.outbox[1].subject
    assert send_due() == 0


def test_what_was_read_or_is_seen_no_more_is_not_sent(person, configured):
    manager = person("account_manager")
    services.choose_mail(manager, "ann@example.com", "en")
    tell(manager, "read")
    services.mark_all_read(manager)
    tell(manager, "not seen", "C037")
    assert send_due() == 0
    assert mail.outbox == []


def test_a_letter_that_cannot_be_sent_is_tried_again(person, configured, settings):
    services.choose_mail(person("manager"), "ann@example.com", "en")
    tell(person("manager"))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    assert send_due() == 0
    assert Notice.objects.filter(mailed_at=None).count() == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due() == 0  # not at once
    MailChoice.objects.update(next_try_at=timezone.now())
    assert send_due() == 1


def test_where_nothing_is_configured_nothing_is_sent_and_the_page_says_so(person, signed_in):
    services.choose_mail(person("manager"), "ann@example.com", "en")
    tell(person("manager"))
    assert send_due() == 0
    assert "sends no e-mail" in signed_in("manager").get("/notices/").content.decode()


def test_the_address_is_chosen_on_the_page(person, signed_in, configured):
    client = signed_in("manager")
    client.post("/notices/mail/", {"address": "ann@example.com", "language": "en"})
    assert MailChoice.objects.get(person=person("manager")).address == "ann@example.com"
    client.post("/notices/mail/", {"address": "no address", "language": "en"})
    assert MailChoice.objects.count() == 1
    client.post("/notices/mail/", {"address": "", "language": "en"})
    assert MailChoice.objects.count() == 0


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("smtp://ann:s%40fe@mail.example.com", ("smtp", 587, "s@fe", True, False)),
        ("smtps://ann:secret@mail.example.com", ("smtp", 465, "secret", False, True)),
        ("smtp://relay:25", ("smtp", 25, "", False, False)),
        ("console:", ("console", None, None, None, None)),
        ("file:///tmp/letters", ("filebased", None, None, None, None)),
    ],
)
def test_the_book_s_settings_say_how(tmp_path, url, wanted):
    book = a_book(tmp_path, f'mail = "{url}"\nmail_from = "kefen@example.com"\n')
    found = mail_settings(book)
    names = ("PORT", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    assert found["EMAIL_BACKEND"].split(".")[-2] == wanted[0]
    assert tuple(found.get(f"EMAIL_{name}") for name in names) == wanted[1:]
    assert found["EMAIL_FROM"] == "kefen@example.com"


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ('mail = "http://example.com"\nmail_from = "a@b.c"\n', "mail"),
        ('mail = "smtp://"\nmail_from = "a@b.c"\n', "mail"),
        ('mail = "console:"\n', "mail_from"),
        ('mail = "console:"\nmail_from = "nobody"\n', "mail_from"),
    ],
)
def test_wrong_settings_are_refused_with_the_mend(tmp_path, lines, where):
    with pytest.raises(BookError) as caught:
        mail_settings(a_book(tmp_path, lines))
    assert caught.value.where == f"kefen.toml: {where}"


def a_book(tmp_path, lines):
    Book.create(tmp_path / "b", name="B")
    path = tmp_path / "b" / "kefen.toml"
    path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")
    return Book.open(tmp_path / "b")


def test_without_a_setting_nothing_is_configured(tmp_path):
    assert mail_settings(a_book(tmp_path, "")) == {"EMAIL_FROM": ""}


def test_a_person_switched_off_gets_no_letter(person, configured):
    manager = person("manager")
    services.choose_mail(manager, "ann@example.com", "en")
    tell(manager)
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert send_due() == 0
