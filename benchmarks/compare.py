"""Whether two runs gave the same grades and metrics, to the last digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

_KEYS = {"grades.parquet": ("customer_id", "scheme"), "metrics.parquet": ("customer_id",)}
_LISTED = 5


def differences(one: Path, other: Path) -> list[str]:
    """Return what differs between two directories of results, one line a column.

    Metrics are compared column by column where both have the column: a metric that only one
    computes is null in the other.
    """
    found: list[str] = []
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '2GB'")
        for file, keys in _KEYS.items():
            for side, path in (("a", one / file), ("b", other / file)):
                connection.execute(f"CREATE OR REPLACE VIEW {side} AS FROM read_parquet('{path}')")
            names = [
                [str(column[0]) for column in connection.sql(f"FROM {side} LIMIT 0").description]
                for side in ("a", "b")
            ]
            shared = [name for name in names[0] if name in names[1] and name not in keys]
            found += _differences(connection, file, keys, shared)
    return found


def _differences(
    connection: duckdb.DuckDBPyConnection, file: str, keys: tuple[str, ...], columns: list[str]
) -> list[str]:
    tests = ", ".join(
        f'count(*) FILTER (WHERE a."{c}" IS DISTINCT FROM b."{c}") AS "{c}"' for c in columns
    )
    using = ", ".join(keys)
    alone, *counts = connection.execute(
        f"SELECT count(*) FILTER (WHERE a.customer_id IS NULL OR b.customer_id IS NULL), {tests} "
        f"FROM a FULL JOIN b USING ({using})"
    ).fetchall()[0]
    found = [f"{file}: {alone} rows are only on one side"] if alone else []
    for column, count in zip(columns, counts, strict=True):
        if count:
            examples = connection.execute(
                f'SELECT {using}, a."{column}", b."{column}" FROM a FULL JOIN b USING ({using}) '
                f'WHERE a."{column}" IS DISTINCT FROM b."{column}" ORDER BY {using} LIMIT {_LISTED}'
            ).fetchall()
            found.append(f"{file}: {column} differs in {count} rows, such as {examples}")
    return found
