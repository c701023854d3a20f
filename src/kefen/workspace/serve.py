"""The web server and its worker: one call, one address."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_THREADS = 8
_READ_BYTES = 65_536
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Serving:
    """A workspace that is being served.

    Attributes:
        address: Where to open it.
        first_run: The address that makes the first account; None when there is one.
        demo: The address that signs the demo user in, once; None without one.
        run: Serves until it is interrupted.
    """

    address: str
    first_run: str | None
    demo: str | None
    run: Callable[[], None]


def prepare(
    book: Path, *, hosts: tuple[str, ...] = (), secure: bool = False, demo: bool = False
) -> None:
    """Make this process the workspace of a book: settings loaded, tables up to date.

    Args:
        book: The directory of the book.
        hosts: Names that the workspace is reached by, besides those of this machine.
        secure: Whether people reach it by https, through a server in front.
        demo: Whether an address will sign a demo user in, who can do everything.

    Raises:
        BookError: The book or its database cannot be used.
    """
    import django
    from django.core.management import call_command

    os.environ["KEFEN_BOOK"] = str(book.absolute())
    os.environ["KEFEN_HOSTS"] = ",".join((*_LOCAL, *hosts))
    os.environ["KEFEN_HTTPS"] = "1" if secure else "0"
    os.environ["KEFEN_FIRST_RUN_KEY"] = secrets.token_urlsafe(16)
    os.environ["KEFEN_DEMO_KEY"] = secrets.token_urlsafe(16) if demo else ""
    os.environ["DJANGO_SETTINGS_MODULE"] = "kefen.workspace.settings"
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if demo:
        from kefen.workspace.accounts.services import demo_user
        from kefen.workspace.runs.services import fill_year, publish_latest

        publish_latest(demo_user())
        fill_year(demo_user())


def is_free(host: str, port: int) -> bool:
    """Return whether a port can be listened on."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return False
    return True


@contextmanager
def serving(host: str, port: int) -> Iterator[Serving]:
    """Open the port and start the worker; the block decides what to say before it runs.

    Args:
        host: The address to listen on.
        port: The port; 0 for any free one.

    Raises:
        OSError: The port is taken.
    """
    from waitress.server import create_server

    from kefen.workspace.accounts.queries import anybody
    from kefen.workspace.application import application
    from kefen.workspace.runs.warming import start_warming
    from kefen.workspace.shell.garbage import collect_between_requests

    server = create_server(
        application,
        host=host,
        port=port,
        threads=_THREADS,
        ident="kefen",
        # In pieces of 8 KB, waitress's own, a file or a customer's rows take five times as long.
        recv_bytes=_READ_BYTES,
    )
    shown = "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104  compared, not bound
    address = f"http://{shown}:{server.effective_port}/"
    key = os.environ["KEFEN_FIRST_RUN_KEY"]
    first = None if anybody() else f"{address}first-run/?key={key}"
    demo_key = os.environ["KEFEN_DEMO_KEY"]
    demo = f"{address}demo/?key={demo_key}" if demo_key else None
    collect_between_requests()
    with _worker():
        end = start_warming()
        try:
            yield Serving(address, first, demo, server.run)
        finally:
            end()
            server.close()


@contextmanager
def _worker() -> Iterator[None]:
    """Keep one worker alive, in a process of its own: grading must not slow the pages."""
    over = threading.Event()
    current: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not over.is_set():
            process = subprocess.Popen(
                [sys.executable, "-m", "kefen.workspace.worker"],
                start_new_session=True,  # Ctrl-C is for the server, which ends its worker
            )
            current[:] = [process]
            process.wait()
            over.wait(1)

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        for process in current:
            process.terminate()
        thread.join(timeout=10)
        for process in current:
            process.kill()
