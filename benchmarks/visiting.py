"""Somebody at a served workspace, for measurements that ask it for pages."""

from __future__ import annotations

import http.cookiejar
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CALL = "from kefen.cli.main import main; main()"


@contextmanager
def served(book: Path) -> Iterator[tuple[Person, int]]:
    """Serve a book in which nobody has an account yet, with its worker, as people serve it.

    Yields:
        The first administrator, signed in, and the number of the session of its processes.
    """
    command = [sys.executable, "-c", _CALL, "serve", "--book", str(book), "--port", "0"]
    with subprocess.Popen(
        [*command, "--lang", "en"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    ) as process:
        try:
            lines = process.stdout or ()
            first = next(line.strip() for line in lines if "first-run" in line)
            person = Person(first.partition("first-run")[0])
            key = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(first).query))
            person.get(first)
            account = {"username": "ann", "name": "Ann", "password": "a long enough secret"}
            person.post("first-run/", account | key)
            yield person, process.pid
        finally:
            process.terminate()
            process.wait()
            # The worker ends after the server does, and works in the book until then.
            while _processes_of(process.pid):
                time.sleep(0.1)


def processor_seconds(session: int) -> float:
    """Return what the processes of a session took of the processor."""
    ticks = sum(int(fields[11]) + int(fields[12]) for fields in _processes_of(session))
    return ticks / os.sysconf("SC_CLK_TCK")


def _processes_of(session: int) -> list[list[str]]:
    """Return what Linux says of each process of a session, from its state on."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(fields)
    return found


class Person:
    """Somebody at a browser, without one.

    Args:
        address: Where the workspace is.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._jar = http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self._jar)
        self._opener = urllib.request.build_opener(cookies)

    @property
    def cookies(self) -> dict[str, str]:
        """Return what the workspace left with this person."""
        return {one.name: one.value or "" for one in self._jar}

    def get(self, page: str) -> str:
        """Return a page."""
        with self._opener.open(urllib.parse.urljoin(self.address, page), timeout=300) as answer:
            return str(answer.read().decode())

    def post(self, page: str, fields: dict[str, str]) -> str:
        """Send a form; return the page that it leads to."""
        return self._send(page, urllib.parse.urlencode(fields | self._token()).encode(), None)[1]

    def upload(self, page: str, fields: dict[str, str], file: Path) -> str:
        """Send a form with a file; return the address that it leads to."""
        edge = "an-edge-that-no-file-holds"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (fields | self._token()).items()
        ]
        parts.append(
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="{file.name}"\r\nContent-Type: text/csv\r\n\r\n'
        )
        body = "".join(parts).encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        return self._send(page, body, f"multipart/form-data; boundary={edge}")[0]

    def _token(self) -> dict[str, str]:
        return {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}

    def _send(self, page: str, body: bytes, kind: str | None) -> tuple[str, str]:
        address = urllib.parse.urljoin(self.address, page)
        headers = {"Content-Type": kind} if kind else {}
        request = urllib.request.Request(address, body, headers)  # noqa: S310  our own server
        with self._opener.open(request, timeout=300) as answer:
            return answer.geturl(), answer.read().decode()
