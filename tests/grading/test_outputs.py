"""Results appear whole or not at all, and nothing of a killed process stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kefen.domain.errors import CallError, EngineError
from kefen.grading.outputs import RECORD_FILE, output_directory, read_json, write_json


def write(target: Path, content: str, *, overwrite: bool = False) -> None:
    with output_directory(target, overwrite=overwrite) as partial:
        (partial / RECORD_FILE).write_text(content)


def test_results_are_moved_into_place_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    with output_directory(target, overwrite=False) as partial:
        (partial / RECORD_FILE).write_text("new")
        assert not target.exists()
    assert (target / RECORD_FILE).read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    with (
        pytest.raises(ZeroDivisionError),
        output_directory(tmp_path / "out", overwrite=True) as partial,
    ):
        (partial / RECORD_FILE).write_text("half")
        raise ZeroDivisionError
    assert (tmp_path / "out" / RECORD_FILE).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    with pytest.raises(CallError, match="exists already"):
        write(tmp_path / "out", "new")
    write(tmp_path / "out", "new", overwrite=True)
    assert (tmp_path / "out" / RECORD_FILE).read_text() == "new"


def test_of_two_at_once_the_later_does_not_replace_the_earlier_unasked(tmp_path: Path) -> None:
    with (
        pytest.raises(CallError, match="exists already"),
        output_directory(tmp_path / "out", overwrite=False) as partial,
    ):
        (partial / RECORD_FILE).write_text("later")
        write(tmp_path / "out", "earlier")
    assert (tmp_path / "out" / RECORD_FILE).read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_directory_that_is_no_result_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letters.txt").write_text("mine")
    with pytest.raises(CallError, match="not a result of kefen"):
        write(tmp_path / "out", "new", overwrite=True)
    assert (tmp_path / "out" / "letters.txt").read_text() == "mine"


def test_a_replacement_cut_off_between_its_two_moves_is_put_right(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    (tmp_path / "out").rename(tmp_path / ".out.replaced")
    with pytest.raises(CallError, match="exists already"):
        write(tmp_path / "out", "new")
    assert (tmp_path / "out" / RECORD_FILE).read_text() == "old"


def test_what_a_killed_process_left_is_swept_by_the_next(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib\n"
        "from kefen.grading.outputs import output_directory\n"
        "with output_directory(pathlib.Path(sys.argv[1]), overwrite=False) as partial:\n"
        "    (partial / 'run.json').write_text('half')\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "out")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        write(tmp_path / "other", "beside")
        assert len(list(tmp_path.glob(".out.partial-*"))) == 1
        process.send_signal(signal.SIGKILL)
    assert not (tmp_path / "out").exists()
    write(tmp_path / "out", "new")
    assert not list(tmp_path.glob(".*partial*"))
    assert (tmp_path / "out" / RECORD_FILE).read_text() == "new"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EngineError, match="cannot be written"):
        write(tmp_path / "out", "new")


def test_json_keeps_chinese_and_refuses_what_is_no_object(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"name": "客分"})
    assert "客分" in (tmp_path / "a.json").read_text(encoding="utf-8")
    assert read_json(tmp_path / "a.json") == {"name": "客分"}
    (tmp_path / "b.json").write_text("[1]")
    with pytest.raises(Exception, match="not a JSON object"):
        read_json(tmp_path / "b.json")
