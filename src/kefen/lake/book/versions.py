"""The tables of a book, at chosen versions, as relations in an engine."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.lake.book import sql
from kefen.lake.book.batches import Batch, with_undos
from kefen.lake.book.delta import LakeTable, Snapshot
from kefen.lake.book.layout import BATCH, CANCELLED_FROM, contract_table
from kefen.lake.dataset import ReadTable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from kefen.domain.contract import Table
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.engines.engine import Engine
    from kefen.lake.book.layout import Layout

NO_REJECTED = "kefen_book_no_rejected_rows"
_FEW = 50
"""Up to how many ids DuckDB looks for in what the files tell of their rows, before reading them."""


def newest_versions(lake: Path) -> dict[str, int]:
    """Return the newest version of each table that a lake has.

    Args:
        lake: The directory of the tables.

    Raises:
        BookError: A table cannot be read.
    """
    found = {}
    for name, table in TABLES.items():
        version = LakeTable(lake / name, table).snapshot().version
        if version is not None:
            found[name] = version
    return found


def tables_at(
    engine: Engine,
    lake: Path,
    batches: Iterable[Batch],
    versions: Mapping[str, int] | None,
) -> tuple[dict[str, ReadTable], dict[str, int]]:
    """Make a view in the engine over every table that imports brought.

    Args:
        engine: The engine.
        lake: The directory of the tables.
        batches: Every batch of the book.
        versions: The version of each table to read; the newest of all when None.

    Returns:
        The tables as read, in the order of the contract, and their versions.

    Raises:
        BookError: A version is not there, or a table cannot be read.
    """
    _make_no_rejected(engine)
    wanted = {contract_table(name).name: version for name, version in (versions or {}).items()}
    read, used = {}, {}
    history = list(batches)
    for name, table in TABLES.items():
        lake_table = LakeTable(lake / name, table)
        if versions is not None and name not in wanted:
            continue
        if versions is None and not lake_table.exists():
            continue
        snapshot = lake_table.snapshot(wanted.get(name))
        standing = _standing_at(history, table, snapshot)
        if standing:
            read[name] = _view(engine, snapshot, standing)
            used[name] = snapshot.version or 0
    return read, used


@dataclass(frozen=True, slots=True)
class Came:
    """What came to a table between two of its versions.

    Attributes:
        batches: The numbers of the imports that came.
        replaced: The files with the rows that they replaced or removed.
    """

    batches: tuple[int, ...]
    replaced: tuple[Path, ...]


def tables_among(
    engine: DuckDBEngine,
    lake: Path,
    batches: Iterable[Batch],
    versions: Mapping[str, int],
    among: str,
    came: Mapping[str, Came],
    unread: Mapping[str, Collection[str]] | None = None,
) -> tuple[dict[str, ReadTable], dict[str, ReadTable]]:
    """Make tables of the rows of some customers, as they are and as they were.

    The versions are read once, and only for these customers: what a batch brought carries its
    number, and what it replaced lies beside it. Tables without customers are whole.

    Args:
        engine: The engine.
        lake: The directory of the tables.
        batches: Every batch of the book.
        versions: The version of each table to read.
        among: The relation of the customers (`customer_id`): all those of whom rows changed.
        came: What came to these versions since, by table; the other tables are as they were.
        unread: The columns of a table that are not read. Its relations have them all the same,
            and a statement that looks at one fails.

    Returns:
        The tables as read, as they are and as they were. How many rows they have is told of all
        rows in those that are, and of none in those that were.

    Raises:
        BookError: A table cannot be read.
    """
    _make_no_rejected(engine)
    now, then = {}, {}
    history = list(batches)
    customers = engine.rows(sql.statement("SELECT count(*) FROM {a}", a=sql.name(among)))[0][0]
    # Of many ids it makes a filter by their first letters, which costs more than it leaves out.
    reading = nullcontext if customers <= _FEW else partial(engine.without, "join_filter_pushdown")
    for name, table in TABLES.items():
        if name not in versions:
            continue
        snapshot = LakeTable(lake / name, table).snapshot(versions[name])
        standing = _standing_at(history, table, snapshot)
        if not standing:
            continue
        read = _read(snapshot, standing, f"kefen_book_{name}")
        if not table.has_customer and name != "customers":
            now[name] = then[name] = _view(engine, snapshot, standing)
            continue
        rows, own = f"kefen_book_rows_of_{name}", came.get(name)
        layout, left_out = snapshot.layout, (unread or {}).get(name, ())
        columns = sql.names(one for one in layout.columns if one not in left_out)
        statement = sql.statement(
            "CREATE OR REPLACE TABLE {rows} AS SELECT {columns} FROM {files} "
            "SEMI JOIN {among} USING (customer_id)",
            rows=rows,
            columns=columns,
            files=_rows(engine, snapshot),
            among=sql.name(among),
        )
        with reading(), engine.reading([file.path for file in snapshot.files]):
            engine.run(statement)
        now[name] = replace(read, relation=f"{rows}_now")
        _make(engine, layout, f"{rows}_now", rows, left_out)
        if own is None:
            then[name] = now[name]
            continue
        then[name] = replace(read, relation=f"{rows}_then", rows_in=0, rows_used=0)
        earlier = _earlier(engine, rows, columns, among, own)
        _make(engine, layout, f"{rows}_then", earlier, left_out)
    return now, then


def _earlier(engine: Engine, rows: str, columns: str, among: str, came: Came) -> str:
    """Return a FROM item of the rows as they were before batches came."""
    every = sql.statement("SELECT {columns} FROM {rows}", columns=columns, rows=rows)
    if came.replaced:
        every += sql.statement(
            " UNION ALL SELECT {columns} FROM {files} SEMI JOIN {among} USING (customer_id)",
            columns=columns,
            files=engine.parquet(came.replaced),
            among=sql.name(among),
        )
    # A row that one of them brought and a later one replaced is in neither version.
    return sql.statement(
        "(SELECT * FROM ({every}) WHERE {batch} NOT IN ({numbers}))",
        every=every,
        batch=sql.name(BATCH),
        numbers=", ".join(str(int(number)) for number in came.batches),
    )


def _make_no_rejected(engine: Engine) -> None:
    """Make the relation of rejected rows: what is in a book was not."""
    engine.run(
        sql.statement(
            "CREATE OR REPLACE VIEW {none} AS SELECT CAST(NULL AS BIGINT) AS row, "
            'CAST(NULL AS VARCHAR) AS "column", CAST(NULL AS VARCHAR) AS value, '
            "CAST(NULL AS VARCHAR) AS code WHERE false",
            none=NO_REJECTED,
        )
    )


def _standing_at(batches: list[Batch], table: Table, snapshot: Snapshot) -> list[Batch]:
    """Return the imports that stood in a version: those since undone stood before."""
    version = snapshot.version
    by_then = [
        batch
        for batch in batches
        if batch.table == table.name
        and version is not None
        and batch.version_after is not None
        and batch.version_after <= version
    ]
    return [batch for batch in with_undos(by_then) if batch.stands]


def _view(engine: Engine, snapshot: Snapshot, standing: list[Batch]) -> ReadTable:
    relation = f"kefen_book_{snapshot.layout.table.name}"
    _make(engine, snapshot.layout, relation, _rows(engine, snapshot))
    return _read(snapshot, standing, relation)


def _make(
    engine: Engine, layout: Layout, relation: str, source: str, unread: Collection[str] = ()
) -> None:
    """Make the view that a user knows of rows of the lake.

    A column that was not read is there, so that views over all columns can be made, and has no
    value: neither a null nor anything else that would be counted.
    """
    columns = [
        _unread(layout, column) if column in unread else _as_known(layout, column)
        for column in layout.data_columns
    ]
    engine.run(
        sql.statement(
            "CREATE OR REPLACE VIEW {relation} AS SELECT {columns} FROM {source}",
            relation=sql.name(relation),
            columns=", ".join(columns),
            source=source,
        )
    )


def _as_known(layout: Layout, column: str) -> str:
    if column == "cancelled_on" and layout.dates_cancellations:
        return f"coalesce(cancelled_on, {sql.name(CANCELLED_FROM)}) AS cancelled_on"
    return sql.name(column)


def _unread(layout: Layout, column: str) -> str:
    return sql.statement(
        "CAST(error({message}) AS {type}) AS {column}",
        message=sql.text(f"{layout.table.name}.{column} was not read"),
        type=layout.sql_type(column),
        column=sql.name(column),
    )


def _read(snapshot: Snapshot, standing: list[Batch], relation: str) -> ReadTable:
    layout = snapshot.layout
    given = {column for batch in standing for column in batch.columns}
    given |= {"cancelled_on"} if layout.dates_cancellations else set()
    return ReadTable(
        table=layout.table,
        relation=relation,
        columns=frozenset(given & set(layout.table.column_names)),
        rejected=NO_REJECTED,
        rows_in=snapshot.rows,
        rows_used=snapshot.rows,
        attributes=layout.attributes,
        inputs=tuple(file for batch in standing for file in batch.files),
    )


def _rows(engine: Engine, snapshot: Snapshot) -> str:
    if snapshot.files:
        return engine.parquet([file.path for file in snapshot.files])
    empty = ", ".join(
        sql.statement(
            "CAST(NULL AS {type}) AS {column}",
            type=snapshot.layout.sql_type(column),
            column=sql.name(column),
        )
        for column in snapshot.layout.columns
    )
    return f"(SELECT {empty} WHERE false)"
