"""`kefen serve` as a process: its address, its first account, its worker."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress

import pytest

from kefen.cli.main import cli
from kefen.lake.book import Book

CALL = "from kefen.cli.main import main; main()"


@contextmanager
def serving(book, *more):
    """Serve a book on a free port; its lines until it is ready, and the process."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KEFEN_", "DJANGO_"))}
    command = [sys.executable, "-c", CALL, "serve", "--book", book.directory, "--port", "0"]
    process = subprocess.Popen(
        [*command, "--lang", "en", *more],
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONUNBUFFERED": "1"},
    )
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if "Ctrl-C" in line:
            break
    yield lines
    process.terminate()
    process.wait(timeout=20)


def told_when_ended(book, *signals):
    """Serve a book in a group of processes of its own, as a terminal does, and end it."""
    command = [sys.executable, "-c", CALL, "serve", "--book", book.directory, "--port", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    for line in process.stdout:
        if "Ctrl-C" in line:
            break
    for one in signals:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, one)
        time.sleep(0.2)
    _, told = process.communicate(timeout=30)
    return process.returncode, told


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    "signals",
    [
        [signal.SIGINT],
        [signal.SIGTERM],
        [signal.SIGINT, signal.SIGINT, signal.SIGINT],
        [signal.SIGINT, signal.SIGTERM],
        [signal.SIGTERM, signal.SIGINT],
    ],
    ids=lambda signals: "-".join(one.name for one in signals),
)
def test_it_ends_quietly_however_often_it_is_told_to(tmp_path, signals):
    book = Book.create(tmp_path / "book", name="Lantern", currency="CNY")
    code, told = told_when_ended(book, *signals)
    assert code in (0, 130)
    assert "Traceback" not in told
    assert "Error" not in told


@pytest.fixture
def served(tmp_path):
    """A new book that is being served, and the lines that were printed."""
    book = Book.create(tmp_path / "book", name="Lantern", currency="CNY")
    with serving(book) as lines:
        yield lines, book


def test_one_command_serves_and_says_where(served):
    lines, book = served
    address = next(line for line in lines if line.startswith("http"))
    first = next(line for line in lines if "first-run" in line)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
    with urllib.request.urlopen(first, timeout=30) as page:
        assert "Welcome to Kefen" in page.read().decode()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{address}first-run/", timeout=30)
    assert (book.directory / "workspace.sqlite3").is_file()
    key = book.directory / "workspace.key"
    assert os.name == "nt" or key.stat().st_mode & 0o077 == 0


def test_help_of_the_command_loads_no_django():
    code = "import sys, kefen.cli.main, kefen.cli.serve; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "serve" in cli.list_commands(None)


def test_a_demo_is_entered_once_by_the_address_that_is_printed(tmp_path):
    book = Book.create(tmp_path / "book", name="Kefen demo", currency="GBP")
    with serving(book, "--demo") as lines:
        entry = next(line for line in lines if "/demo/?key=" in line)
        assert not any("first-run" in line for line in lines)
        wrong = re.sub("key=.*", "key=guessed", entry)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(wrong, timeout=30)
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        with urllib.request.build_opener(cookies).open(entry, timeout=30) as page:
            assert "Three steps to the first grades" in page.read().decode()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(entry, timeout=30)


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("Lantern", (), "This book is no demo"),
        ("Kefen demo", ("--host", "192.0.2.1"), "for this machine only"),
        ("客分演示", ("--name", "kefen.example.com"), "for this machine only"),
    ],
)
def test_a_real_book_or_an_open_machine_is_never_entered_without_a_password(
    name, more, words, tmp_path
):
    book = Book.create(tmp_path / "book", name=name, currency="GBP")
    command = [sys.executable, "-c", CALL, "serve", "--demo", "--book", book.directory, *more]
    done = subprocess.run([*command, "--lang", "en"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert words in done.stderr
