"""Connections to databases, which only read; and what a database says when it refuses."""

from __future__ import annotations

import sqlite3
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyarrow as pa

from kefen.domain.errors import CallError, DataError, KefenError
from kefen.domain.text import Text
from kefen.lake.databases.urls import with_scheme
from kefen.lake.reading.cells import as_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kefen.lake.databases.urls import DatabaseUrl

_ROWS_AT_ONCE = 20_000
_REACH_SECONDS = 10
_Rows = tuple[pa.RecordBatchReader, dict[int, int], "Callable[[], None]"]


def rows_of(url: DatabaseUrl, sql: str, timeout: int) -> _Rows:
    """Return the rows that a database answers, which columns hold the kinds of others, and `close`.

    The connection is closed after the last row; `close` does so earlier, and may be called twice.

    Args:
        url: The database.
        sql: One question.
        timeout: After how many seconds the database gives up.

    Raises:
        CallError: The driver is not installed, or a file is not there.
        DataError: The database cannot be reached or does not answer.
    """
    try:
        return _READERS[url.kind.name](url, sql, timeout)
    except KefenError:
        raise
    except ImportError as error:
        raise CallError(
            Text("The driver for {k} is not installed.", "未安装 {k} 的驱动程序。").filled(
                k=url.kind.name
            ),
            mend=Text(
                "Install it: pip install 'kefen[{e}]'", "请安装：pip install 'kefen[{e}]'"
            ).filled(e=url.kind.extra),
        ) from error
    except Exception as error:
        raise said(url, error) from error


def said(url: DatabaseUrl, error: Exception) -> DataError:
    """Return what a database said as an error of ours, without the password."""
    message = url.hidden(" ".join(str(error).split()))[:400]
    lower = message.lower()
    mend = next(
        (mend for words, mend in _MENDS if any(word in lower for word in words)),
        Text("Ask whoever keeps the database.", "请咨询数据库管理员。"),
    )
    return DataError(
        Text("The database refuses: {m}", "数据库拒绝：{m}").filled(m=message),
        where=url.shown,
        mend=mend,
    )


_MENDS = (
    (
        ("password", "authentication", "access denied", "login failed", "role "),
        Text(
            "Check the user, and the variable that holds the password.",
            "请检查用户名及保存密码的环境变量。",
        ),
    ),
    (
        ("statement timeout", "max_statement_time", "interrupted", "query execution was"),
        Text(
            "Ask for less, or give it longer (--timeout; in Python: timeout).",
            "请缩小查询范围，或延长时限（--timeout；Python 中为 timeout）。",
        ),
    ),
    (
        ("connect", "refused", "unreachable", "translate host", "timed out", "no route", "host"),
        Text(
            "Check host, port and network, and that the database is running.",
            "请检查主机、端口和网络，并确认数据库正在运行。",
        ),
    ),
    (
        (
            "does not exist",
            "doesn't exist",
            "no such",
            "unknown column",
            "invalid object",
            "unknown",
        ),
        Text(
            "Check the name of the table or column; a schema may be needed: shop.orders.",
            "请检查数据表或列的名称；可能需要写明模式名，例如 shop.orders。",
        ),
    ),
    (
        ("permission", "denied", "privilege"),
        Text("Let the user read the table: GRANT SELECT.", "请授予该用户读取权限：GRANT SELECT。"),
    ),
)


# -- Arrow drivers ----------------------------------------------------------------------------


def _from_postgresql(url: DatabaseUrl, sql: str, timeout: int) -> _Rows:
    dbapi = import_module("adbc_driver_postgresql.dbapi")
    settings = f"-c statement_timeout={timeout * 1000} -c default_transaction_read_only=on"
    joint = "&" if "?" in url.whole else "?"
    uri = with_scheme(url, "postgresql")
    uri += f"{joint}connect_timeout={_REACH_SECONDS}&options={quote(settings)}"
    return _arrow(dbapi.connect(uri), sql)


def _from_snowflake(url: DatabaseUrl, sql: str, timeout: int) -> _Rows:
    dbapi = import_module("adbc_driver_snowflake.dbapi")
    joint = "&" if "?" in url.whole else "?"
    uri = f"{url.whole.partition('://')[2]}{joint}requestTimeout={timeout}"
    return _arrow(dbapi.connect(uri), sql)


