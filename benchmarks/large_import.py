"""How long a million rows take through the import wizard, and what others wait meanwhile.

A workspace is served as people serve it, with its worker. One person uploads the file, chooses the
columns, tries and imports it; another asks for pages all the while, and every answer is timed.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from visiting import Person, served

BAR_MS = 1_000.0
"""What others may wait for a page meanwhile, at the 95th percentile."""
_PAUSE_SECONDS = 0.1
_LONGEST_SECONDS = 900
_COLUMNS = ("customer_id", "name", "region", "industry", "owner", "created_on")


def main() -> None:
    """Import, and print what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    from kefen.lake.book import Book

    with tempfile.TemporaryDirectory() as scratch:
        book = Book.create(Path(scratch) / "book", name="A large file", currency="CNY")
        file = _written(Path(scratch) / "customers.csv", asked.rows)
        with served(book.directory) as (person, _):
            print(json.dumps(_found(person, file, asked.rows, book)))


def _written(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(_COLUMNS) + "\n")
        file.writelines(
            f"C{n:07},Customer {n},Region {n % 34},Trade {n % 90},Owner {n % 400},2024-01-01\n"
            for n in range(rows)
        )
    return path


def _found(person: Person, file: Path, rows: int, book: Any) -> dict[str, Any]:
    waited: list[float] = []
    over = threading.Event()
    other = threading.Thread(target=_look_around, args=(person, waited, over))
    other.start()
    try:
        seconds = _imported(person, file)
    finally:
        over.set()
        other.join()
    batch = book.imports.batches()[-1]
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
