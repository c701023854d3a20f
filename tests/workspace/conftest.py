"""A small book of two graded months, its workspace, and people in every role."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import django
import pytest

from kefen.lake.book import Book
from kefen.lake.book.settings import write_settings

_FOLDER = Path(tempfile.mkdtemp(prefix="kefen-workspace-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
BOOK = Book.create(_FOLDER / "book", name="Lantern & Sons", currency="CNY", country="CN")
# `test_postgresql.py` runs these tests once more on a server.
DATABASE = os.environ.get("KEFEN_TEST_DATABASE")
if DATABASE:
    write_settings(BOOK.directory, replace(BOOK.settings, database=DATABASE))
os.environ["KEFEN_BOOK"] = str(BOOK.directory)
os.environ["KEFEN_HOSTS"] = "127.0.0.1,localhost,testserver"
os.environ["KEFEN_FIRST_RUN_KEY"] = "first-key"
os.environ["DJANGO_SETTINGS_MODULE"] = "kefen.workspace.settings"
django.setup()
# Processes that this one starts (workers of xdist) make a book of their own.
del os.environ["DJANGO_SETTINGS_MODULE"], os.environ["KEFEN_BOOK"]

from django.core.cache import cache  # noqa: E402  models need Django set up
from django.db import close_old_connections, connection  # noqa: E402
from django.test import Client  # noqa: E402
from django_tasks_db.management.commands import db_worker  # noqa: E402

from kefen.domain.text import Text  # noqa: E402
from kefen.engines.duckdb import DuckDBEngine  # noqa: E402
from kefen.lake.reading import ReadingOptions, Source, read_table  # noqa: E402
from kefen.reports.book_run import grade_book  # noqa: E402
from kefen.workspace.accounts.models import Team, User  # noqa: E402
from kefen.workspace.accounts.roles import ROLES  # noqa: E402
from kefen.workspace.runs.services import publish  # noqa: E402

CUSTOMERS = 70
PHONE = "13900001234"
EMAIL = "canary@secret.example"
MONTHS = (date(2026, 9, 30), date(2026, 10, 31))
PASSWORD = "a long enough secret"  # noqa: S105


def customer_rows() -> list[str]:
    rows = ["customer_id,name,region,industry,owner,team,phone,email,created_on"]
    for n in range(CUSTOMERS):
        region = ("East", "West", "")[n % 3]
        owner = ("Ann", "Bo")[n % 2]
        team = ("North", "South")[n // 35]
        phone, email = (PHONE, EMAIL) if n == 7 else ("", "")
        rows.append(
            f"C{n:03},Customer {n},{region},Trade,{owner},{team},{phone},{email},2024-01-01"
        )
    return rows


def order_rows() -> list[str]:
    rows = ["order_id,customer_id,ordered_at,amount"]
    number = 0
    for n in range(CUSTOMERS - 5):  # five never bought
        for k in range(1 + n % 6):
            day = date(2026, 10, 28) - timedelta(days=37 * k + n * 3)
            number += 1
            rows.append(f"O{number},C{n:03},{day},{(n * 7919) % 991 + 10}.{n % 100:02}")
    return rows


@pytest.fixture(scope="session")
def run_ids() -> list[str]:
    """The runs of two months, oldest first."""
    for table, rows in (("customers", customer_rows()), ("orders", order_rows())):
        path = _FOLDER / f"{table}.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        with DuckDBEngine() as engine:
            read, _ = read_table(engine, table, Source((path,)), ReadingOptions(currency="CNY"))
            BOOK.imports.import_table(engine, read)

    def silent(_: Text) -> None:
        return

    return [
        grade_book(BOOK, standard=None, as_of=day, language="en", begin=silent) for day in MONTHS
    ]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, run_ids):
    """The workspace's tables, with people of every role and the second month published."""
    with django_db_blocker.unblock():
        north = Team.objects.create(name="North")
        for role in ROLES:
            user = User(username=role, name="Ann", role=role, team=north)
            user.set_password(PASSWORD)
            user.save()
        publish(User.objects.get(username="administrator"), run_ids[-1], live=lambda: None)


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture(autouse=True)
def _worker_in_the_test(monkeypatch):
    """A worker between two jobs closes its connection, but not the one of the test around it."""
    monkeypatch.setattr(
        db_worker,
        "close_old_connections",
        lambda: None if connection.in_atomic_block else close_old_connections(),
    )


@pytest.fixture
def person(db):
    """Return the person of a role."""
    return lambda role: User.objects.get(username=role)


@pytest.fixture
def signed_in(db):
    """Return a client in which the person of a role is signed in."""

    def client(role: str, language: str = "en") -> Client:
        made = Client(headers={"accept-language": language})
        made.force_login(
            User.objects.get(username=role),
            backend="kefen.workspace.accounts.backends.People",
        )
        return made

    return client


@pytest.fixture
def clean_book(run_ids):
    """Leave the book as it was: batches that a test makes are undone."""
    before = {batch.id for batch in BOOK.imports.batches()}
    yield BOOK
    for batch in reversed(BOOK.imports.batches()):
        if batch.id not in before and batch.stands:
            BOOK.imports.undo(batch.id)
