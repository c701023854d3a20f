"""Engines opened by name."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from kefen.engines.duckdb import DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

    from kefen.engines.engine import Engine

SPARK = "spark"


@contextmanager
def opened_engine(
    name: str,
    *,
    memory: str,
    spark_master: str | None = None,
    session: SparkSession | None = None,
) -> Iterator[Engine]:
    """Open an engine, and close it at the end.

    Args:
        name: `duckdb` or `spark`.
        memory: The memory limit: of DuckDB, or of each task on Spark.
        spark_master: The URL of Spark's master or a Spark Connect address; None for the session
            that is open, else this machine.
        session: The Spark session to use, which stays open; None for one by `spark_master`.

    Raises:
        EngineError: Spark is not installed, or does not answer.
    """
    if name != SPARK:
        with DuckDBEngine(memory_limit=memory) as engine:
            yield engine
        return
    from kefen.engines.spark.session import spark_session

    opened = spark_session(spark_master) if session is None else nullcontext(session)
    with opened as used:
        from kefen.engines.spark.engine import SparkEngine

        with SparkEngine(used, task_memory=memory) as spark:
            yield spark
