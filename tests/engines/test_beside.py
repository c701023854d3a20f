"""Work beside other work ends with the block it serves, and its errors reach the caller."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from contextvars import ContextVar
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from kefen.domain.errors import EngineError
from kefen.engines.beside import beside
from kefen.engines.duckdb import DuckDBEngine

LANGUAGE: ContextVar[str] = ContextVar("language", default="en")
ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range < b.range"


def test_block_and_work_go_on_at_once_and_the_block_can_ask() -> None:
    met = threading.Barrier(2, timeout=20)

    def work() -> str:
        met.wait()
        return "found"

    with beside(work) as found:
        met.wait()  # neither gets past without the other
        assert found() == "found"


def test_the_work_has_ended_when_the_block_has() -> None:
    done: list[str] = []

    def work() -> None:
        time.sleep(0.05)
        done.append("work")

    with beside(work):
        pass
    assert done == ["work"]


def test_an_error_of_the_work_is_raised_though_nobody_asks() -> None:
    def work() -> None:
        raise ValueError("of the work")

    with pytest.raises(ValueError, match="of the work"), beside(work):
        pass


def test_an_error_of_the_block_stops_the_work_and_is_the_one_that_is_raised() -> None:
    stopped = threading.Event()

    def work() -> None:
        assert stopped.wait(20)
        raise RuntimeError("stopped")

    with pytest.raises(ValueError, match="of the block"), beside(work, stop=stopped.set):
        raise ValueError("of the block")
    assert stopped.is_set()


def test_the_work_sees_the_context_of_the_call() -> None:
    LANGUAGE.set("zh")
    with beside(LANGUAGE.get) as found:
        assert found() == "zh"


def test_the_work_of_an_engine_reads_and_makes_tables_of_the_same_database(tmp_path: Path) -> None:
    with DuckDBEngine() as engine:
        engine.run("CREATE TABLE given AS SELECT range AS i FROM range(1000)")
        own = engine.connection

        def work() -> bool:
            engine.run("CREATE TABLE made AS SELECT sum(i) AS total FROM given")
            engine.write_parquet("SELECT i FROM given ORDER BY i", tmp_path / "given.parquet")
            return engine.connection is own

        with engine.beside(work) as found:
            assert engine.rows("SELECT count(*) FROM given") == [(1000,)]
        assert found() is False
        assert engine.connection is own
        assert engine.rows("SELECT total FROM made") == [(499500,)]
        written = f"SELECT count(*) FROM read_parquet('{tmp_path / 'given.parquet'}')"
        assert engine.rows(written) == [(1000,)]


def test_the_work_of_an_engine_reads_frames_that_were_registered_before() -> None:
    frame = pa.table({"i": [1, 2, 3]})
    with DuckDBEngine() as engine:
        engine.register("frame", frame)
        engine.register("gone", frame)
        engine.unregister("gone")
        engine.run("CREATE VIEW seen AS SELECT i FROM frame")
        with engine.beside(lambda: engine.rows("SELECT sum(i) FROM seen")) as found:
            assert found() == engine.rows("SELECT sum(i) FROM seen") == [(6,)]
        with (
            pytest.raises(duckdb.CatalogException),
            engine.beside(lambda: engine.rows("SELECT sum(i) FROM gone")),
        ):
            pass


def test_the_work_of_an_engine_has_the_zone_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    zone = "SELECT current_setting('TimeZone')"
    with DuckDBEngine() as engine, engine.beside(lambda: engine.rows(zone)) as found:
        assert found() == engine.rows(zone) == [("UTC",)]
    monkeypatch.undo()
    time.tzset()


def test_an_error_of_the_engine_in_the_work_is_told_as_ever() -> None:
    too_large = "SELECT 9223372036854775807::BIGINT + 1::BIGINT"
    with (
        DuckDBEngine() as engine,
        pytest.raises(EngineError) as caught,
        engine.beside(lambda: engine.rows(too_large)),
    ):
        pass
    assert "too large" in caught.value.what.en


def test_a_block_that_fails_breaks_off_a_statement_that_would_never_end() -> None:
    begun = threading.Event()

    with DuckDBEngine() as engine:

        def work() -> None:
            begun.set()
            engine.rows(ENDLESS)

        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt), engine.beside(work):
            begun.wait(20)
            time.sleep(0.3)  # the statement itself is under way
            raise KeyboardInterrupt
        assert time.monotonic() - start < 20
        assert engine.rows("SELECT 1") == [(1,)]


def test_work_that_may_go_on_has_ended_when_the_engine_has_closed() -> None:
    may_end, done = threading.Event(), []

    def work() -> None:
        assert may_end.wait(20)
        done.append("work")

    with DuckDBEngine() as engine:
        with ExitStack() as begun:
            begun.enter_context(engine.beside(work))
            engine.until_closed(begun.pop_all())
        assert not done  # the block has ended before it
        may_end.set()
    assert done == ["work"]


def test_an_error_of_work_that_went_on_is_raised_when_the_engine_closes() -> None:
    def work() -> None:
        raise ValueError("of the work")

    with pytest.raises(ValueError, match="of the work"), DuckDBEngine() as engine, ExitStack() as s:
        s.enter_context(engine.beside(work))
        engine.until_closed(s.pop_all())


def test_work_that_goes_on_is_broken_off_when_the_engine_is_left_by_an_error() -> None:
    begun = threading.Event()
    start = time.monotonic()
    with pytest.raises(KeyError), DuckDBEngine() as engine:

        def work() -> None:
            begun.set()
            engine.rows(ENDLESS)

        with ExitStack() as stack:
            stack.enter_context(engine.beside(work))
            engine.until_closed(stack.pop_all())
        begun.wait(20)
        time.sleep(0.3)  # the statement itself is under way
        raise KeyError
    assert time.monotonic() - start < 20
    assert not engine.scratch.exists()
