"""Frames of the libraries that people keep data in: recognised, and turned into Arrow exactly.

No library is imported to find out whether an object is its own. Numbers keep their digits: binary
floats stay floats (their shortest decimal counts, as in files), decimals stay decimals. What a
library calls missing (NaN, NaT, NA in pandas; null in the others) is blank; NaN in polars, Arrow
and DuckDB is a value, which is no number, and is rejected as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pyarrow as pa

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.lake.reading.cells import as_cell
from kefen.lake.reading.frames import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Library: TypeAlias = Literal["arrow", "pandas", "polars", "duckdb", "spark"]
_BATCH_ROWS = 100_000
_UNREADABLE = (pa.ArrowException, TypeError, ValueError, OverflowError)


def library_of(given: object) -> Library | None:
    """Return the library whose frame an object is; None for paths and plain rows."""
    root = type(given).__module__.partition(".")[0].lstrip("_")
    if root in ("pandas", "polars"):
        return "pandas" if root == "pandas" else "polars"
    if root in ("duckdb", "pyspark"):
        return "duckdb" if root == "duckdb" else "spark"
    return "arrow" if root == "pyarrow" or hasattr(given, "__arrow_c_stream__") else None


def as_frame(given: object, table: str) -> Frame | None:
    """Return an object as rows to read; None when it is no frame and no list of rows.

    Args:
        given: A DataFrame of pandas or polars (a LazyFrame is computed) or of Spark (its rows stay
            there), an Arrow table, batch, reader or dataset, a DuckDB relation, whatever offers an
            Arrow stream, or a list of rows as mappings.
        table: The contract table, for messages.

    Raises:
        CallError: It is a frame whose rows cannot be meant as they are, such as one that keeps a
            column in its index.
        DataError: A column holds what has no meaning in a table.
    """
    library = library_of(given)
    if library is not None:
        return _READERS[library](given, table)
    if isinstance(given, Sequence) and not isinstance(given, str | bytes):
        rows = [row for row in given if isinstance(row, Mapping)]
        if len(rows) == len(given):
            names = list(dict.fromkeys(str(key) for row in rows for key in row))
            columns = [[row.get(heading) for row in rows] for heading in names]
            return _from_columns("rows", names, [_array(column) for column in columns])
    return None


def _from_pandas(given: Any, table: str) -> Frame:
    if type(given).__name__ != "DataFrame":
        raise _no_table(given, table)
    named = [str(level) for level in given.index.names if level is not None]
    if named:
        raise CallError(
            Text(
                "The index of the DataFrame has a name ({n}), so it may hold a column that is "
                "needed; an index is not read.",
                "DataFrame 的索引有名称（{n}），可能含有需要的列；索引不会被读取。",
            ).filled(n=", ".join(named)),
            where=table,
            mend=Text(
                "Make it a column with .reset_index(), or drop it with .reset_index(drop=True).",
                "请用 .reset_index() 变为普通列，或用 .reset_index(drop=True) 丢弃。",
            ),
        )
    if given.columns.nlevels > 1:
        raise CallError(
            Text("The DataFrame has headings of several levels.", "DataFrame 的列名有多层。"),
            where=table,
            mend=Text("Give each column one name.", "请让每列只有一个名称。"),
        )
    headings = [str(heading) for heading in given.columns]
    series = [given.iloc[:, position] for position in range(given.shape[1])]
    return _from_columns(
        "pandas DataFrame", headings, [_array_of_pandas(column) for column in series]
    )


def _array_of_pandas(series: Any) -> Any:
    if str(series.dtype) not in ("object", "category"):
        try:
            return pa.array(series, from_pandas=True)
        except _UNREADABLE:
            pass
    missing = series.isna().tolist()
    values = series.astype(object).tolist()
    return _array([None if gone else v for v, gone in zip(values, missing, strict=True)])


def _from_polars(given: Any, table: str) -> Frame:
    if type(given).__name__ == "LazyFrame":
        given = given.collect()
    if type(given).__name__ != "DataFrame":
        raise _no_table(given, table)
    return _from_columns(
        "polars DataFrame",
        list(given.columns),
        [_array_of_polars(column) for column in given.get_columns()],
    )


def _array_of_polars(series: Any) -> Any:
    if str(series.dtype) not in ("Object", "Int128", "UInt128"):
        try:
            return series.to_arrow()
        except _UNREADABLE:
            pass
    return _array(series.to_list())


def _from_duckdb(given: Any, table: str) -> Frame:
    if not hasattr(given, "to_arrow_reader"):
        raise _no_table(given, table)
    return Frame(
        "DuckDB relation", given.to_arrow_reader(_BATCH_ROWS), properties={"format": "duckdb"}
    )


def _from_spark(given: Any, table: str) -> Frame:
    if not hasattr(given, "mapInArrow"):
        raise _no_table(given, table)
    return Frame("Spark DataFrame", given, properties={"format": "spark"})


def _from_arrow(given: Any, table: str) -> Frame:
    named = {"format": "arrow"}
    if isinstance(given, pa.Table):
        return Frame("Arrow table", given, properties=named)
    if isinstance(given, pa.RecordBatch):
        return Frame("Arrow batch", pa.Table.from_batches([given]), properties=named)
    if isinstance(given, pa.RecordBatchReader):
        return Frame("Arrow reader", given, properties=named)
    if hasattr(given, "scanner"):
        return Frame("Arrow dataset", given.scanner().to_reader(), properties=named)
    if hasattr(given, "__arrow_c_stream__"):
        return Frame("Arrow stream", pa.RecordBatchReader.from_stream(given), properties=named)
    raise _no_table(given, table)


_READERS: dict[Library, Callable[[Any, str], Frame]] = {
    "pandas": _from_pandas,
    "polars": _from_polars,
    "duckdb": _from_duckdb,
    "spark": _from_spark,
    "arrow": _from_arrow,
}
"""How the frames of each library become Arrow; another library is added here and to `Library`."""


def _array(values: Sequence[Any]) -> Any:
    """Return Python values as one array, or as cells (text, kinds) when they differ in kind."""
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) <= 1:
        try:
            return pa.array(values)
        except _UNREADABLE:
            pass
    cells = [as_cell(_plain_value(value)) for value in values]
    texts = pa.array([cell.text or None for cell in cells], pa.string())
    return texts, pa.array([cell.kind if cell.text else "" for cell in cells], pa.string())


def _plain_value(value: Any) -> Any:
    """Return a scalar of NumPy as the Python value it stands for."""
    return value.item() if type(value).__module__ == "numpy" else value


def _from_columns(called: str, headings: Sequence[str], columns: Iterable[Any]) -> Frame:
    """Return a frame of columns, each an array or a pair of cells and their kinds."""
    arrays: list[Any] = []
    names: list[str] = []
    kinds: dict[int, int] = {}
    beside: list[tuple[int, Any]] = []
    for heading, column in zip(headings, columns, strict=True):
        own, kind_of_cells = column if isinstance(column, tuple) else (column, None)
        if kind_of_cells is not None:
            beside.append((len(arrays), kind_of_cells))
        arrays.append(own)
        names.append(heading)
    for position, column in beside:
        kinds[position] = len(arrays)
        arrays.append(column)
        names.append(f"kinds of {position}")
    if not arrays:
        raise DataError(
            Text("The table has no columns.", "该表没有任何列。"),
            where=called,
            mend=Text("Give one with its headings and rows.", "请提供含列名和数据行的表。"),
        )
    properties = {"format": called.split(" ", 1)[0]}
    return Frame(called, pa.table(arrays, names=names), kinds, properties)


def _no_table(given: object, table: str) -> CallError:
    kind = f"{type(given).__module__}.{type(given).__name__}"
    return CallError(
        Text("A {k} is no table of rows.", "{k} 不是由行组成的表。").filled(k=kind),
        where=table,
        mend=Text(
            "Give a path, a DataFrame of pandas, polars or Spark, an Arrow table or a DuckDB "
            "relation.",
            "请提供文件路径、pandas、polars 或 Spark 的 DataFrame、Arrow 表或 DuckDB 关系。",
        ),
    )
