"""Spark as servers of their own: a master with two workers, and Spark Connect; books on both."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyspark
import pytest
from both_engines import SMALL, write_company
from test_spark_parity import _shop

from kefen.lake.book import Book

pytestmark = pytest.mark.slow
HOME = Path(pyspark.__file__).parent
ENVIRONMENT = os.environ | {
    "SPARK_LOCAL_IP": "127.0.0.1",
    "PYSPARK_PYTHON": sys.executable,
    "SPARK_NO_DAEMONIZE": "1",
}
START_SECONDS = 90


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a standalone master that two workers have joined."""
    folder = tmp_path_factory.mktemp("standalone")
    port, page = _free_port(), _free_port()
    address = f"spark://127.0.0.1:{port}"
    deploy = "org.apache.spark.deploy"
    leading = [f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", str(port)]
    with _started(folder / "master", "spark-class", *leading, "--webui-port", str(page)):
        _wait(lambda: _state(page) is not None, folder)
        working = [f"{deploy}.worker.Worker", "--host", "127.0.0.1", "--cores", "1"]
        working += ["--memory", "1200M", "--webui-port", "0", address]
        with (
            _started(folder / "worker 1", "spark-class", *working),
            _started(folder / "worker 2", "spark-class", *working),
        ):
            _wait(lambda: (_state(page) or {}).get("aliveworkers") == 2, folder)
            yield address


@pytest.fixture(scope="module")
def connect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of Spark Connect."""
    folder = tmp_path_factory.mktemp("connect")
    port = _free_port()
    serving = ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    serving += ["--master", "local[2]", "--conf", "spark.ui.enabled=false"]
    serving += ["--conf", "spark.connect.grpc.binding.address=127.0.0.1"]
    serving += ["--conf", f"spark.connect.grpc.binding.port={port}"]
    with _started(folder / "server", "spark-submit", *serving):
        _wait(lambda: _answers(port), folder)
        yield f"sc://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_company(tmp_path_factory.mktemp("shop"), _shop())


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("standard") / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_a_master_with_two_workers_grades_the_same(
    master: str, shop: dict[str, Path], standard: Path, tmp_path: Path
) -> None:
    given = [f"--{table}={path}" for table, path in shop.items()]
    common = ["grade", *given, f"--standard={standard}", "--as-of=2026-06-30", "--no-report"]
    _kefen(*common, f"--out={tmp_path / 'here'}")
    on_cluster = ["--engine=spark", f"--spark-master={master}"]
    _kefen(*common, f"--out={tmp_path / 'there'}", *on_cluster)
    assert _written(tmp_path / "there") == _written(tmp_path / "here")
    assert _record(tmp_path / "there")["engine"]["name"] == "spark"


def test_a_book_is_graded_on_the_cluster_that_its_settings_name(
    master: str, shop: dict[str, Path], standard: Path, tmp_path: Path
) -> None:
    book = _book(tmp_path / "book", shop)
    common = ["grade", f"--book={book}", f"--standard={standard}", "--as-of=2026-06-30"]
    _kefen(*common, "--no-report")
    settings = book / "kefen.toml"
    settings.write_text(
        settings.read_text().replace('"duckdb"', f'"spark"\nspark_master = "{master}"')
    )
    _kefen(*common, "--no-report")
    here, there = _runs(book)
    assert _record(here)["engine"]["name"] == "duckdb"
    assert _record(there)["engine"]["name"] == "spark"
    assert _written(there) == _written(here)


def test_a_book_is_graded_through_spark_connect_when_the_call_says_so(
    connect: str, shop: dict[str, Path], standard: Path, tmp_path: Path
) -> None:
    book = _book(tmp_path / "book", shop)
    common = ["grade", f"--book={book}", f"--standard={standard}", "--as-of=2026-06-30"]
    _kefen(*common, "--no-report")
    _kefen(*common, "--no-report", "--engine=spark", f"--spark-master={connect}")
    here, there = _runs(book)
    assert _record(there)["engine"]["name"] == "spark"
    assert _written(there) == _written(here)


# --- calls ------------------------------------------------------------------------------------


def _kefen(*arguments: str) -> str:
    """Return what the command line says, in a process of its own."""
    program = "from kefen.cli.main import main; main()"
    call = [sys.executable, "-c", program, *arguments, "--lang=en"]
    done = subprocess.run(
        call, env=ENVIRONMENT, capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout


def _book(folder: Path, shop: dict[str, Path]) -> Path:
    _kefen("new", str(folder))
    for table, path in shop.items():
        _kefen("import", table, str(path), f"--book={folder}")
    return folder


def _runs(book: Path) -> list[Path]:
    """Return the folders of a book's runs, in the order they were made."""
    kept = Book.open(book)
    return [kept.runs.directory(record["run_id"]) for record in kept.runs.all()]


def _record(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "run.json").read_text(encoding="utf-8"))
    return found


def _written(run: Path) -> dict[str, Any]:
    """Return what a run wrote, rows in no order, without what differs from call to call."""
    found: dict[str, Any] = {
        name: sorted(map(repr, pq.read_table(run / f"{name}.parquet").to_pylist()))
        for name in ("grades", "metrics", "outcomes")
        if (run / f"{name}.parquet").exists()
    }
    assert found["grades"]
    assert found["metrics"]
    record = _record(run)
    for own in ("seconds", "engine", "run_id", "started_at", "finished_at", "inputs"):
        record.pop(own, None)
    calibration = json.loads((run / "calibration.json").read_text(encoding="utf-8"))
    return found | {"record": record, "calibration": calibration}


# --- servers ----------------------------------------------------------------------------------


@contextmanager
def _started(log: Path, program: str, *arguments: str) -> Iterator[None]:
    """Run a program of PySpark's own Spark until the end of the block."""
    command = [str(HOME / "bin" / program), *arguments]
    environment = ENVIRONMENT | {"SPARK_HOME": str(HOME), "SPARK_WORKER_DIR": f"{log} work"}
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(ready: Callable[[], bool], logs: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > end:
            told = "\n".join(p.read_text()[-2_000:] for p in logs.iterdir() if p.is_file())
            pytest.fail(f"Spark did not start in {START_SECONDS} s:\n{told}")
        time.sleep(0.3)


def _state(page: int) -> dict[str, Any] | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except OSError:
        return None


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port
