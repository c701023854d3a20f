"""Whether a file is in memory is found without reading it, and decides how it is read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kefen.engines.duckdb import DuckDBEngine
from kefen.engines.page_cache import is_in_memory


def reads_ahead(engine: DuckDBEngine) -> bool:
    return not engine.rows("SELECT current_setting('disable_parquet_prefetching')")[0][0]


def test_a_file_that_is_not_there_is_not_in_memory(tmp_path: Path) -> None:
    assert not is_in_memory(tmp_path / "none.parquet")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not say")
def test_a_file_is_in_memory_until_the_system_lets_it_go(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(4_000_000))
    assert path.read_bytes()
    if not is_in_memory(path):
        pytest.skip("this file system does not say")
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if is_in_memory(path):
        pytest.skip("this file system keeps its files in memory")
    assert path.read_bytes()
    assert is_in_memory(path)


@pytest.mark.parametrize("in_memory", [True, False])
def test_files_in_memory_alone_are_not_read_ahead(
    in_memory: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paths = [tmp_path / f"{name}.parquet" for name in ("one", "other")]
    monkeypatch.setattr(
        "kefen.engines.duckdb.is_in_memory", lambda path: in_memory or path == paths[0]
    )
    with DuckDBEngine() as engine:
        for path in paths:
            engine.write_parquet("SELECT * FROM range(3)", path)
        with engine.reading(paths):
            assert reads_ahead(engine) is not in_memory
            found = engine.rows(f"SELECT sum(range) FROM {engine.parquet(paths)}")
        assert reads_ahead(engine)
        assert found == [(6,)]
