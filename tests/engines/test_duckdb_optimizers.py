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


def test_small_tables_shared_out_are_the_same_tables_in_the_same_order() -> None:
    columns = ("range AS id", "range * 3 AS thrice")
    with DuckDBEngine() as engine, DuckDBEngine() as other:
        other.use_all_cores()
        for each in (engine, other):
            each.create("TABLE", "numbers", exp.select(*columns).from_("range(30000)"))
            each.create("TABLE", "half", exp.select("*").from_("numbers").where("id % 2 = 0"))
        assert engine.rows("FROM half") == other.rows("FROM half")
        with other.beside(lambda: other.rows("FROM half")) as found:
            assert found() == engine.rows("FROM half")


def test_what_is_done_meanwhile_has_been_done_when_the_table_is_there() -> None:
    done: list[str] = []
    with DuckDBEngine() as engine:
        query = exp.select("range").from_("range(5)")
        engine.create("TABLE", "numbers", query, meanwhile=lambda: done.append("work"))
        assert done == ["work"]
        assert engine.rows("SELECT count(*) FROM numbers") == [(5,)]
