"""`kefen serve` as a process: its address, its first account, its worker."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request

import pytest

from kefen.cli.main import cli
from kefen.lake.book import Book


@pytest.fixture
def served(tmp_path):
    """A new book that is being served; its address, and the lines that were printed."""
    book = Book.create(tmp_path / "book", name="Lantern", currency="CNY")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KEFEN_", "DJANGO_"))}
    call = "from kefen.cli.main import main; main()"
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            call,
            "serve",
            "--book",
            book.directory,
            "--port",
            "0",
            "--lang",
            "en",
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONUNBUFFERED": "1"},
    )
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if "Ctrl-C" in line:
            break
    yield lines, book, process
    process.terminate()
    process.wait(timeout=20)


def test_one_command_serves_and_says_where(served):
    lines, book, _ = served
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
