"""What a caller hands in for a table, and the library that results are given back in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.lake.databases import is_url, located
from kefen.lake.reading import Frame, Source, as_frame, library_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import SparkSession

    from kefen.lake.reading import Library


def sources_of(given: Mapping[str, object], sheets: Mapping[str, str]) -> dict[str, Source]:
    """Return what to read for each table that is given.

    Args:
        given: By table: a path, a frame, a list of rows, or several of them; None for none.
        sheets: The sheet of the Excel files of a table, by table.

    Raises:
        CallError: There is no such table or file, something given is no table of rows, or
            nothing is given.
    """
    for name in (*given, *sheets):
        if name not in TABLES:
            raise CallError(
                Text("There is no table called {t}.", "没有名为 {t} 的数据表。").filled(t=name),
                mend=Text("Tables: {all}.", "数据表：{all}。").filled(all=", ".join(TABLES)),
            )
    found = {
        name: _source(name, given[name], sheets.get(name))
        for name in TABLES
        if given.get(name) is not None
    }
    if not found:
        raise CallError(
            Text("No table is given.", "没有给出任何数据表。"),
            mend=Text(
                "Give orders, and customers where there are any: kefen.grade(orders=...).",
                "请给出订单（有客户资料时一并给出）：kefen.grade(orders=...)。",
            ),
        )
    return found


def _source(table: str, given: object, sheet: str | None) -> Source:
    frame = _frame(given, table)
    if frame is not None:
        return Source(frames=(frame,))
    several = list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    paths: list[Path] = []
    frames: list[Frame] = []
    for one in several:
        frame = _frame(one, table)
        if frame is not None:
            frames.append(frame)
        elif isinstance(one, str) and is_url(one):
            frames.append(located(one).frame())
        elif isinstance(one, str | Path):
            paths.append(Path(one))
        else:
            raise CallError(
                Text("A {k} is no table of rows.", "{k} 不是由行组成的表。").filled(
                    k=type(one).__name__
                ),
                where=table,
                mend=Text(
                    "Give a path, a DataFrame of pandas, polars or Spark, an Arrow table, a DuckDB "
                    "relation, or a list of rows.",
                    "请提供文件路径、pandas、polars 或 Spark 的 DataFrame、Arrow 表、DuckDB 关系，"
                    "或由行组成的列表。",
                ),
            )
    if not several:
        raise CallError(
            Text("An empty list says no columns.", "空列表没有列信息。"),
            where=table,
            mend=Text("Leave the table out, or give an empty frame.", "请省略该表，或给出空表。"),
        )
    return Source(tuple(paths), sheet, tuple(frames))


def _frame(given: object, table: str) -> Frame | None:
    if isinstance(given, Frame):
        return given
    if isinstance(given, str | Path) or (isinstance(given, Sequence) and not given):
        return None
    return as_frame(given, table)


def is_lasting(source: Source) -> bool:
    """Return whether a source can be read more than once, and on this machine."""
    return all(isinstance(frame.rows, pa.Table) for frame in source.frames)


def library_of_first(given: Mapping[str, object]) -> Library:
    """Return the library of the first frame given, in the order of tables; Arrow without one."""
    for name in TABLES:
        one = given.get(name)
        for item in one if isinstance(one, list | tuple) else (one,):
            library = library_of(item)
            if library is not None:
                return library
    return "arrow"


def active_session() -> SparkSession:
    """Return the Spark session that is open.

    Raises:
        CallError: None is.
    """
    from kefen.engines.spark.session import open_session

    session = open_session()
    if session is None:
        raise CallError(
            Text("No Spark session is open.", "没有打开的 Spark 会话。"),
            mend=Text("Give one: .to_spark(session).", "请提供会话：.to_spark(session)。"),
        )
    return session


def in_library(table: pa.Table, library: Library, connection: Any = None) -> Any:
    """Return an Arrow table as a frame of a library, with the same values.

    pandas gets columns of Arrow's types, which keep decimals exact and tell a missing value from
    every other.

    Args:
        table: The table.
        library: The library.
        connection: For DuckDB: the connection of the relation; None for DuckDB's default one. For
            Spark: the session; None for the one that is open.
    """
    if library == "spark":
        return (connection or active_session()).createDataFrame(table)
    if library == "pandas":
        import pandas as pd

        return table.to_pandas(types_mapper=pd.ArrowDtype)
    if library == "polars":
        import polars as pl

        return pl.from_arrow(table)
    if library == "duckdb":
        import duckdb

        return (connection or duckdb.default_connection()).from_arrow(table)
    return table
