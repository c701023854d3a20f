"""A book, an engine and a way to write the rows of a read table by hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import Book

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROWS = Path(__file__).with_name("rows_by_hand.py")
_spec = importlib.util.spec_from_file_location("rows_by_hand", _ROWS)
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
# Tests of this folder import it by this name, however pytest was started.
sys.modules["rows_by_hand"] = _module
_spec.loader.exec_module(_module)


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(memory_limit="500MB") as one:
        yield one


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book.create(tmp_path / "book", name="Acme", timezone="Asia/Shanghai")
