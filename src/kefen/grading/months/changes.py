"""Whose data differs between two cuts of a book, and their rows in both.

A row that a batch added or changed carries its number; the rows that it replaced or removed lie
beside it. So who changed is found without reading either version, and the changed customers' rows
of the earlier version are made from those of the later one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.engines.parquet_queries import parquet_scan
from kefen.lake.book.batches import REPLACED, with_undos
from kefen.lake.book.delta import LakeTable
from kefen.lake.book.layout import BATCH
from kefen.lake.book.versions import Came

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


@dataclass(frozen=True, slots=True)
class Changes:
    """What came to a book between two cuts.

    Attributes:
        customers: How many customers have other rows.
        came: What came to the tables that are not as they were.
    """

    customers: int
    came: Mapping[str, Came]


def find_changed(
    engine: DuckDBEngine, book: Book, before: Mapping[str, int], after: Mapping[str, int]
) -> Changes:
    """Make the relation `CHANGED`, and return what came.

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
    batches = book.imports.batches()
    came: dict[str, Came] = {}
    found: list[exp.Query] = []
    for name in sorted({*before, *after}):
        then, now = before.get(name), after.get(name)
        if then == now:
            continue
        own = _came(batches, name, then, now)
        files = (book.imports.batch_directory(batch.id) / REPLACED for batch in own)
        came[name] = Came(
            tuple(batch.id for batch in own), tuple(path for path in files if path.is_file())
        )
        found += _customers(book, batches, name, (then, now), came[name].batches)
        if came[name].replaced:
            found.append(_ids_in(came[name].replaced))
    engine.create("TABLE", CHANGED, _different(found))
    count = exp.select(exp.Count(this=exp.Star())).from_(table(CHANGED))
    return Changes(int(engine.rows(count.sql("duckdb"))[0][0]), came)


def _different(found: Sequence[exp.Query]) -> exp.Select:
    known = exp.Is(this=column("customer_id"), expression=exp.Null()).not_()
    if not found:
        nobody = exp.alias_(exp.cast(exp.Null(), "TEXT"), "customer_id", quoted=True)
        return exp.select(nobody).where(exp.false())
    every: exp.Query = found[0]
    for further in found[1:]:
        every = exp.union(every, further, distinct=False)
    return exp.select(column("customer_id")).distinct().from_(every.subquery("found")).where(known)


def _came(
    batches: Sequence[Batch], name: str, then: int | None, now: int | None
) -> tuple[Batch, ...]:
    """Return the batches that came to a table between two of its versions."""
    known = TABLES[name]
    if then is None or now is None or then > now:
        raise NotBySteps(
            Text("the table {t} came or went", "数据表{t}新增或不再存在").filled(t=known.label)
        )
    if name != "customers" and not (known.has_customer and known.column("customer_id").required):
        raise NotBySteps(
            Text("the table {t} belongs to all customers", "数据表{t}与全体客户有关").filled(
                t=known.label
            )
        )
    came = tuple(
        batch
        for batch in batches
        if batch.table == name
        and batch.changed
        and batch.version_after is not None
        and then < batch.version_after <= now
    )
    if any(batch.kind != "import" for batch in came):
        raise NotBySteps(Text("an import was undone", "有导入被撤销"))
    return came


def _customers(
    book: Book,
    batches: Sequence[Batch],
    name: str,
    versions: tuple[int | None, int | None],
    came: Sequence[int],
) -> list[exp.Query]:
    """Return the query of the customers of whom a table has rows of the batches that came."""
    then, now = versions
    lake = LakeTable(book.lake / name, TABLES[name])
    old, new = lake.snapshot(then), lake.snapshot(now)
    same = old.layout == new.layout
    if not same or _columns(batches, name, then or 0) != _columns(batches, name, now or 0):
        raise NotBySteps(
            Text("the table {t} has other columns", "数据表{t}的列有变化").filled(
                t=TABLES[name].label
            )
        )
    known = {file.path for file in old.files}
    added = [file.path for file in new.files if file.path not in known]
    if not added or not came:
        return []
    numbers = [exp.Literal.number(one) for one in came]
    return [_ids_in(added).where(exp.In(this=column(BATCH), expressions=numbers))]


def _ids_in(paths: Sequence[Path]) -> exp.Select:
    """Return the query of the customers of Parquet files."""
    source = parquet_scan([str(path) for path in paths])
    return exp.select(column("customer_id")).from_(exp.to_table(source, dialect="duckdb"))


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
