"""One lock per book, between processes and threads."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kefen.domain.errors import BookError
from kefen.lake.book import Book

HOLD = """
import sys, time
from kefen.lake.book import Book
with Book.open(sys.argv[1]).guard.hold("import"):
    print("held", flush=True)
    time.sleep(60)
"""


def holding_process(book: Book) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(book.directory)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    return process


def test_the_holder_is_named_and_a_killed_holder_frees_the_lock(book: Book) -> None:
    process = holding_process(book)
    try:
        with pytest.raises(BookError) as refused, book.guard.hold("undo"):
            pytest.fail("the lock was given twice")
        for language in ("en", "zh"):
            message = refused.value.in_language(language)
            assert str(process.pid) in message
            assert "`import`" in message
        holder = book.guard.holder()
        assert holder is not None
        assert holder["pid"] == process.pid
        assert holder["since"].startswith("20")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()

    assert book.guard.holder() is None
    left = book.guard.left_behind()
    assert left is not None
    assert left["pid"] == process.pid
    with book.guard.hold("undo"):
        pass
    assert book.guard.left_behind() is None


def test_waiting_gets_the_lock_when_it_is_free(book: Book) -> None:
    process = holding_process(book)
    timer = threading.Timer(0.7, process.kill)
    timer.start()
    with book.guard.hold("undo", wait_seconds=30):
        holder = book.guard.holder()
    assert holder is not None
    assert holder["purpose"] == "undo"
    process.wait()


def test_the_same_thread_may_nest_the_lock_and_another_may_not(book: Book) -> None:
    refused = []

    def other() -> None:
        try:
            with book.guard.hold("import"):
                pass
        except BookError as error:
            refused.append(error)

    with book.guard.hold("grade"):
        with book.guard.hold("import"):
            pass
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert len(refused) == 1
        assert book.guard.holder() is not None
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert len(refused) == 1


def test_two_openings_of_one_book_share_the_lock(book: Book) -> None:
    with (
        book.guard.hold("grade"),
        pytest.raises(BookError, match="in use"),
        Book.open(book.directory).guard.hold("import"),
    ):
        pytest.fail("the lock was given twice")


def test_a_lock_file_with_anything_in_it_does_no_harm(book: Book) -> None:
    (book.directory / "kefen.lock").write_bytes(b"\xff[1")
    with book.guard.hold("import"):
        assert book.guard.holder() is not None
    assert Path(book.directory / "kefen.lock").read_bytes() == b""
