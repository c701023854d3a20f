"""Temporary files go with the process, or with the next one where the process was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kefen.engines.duckdb import DuckDBEngine
from kefen.engines.scratch import Scratch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks on files are POSIX here")

_KILLED = """
import os, signal, sys
from pathlib import Path
from kefen.engines.duckdb import DuckDBEngine
engine = DuckDBEngine(scratch_parent=Path(sys.argv[1]))
(engine.scratch / "spilled").write_bytes(b"0" * 1000)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_directory_goes_when_it_is_closed(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    (scratch.path / "folder").mkdir()
    (scratch.path / "folder" / "file").touch()
    scratch.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_one(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], check=False)
    assert done.returncode == -9
    (left,) = tmp_path.iterdir()
    assert (left / "spilled").exists()
    with DuckDBEngine(scratch_parent=tmp_path) as engine:
        assert list(tmp_path.iterdir()) == [engine.scratch]
    assert list(tmp_path.iterdir()) == []


def test_what_a_living_process_holds_stays(tmp_path: Path) -> None:
    with DuckDBEngine(scratch_parent=tmp_path) as one:
        code = (
            "import sys; from pathlib import Path; from kefen.engines.duckdb import DuckDBEngine\n"
            "DuckDBEngine(scratch_parent=Path(sys.argv[1])).close()"
        )
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
        assert one.scratch.exists()
        assert one.rows("SELECT 1") == [(1,)]


def test_directories_of_others_and_links_stay(tmp_path: Path) -> None:
    place, elsewhere = tmp_path / "place", tmp_path / "elsewhere"
    (place / "kefen-mine").mkdir(parents=True)
    elsewhere.mkdir()
    (elsewhere / "in-use.lock").touch()
    (elsewhere / "precious").touch()
    (place / "kefen-link").symlink_to(elsewhere)
    Scratch(place).close()
    assert (elsewhere / "precious").exists()
    assert (place / "kefen-mine").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_the_directory_of_another_user_stays(tmp_path: Path) -> None:
    other = tmp_path / "kefen-other"
    other.mkdir()
    (other / "in-use.lock").touch()
    os.chown(other, 12345, 12345)
    Scratch(tmp_path).close()
    assert other.exists()
