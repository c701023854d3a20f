"""Some of DuckDB's optimisers are left out of some statements, and only of those."""

from __future__ import annotations

import pytest
from sqlglot import exp

from kefen.domain.errors import EngineError
from kefen.engines.duckdb import DuckDBEngine


def left_out(engine: DuckDBEngine) -> str:
    return str(engine.rows("SELECT current_setting('disabled_optimizers')")[0][0])


def test_they_are_left_out_within_the_block_whatever_happens_in_it() -> None:
    with DuckDBEngine() as engine:
        with engine.without("join_filter_pushdown"):
            assert left_out(engine) == "join_filter_pushdown"
        assert not left_out(engine)
        with pytest.raises(EngineError), engine.without("join_filter_pushdown"):
            engine.run("SELECT CAST('x' AS INTEGER)")
        assert not left_out(engine)


def test_a_table_as_written_is_the_same_table() -> None:
    with DuckDBEngine() as engine:
        for name, as_written in (("one", False), ("other", True)):
            query = exp.select("range", "range * 2 AS twice").from_("range(5)")
            engine.create("TABLE", name, query, as_written=as_written)
        assert engine.rows("FROM one") == engine.rows("FROM other")
        assert not left_out(engine)
