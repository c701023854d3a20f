"""The rows of one customer given to another: two records of one customer become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.lake.book import sql
from kefen.lake.book.layout import BATCH
from kefen.lake.book.workspace import (
    CHANGES,
    REPLACED,
    count_rows,
    create_changes,
    current_rows,
)

if TYPE_CHECKING:
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book.delta import Snapshot

_CUSTOMER = "customer_id"


def plan_move(engine: DuckDBEngine, snapshot: Snapshot, old: str, new: str, batch: int) -> int:
    """Fill `CHANGES` and `REPLACED` with the rows of a customer, under another.

    Of the table of customers the row is taken away. The rows are replaced like those of an import,
    so that the batch is undone like one.

    Args:
        engine: The engine with the scratch relations.
        snapshot: The version of the table.
        old: The customer whose rows they are.
        new: The customer whose they become.
        batch: The number of the batch.

    Returns:
        How many rows there are.

    Raises:
        EngineError: The engine stopped.
    """
    layout = snapshot.layout
    create_changes(engine, layout)
    current = current_rows(snapshot, layout, snapshot.files)
    engine.run(
        sql.statement(
            "INSERT INTO {replaced} SELECT _file, _row, {columns} FROM ({current}) AS old "
            "WHERE {customer} = {old}",
            replaced=REPLACED,
            columns=sql.names(layout.columns, "old"),
            current=current,
            customer=sql.column(_CUSTOMER, "old"),
            old=sql.text(old),
        )
    )
    removes = layout.table.name == "customers"
    values = ", ".join(
        f"CAST({int(batch)} AS BIGINT) AS {sql.name(BATCH)}"
        if column == BATCH
        else f"{sql.text(new)} AS {sql.name(column)}"
        if column == _CUSTOMER and not removes
        else sql.name(column)
        for column in layout.columns
    )
    moved = sql.statement(
        "SELECT _file, _row, {values} FROM {replaced}", values=values, replaced=REPLACED
    )
    engine.run(
        sql.statement(
            "INSERT INTO {changes} SELECT '{kind}', *, {bucket} FROM ({moved}) AS moved",
            changes=CHANGES,
            kind="removed" if removes else "updated",
            bucket=layout.bucket_sql("moved"),
            moved=moved,
        )
    )
    return count_rows(engine, REPLACED)
