"""Want of memory, disk or digits is told in words, in both languages."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kefen.domain.errors import EngineError
from kefen.engines.duckdb import DuckDBEngine


def told(error: EngineError, what: str, mend: str) -> None:
    assert what in error.what.en
    assert mend in error.mend.en
    for text in (error.what, error.mend):
        assert any("一" <= character <= "鿿" for character in text.zh)
    assert error.exit_code == 1


def test_want_of_memory() -> None:
    with DuckDBEngine(memory_limit="20MB") as engine, pytest.raises(EngineError) as caught:
        engine.rows("SELECT list(i || 'xxxxxxxxxxxxxxxx') FROM range(3000000) t(i)")
    told(caught.value, "memory limit", "--memory")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT sum(x) FROM (SELECT 99999999999999.9999::DECIMAL(18,4) AS x, i FROM range(5) t(i))"
        " HAVING CAST(sum(x) AS DECIMAL(18,4)) > 0",
        "SELECT CAST(100000000000000 AS DECIMAL(18, 4))",
        "SELECT 9223372036854775807::BIGINT + 1::BIGINT",
        "SELECT (99999999999999.9999::DECIMAL(38,4) * 99999999999999.9999::DECIMAL(38,4))"
        " * 1000000::DECIMAL(38,4)",
    ],
)
def test_a_number_past_14_digits(sql: str) -> None:
    with DuckDBEngine() as engine, pytest.raises(EngineError) as caught:
        engine.rows(sql)
    told(caught.value, "too large", "larger unit")


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from kefen.domain.errors import EngineError
from kefen.engines.duckdb import DuckDBEngine

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with DuckDBEngine() as engine:
    # From here on a file may not grow past a megabyte: writing fails as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
    try:
        engine.write_parquet("SELECT i, hash(i) AS h FROM range(2000000) t(i)", Path(sys.argv[1]))
    except EngineError as error:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print(error.in_language("en"))
        print(error.in_language("zh"))
        sys.exit(42)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on files is POSIX")
def test_a_full_disk(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "out.parquet")],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"PYTHONUTF8": "1"},
    )
    assert done.returncode == 42, done.stderr[-2000:]
    assert "disk is not full" in done.stdout
    assert "磁盘" in done.stdout


def test_the_scratch_directory_is_removed() -> None:
    with DuckDBEngine() as engine:
        scratch = engine.scratch
        (scratch / "kept.csv").touch()
    assert not scratch.exists()


def test_what_does_not_fit_the_memory_goes_to_the_scratch_directory() -> None:
    with DuckDBEngine(memory_limit="50MB") as engine:
        engine.run("CREATE TABLE t AS SELECT range AS n, hash(range) AS h FROM range(10_000_000)")
        assert sum(file.stat().st_size for file in (engine.scratch / "spill").iterdir()) > 50e6
        assert engine.rows("SELECT count(*), sum(n) FROM t") == [(10_000_000, 49_999_995_000_000)]


def test_values_come_back_as_they_are_stored() -> None:
    with DuckDBEngine() as engine:
        row = engine.rows("SELECT ?::DATE, ?::DECIMAL(18,4)", [date(2024, 2, 29), Decimal("1.5")])
        assert row == [(date(2024, 2, 29), Decimal("1.5000"))]
        assert engine.rows("SELECT current_setting('TimeZone')") == [("UTC",)]
