"""How long the list of the workspace takes with a million customers, page by page.

A small book is graded for real; its published copy is then seeded with as many customers as
asked for, whose values are those of the graded ones, varied by whole-number arithmetic. Each kind
of page is asked for through the whole of Django (session, rights, filters, template), each time
with other values, and timed on the server. Nothing is kept between two requests but what the
workspace itself keeps.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BAR_MS = 200.0
BESIDE_BAR_MS = 1_000.0
_GRADED = 240
_CHUNK = 5_000
_TASKS = 50_000
_PRIME = 2_147_483_647
_MONTHS = (date(2025, 11, 30), date(2025, 12, 31))
_PLACES = tuple(f"Region {n:02}" for n in range(34))
_FIRST = ("Otter", "Heron", "Juniper", "Lantern", "Willow", "Harbour", "Maple", "Quill", "Saffron")
_SECOND = ("Trading", "Gifts", "Supplies", "Stores", "Partners", "Homeware", "贸易", "商行", "科技")


def main() -> None:
    """Seed, measure, and print what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=40, help="of each kind of page")
    parser.add_argument("--database", help="the URL of an empty PostgreSQL database")
    parser.add_argument("--keep", type=Path, help="keep the book here, or use the one kept")
    parser.add_argument("--only", default="", help="the kinds of page whose names contain this")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = asked.keep or Path(scratch) / "book"
        seeded = place.exists()
        if not seeded:
            _graded_book(place, Path(scratch), asked.database)
        _open(place)
        seconds = None if seeded else _seed(asked.customers)
        print(json.dumps(_measured(asked, seconds)))


def _mixed(number: int, salt: int) -> int:
    """Return a number below 2^31 that looks drawn, the same on every machine."""
    mixed = (number * 48_271 + salt * 69_621) % _PRIME
    mixed = ((mixed ^ (mixed >> 15)) * 1_664_525) % _PRIME
    return ((mixed ^ (mixed >> 13)) * 22_695_477) % _PRIME


def _graded_book(place: Path, scratch: Path, database: str | None) -> None:
    """Make a book of a few customers, graded at the ends of two months."""
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Book
    from kefen.lake.book.settings import write_settings
    from kefen.lake.reading import ReadingOptions, Source, read_table
    from kefen.reports.book_run import grade_book

    book = Book.create(place, name="A long list", currency="CNY", country="CN")
    if database:
        write_settings(book.directory, replace(book.settings, database=database))
    customers = ["customer_id,name,region,industry,owner,team,created_on"]
    orders = ["order_id,customer_id,ordered_at,amount"]
    for n in range(_GRADED):
        customers.append(f"G{n},Graded {n},East,Trade {n % 9},Ann,North,2023-01-01")
        for k in range(n % 8):
            day = date(2025, 12, 30) - timedelta(days=29 * k + n % 90)
            orders.append(f"O{n}-{k},G{n},{day},{_mixed(n, k) % 90_000 / 100 + 1:.2f}")
    for table, rows in (("customers", customers), ("orders", orders)):
        path = scratch / f"{table}.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        with DuckDBEngine() as engine:
            read, _ = read_table(engine, table, Source((path,)), ReadingOptions(currency="CNY"))
            book.imports.import_table(engine, read)
    for day in _MONTHS:
        grade_book(book, standard=None, as_of=day, language="en", begin=lambda _: None)


def _open(place: Path) -> None:
    """Make this process the workspace of the book."""
    from kefen.workspace.serve import prepare

    prepare(place, hosts=("testserver",))


def _seed(customers: int) -> dict[str, float]:
    """Fill a published copy with customers; return the seconds of its steps."""
    from django.db import transaction

    from kefen.workspace.accounts.models import Team, User
    from kefen.workspace.book import served_book
    from kefen.workspace.runs.columns import ColumnWriter
    from kefen.workspace.runs.models import Pointer, Publication
    from kefen.workspace.runs.published import insert_rows, make_indexes, make_table
    from kefen.workspace.runs.services import publish

    team = Team.objects.create(name="Team 7")
    for role in ("administrator", "manager", "account_manager"):
        user = User(username=role, name="Owner 7", role=role, team=team)
        user.set_unusable_password()
        user.save()
    latest = served_book().runs.all()[-1]["run_id"]
    small = publish(User.objects.get(username="administrator"), latest, live=lambda: None)
    columns = [one["name"] for one in small.columns]
    from kefen.workspace.runs.published import model_of

    rows = list(model_of(small.pk)._default_manager.values_list("customer_id", *columns))
    large = Publication.objects.create(
        run_id=small.run_id,
        as_of=small.as_of,
        standard_name=small.standard_name,
        standard_version=small.standard_version,
        columns=small.columns,
        customers=customers,
    )
    begun = time.perf_counter()
    make_table(large)
    columns = ColumnWriter(large)
    for chunk in _chunks(rows, small.columns, customers):
        with transaction.atomic():
            columns.add(insert_rows(large, chunk))
    with transaction.atomic():
        columns.finish()
    filled = time.perf_counter()
    make_indexes(large)
    indexed = time.perf_counter()
    large.complete = True
    large.save()
    Pointer.objects.update(publication=large)
    _seed_tasks(customers)
    return {"rows": filled - begun, "indexes": indexed - filled}


