"""Imports, repeated imports and undos against plain dictionaries."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from rows_by_hand import read_rows, rows_of

from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import Book

Unit = str
Content = frozenset[Any] | tuple[Any, ...]
AT = datetime(2024, 1, 1, 10)
CUSTOMERS = {f"o{n}": f"c{n % 3}" for n in range(6)}
_settings = settings(
    max_examples=5,
    stateful_step_count=7,
    deadline=None,
    # Every step writes to the disk: shrinking would take minutes and tell little more.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@dataclass
class Import:
    """What one import did to each unit it touched: what was there before."""

    before: dict[Unit, Content | None]
    remaining: set[Unit] = field(default_factory=set)


class _Books(RuleBasedStateMachine):
    """What the machines share: a real book, a model by unit, and every version seen."""

    table = ""
    columns: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.book = Book.create(self.directory / "book", name="model")
        self.engine = DuckDBEngine(memory_limit="500MB")
        self.units: dict[Unit, Content] = {}
        self.imports: dict[int, Import] = {}
        self.seen: dict[int, list[tuple[Any, ...]]] = {}

    def teardown(self) -> None:
        for version, rows in self.seen.items():
            found = rows_of(self.engine, self.book, self.table, self.columns, {self.table: version})
            assert found == rows, "a past version reads as it did"
        self.engine.close()
        shutil.rmtree(self.directory)

    def expected(self) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def compare(self) -> None:
        found = rows_of(self.engine, self.book, self.table, self.columns)
        assert Counter(found) == Counter(self.expected())
        version = self.book.versions().get(self.table)
        if version is not None:
            assert self.seen.setdefault(version, found) == found

    def import_units(self, rows: list[dict[str, Any]], after: dict[Unit, Content]) -> None:
        changed = {
            unit: self.units.get(unit)
            for unit, content in after.items()
            if self.units.get(unit) != content
        }
        batch = self.book.imports.import_table(
            self.engine,
            read_rows(self.engine, self.table, rows, columns=(*self.columns,)),
            note="",
        )
        assert batch.rows_new + batch.rows_updated + batch.rows_unchanged == len(rows)
        assert (batch.state == "nothing new") == (not changed)
        if changed:
            self.imports[batch.id] = Import(changed, set(changed))
        self.units.update(after)
        self.compare()
        version = self.book.versions().get(self.table)
        again = self.book.imports.import_table(
            self.engine, read_rows(self.engine, self.table, rows, columns=(*self.columns,))
        )
        assert again.state == "nothing new"
        assert self.book.versions().get(self.table) == version

    @precondition(lambda self: any(one.remaining for one in self.imports.values()))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from([n for n, one in self.imports.items() if one.remaining]))
        target = self.imports[number]
        later = set().union(
            *(one.remaining for n, one in self.imports.items() if n > number), set[Unit]()
        )
        report = self.book.imports.undo(number, engine=self.engine)
        left = target.remaining & later
        assert report.left == len(left)
        for unit in target.remaining - left:
            before = target.before[unit]
            if before is None:
                del self.units[unit]
            else:
                self.units[unit] = before
        target.remaining = left
        state = next(one for one in self.book.imports.batches() if one.id == number).state
        assert state == ("partly undone" if left else "undone")
        self.compare()


class KeyedBooks(_Books):
    """Receivables: one row per invoice, which may go to another customer."""

    table = "receivables"
    columns = ("invoice_id", "customer_id", "issued_on", "amount")

    def expected(self) -> list[tuple[Any, ...]]:
        return [(unit, *content) for unit, content in self.units.items()]

    @rule(
        file=st.dictionaries(
            st.sampled_from([f"i{n}" for n in range(8)]),
            st.tuples(st.sampled_from([None, "c1", "c2", "c3"]), st.integers(-2, 2)),
            min_size=1,
        )
    )
    def import_file(self, file: dict[str, tuple[str | None, int]]) -> None:
        on = date(2024, 1, 1)
        after: dict[Unit, Content] = {
            unit: (customer, on, Decimal(amount)) for unit, (customer, amount) in file.items()
        }
        rows = [dict(zip(self.columns, (unit, *row), strict=True)) for unit, row in after.items()]
        self.import_units(rows, after)


class OrderBooks(_Books):
    """Orders, with and without line numbers, customers sometimes blank."""

    table = "orders"
    columns = ("order_id", "line", "customer_id", "ordered_at", "amount")

    def expected(self) -> list[tuple[Any, ...]]:
        return [
            (unit, line, customer, AT, amount)
            for unit, content in self.units.items()
            for (line, customer, amount), times in content
            for _ in range(times)
        ]

    @rule(
        file=st.dictionaries(
            st.sampled_from(sorted(CUSTOMERS)),
            st.tuples(
                st.booleans(),
                st.one_of(
                    st.dictionaries(st.sampled_from("123"), st.integers(1, 2), min_size=1),
                    st.lists(st.integers(1, 2), min_size=1, max_size=3),
                ),
            ),
            min_size=1,
        )
    )
    def import_file(self, file: dict[str, tuple[bool, Any]]) -> None:
        after: dict[Unit, Content] = {}
        rows = []
        for unit, (blank, lines) in file.items():
            customer = None if blank else CUSTOMERS[unit]
            numbered = lines if isinstance(lines, dict) else None
            new = [
                (line, customer, Decimal(amount))
                for line, amount in (
                    numbered.items() if numbered else ((None, amount) for amount in lines)
                )
            ]
            rows += [
                dict(zip(self.columns, (unit, line, owner, AT, amount), strict=True))
                for line, owner, amount in new
            ]
            old = [row for row, times in self.units.get(unit, ()) for _ in range(times)]
            whole = any(line is None for line, *_ in (*old, *new))
            given = {line for line, *_ in new}
            kept = [] if whole else [row for row in old if row[0] not in given]
            after[unit] = frozenset(Counter([*kept, *new]).items())
        self.import_units(rows, after)


class AddedBooks(_Books):
    """Interactions have no key: rows are added, counted by how often they occur."""

    table = "interactions"
    columns = ("customer_id", "at", "note")

    def expected(self) -> list[tuple[Any, ...]]:
        return [row for content in self.units.values() for row in content]

    def book_rows(self) -> Counter[Any]:
        return Counter(self.expected())

    @rule(
        file=st.lists(
            st.tuples(st.sampled_from([None, "c1", "c2"]), st.sampled_from([None, "a", "b"])),
            min_size=1,
            max_size=6,
        )
    )
    def import_file(self, file: list[tuple[str | None, str | None]]) -> None:
        rows = [(customer, AT, note) for customer, note in file]
        added = Counter(rows) - self.book_rows()
        # Every batch is a unit of its own: what it added is what its undoing takes away.
        unit = f"batch {len(self.imports) + 1}"
        after: dict[Unit, Content] = {unit: tuple(added.elements())} if added else {}
        self.import_units([dict(zip(self.columns, row, strict=True)) for row in rows], after)


@pytest.mark.slow
class TestKeyedBooks(KeyedBooks.TestCase):
    settings = _settings


@pytest.mark.slow
class TestOrderBooks(OrderBooks.TestCase):
    settings = _settings


@pytest.mark.slow
class TestAddedBooks(AddedBooks.TestCase):
    settings = _settings
