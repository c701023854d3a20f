"""How long a million rows take through the import wizard, and what others wait meanwhile.

A workspace is served as people serve it, with its worker. One person uploads the file, chooses the
columns, tries and imports it; another asks for pages all the while, and every answer is timed.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

BAR_MS = 1_000.0
"""What others may wait for a page meanwhile, at the 95th percentile."""
_PAUSE_SECONDS = 0.1
_LONGEST_SECONDS = 900
_COLUMNS = ("customer_id", "name", "region", "industry", "owner", "created_on")
_CALL = "from kefen.cli.main import main; main()"


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


def main() -> None:
    """Import, and print what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    from kefen.lake.book import Book

    with tempfile.TemporaryDirectory() as scratch:
        book = Book.create(Path(scratch) / "book", name="A large file", currency="CNY")
        file = _written(Path(scratch) / "customers.csv", asked.rows)
        command = [sys.executable, "-c", _CALL, "serve", "--book", str(book.directory)]
        with subprocess.Popen(
            [*command, "--port", "0", "--lang", "en"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as process:
            try:
                print(json.dumps(_found(process, file, asked.rows, book)))
            finally:
                process.terminate()


def _written(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(_COLUMNS) + "\n")
        file.writelines(
            f"C{n:07},Customer {n},Region {n % 34},Trade {n % 90},Owner {n % 400},2024-01-01\n"
            for n in range(rows)
        )
    return path


def _found(process: Any, file: Path, rows: int, book: Any) -> dict[str, Any]:
    first = next(line.strip() for line in process.stdout if "first-run" in line)
    person = Person(first.partition("first-run")[0])
    key = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(first).query))
    person.get(first)
    account = {"username": "ann", "name": "Ann", "password": "a long enough secret"}
    person.post("first-run/", account | key)
    waited: list[float] = []
    over = threading.Event()
    other = threading.Thread(target=_look_around, args=(person, waited, over))
    other.start()
    try:
        seconds = _imported(person, file)
    finally:
        over.set()
        other.join()
    batch = book.batches()[-1]
    if batch.rows_new != rows:
        raise RuntimeError(f"{batch.rows_new} rows came in, not {rows}")
    cuts = statistics.quantiles(waited, n=100, method="inclusive")
    return {
        "rows": rows,
        "megabytes": round(file.stat().st_size / 1e6, 1),
        "seconds": seconds,
        "bar_ms": BAR_MS,
        "pages": len(waited),
        "waited_ms": {"p50": cuts[49], "p95": cuts[94], "most": max(waited)},
    }


def _look_around(person: Person, waited: list[float], over: threading.Event) -> None:
    """Ask for one page after the other, and time each."""
    pages = ("", "runs/", "people/", "audit/")
    while not over.wait(_PAUSE_SECONDS):
        begun = time.perf_counter()
        person.get(pages[len(waited) % len(pages)])
        waited.append(1_000 * (time.perf_counter() - begun))


def _imported(person: Person, file: Path) -> dict[str, float]:
    """Take a file through the wizard; return the seconds of each step."""
    seconds = {}
    begun = time.perf_counter()
    address = person.upload("import/", {"table": "customers"}, file)
    seconds["upload"] = time.perf_counter() - begun
    upload = re.search(r"/import/(\d+)/", address)
    if upload is None:
        raise RuntimeError(f"the file was not taken: {address}")
    page = f"import/{upload.group(1)}/"
    begun = time.perf_counter()
    _until(person, page, "Which heading is which column?")
    seconds["look"] = time.perf_counter() - begun
    begun = time.perf_counter()
    person.post(f"{page}columns/", {f"column_{name}": name for name in _COLUMNS})
    _until(person, page, "Rows in the file")
    seconds["dry run"] = time.perf_counter() - begun
    begun = time.perf_counter()
    person.post(f"{page}commit/", {})
    _until(person, page, "It is in the book")
    seconds["import"] = time.perf_counter() - begun
    return seconds


def _until(person: Person, page: str, words: str) -> None:
    ended = time.monotonic() + _LONGEST_SECONDS
    while words not in (text := person.get(page)):
        if "note-error" in text or time.monotonic() > ended:
            raise RuntimeError(re.sub(r"<[^>]+>|\s+", " ", text)[-600:])
        time.sleep(0.3)


if __name__ == "__main__":
    main()
