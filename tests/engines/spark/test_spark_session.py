"""What keeps Spark from starting is said in words, in both languages, with the mend."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASKING = """
from kefen.domain.errors import EngineError
from kefen.engines.spark.session import spark_session
try:
    with spark_session({master!r}):
        print("opened")
except EngineError as error:
    print(error.in_language("en"))
    print(error.in_language("zh"))
"""


def _told(master: str, before: str = "", **environment: str) -> str:
    """Return what a process of its own is told when it opens a session."""
    ended = subprocess.run(
        [sys.executable, "-c", before + ASKING.format(master=master)],
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
        env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"} | environment,
    )
    return ended.stdout


def test_no_pyspark() -> None:
    told = _told("local[1]", "import sys\nsys.modules['pyspark'] = None\n")
    assert "PySpark is not installed." in told
    assert "未安装 PySpark。" in told
    assert told.count("pip install 'kefen[spark]'") == 2


@pytest.mark.slow
def test_no_connect() -> None:
    told = _told("sc://127.0.0.1:1", "import sys\nsys.modules['grpc'] = None\n")
    assert "Spark Connect needs is not installed" in told
    assert "未安装 Spark Connect" in told
    assert told.count("pip install 'kefen[spark-connect]'") == 2


@pytest.mark.slow
def test_no_java() -> None:
    told = _told("local[1]", JAVA_HOME="/no/java/here")
    assert "there is no Java" in told
    assert "找不到 Java" in told
    assert told.count("JAVA_HOME") == 2


@pytest.mark.slow
@pytest.mark.parametrize("master", ["spark://127.0.0.1:1", "no such master"])
def test_a_master_that_does_not_answer(master: str) -> None:
    told = _told(master)
    assert f"Spark at “{master}” does not answer" in told
    assert f"“{master}”处的 Spark 没有响应" in told
    assert "spark://host:7077" in told
    assert "spark://主机:7077" in told
