"""The command line as a process: killed, interrupted, in poor terminals, with a bug of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

GRADES = ("grades.parquet", "metrics.parquet", "alerts.parquet", "calibration.json", "run.json")


@pytest.fixture
def large_company(write_csv, tmp_path: Path) -> list[str]:
    """Enough customers that writing their reports takes a while."""
    orders = [
        (str(n), f"c{n % 20_000}", f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}", str(n % 997 + 1))
        for n in range(60_000)
    ]
    path = write_csv(tmp_path / "large.csv", "order_id,customer_id,ordered_at,amount", orders)
    return ["--orders", str(path)]


def partial_folders(folder: Path) -> list[Path]:
    return list(folder.glob(".out.partial-*"))


def wait_until_writing(folder: Path, started: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while not any((p / "grades.parquet").exists() for p in partial_folders(folder)):
        assert started.poll() is None, "it ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_killed_in_the_middle_of_writing_nothing_is_there_and_it_can_be_called_again(
    process, large_company: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    started = process("grade", *large_company, "--out", out)
    wait_until_writing(tmp_path, started)
    started.kill()
    started.communicate()
    assert started.returncode == -signal.SIGKILL
    assert not out.exists()
    again = process("grade", *large_company, "--out", out, "--no-report", "--quiet")
    assert again.communicate()[1] == b""
    assert again.returncode == 0
    assert {path.name for path in out.iterdir()} == set(GRADES)


def test_killed_while_overwriting_the_old_results_stay(
    process, large_company: list[str], results: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    results.rename(out)
    before = {name: (out / name).read_bytes() for name in GRADES}
    started = process("grade", *large_company, "--out", out, "--overwrite")
    wait_until_writing(tmp_path, started)
    started.kill()
    started.communicate()
    assert {name: (out / name).read_bytes() for name in GRADES} == before


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_ctrl_c_stops_with_130_and_leaves_nothing(
    process, large_company: list[str], tmp_path: Path
) -> None:
    started = process("grade", *large_company, "--out", tmp_path / "out")
    wait_until_writing(tmp_path, started)
    started.send_signal(signal.SIGINT)
    _, told = started.communicate(timeout=60)
    assert started.returncode == 130
    assert b"Traceback" not in told
    assert b"Stopped" in told
    assert not (tmp_path / "out").exists()
    assert partial_folders(tmp_path) == []


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "LANG": "C"}, {"PYTHONIOENCODING": "gb18030"}],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_poor_terminals_get_what_they_can_show(
    process, company, environment: dict[str, str], language: str
) -> None:
    started = process("grade", *company.options, "--no-report", "--lang", language, **environment)
    out, told = started.communicate(timeout=120)
    assert (started.returncode, told) == (0, b"")
    assert b"2025-12-31" in out


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of POSIX")
def test_on_a_terminal_progress_shows_and_errors_are_red(company, tmp_path: Path) -> None:
    import pty

    def told_on_terminal(*arguments: str) -> bytes:
        ours, theirs = pty.openpty()
        started = subprocess.Popen(
            [sys.executable, "-c", "from kefen.cli.main import main; main()", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=theirs,
            cwd=tmp_path,
            env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "", "TERM": "xterm"},
        )
        os.close(theirs)
        pieces = []
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # the other side has closed
                break
            if not piece:
                break
            pieces.append(piece)
        os.close(ours)
        started.wait()
        return b"".join(pieces)

    shown = told_on_terminal("grade", *company.options, "--no-report")
    assert b"Reading Orders" in shown
    assert b"\x1b[" not in told_on_terminal("grade", *company.options, "--no-report", "--quiet")
    refused = told_on_terminal("grade", *company.options, "--as-of", "never")
    assert refused.startswith(b"\x1b[31m")
    assert refused.index(b"never") < refused.index(b"\x1b[0m") < refused.index(b"2026-10-31")


def test_json_is_whole_in_any_encoding(process, results: Path) -> None:
    started = process(
        "explain", "0042", "--run", results, "--json", "--lang", "zh", PYTHONIOENCODING="ascii"
    )
    out, _ = started.communicate(timeout=60)
    told = json.loads(out.decode("ascii"))
    assert told["schemes"][0]["name"]["zh"].startswith("ABC")


def test_a_reader_that_goes_away_is_no_error(process, company) -> None:
    started = process("standard", "show")
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.read(10)
    started.stdout.close()
    assert started.stderr.read() == b""
    assert started.wait(timeout=60) == 0


def test_a_mistake_of_our_own_is_an_apology_with_a_file(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "import kefen.cli.main as main\n"
        "def broken(**_):\n    raise ZeroDivisionError('secret detail')\n"
        "main.cli.get_command(None, 'batches').callback = broken\n"
        "sys.argv = ['kefen', 'batches', *sys.argv[1:]]\n"
        "main.main()\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, "--lang", "zh"],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert told.returncode == 1
    assert "抱歉" in told.stderr
    assert "Traceback" not in told.stderr
    (trace,) = tmp_path.glob("kefen-error-*.txt")
    assert str(trace) in told.stderr
    assert "secret detail" in trace.read_text(encoding="utf-8")


def test_a_full_disk_is_told_and_leaves_nothing(company, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    told = subprocess.run(
        [
            sys.executable, "-c", "from kefen.cli.main import main; main()",
            "grade", *company.options, "--out", str(tmp_path / "out"),
        ],
        capture_output=True,
        text=True,
        preexec_fn=limit,
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": ""},
        check=False,
    )  # fmt: skip
    assert told.returncode == 1, told.stderr
    assert "Traceback" not in told.stderr
    assert "disk" in told.stderr
    assert not (tmp_path / "out").exists()
