"""The tables of a book, at chosen versions, as relations in an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.lake.book import sql
from kefen.lake.book.batches import Batch, with_undos
from kefen.lake.book.delta import LakeTable, Snapshot
from kefen.lake.book.layout import CANCELLED_FROM, contract_table
from kefen.lake.dataset import ReadTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kefen.domain.contract import Table
    from kefen.engines.engine import Engine

NO_REJECTED = "kefen_book_no_rejected_rows"


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
    engine.run(
        sql.statement(
            "CREATE OR REPLACE VIEW {none} AS SELECT CAST(NULL AS BIGINT) AS row, "
            'CAST(NULL AS VARCHAR) AS "column", CAST(NULL AS VARCHAR) AS value, '
            "CAST(NULL AS VARCHAR) AS code WHERE false",
            none=NO_REJECTED,
        )
    )
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
    layout = snapshot.layout
    given = {column for batch in standing for column in batch.columns}
    columns = []
    for column in layout.data_columns:
        if column == "cancelled_on" and layout.dates_cancellations:
            columns.append(f"coalesce(cancelled_on, {sql.name(CANCELLED_FROM)}) AS cancelled_on")
            given.add(column)
        else:
            columns.append(sql.name(column))
    relation = f"kefen_book_{layout.table.name}"
    engine.run(
        sql.statement(
            "CREATE OR REPLACE VIEW {relation} AS SELECT {columns} FROM {files}",
            relation=sql.name(relation),
            columns=", ".join(columns),
            files=_rows(engine, snapshot),
        )
    )
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
