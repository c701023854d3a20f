"""Engines for tests of compiled metrics, and the helpers beside them made importable."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from kefen.engines.duckdb import DuckDBEngine


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as made:
        yield made


@pytest.fixture(scope="module")
def shared_engine() -> Iterator[DuckDBEngine]:
    """One engine for all examples of a property: every measuring replaces what was there."""
    with DuckDBEngine() as made:
        yield made