def _seed_tasks(customers: int) -> None:
    """Give people work: a task for each of some customers, those of their own among them."""
    from django.utils import timezone

    from kefen.workspace.accounts.models import User
    from kefen.workspace.work.models import Task

    today = timezone.localdate()
    people = list(User.objects.order_by("pk"))
    Task.objects.bulk_create(
        (
            Task(
                customer_id=f"C{n * 7_919 % customers:07}",
                kind="contact",
                words={"en": "Call", "zh": "致电"},
                due_on=today + timedelta(days=n % 41 - 20),
                made_by=people[0],
                assigned_to=people[n % len(people)],
            )
            for n in range(min(_TASKS, customers))
        ),
        batch_size=1_000,
    )


def _chunks(
    rows: list[tuple[Any, ...]], columns: list[dict[str, Any]], customers: int
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield made rows: each a graded one with a number, name and figures of its own."""
    varied = [
        (place, one["type"])
        for place, one in enumerate(columns, 1)
        if one["type"] in ("decimal", "integer") and one["kind"] in ("metric", "score")
    ]
    own: dict[str, Callable[[int], str]] = {
        "name": lambda n: f"{_FIRST[_mixed(n, 1) % 9]} {_SECOND[_mixed(n, 2) % 9]} {n}",
        "region": lambda n: _PLACES[_mixed(n, 3) % 34],
        "owner": lambda n: f"Owner {_mixed(n, 4) % 400}",
        "team": lambda n: f"Team {_mixed(n, 5) % 40}",
        "phone": lambda n: f"139{n:08}",
    }
    named = [
        (place, own[one["name"]]) for place, one in enumerate(columns, 1) if one["name"] in own
    ]
    chunk = []
    for n in range(customers):
        row = list(rows[_mixed(n, 6) % len(rows)])
        row[0] = f"C{n:07}"
        for place, make in named:
            row[place] = make(n)
        share = _mixed(n, 7) % 10_000
        for place, kind in varied:
            value = row[place]
            if value is None:
                continue
            more = value * share / 10_000
            row[place] = (
                value + int(more)
                if kind == "integer"
                else (value + more).quantize(Decimal("0.0001"))
            )
        chunk.append(tuple(row))
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _pages(customers: int) -> dict[str, tuple[str, Callable[[int], str]]]:
    """Return each kind of page: who asks, and the address of the n-th request."""

    def one(address: str) -> Callable[[int], str]:
        return lambda n: address

    return {
        "as it opens": ("manager", one("")),
        "by name": ("manager", lambda n: f"sort={'-' * (n % 2)}name"),
        "by revenue": ("manager", lambda n: f"sort={'-' * (n % 2)}metric_revenue"),
        "by last purchase": ("manager", one("sort=-metric_last_purchase_on")),
        "by region": ("manager", one("sort=region")),
        "by a grade": ("manager", lambda n: f"sort=grade_{('abc', 'rfm', 'tier')[n % 3]}"),
        "one region": ("manager", lambda n: f"region=Region+{n % 34:02}"),
        "one region, by revenue": (
            "manager",
            lambda n: f"region=Region+{n % 34:02}&sort=-metric_revenue",
        ),
        "one class": ("manager", lambda n: f"grade_abc={'ABC'[n % 3]}"),
        "one class of a region, by revenue": (
            "manager",
            lambda n: f"region=Region+{n % 34:02}&grade_abc={'ABC'[n % 3]}&sort=-metric_revenue",
        ),
        "two classes and a range": (
            "manager",
            lambda n: f"grade_abc=B&grade_value_index=B&metric_revenue.min={1000 + 37 * n}",
        ),
        "one owner, by name": ("manager", lambda n: f"owner=Owner+{n * 7 % 400}&sort=name"),
        "an owner of a region, by revenue": (
            "manager",
            lambda n: f"owner=Owner+{n * 7 % 400}&region=Region+{n % 34:02}&sort=-metric_revenue",
        ),
        "a narrow range, by name": (
            "manager",
            lambda n: f"metric_revenue.min={900 + n}&metric_revenue.max={900 + n}.2&sort=name",
        ),
        "moved down": ("manager", one("move_abc=down")),
        "moved down in a region": ("manager", lambda n: f"move_abc=down&region=Region+{n % 34:02}"),
        "a range that nobody is in": ("manager", lambda n: f"metric_revenue.min={10**9 + n}"),
        "search: part of many names": ("manager", lambda n: f"search={_FIRST[n % 9].lower()}"),
        "search: one name": (
            "manager",
            lambda n: f"search={_SECOND[_mixed(n * 997 % customers, 2) % 9]}+{n * 997 % customers}",
        ),
        "search: a number": ("manager", lambda n: f"search=C{n * 7_919 % customers:07}"),
        "search: a telephone": ("manager", lambda n: f"search=139{n * 7_919 % customers:08}"),
        "search: nobody": ("manager", lambda n: f"search=nobody{n}"),
        "search in a class": ("manager", lambda n: f"search={_FIRST[n % 9].lower()}&grade_abc=A"),
        "own customers": ("account_manager", one("")),
        "own customers, by name": ("account_manager", one("sort=name")),
        "own customers of a class": ("account_manager", lambda n: f"grade_abc={'ABC'[n % 3]}"),
        "own customers, search": ("account_manager", lambda n: f"search={n}1"),
        "what the palette finds": ("manager", lambda n: f"/customers/-/find/?search={n}1"),
    }


def _beside(customers: int) -> dict[str, tuple[str, Callable[[int], str]]]:
    """Return the kinds of page beside the list that look at all customers, likewise."""

    def one(address: str) -> Callable[[int], str]:
        return lambda n: address

    return {
        "the form of all filters": ("manager", one("/customers/-/filters/")),
        "a customer within a list": (
            "manager",
            lambda n: (
                f"/customers/C{n * 7_919 % customers:07}/?in=grade_abc%3D{'ABC'[n % 3]}"
                f"%26region%3DRegion%2B{n % 34:02}"
            ),
        ),
        "overview, never asked for before": ("manager", one("/")),
        "overview of a team, never asked for before": (
            "manager",
            lambda n: f"/?team=Team+{n % 40}",
        ),
        "overview of one's own, never asked for before": ("account_manager", one("/")),
        "overview, asked for again": ("manager", one("/")),
        "my day": ("account_manager", one("/work/")),
        "my day, everybody's": ("manager", one("/work/?all=1")),
        "visits of a month": ("manager", one("/work/visits/")),
        "the board of prospects": ("manager", one("/prospects/")),
        "the public pool": ("account_manager", one("/pool/")),
    }


def _measured(asked: argparse.Namespace, seconds: dict[str, float] | None) -> dict[str, Any]:
    """Return the milliseconds of each kind of page, by the clock and of the processor."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client

    from kefen.workspace.accounts.models import User
    from kefen.workspace.runs.warming import warm

    clients = {}
    begun = time.perf_counter()
    warm()  # as a served workspace does when a copy becomes the one that is read
    warmed = time.perf_counter() - begun
    for role in ("manager", "account_manager"):
        clients[role] = Client()
        clients[role].force_login(
            User.objects.get(username=role), backend="kefen.workspace.accounts.backends.People"
        )
        clients[role].get("/customers/")  # what is read once for all: templates, the copy
    found: dict[str, dict[str, float]] = {}
    beside = _beside(asked.customers)
    for kind, (role, address) in {**_pages(asked.customers), **beside}.items():
        if asked.only not in kind:
            continue
        taken = []
        for n in range(asked.requests):
            if kind.endswith("never asked for before"):
                cache.clear()
            taken.append(_asked_for(clients[role], _whole(address(n)))[0])
        found[kind] = _spread(taken)
        print(
            f"{kind}: {found[kind]['p95']:.0f} ms, {found[kind]['cpu_p95']:.0f} of the processor",
            file=sys.stderr,
        )
    if asked.only in "page after page":
        found["page after page"] = _spread(_walked(clients["manager"], asked.requests))
    return {
        "customers": asked.customers,
        "requests": asked.requests,
        "bar_ms": BAR_MS,
        "database": connection.vendor,
        "seconds": seconds,
        "warming_seconds": warmed,
        "pages": {kind: of for kind, of in found.items() if kind not in beside},
        "beside_bar_ms": BESIDE_BAR_MS,
        "beside": {kind: of for kind, of in found.items() if kind in beside},
    }


_Taken = tuple[float, float]
"""How long a request took: milliseconds by the clock, and of the processor."""


def _whole(address: str) -> str:
    return address if address.startswith("/") else f"/customers/?{address}"


def _asked_for(client: Any, address: str) -> tuple[_Taken, str]:
    """Return what a request took, and what was answered."""
    begun, cpu = time.perf_counter(), time.process_time()
    answer = client.get(address)
    taken = (1_000 * (time.perf_counter() - begun), 1_000 * (time.process_time() - cpu))
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return taken, answer.content.decode()


def _walked(client: Any, pages: int) -> list[_Taken]:
    """Return what pages took that follow each other."""
    taken, address = [], "/customers/?sort=-metric_revenue"
    for _ in range(pages):
        one, text = _asked_for(client, address)
        taken.append(one)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        if following is None:
            break
        address = "/customers/" + html.unescape(following.group(1))
    return taken


def _spread(taken: list[_Taken]) -> dict[str, float]:
    clock, cpu = (
        statistics.quantiles(one, n=100, method="inclusive") for one in zip(*taken, strict=True)
    )
    return {
        "p50": clock[49],
        "p95": clock[94],
        "most": max(one for one, _ in taken),
        "cpu_p50": cpu[49],
        "cpu_p95": cpu[94],
    }


if __name__ == "__main__":
    main()