def _arrow(connection: Any, sql: str) -> _Rows:
    cursor = connection.cursor()

    def close() -> None:
        cursor.close()
        connection.close()

    try:
        cursor.execute(sql)
        reader = cursor.fetch_record_batch()
    except BaseException:
        close()
        raise

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            yield from reader
        finally:
            close()

    return pa.RecordBatchReader.from_batches(reader.schema, batches()), {}, close


# -- drivers of Python's database interface ---------------------------------------------------


def _from_sqlite(url: DatabaseUrl, sql: str, timeout: int) -> _Rows:
    path = Path(url.path.removeprefix("/")) if not url.path.startswith("//") else Path(url.path[1:])
    if not path.is_file():
        raise CallError(
            Text("There is no such file.", "文件不存在。"),
            where=str(path),
            mend=Text(
                "Write sqlite:///shop.db, or sqlite:////whole/path/shop.db.",
                "请写成 sqlite:///shop.db 或 sqlite:////完整/路径/shop.db。",
            ),
        )
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=_REACH_SECONDS)
    stop = _Deadline(timeout)
    connection.set_progress_handler(stop, 100_000)
    try:
        cursor = connection.execute(sql)
    except BaseException:
        connection.close()
        raise
    return _cells([column[0] for column in cursor.description], cursor, connection.close)


class _Deadline:
    """Says whether the time is up."""

    def __init__(self, seconds: int) -> None:
        from time import monotonic

        self._now = monotonic
        self._end = monotonic() + seconds

    def __call__(self) -> bool:
        return self._now() > self._end


def _from_sqlalchemy(url: DatabaseUrl, sql: str, timeout: int) -> _Rows:
    alchemy = import_module("sqlalchemy")
    driver = url.kind.alchemy
    assert driver is not None  # noqa: S101  such kinds come here
    import_module(driver.partition("+")[2])
    reach = {"connect_timeout": _REACH_SECONDS} if url.kind.name == "mysql" else {}
    engine = alchemy.create_engine(
        with_scheme(url, driver), connect_args=reach, poolclass=alchemy.pool.NullPool
    )
    connection = engine.connect()
    try:
        _only_read(url, connection, alchemy, timeout)
        streamed = connection.execution_options(stream_results=True, max_row_buffer=_ROWS_AT_ONCE)
        result = streamed.exec_driver_sql(sql.replace("%", "%%"))
    except BaseException:
        connection.close()
        raise
    return _cells(list(result.keys()), result, connection.close)


def _only_read(url: DatabaseUrl, connection: Any, alchemy: Any, timeout: int) -> None:
    if url.kind.name != "mysql":
        # SQL Server has no session that only reads; its driver stops a question that takes long.
        connection.connection.dbapi_connection.timeout = timeout
        return
    server = str(connection.exec_driver_sql("SELECT version()").scalar())
    limit = (
        f"SET SESSION max_statement_time = {int(timeout)}"
        if "mariadb" in server.lower()
        else f"SET SESSION max_execution_time = {int(timeout) * 1000}"
    )
    connection.execute(alchemy.text(limit))
    connection.execute(alchemy.text("SET SESSION TRANSACTION READ ONLY"))
    connection.commit()


def _pieces(cursor: Any, close: Callable[[], None]) -> Iterator[Sequence[Sequence[Any]]]:
    try:
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield rows
    finally:
        close()


def _cells(names: list[str], cursor: Any, close: Callable[[], None]) -> _Rows:
    """Return rows as cells: each column's text, and beside it the kind of each cell."""
    width = len(names)
    kinds = {place: width + place for place in range(width)}
    every = [*names, *(f"kinds of {place}" for place in range(width))]
    schema = pa.schema([pa.field(name, pa.string()) for name in every])

    def batches() -> Iterator[pa.RecordBatch]:
        for rows in _pieces(cursor, close):
            cells = [
                [as_cell(_plain(value)) for value in column] for column in zip(*rows, strict=True)
            ]
            texts = [pa.array([c.text or None for c in column], pa.string()) for column in cells]
            said = [
                pa.array([c.kind if c.text else "" for c in column], pa.string())
                for column in cells
            ]
            yield pa.RecordBatch.from_arrays([*texts, *said], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches()), kinds, close


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return value


_READERS: dict[str, Callable[[DatabaseUrl, str, int], _Rows]] = {
    "postgresql": _from_postgresql,
    "snowflake": _from_snowflake,
    "sqlite": _from_sqlite,
    "mysql": _from_sqlalchemy,
    "mssql": _from_sqlalchemy,
}
