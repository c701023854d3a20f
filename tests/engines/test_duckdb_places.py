"""Groups by whole numbers have places of their own, where memory allows."""

from __future__ import annotations

from typing import Any

import pytest
from sqlglot import exp, parse_one

from kefen.domain.errors import EngineError
from kefen.engines.duckdb import DuckDBEngine
from kefen.engines.memory import memory_limit_of

NUMBERS = 200_000
SUMS = "SELECT number, SUM(amount) AS total, MIN(day) AS first FROM lines GROUP BY number"


def lines(engine: DuckDBEngine, nobody: str = "NULL") -> None:
    """Make lines of numbers, some of them without one, on as many cores everywhere."""
    engine.run("SET threads = 2")
    engine.run(
        "CREATE TABLE lines AS SELECT "
        f"CASE WHEN range % 11 = 0 THEN {nobody} ELSE (range * 7) % {NUMBERS} END AS number, "
        "range % 365 AS day, CAST(range % 1000 AS DECIMAL(18, 4)) AS amount FROM range(600000)"
    )


class Watched(DuckDBEngine):
    """An engine that says how groups were found while tables were made."""

    def __init__(self, memory_limit: str = "2GB") -> None:
        super().__init__(memory_limit=memory_limit)
        self.ways: list[str] = []

    def run(self, sql: str, parameters: list[Any] | None = None) -> None:
        if sql.startswith("CREATE OR REPLACE"):
            plan = self.rows("EXPLAIN " + sql[sql.index("SELECT") :])[0][1]
            self.ways = [row for row in str(plan).splitlines() if "Group By" in row]
        super().run(sql, parameters)


def ways(engine: Watched, numbers: int, query: str = SUMS) -> list[str]:
    """Return how groups are found while a table of a query is made."""
    parsed = parse_one(query, dialect="duckdb")
    assert isinstance(parsed, exp.Query)
    engine.create("TABLE", "sums", parsed, numbers=numbers)
    return engine.ways


def threshold(engine: DuckDBEngine) -> int:
    return int(engine.rows("SELECT current_setting('perfect_ht_threshold')")[0][0])


@pytest.mark.parametrize("nobody", ["NULL", "0"])
def test_groups_in_places_are_the_groups_that_are_looked_up(nobody: str) -> None:
    found = []
    for numbers in (0, NUMBERS):
        with Watched() as engine:
            usual = threshold(engine)
            lines(engine, nobody)
            (way,) = ways(engine, numbers)
            assert ("Perfect" in way) == bool(numbers)
            assert threshold(engine) == usual
            found.append(engine.rows("FROM sums ORDER BY ALL"))
    assert found[0] == found[1]


def test_too_few_numbers_told_is_slower_and_right() -> None:
    with Watched() as engine:
        lines(engine)
        (way,) = ways(engine, 10)
        assert "Perfect" not in way
        assert engine.rows("SELECT count(*) FROM sums") == [(NUMBERS + 1,)]


def test_places_that_memory_has_no_room_for_are_not_made() -> None:
    many = ", ".join(f"SUM(amount * {n}) AS total_{n}" for n in range(60))
    query = f"SELECT number, {many} FROM lines GROUP BY number"
    with Watched("400MB") as engine:
        lines(engine)
        assert "Perfect" in ways(engine, NUMBERS)[0]
        assert "Perfect" not in ways(engine, NUMBERS, query)[0]


def test_the_setting_is_put_back_when_the_statement_fails() -> None:
    with DuckDBEngine() as engine:
        usual = threshold(engine)
        with pytest.raises(EngineError):
            engine.create("TABLE", "sums", exp.select("CAST('x' AS INTEGER)"), numbers=NUMBERS)
        assert threshold(engine) == usual


@pytest.mark.parametrize(("told", "expected"), [("2GB", 2e9), ("250MB", 250e6), ("1GiB", 2.0**30)])
def test_the_memory_limit_is_known_in_bytes(told: str, expected: float) -> None:
    with DuckDBEngine(memory_limit=told) as engine:
        assert memory_limit_of(engine) == pytest.approx(expected, rel=0.06)
