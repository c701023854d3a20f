"""`kefen demo`: a real year as a book, graded and shown; what is generated says so."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.slow


def test_the_demo_makes_a_book_grades_it_and_says_what_next(call) -> None:
    begun = time.process_time()
    answer = call("demo", "--lang", "zh")
    assert time.process_time() - begun < 120  # on two cores a minute by the clock
    assert answer.code == 0, answer.err
    for said in ("2011-11-30", "示例数据", "ABC 分类", "CC BY 4.0", "接下来", "kefen explain"):
        assert said in answer.out
    place = Path("kefen-demo")
    assert (place / "results" / "report.html").is_file()
    assert [path for path in Path().iterdir() if path.name != "kefen-demo"] == []

    batches = call("batches", "--book", place, "--json").json["batches"]
    assert {batch["table"] for batch in batches} >= {"customers", "orders", "receivables"}
    generated = {name for b in batches for file in b["files"] for name in file["generated"]}
    assert {"receivables", "customers.industry"} <= generated
    page = (place / "results" / "report.html").read_text(encoding="utf-8")
    assert "生成" in page
    runs = sorted(path.name for path in (place / "lake" / "run_files").iterdir())
    assert runs == ["2011-10-31-1", "2011-11-30-1"]

    regraded = call("grade", "--book", place, "--no-report", "--lang", "en")
    assert "partly generated" in regraded.out
    assert call("explain", "14646", "--book", place, "--json").json["customer_id"] == "14646"

    assert call("demo").code == 2
    _ends_in_the_workspace()
    assert not (place / "lake" / "run_files" / "2011-11-30-2").exists()  # made anew


def _ends_in_the_workspace() -> None:
    """Replace the demo at a terminal, follow the address it ends with, and end it by Ctrl-C."""
    terminal, inside = pty.openpty()
    surroundings = {**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    # A shell's background jobs ignore Ctrl-C, and so would what they start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "-m", "kefen", "demo", "--overwrite", "--lang", "en"],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env=surroundings,
    )
    os.close(inside)
    try:
        said = ""
        with suppress(OSError):  # the terminal is gone when the process is
            while "Ctrl-C ends it" not in said:
                said += os.read(terminal, 65_536).decode("utf-8", "replace")
        address = re.search(r"http://\S+/demo/\?key=\S+", said)
        assert address is not None, said
        visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with visitor.open(address.group(), timeout=60) as page:
            assert urlsplit(page.url).path == "/", page.url
            told = page.read().decode("utf-8")
            first = page.url
        assert re.search(r">\s*Demo\s*<", told)
        last = time.monotonic() + 300
        while "30 Nov 2011" not in told:  # a worker prepares the pages meanwhile
            assert time.monotonic() < last, told
            time.sleep(0.5)
            with visitor.open(first, timeout=60) as page:
                told = page.read().decode("utf-8")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0, said
    finally:
        signal.signal(signal.SIGINT, before)
        process.kill()
        process.wait()
        os.close(terminal)


def test_the_workspace_is_for_people_and_json_for_programs(call) -> None:
    answer = call("demo", "--serve", "--json", "--lang", "en")
    assert answer.code == 2
    assert "--serve" in answer.out
    assert not Path("kefen-demo").exists()


def test_the_demo_replaces_nothing_but_a_demo(call, book: Path) -> None:
    answer = call("demo", book, "--overwrite")
    assert answer.code == 2
    assert (book / "kefen.toml").is_file()
