"""Spark sessions: opened where a setting says, with errors that say how to mend."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from kefen.domain.errors import EngineError
from kefen.domain.text import Text
from kefen.engines.duckdb_errors import first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

DEFAULT_MASTER = "local[*]"


@contextmanager
def spark_session(master: str | None = None) -> Iterator[SparkSession]:
    """Open a Spark session, and stop it at the end; one that is open already is used and stays.

    Args:
        master: The URL of a master (`local[4]`, `spark://host:7077`, `yarn`), or a Spark Connect
            address (`sc://host:15002`); None takes the session that is open, or this machine.

    Raises:
        EngineError: There is no PySpark or no Java, or the master does not answer.
    """
    spark = _pyspark()
    open_already = spark.getActiveSession()
    if open_already is not None and master is None:
        yield open_already
        return
    where = master or os.environ.get("SPARK_MASTER") or DEFAULT_MASTER
    session = _open(spark, where)
    try:
        yield session
    finally:
        if open_already is None:
            session.stop()


def open_session() -> SparkSession | None:
    """Return the session that is open in this process; None without one.

    Raises:
        EngineError: There is no PySpark.
    """
    return _pyspark().getActiveSession()


def _pyspark() -> type[SparkSession]:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineError(
            Text("PySpark is not installed.", "未安装 PySpark。"),
            mend=Text(
                "Install it: pip install 'kefen[spark]'; it needs Java 17 or newer.",
                "请安装：pip install 'kefen[spark]'；还需要 Java 17 或更新的版本。",
            ),
        ) from error
    return SparkSession


def _open(spark: type[SparkSession], where: str) -> SparkSession:
    # Tasks run the interpreter that runs this, unless the cluster has been told another.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    carry_tasks()
    builder = spark.builder.appName("kefen")
    remote = where.startswith("sc://")
    if remote:
        _require_connect()
    builder = builder.remote(where) if remote else builder.master(where)
    for setting, value in SETTINGS.items():
        builder = builder.config(setting, value)
    if not remote:
        for setting, value in STARTING.items():
            builder = builder.config(setting, value)
    try:
        session = builder.getOrCreate()
        session.range(1).count()
    except Exception as error:
        raise _not_opened(where, error) from error
    return session


def _require_connect() -> None:
    """Refuse to go on without what Spark Connect needs: PySpark may end the process then."""
    try:
        import_module("grpc")
    except ImportError as error:
        raise EngineError(
            Text("What Spark Connect needs is not installed.", "未安装 Spark Connect 所需的组件。"),
            mend=Text(
                "Install it: pip install 'kefen[spark-connect]'.",
                "请安装：pip install 'kefen[spark-connect]'。",
            ),
        ) from error


def carry_tasks() -> None:
    """Let the code of tasks travel with the jobs, so that executors need none of ours."""
    from pyspark import cloudpickle

    from kefen.engines.spark import tasks

    cloudpickle.register_pickle_by_value(tasks)  # type: ignore[no-untyped-call]


OF_PIECES = {
    # One piece is one task, as the engine divides them.
    "spark.sql.adaptive.enabled": "false",
    # Pieces are few and wide: one row holds up to 131,072 of ours.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "16",
}
"""What an engine asks of a session while it is open."""
SETTINGS = {**OF_PIECES, "spark.sql.session.timeZone": "UTC"}
"""What a session of ours has."""
STARTING = {
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "200",
}


def _has_java() -> bool:
    """Return whether there is the Java that Spark would start."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which(str(Path(home) / "bin" / "java") if home else "java") is not None


def _not_opened(where: str, error: Exception) -> EngineError:
    said = first_line(error)
    if not (where.startswith("sc://") or _has_java()):
        return EngineError(
            Text("Spark did not start: there is no Java.", "Spark 未能启动：找不到 Java。"),
            mend=Text(
                "Install Java 17 (Debian: apt-get install openjdk-17-jre-headless), or set "
                "JAVA_HOME.",
                "请安装 Java 17（Debian：apt-get install openjdk-17-jre-headless），"
                "或设置 JAVA_HOME。",
            ),
        )
    return EngineError(
        Text("Spark at “{m}” does not answer: {e}", "“{m}”处的 Spark 没有响应：{e}").filled(
            m=where, e=said
        ),
        mend=Text(
            "Check the address: local[4], spark://host:7077, yarn, or sc://host:15002 for Spark "
            "Connect; and that its cluster runs.",
            "请检查地址：local[4]、spark://主机:7077、yarn，或 Spark Connect 的 sc://主机:15002；"
            "并确认集群正在运行。",
        ),
    )


@contextmanager
def spark_errors() -> Iterator[None]:
    """Turn what Spark raises into an error with a mend."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise EngineError(
            Text("Spark stopped: {e}", "Spark 已停止：{e}").filled(e=_cause(error)),
            mend=Text(
                "See the log of Spark. Executors need Python with duckdb and pyarrow, and must see "
                "the files under the same path as the driver.",
                "请查看 Spark 日志。执行器需要装有 duckdb 和 pyarrow 的 Python，"
                "并能以与驱动程序相同的路径看到文件。",
            ),
        ) from error


def _cause(error: BaseException) -> str:
    """Return the line of an error that tells its cause: the last of a task's traceback."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if "Error: " in line or "Exception: " in line]
    return (told or lines or [type(error).__name__])[-1][:500]
