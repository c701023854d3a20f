"""Read tables made by hand, and what a book holds, as plain rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.domain.contract import TABLES
from kefen.lake.book.sql import statement
from kefen.lake.dataset import ReadTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.engines.duckdb import DuckDBEngine
    from kefen.lake.book import Book

Row = dict[str, Any]


def read_rows(
    engine: DuckDBEngine,
    table: str,
    rows: Sequence[Row],
    *,
    columns: Sequence[str] | None = None,
    rejected: Sequence[tuple[int, str, str, str]] = (),
    file: str = "file.csv",
) -> ReadTable:
    """Return `rows` as the reading of a file with `columns` (by default those of the rows)."""
    contract = TABLES[table]
    had = list(columns if columns is not None else dict.fromkeys(c for row in rows for c in row))
    attributes = [column for column in had if column not in contract.column_names]
    declared = [(column.name, column.kind.sql_type) for column in contract.columns]
    declared += [(attribute, "VARCHAR") for attribute in attributes]
    connection = engine.connection
    definition = ", ".join(f'"{name}" {kind}' for name, kind in declared)
    connection.execute("DROP TABLE IF EXISTS by_hand")
    connection.execute(f"CREATE TABLE by_hand ({definition})")
    if rows:
        marks = ", ".join("?" for _ in declared)
        values = [[row.get(name) for name, _ in declared] for row in rows]
        connection.executemany(
            statement("INSERT INTO by_hand VALUES ({marks})", marks=marks), values
        )
    connection.execute("DROP TABLE IF EXISTS by_hand_rejected")
    connection.execute(
        'CREATE TABLE by_hand_rejected ("row" BIGINT, "column" VARCHAR, value VARCHAR, '
        "code VARCHAR)"
    )
    if rejected:
        connection.executemany(
            "INSERT INTO by_hand_rejected VALUES (?, ?, ?, ?)", [list(one) for one in rejected]
        )
    return ReadTable(
        table=contract,
        relation="by_hand",
        columns=frozenset(column for column in had if column in contract.column_names),
        rejected="by_hand_rejected",
        rows_in=len(rows) + len({row for row, *_ in rejected}),
        rows_used=len(rows),
        rows_rejected=len({row for row, *_ in rejected}),
        attributes=tuple(attributes),
        inputs=({"name": file, "size": 1, "sha256": "0" * 64, "rows": len(rows)},),
    )


def rows_of(
    engine: DuckDBEngine,
    book: Book,
    table: str,
    columns: Sequence[str],
    versions: Mapping[str, int] | None = None,
) -> list[tuple[Any, ...]]:
    """Return the rows of a table of the book, sorted; none when the book does not have it."""
    tables, _ = book.tables(engine, versions)
    if table not in tables:
        return []
    named = ", ".join(f'"{column}"' for column in columns)
    query = "SELECT {named} FROM {relation} ORDER BY ALL"
    return engine.rows(statement(query, named=named, relation=tables[table].relation))


def order(order_id: str, amount: str, customer: str | None = "c1", **more: Any) -> Row:
    """Return one order line."""
    return {
        "order_id": order_id,
        "customer_id": customer,
        "ordered_at": "2024-01-01 10:00:00",
        "amount": amount,
        **more,
    }
