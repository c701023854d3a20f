"""The workspace on PostgreSQL, by one setting: a real server, and all that it does on SQLite."""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from database_servers import PASSWORD, postgresql_server
from django.conf import settings

from kefen.domain.errors import BookError
from kefen.lake.book import Book
from kefen.lake.book.settings import write_settings
from kefen.workspace.databases import database_settings

HERE = Path(__file__).parent
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("KEFEN_TEST_DATABASE" in os.environ, reason="runs on that database already"),
]


@pytest.fixture(scope="module")
def database():
    """The URL of an empty database."""
    with postgresql_server() as address:
        yield f"postgresql://writer:{quote(PASSWORD, safe='')}@{address}"


def test_every_test_of_the_workspace_holds_on_postgresql(database):
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "DJANGO_", "KEFEN_BOOK"))
    }
    apart = [HERE / "browser", HERE / "test_postgresql.py", HERE / "test_serve.py"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(HERE)),
            *(f"--ignore={path}" for path in apart),
        ],
        env={**environment, "KEFEN_TEST_DATABASE": database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert re.search(r"\d{3} passed", done.stdout)


def test_web_and_worker_share_the_database(database, run_ids, tmp_path):
    book = tmp_path / "book"
    shutil.copytree(settings.BOOK.directory, book, ignore=shutil.ignore_patterns("workspace.*"))
    write_settings(book, replace(Book.open(book).settings, database=database))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KEFEN_", "DJANGO_"))}
    call = "from kefen.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", call, "serve", "--book", str(book), "--port", "0", "--lang", "en"],
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONUNBUFFERED": "1"},
    )
    try:
        first = next(line.strip() for line in process.stdout if "first-run" in line)
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        browser = urllib.request.build_opener(cookies)
        form = browser.open(first, timeout=30).read().decode()
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', form))
        fields |= {"username": "ann", "name": "Ann", "password": "a long enough secret"}
        page = browser.open(first, urllib.parse.urlencode(fields).encode(), timeout=60)
        # The worker, a process of its own, puts the book's last run into the lists.
        ended = time.monotonic() + 120
        while 'class="tiers"' not in (text := page.read().decode()):
            assert time.monotonic() < ended, text
            time.sleep(0.5)
            page = browser.open(first.partition("first-run")[0], timeout=30)
        assert not (book / "workspace.sqlite3").exists()
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.parametrize("url", ["mysql://somebody@host/name", "postgresql://host", "nonsense"])
def test_another_database_is_refused_in_words(url):
    book = Book(settings.BOOK.directory, replace(settings.BOOK.settings, database=url))
    with pytest.raises(BookError, match="must be PostgreSQL"):
        database_settings(book)
