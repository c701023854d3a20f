"""A disk that is full at any moment: a clear error, and the last good state."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rows_by_hand import order, read_rows, rows_of

from kefen.lake.book.doctor import doctor

if TYPE_CHECKING:
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Book

IMPORT_ON_A_SMALL_DISK = """
import resource, sys
sys.path.insert(0, sys.argv[3])
from rows_by_hand import order, read_rows
from kefen.domain.errors import KefenError
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import Book
from kefen.lake.book.commit_points import CommitPoint, watching

limit = int(sys.argv[2])
def fill(point):
    if point is CommitPoint[sys.argv[4]]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

with DuckDBEngine() as engine:
    rows = [order(f"o{n}", "2", f"c{n}") for n in range(300)]
    read = read_rows(engine, "orders", rows)
    engine.run("CHECKPOINT")
    try:
        with watching(fill):
            Book.open(sys.argv[1]).imports.import_table(engine, read)
    except KefenError as error:
        print(error.in_language("en"))
        sys.exit(error.exit_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of file sizes")
@pytest.mark.parametrize("limit", [0, 300])
@pytest.mark.parametrize(
    "point",
    ["INTENT_WRITTEN", "REPLACED_KEPT", "DATA_WRITTEN", "JOURNAL_COMPLETE", "TABLE_COMMITTED"],
)
def test_a_full_disk_leaves_the_last_good_state(
    book: Book, engine: DuckDBEngine, point: str, limit: int
) -> None:
    rows = [order(f"o{n}", "1", f"c{n}") for n in range(300)]
    book.imports.import_table(engine, read_rows(engine, "orders", rows))
    done = subprocess.run(
        [
            *(sys.executable, "-c", IMPORT_ON_A_SMALL_DISK),
            *(str(book.directory), str(limit), str(Path(__file__).parent), point),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    assert "disk" in done.stdout, done.stderr

    amounts = "SELECT DISTINCT amount FROM {}"
    tables, _ = book.tables(engine)
    committed = point == "TABLE_COMMITTED"
    expected = [(Decimal(2 if committed else 1),)]
    assert engine.rows(amounts.format(tables["orders"].relation)) == expected
    assert [batch.id for batch in book.imports.batches()] == ([1, 2] if committed else [1])
    rows = [order("o1", "3", "c1")]
    assert book.imports.import_table(engine, read_rows(engine, "orders", rows)).rows_updated == 1
    assert len(rows_of(engine, book, "orders", ("order_id",))) == 300
    assert [one.code for one in doctor(book) if one.severity != "note"] == []
