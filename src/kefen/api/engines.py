"""The engine that a call asks for, or that its tables ask for."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.engines.opened import SPARK, opened_engine
from kefen.lake.reading import library_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyspark.sql import SparkSession

    from kefen.engines.engine import Engine

GivenEngine: TypeAlias = "str | SparkSession | None"
DUCKDB = "duckdb"


@dataclass(frozen=True)
class Opened:
    """An open engine.

    Attributes:
        engine: The engine.
        session: The Spark session that it computes in; None for another engine.
        close: Closes what was opened for it.
    """

    engine: Engine
    session: SparkSession | None
    close: Callable[[], None]


def open_for(
    given: GivenEngine, spark_master: str | None, tables: Sequence[object], memory: str
) -> Opened:
    """Open the engine of a call.

    Args:
        given: `duckdb`, `spark`, a Spark session, or None: Spark where a table is a Spark
            DataFrame, else DuckDB.
        spark_master: Where Spark is, as `--spark-master` has it.
        tables: What was given for tables.
        memory: The memory limit of the engine.

    Raises:
        CallError: There is no such engine, or two arguments contradict each other.
        EngineError: Spark is not installed, or does not answer.
    """
    frames = [one for one in _each(tables) if library_of(one) == "spark"]
    session = None if given is None or isinstance(given, str) else given
    if session is not None and not hasattr(session, "createDataFrame"):
        raise _unknown(type(session).__name__)
    if isinstance(given, str) and given not in (DUCKDB, SPARK):
        raise _unknown(given)
    if given is None and spark_master is None and not frames:
        given = DUCKDB
    if given == DUCKDB and spark_master is not None:
        raise CallError(
            Text("spark_master is for Spark.", "spark_master 只用于 Spark。"),
            where="spark_master",
            mend=Text('Use engine="spark".', '请使用 engine="spark"。'),
        )
    if session is None and spark_master is None and frames:
        session = frames[0].sparkSession
    with ExitStack() as stack:
        name = given if given == DUCKDB else SPARK
        engine = stack.enter_context(
            opened_engine(str(name), memory=memory, spark_master=spark_master, session=session)
        )
        used = getattr(engine, "session", None)
        return Opened(engine, used, stack.pop_all().close)


def _each(tables: Sequence[object]) -> list[Any]:
    return [one for t in tables for one in (t if isinstance(t, list | tuple) else (t,))]


def with_tables_of_session(
    given: Mapping[str, object], session: SparkSession | None
) -> dict[str, object]:
    """Return what was given, a name of a table that the session has as that table.

    A path that is there is a path.
    """
    if session is None:
        return dict(given)

    def one(item: object) -> object:
        if isinstance(item, list | tuple):
            return [one(each) for each in item]
        if isinstance(item, str) and not Path(item).exists() and _is_table(item, session):
            return session.table(item)
        return item

    return {table: one(item) for table, item in given.items()}


def _is_table(name: str, session: SparkSession) -> bool:
    from pyspark.errors import PySparkException

    try:
        return session.catalog.tableExists(name)
    except PySparkException:  # no name of a table, such as a path with slashes
        return False


def _unknown(name: str) -> CallError:
    return CallError(
        Text("There is no engine called {e}.", "没有名为 {e} 的计算引擎。").filled(e=name),
        where="engine",
        mend=Text(
            "Leave it out, or give duckdb, spark or a Spark session.",
            "请省略，或使用 duckdb、spark 或 Spark 会话。",
        ),
    )
