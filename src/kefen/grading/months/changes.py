"""Whose data differs between two cuts of a book, found from the batches that came between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.lake.book.batches import REPLACED, with_undos
from kefen.lake.book.delta import LakeTable
from kefen.lake.book.layout import BATCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Book
    from kefen.lake.book.batches import Batch

CHANGED = "changed customers"
"""The relation of the customers that have other rows (`customer_id`)."""


class NotBySteps(Exception):  # noqa: N818  it is an answer, and no error
    """A run cannot be made from an earlier one by grading a part of the customers anew.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def find_changed(
    engine: DuckDBEngine, book: Book, before: Mapping[str, int], after: Mapping[str, int]
) -> int:
    """Make the relation `CHANGED`, and return how many customers it has.

    A row that a batch added or changed carries its number; the rows that it replaced or removed
    lie beside it. So neither version is read but for the numbers of batches.

    Args:
        engine: The engine.
        book: The book.
        before: The versions of the tables then.
        after: The versions of the tables now.

    Raises:
        NotBySteps: A table came or went, has other columns, belongs to no customers, or an import
            was undone.
        BookError: The lake cannot be read.
    """
    engine.run(f'CREATE OR REPLACE TABLE "{CHANGED}" (customer_id VARCHAR)')
    batches = book.batches()
    found: list[str] = []
    for name in sorted({*before, *after}):
        then, now = before.get(name), after.get(name)
        if then == now:
            continue
        found += _changes_of(book, batches, name, then, now)
    if found:
        engine.run(
            f'INSERT INTO "{CHANGED}" SELECT DISTINCT customer_id FROM '  # noqa: S608
            f"({' UNION ALL '.join(found)}) AS found WHERE customer_id IS NOT NULL"
        )
    return int(engine.rows(f'SELECT count(*) FROM "{CHANGED}"')[0][0])  # noqa: S608


def _changes_of(
    book: Book, batches: Sequence[Batch], name: str, then: int | None, now: int | None
) -> list[str]:
    """Return queries of the customers whose rows of a table differ between two versions."""
    from kefen.engines.duckdb import parquet_scan

    table = TABLES[name]
    if then is None or now is None or then > now:
        raise NotBySteps(
            Text("the table {t} came or went", "数据表{t}新增或不再存在").filled(t=table.label)
        )
    if name != "customers" and not (table.has_customer and table.column("customer_id").required):
        raise NotBySteps(
            Text("the table {t} belongs to all customers", "数据表{t}与全体客户有关").filled(
                t=table.label
            )
        )
    came = [
        batch
        for batch in batches
        if batch.table == name
        and batch.changed
        and batch.version_after is not None
        and then < batch.version_after <= now
    ]
    if any(batch.kind != "import" for batch in came):
        raise NotBySteps(Text("an import was undone", "有导入被撤销"))
    lake = LakeTable(book.lake / name, table)
    old, new = lake.snapshot(then), lake.snapshot(now)
    if old.layout != new.layout or _columns(batches, name, then) != _columns(batches, name, now):
        raise NotBySteps(
            Text("the table {t} has other columns", "数据表{t}的列有变化").filled(t=table.label)
        )
    known = {file.path for file in old.files}
    added = [file.path for file in new.files if file.path not in known]
    numbers = ", ".join(str(batch.id) for batch in came)

    def customers_in(paths: Sequence[Path]) -> str:
        return f"SELECT customer_id FROM {parquet_scan([str(path) for path in paths])}"  # noqa: S608

    queries = []
    if added and came:
        queries.append(f'{customers_in(added)} WHERE "{BATCH}" IN ({numbers})')
    replaced = [book.batch_directory(batch.id) / REPLACED for batch in came]
    there = [path for path in replaced if path.is_file()]
    if there:
        queries.append(customers_in(there))
    return queries


def _columns(batches: Sequence[Batch], name: str, version: int) -> frozenset[str]:
    """Return the columns that the imports of a table had, of those that stood in a version."""
    by_then = [
        batch
        for batch in batches
        if batch.table == name
        and batch.version_after is not None
        and batch.version_after <= version
    ]
    return frozenset(
        column for batch in with_undos(by_then) if batch.stands for column in batch.columns
    )
