"""One customer at once over HTTP: how long a served workspace takes to grade and explain one.

    python benchmarks/one_customer_served.py BOOK [--customers 1000] [--json]

BOOK is a book with a run, such as `kefen demo` makes. The workspace is served as people serve it;
a program that is signed in asks for one customer after the other over one connection. The grades
are compared with the run's.
"""

from __future__ import annotations

import http.client
import json
import shutil
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kefen
from one_customer import BAR_MILLISECONDS, percentiles, rows_of, run_command
from visiting import Person, processor_seconds, served

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST_SECONDS = 300
_READY_SECONDS = 20
"""What a workspace has, once it is served, to read ahead: until then answers wait for it."""
_COLUMNS = ("grade", "reason", "confidence")


def measure(book: str, customers: int) -> dict[str, Any]:
    """Serve a book and ask for customers one by one.

    Returns:
        For each kind of call the milliseconds at the 50th, 95th and 99th percentile from asking to
        the last byte of the answer, what the server's processes took of the processor for each on
        average, and whose grades differ from the run's.
    """
    with tempfile.TemporaryDirectory() as scratch:
        # The workspace is made anew, whoever has worked in the book before.
        copied = Path(scratch) / "book"
        shutil.copytree(book, copied, ignore=shutil.ignore_patterns("workspace.*"))
        with served(copied) as (person, session):
            return _measured(person, session, str(copied), customers)


def _measured(person: Person, session: int, book: str, customers: int) -> dict[str, Any]:
    run = kefen.open_book(book).run()
    attributes, facts = rows_of(book, dict(run.record["lake_versions"]))
    expected: dict[str, dict[str, tuple[Any, ...]]] = {}
    for row in run.grades.to_pylist():
        own = expected.setdefault(row["customer_id"], {})
        own[row["scheme"]] = tuple(row[name] for name in _COLUMNS)
    step = max(1, len(expected) // customers)
    chosen = sorted(expected)[::step][:customers]
    program = _Program(person)
    _wait(program, _page(chosen[0], "grades"))
    time.sleep(_READY_SECONDS)
    bodies = {
        one: json.dumps({"customer": attributes[one], **facts.get(one, {})}, default=str).encode()
        for one in chosen
    }
    calls: Mapping[str, Callable[[str], dict[str, Any]]] = {
        "grades": lambda one: program.get(_page(one, "grades")),
        "why, one scheme": lambda one: program.get(_page(one, "why") + "?scheme=value_index"),
        "why, every scheme": lambda one: program.get(_page(one, "why")),
        "grade the rows sent": lambda one: program.post("/api/grade/", bodies[one]),
    }
    timed: dict[str, Any] = {}
    different: list[str] = []
    for name, call in calls.items():
        call(chosen[0])
        spent: list[float] = []
        processor = processor_seconds(session)
        for one in chosen:
            answer = call(one)
            spent.append(program.waited)
            if "grades" in answer:
                found = {own["scheme"]: tuple(own[c] for c in _COLUMNS) for own in answer["grades"]}
                if found != expected[one]:
                    different.append(f"{name}: {one}")
        timed[name] = {
            "clock_ms": percentiles(spent),
            "processor_ms": round((processor_seconds(session) - processor) * 1000 / len(chosen), 2),
        }
    return {
        "customers": len(chosen),
        "schemes": len(run.schemes),
        "calls": timed,
        "different": different,
        "bar_ms": BAR_MILLISECONDS,
    }


class _Program:
    """A program that asks over one connection, signed in as a person.

    Attributes:
        waited: The seconds from asking last to the last byte of the answer.
    """

    def __init__(self, person: Person) -> None:
        self.waited = 0.0
        where = urllib.parse.urlsplit(person.address)
        self._connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
        self._headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in person.cookies.items()),
            "X-CSRFToken": person.cookies["csrftoken"],
            "Origin": person.address.rstrip("/"),
            "Content-Type": "application/json",
        }

    def status(self, page: str) -> int:
        """Return how a page is answered."""
        self._connection.request("GET", page, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def get(self, page: str) -> dict[str, Any]:
        """Return the JSON of a page."""
        return self._asked("GET", page, None)

    def post(self, page: str, body: bytes) -> dict[str, Any]:
        """Return the JSON that answers a body."""
        return self._asked("POST", page, body)

    def _asked(self, method: str, page: str, body: bytes | None) -> dict[str, Any]:
        begun = time.perf_counter()
        self._connection.request(method, page, body, self._headers)
        answer = self._connection.getresponse()
        said = answer.read()
        self.waited = time.perf_counter() - begun
        if answer.status != http.client.OK:
            raise RuntimeError(f"{page}: {answer.status} {said[:500]!r}")
        found: dict[str, Any] = json.loads(said)
        return found


def _wait(program: _Program, page: str) -> None:
    """Wait until the run is shown."""
    end = time.monotonic() + _LONGEST_SECONDS
    while program.status(page) != http.client.OK:
        if time.monotonic() > end:
            raise RuntimeError(f"{page} was not there in time")
        time.sleep(0.5)


def _page(customer: str, what: str) -> str:
    return f"/api/customers/{urllib.parse.quote(customer, safe='')}/{what}/"


if __name__ == "__main__":
    sys.exit(run_command(__doc__, measure, 1_000))
