"""Fixtures for reading tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.dataset import Finding, ReadTable
from kefen.lake.reading import ReadingOptions, Source, read_table

Reader = Callable[..., tuple[ReadTable, tuple[Finding, ...]]]


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as made:
        yield made


@pytest.fixture
def read(engine: DuckDBEngine) -> Reader:
    """Read files of one table: `read("orders", path, ..., max_rejected=...)`."""

    def reading(table: str, *paths: Path, sheet: str | None = None, **options: Any) -> Any:
        return read_table(engine, table, Source(paths, sheet), ReadingOptions(**options))

    return reading


@pytest.fixture
def rows(engine: DuckDBEngine) -> Callable[..., list[tuple[Any, ...]]]:
    """The rows of a table as read: `rows(table, "order_id", "amount")`."""

    def of(table: ReadTable, *columns: str, order: str = "ALL") -> list[tuple[Any, ...]]:
        chosen = ", ".join(f'"{column}"' for column in columns)
        return engine.rows(f"SELECT {chosen} FROM {table.relation} ORDER BY {order}")

    return of


@pytest.fixture
def rejected(engine: DuckDBEngine) -> Callable[[ReadTable], list[tuple[Any, ...]]]:
    """The rejected values of a table as read: row, column, value, code."""

    def of(table: ReadTable) -> list[tuple[Any, ...]]:
        return engine.rows(
            f'SELECT "row", "column", "value", code FROM {table.rejected} ORDER BY ALL'
        )

    return of


@pytest.fixture
def reference() -> Path:
    """The folder of reference data; the test is skipped where it is absent."""
    folder = os.environ.get("KEFEN_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("KEFEN_DATA is not set")
    return Path(folder)
